package tdh2

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	kyberedwards "go.dedis.ch/kyber/v3/group/edwards25519"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

var (
	keyID = []byte("key 1")
	label = []byte("from alice to bob, noon")
	seed  = [SeedSize]byte(bytes.Repeat([]byte("K"), SeedSize))
)

// world is a committee whose secret the tests know, and one field.
type world struct {
	g           kyber.Group
	random      io.Reader
	secret      kyber.Scalar
	shares      []sharing.Share
	commitments *sharing.Commitments
	pk          *PublicKey
	field       []byte
}

func newWorld(t testing.TB, g kyber.Group, threshold, n int) *world {
	t.Helper()
	random := blake2xb.New(fmt.Appendf(nil, "world %d %d", threshold, n))
	polynomial, err := sharing.NewPolynomial(g, threshold, nil, random)
	require.NoError(t, err)
	shares, err := polynomial.Shares(n)
	require.NoError(t, err)
	commitments := polynomial.Commit()
	pk, err := NewPublicKey(g, keyID, commitments.Key())
	require.NoError(t, err)
	return &world{g, random, polynomial.Secret(), shares, commitments, pk, pk.Encrypt(label, seed).Bytes()}
}

func (w *world) checked(t testing.TB, field []byte) *Checked {
	t.Helper()
	ct, err := DecodeCiphertext(w.g, field)
	require.NoError(t, err)
	c, err := w.pk.Check(label, ct)
	require.NoError(t, err)
	return c
}

func (w *world) partials(t testing.TB, c *Checked) []*Partial {
	t.Helper()
	var partials []*Partial
	for _, s := range w.shares {
		p, err := c.Partial(s, w.random)
		require.NoError(t, err)
		partials = append(partials, p)
	}
	return partials
}

// refused says whether a field is refused, by its decoding or by the check.
func (w *world) refused(label, field []byte) bool {
	ct, err := DecodeCiphertext(w.g, field)
	if err != nil {
		return true
	}
	_, err = w.pk.Check(label, ct)
	return err != nil
}

func TestOpen(t *testing.T) {
	for _, g := range []kyber.Group{group.New(nil), kyberedwards.NewBlakeSHA256Ed25519()} {
		for _, size := range []struct{ t, n int }{{1, 1}, {1, 3}, {2, 3}, {3, 5}, {5, 5}, {13, 25}} {
			w := newWorld(t, g, size.t, size.n)
			require.Len(t, w.field, 160)
			c := w.checked(t, w.field)
			partials := w.partials(t, c)
			for i, p := range partials {
				require.Len(t, p.Bytes(), 97)
				again, err := DecodePartial(g, p.Bytes())
				require.NoError(t, err)
				require.Equal(t, i+1, again.Index())
				partials[i] = again
			}
			for _, chosen := range [][]*Partial{partials, partials[:size.t], partials[size.n-size.t:]} {
				k, bad, err := c.Combine(w.commitments, chosen)
				require.NoError(t, err)
				require.Empty(t, bad)
				require.Equal(t, seed, k)
			}
			k, err := c.Open(w.secret)
			require.NoError(t, err)
			require.Equal(t, seed, k)

			_, _, err = c.Combine(w.commitments, partials[:size.t-1])
			var few *sharing.TooFewError
			require.ErrorAs(t, err, &few)
			require.Equal(t, sharing.TooFewError{Good: size.t - 1, Need: size.t}, *few)
		}
	}
}

// TestBelowThresholdInterpolation skips the count of partials: t-1 of them interpolate to something
// else than the seed.
func TestBelowThresholdInterpolation(t *testing.T) {
	w := newWorld(t, group.New(nil), 3, 5)
	c := w.checked(t, w.field)
	shared, err := c.interpolate(w.partials(t, c)[:2])
	require.NoError(t, err)
	require.NotEqual(t, seed, mask(shared, c.ct.masked))
}

func TestRecomputedFieldIsIdentical(t *testing.T) {
	g := group.New(nil)
	w := newWorld(t, g, 2, 3)
	again, err := NewPublicKey(g, keyID, w.pk.Key())
	require.NoError(t, err)
	require.Equal(t, w.field, again.Encrypt(label, seed).Bytes())
	require.Equal(t, keyID, again.ID())
}

