package tdh2

import (
	"testing"
	"time"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	kyberedwards "go.dedis.ch/kyber/v3/group/edwards25519"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

// BenchmarkFloors measures each cost beside what it is compared with, alternating the two in one
// loop so that both see the same machine, and reports their ratio.
func BenchmarkFloors(b *testing.B) {
	ours, theirs := newWorld(b, group.New(nil), 3, 5), newWorld(b, kyberedwards.NewBlakeSHA256Ed25519(), 3, 5)
	compare := func(name, unit string, f, reference func()) {
		b.Run(name, func(b *testing.B) {
			var spent, base time.Duration
			for b.Loop() {
				t0 := time.Now()
				f()
				t1 := time.Now()
				reference()
				spent += t1.Sub(t0)
				base += time.Since(t1)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "µs")
			b.ReportMetric(float64(base.Microseconds())/float64(b.N), "reference-µs")
			if unit == "times-faster" {
				spent, base = base, spent
			}
			b.ReportMetric(float64(spent)/float64(base), unit)
		})
	}
	open := func(w *world) func() { return func() { openWithAllChecks(b, w) } }
	compare("open 3-of-5, kyber's group as reference", "times-faster", open(ours), open(theirs))

	g := ours.g
	random := blake2xb.New([]byte("floors"))
	s, p := g.Scalar().Pick(random), g.Point().Pick(random)
	multiplications := func(base, variable int) func() {
		return func() {
			for range base {
				g.Point().Mul(s, nil)
			}
			for range variable {
				g.Point().Mul(s, p)
			}
		}
	}
	encrypt := func() { ours.pk.Encrypt(label, seed) }
	compare("encrypt, 2 base + 3 variable multiplications as reference", "times-reference", encrypt, multiplications(2, 3))
	compare("encrypt, 5 base multiplications as reference", "times-reference", encrypt, multiplications(5, 0))
}

// openWithAllChecks is what three trustees and a combiner do, from bytes to seed: each decodes and
// checks the ciphertext, each trustee makes a partial, the combiner decodes and verifies them all.
func openWithAllChecks(b *testing.B, w *world) {
	var answers [][]byte
	for _, share := range w.shares[:3] {
		p, err := w.checked(b, w.field).Partial(share, w.random)
		require.NoError(b, err)
		answers = append(answers, p.Bytes())
	}
	c := w.checked(b, w.field)
	var partials []*Partial
	for _, a := range answers {
		p, err := DecodePartial(w.g, a)
		require.NoError(b, err)
		partials = append(partials, p)
	}
	k, bad, err := c.Combine(w.commitments, partials)
	require.NoError(b, err)
	require.Empty(b, bad)
	require.Equal(b, seed, k)
}

// BenchmarkSteps times each step in both groups.
func BenchmarkSteps(b *testing.B) {
	for name, g := range map[string]kyber.Group{"ristretto255": group.New(nil), "kyber": kyberedwards.NewBlakeSHA256Ed25519()} {
		w := newWorld(b, g, 13, 25)
		c := w.checked(b, w.field)
		partials := w.partials(b, c)
		public, err := w.commitments.PublicShare(1)
		require.NoError(b, err)
		steps := map[string]func() error{
			"NewPublicKey": func() error { _, err := NewPublicKey(g, keyID, w.pk.Key()); return err },
			"Encrypt":      func() error { w.pk.Encrypt(label, seed); return nil },
			"Decode":       func() error { _, err := DecodeCiphertext(g, w.field); return err },
			"Check":        func() error { _, err := w.pk.Check(label, c.ct); return err },
			"Partial":      func() error { _, err := c.Partial(w.shares[0], w.random); return err },
			"Verify":       func() error { return c.Verify(public, partials[0]) },
			"Combine13":    func() error { _, _, err := c.Combine(w.commitments, partials[:13]); return err },
			"Recover13":    func() error { _, _, err := sharing.Recover(w.commitments, w.shares[:13]); return err },
		}
		for step, f := range steps {
			b.Run(step+"/"+name, func(b *testing.B) {
				for b.Loop() {
					require.NoError(b, f())
				}
			})
		}
	}
}