// TestNoncesNeverRepeat: changing label, key id, committee key or seed changes u, so no nonce r is
// shared.
func TestNoncesNeverRepeat(t *testing.T) {
	g := group.New(nil)
	w := newWorld(t, g, 2, 3)
	otherID, err := NewPublicKey(g, []byte("key 2"), w.pk.Key())
	require.NoError(t, err)
	otherKey, err := NewPublicKey(g, keyID, g.Point().Base())
	require.NoError(t, err)
	other := seed
	other[0]++
	seen := map[string]bool{}
	for _, ct := range []*Ciphertext{
		w.pk.Encrypt(label, seed), w.pk.Encrypt(label[1:], seed), w.pk.Encrypt(nil, seed), w.pk.Encrypt(label, other),
		otherID.Encrypt(label, seed), otherKey.Encrypt(label, seed),
	} {
		require.False(t, seen[ct.u.String()])
		seen[ct.u.String()] = true
	}
	r, s := w.pk.nonces(label, seed)
	require.False(t, r.Equal(s))
}

func TestRelabelIsRefused(t *testing.T) {
	g := group.New(nil)
	w := newWorld(t, g, 2, 3)
	require.False(t, w.refused(label, w.field))
	for _, l := range [][]byte{nil, label[1:], append(label[:len(label):len(label)], 0), []byte("from alice to bob, nooN")} {
		require.True(t, w.refused(l, w.field), "%q", l)
	}
	ct, err := DecodeCiphertext(g, w.field)
	require.NoError(t, err)
	otherID, err := NewPublicKey(g, []byte("key 2"), w.pk.Key())
	require.NoError(t, err)
	_, err = otherID.Check(label, ct)
	require.Error(t, err)
	for _, ct := range []*Ciphertext{nil, {}} {
		_, err = w.pk.Check(label, ct)
		require.ErrorContains(t, err, "there is no ciphertext")
	}
}

// TestLaundering re-randomises a victim's ciphertext, u' = a*u + d*G, to have it opened under a
// label of the attacker's own. The equations of the proof can be carried over only for the old
// challenge, so the new one refuses it, whichever of the two the attacker puts in. That the
// trustees' answer would have opened the victim's seed shows what the check is worth.
func TestLaundering(t *testing.T) {
	g := group.New(nil)
	w := newWorld(t, g, 3, 5)
	victim := w.checked(t, w.field).ct
	random := blake2xb.New([]byte("launder"))
	a, d := g.Scalar().Pick(random), g.Scalar().Pick(random)
	rerandomise := func(p, base kyber.Point) kyber.Point {
		return g.Point().Add(g.Point().Mul(a, p), g.Point().Mul(d, base))
	}
	minus := g.Scalar().Neg(victim.e)
	carry := func(p, base kyber.Point) kyber.Point { // a*w, from the victim's proof
		return g.Point().Mul(a, g.Point().Add(g.Point().Mul(victim.f, base), g.Point().Mul(minus, p)))
	}
	base, gbar, mine := g.Point().Base(), w.pk.gbar.Base(), []byte("to the attacker")
	forged := &Ciphertext{masked: victim.masked, u: rerandomise(victim.u, base), ubar: rerandomise(victim.ubar, gbar)}
	forged.points = append(group.Bytes(forged.u), group.Bytes(forged.ubar)...)
	fresh := w.pk.challenge(forged, mine, carry(victim.u, base), carry(victim.ubar, gbar))
	for _, e := range []kyber.Scalar{victim.e, fresh} {
		forged.e = e
		forged.f = g.Scalar().Add(g.Scalar().Mul(a, victim.f), g.Scalar().Mul(d, e))
		require.True(t, w.refused(mine, forged.Bytes()))
		require.True(t, w.refused(label, forged.Bytes()))
	}

	answer := g.Point().Mul(w.secret, forged.u) // what unchecked trustees would give out
	shared := g.Point().Sub(answer, g.Point().Mul(d, w.pk.Key()))
	shared.Mul(g.Scalar().Inv(a), shared)
	require.Equal(t, seed, mask(shared, victim.masked))
}

func TestFlippedBitsAreRefused(t *testing.T) {
	w := newWorld(t, group.New(nil), 2, 3)
	for i := range w.field { // one bit of each byte reaches all five parts
		field := bytes.Clone(w.field)
		field[i] ^= 1 << (i % 8)
		require.True(t, w.refused(label, field), "byte %d", i)
	}
	for _, field := range [][]byte{nil, w.field[:159], append(bytes.Clone(w.field), 0)} {
		require.True(t, w.refused(label, field))
	}
	for _, start := range []int{32, 64} { // u, ubar
		field := bytes.Clone(w.field)
		clear(field[start : start+32])
		_, err := DecodeCiphertext(w.g, field)
		require.ErrorContains(t, err, "identity")
	}
}

func TestUnequalExponentsAreRefused(t *testing.T) {
	g := group.New(nil)
	w := newWorld(t, g, 2, 3)
	ct := *w.checked(t, w.field).ct
	r, s := w.pk.nonces(label, seed)
	ct.ubar = g.Point().Mul(g.Scalar().Add(r, g.Scalar().One()), w.pk.gbar.Base())
	ct.points = append(group.Bytes(ct.u), group.Bytes(ct.ubar)...)
	ct.e = w.pk.challenge(&ct, label, g.Point().Mul(s, nil), w.pk.gbar.Mul(s))
	ct.f = g.Scalar().Add(s, g.Scalar().Mul(r, ct.e))
	require.True(t, w.refused(label, ct.Bytes()))
}

func TestWrongPartialsAreNamed(t *testing.T) {
	g := group.New(nil)
	w := newWorld(t, g, 3, 5)
	c := w.checked(t, w.field)
	elsewhere, err := w.pk.Check(nil, w.pk.Encrypt(nil, seed))
	require.NoError(t, err)
	wrong := map[string]func(p *Partial){
		"point":           func(p *Partial) { p.point = g.Point().Base() },
		"another's share": func(p *Partial) { p.index = 1 },
		"other ciphertext": func(p *Partial) {
			*p = *w.partials(t, elsewhere)[p.index-1]
		},
		"wrong share, sound proof": func(p *Partial) {
			x := g.Scalar().SetInt64(7)
			q, err := c.Partial(sharing.Share{Index: p.index, Value: x}, w.random)
			require.NoError(t, err)
			*p = *q
		},
		"zero proof": func(p *Partial) { p.proof, _ = dleq.Decode(g, make([]byte, 64)) },
		"no proof":   func(p *Partial) { p.proof = nil },
	}
	for name, spoil := range wrong {
		partials := w.partials(t, c)[1:]
		spoil(partials[0])
		index := partials[0].index
		k, bad, err := c.Combine(w.commitments, partials)
		require.NoError(t, err, name)
		require.Equal(t, seed, k, name)
		require.Equal(t, []int{index}, bad, name)

		k, bad, err = c.Combine(w.commitments, partials[:3])
		var few *sharing.TooFewError
		require.ErrorAs(t, err, &few, name)
		require.Equal(t, []int{index}, few.Bad, name)
		require.Equal(t, []int{index}, bad, name)
		require.Zero(t, k, name)
	}
}

// TestOpenUnchecked: whoever holds the whole secret opens without a proof, what was moved and
// re-randomised as well, and another secret gives other bytes.
func TestOpenUnchecked(t *testing.T) {
	for _, g := range []kyber.Group{group.New(nil), kyberedwards.NewBlakeSHA256Ed25519()} {
		w := newWorld(t, g, 2, 3)
		k, err := OpenUnchecked(g, w.secret, w.field)
		require.NoError(t, err)
		require.Equal(t, seed, k)
		noProof := append(bytes.Clone(w.field[:96]), make([]byte, 64)...)
		k, err = OpenUnchecked(g, w.secret, noProof)
		require.NoError(t, err)
		require.Equal(t, seed, k)
		k, err = OpenUnchecked(g, g.Scalar().Add(w.secret, g.Scalar().One()), w.field)
		require.NoError(t, err)
		require.NotEqual(t, seed, k)

		identity := bytes.Clone(w.field)
		copy(identity[32:], group.Bytes(g.Point().Null()))
		for _, b := range [][]byte{nil, w.field[:159], append(bytes.Clone(w.field), 0), identity} {
			_, err = OpenUnchecked(g, w.secret, b)
			require.Error(t, err)
		}
		_, err = OpenUnchecked(g, nil, w.field)
		require.Error(t, err)
	}
}

func TestCombineRefuses(t *testing.T) {
	g := group.New(nil)
	w := newWorld(t, g, 2, 3)
	c := w.checked(t, w.field)
	partials := w.partials(t, c)
	_, _, err := c.Combine(w.commitments, append(partials, partials[1]))
	var duplicate *sharing.DuplicateError
	require.ErrorAs(t, err, &duplicate)
	require.Equal(t, 2, duplicate.Index)
	_, err = c.CombineVerified([]*Partial{partials[0], partials[0]})
	require.ErrorAs(t, err, &duplicate)
	few, err := c.CombineVerified(partials[:1])
	require.NoError(t, err)
	require.NotEqual(t, seed, few[:], "one of two opens nothing")
	_, _, err = c.Combine(w.commitments, []*Partial{partials[0], nil})
	require.Error(t, err)
	_, _, err = c.Combine(nil, partials)
	require.Error(t, err)
	other := newWorld(t, g, 1, 3)
	_, _, err = c.Combine(other.commitments, partials)
	require.ErrorContains(t, err, "not those of this committee key")
	_, err = c.Open(other.secret)
	require.Error(t, err)
	_, err = c.Open(nil)
	require.Error(t, err)
	_, err = NewPublicKey(g, keyID, g.Point().Null())
	require.ErrorContains(t, err, "identity")
}

func TestPartialRefuses(t *testing.T) {
	g := group.New(nil)
	w := newWorld(t, g, 2, 3)
	c := w.checked(t, w.field)
	for name, share := range map[string]sharing.Share{
		"index 0": {Index: 0, Value: w.secret}, "index 101": {Index: 101, Value: w.secret},
		"no value": {Index: 1}, "zero": {Index: 1, Value: g.Scalar().Zero()},
	} {
		_, err := c.Partial(share, w.random)
		require.Error(t, err, name)
	}
	_, err := c.Partial(w.shares[0], bytes.NewReader(nil))
	require.ErrorIs(t, err, io.EOF)
	require.Error(t, c.Verify(nil, nil))
	require.Error(t, c.Verify(w.pk.Key(), new(Partial)))

	good := w.partials(t, c)[0].Bytes()
	for name, change := range map[string]func(b []byte) []byte{
		"index 0":   func(b []byte) []byte { b[0] = 0; return b },
		"index 101": func(b []byte) []byte { b[0] = 101; return b },
		"identity":  func(b []byte) []byte { clear(b[1:33]); return b },
		"scalar":    func(b []byte) []byte { b[96] = 0xff; return b },
		"short":     func(b []byte) []byte { return b[:96] },
		"long":      func(b []byte) []byte { return append(b, 0) },
	} {
		_, err := DecodePartial(g, change(bytes.Clone(good)))
		require.Error(t, err, name)
	}
}

func FuzzDecodeCiphertext(f *testing.F) {
	w := newWorld(f, group.New(nil), 2, 3)
	f.Add(w.field)
	f.Add(make([]byte, 160))
	f.Fuzz(func(t *testing.T, b []byte) {
		ct, err := DecodeCiphertext(w.g, b)
		if err != nil {
			return
		}
		require.Equal(t, b, ct.Bytes())
		require.Equal(t, bytes.Equal(b, w.field), !w.refused(label, b))
	})
}

func FuzzDecodePartial(f *testing.F) {
	w := newWorld(f, group.New(nil), 1, 1)
	c := w.checked(f, w.field)
	good := w.partials(f, c)[0].Bytes()
	f.Add(good)
	f.Add(make([]byte, 97))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodePartial(w.g, b)
		if err != nil {
			return
		}
		require.Equal(t, b, p.Bytes())
		_, _, err = c.Combine(w.commitments, []*Partial{p})
		require.Equal(t, bytes.Equal(b, good), err == nil)
	})
}
