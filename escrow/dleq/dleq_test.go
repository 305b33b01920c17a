package dleq

import (
	"bytes"
	"slices"
	"testing"
	"testing/iotest"

	"doormat/escrow/group"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	kyberedwards "go.dedis.ch/kyber/v3/group/edwards25519"
	kyberdleq "go.dedis.ch/kyber/v3/proof/dleq"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

var context = []byte("context")

func statement(g kyber.Group, seed string) (Statement, kyber.Scalar) {
	random := blake2xb.New([]byte(seed))
	x, h := g.Scalar().Pick(random), g.Point().Pick(random)
	return Statement{A: g.Point().Mul(x, nil), H: h, B: g.Point().Mul(x, h)}, x
}

func TestProve(t *testing.T) {
	for _, g := range []kyber.Group{group.New(nil), kyberedwards.NewBlakeSHA256Ed25519()} {
		s, x := statement(g, "prove")
		p, err := Prove(g, context, s, x, blake2xb.New(nil))
		require.NoError(t, err)
		require.NoError(t, Verify(g, context, s, p))
		require.Len(t, p.Bytes(), 64)
		again, err := Decode(g, p.Bytes())
		require.NoError(t, err)
		require.NoError(t, Verify(g, context, s, again))

		explicit := s
		explicit.G = g.Point().Base()
		require.NoError(t, Verify(g, context, explicit, p), "a nil G is the generator")

		k, err := ProveKnowledge(g, context, []kyber.Point{s.A}, []kyber.Scalar{x}, blake2xb.New(nil))
		require.NoError(t, err)
		require.NoError(t, VerifyKnowledge(g, context, []kyber.Point{s.A}, k))
	}
}

// TestEverythingIsBound changes one thing at a time.
func TestEverythingIsBound(t *testing.T) {
	g := group.New(nil)
	s, x := statement(g, "bound")
	p, err := Prove(g, context, s, x, blake2xb.New(nil))
	require.NoError(t, err)
	other := g.Point().Pick(blake2xb.New([]byte("other")))

	for name, change := range map[string]func(*Statement){
		"G": func(s *Statement) { s.G = other }, "A": func(s *Statement) { s.A = other },
		"H": func(s *Statement) { s.H = other }, "B": func(s *Statement) { s.B = other },
		"swapped": func(s *Statement) { s.G, s.A, s.H, s.B = s.H, s.B, nil, s.A },
	} {
		changed := s
		change(&changed)
		require.Error(t, Verify(g, context, changed, p), name)
	}
	require.Error(t, Verify(g, []byte("contexT"), s, p))
	require.Error(t, Verify(g, nil, s, p))
	for i := range p.Bytes() {
		b := p.Bytes()
		b[i] ^= 1
		if q, err := Decode(g, b); err == nil {
			require.Error(t, Verify(g, context, s, q), "byte %d", i)
		}
	}
	require.Error(t, VerifyKnowledge(g, context, []kyber.Point{s.A}, p), "a proof of one kind must not pass as the other")
	k, err := ProveKnowledge(g, context, []kyber.Point{s.A}, []kyber.Scalar{x}, blake2xb.New(nil))
	require.NoError(t, err)
	require.Error(t, VerifyKnowledge(g, nil, []kyber.Point{s.A}, k))
	require.Error(t, VerifyKnowledge(g, context, []kyber.Point{other}, k))
	require.Error(t, Verify(g, context, s, k))
}

func TestFalseStatement(t *testing.T) {
	g := group.New(nil)
	s, x := statement(g, "false")
	s.B = g.Point().Add(s.B, g.Point().Base())
	p, err := Prove(g, context, s, x, blake2xb.New(nil))
	require.NoError(t, err)
	require.Error(t, Verify(g, context, s, p))
}

// TestKyberAcceptsWhatWeRefuse proves a false statement to kyber's proof/dleq. Its Verify does not
// recompute the challenge, so the forger picks challenge and response first, zeros if it likes, and
// computes commitments that fit.
func TestKyberAcceptsWhatWeRefuse(t *testing.T) {
	random := blake2xb.New([]byte("kyber"))
	g := group.New(random)
	pick := func() kyber.Point { return g.Point().Pick(random) }
	s := Statement{G: pick(), A: pick(), H: pick(), B: pick()} // four unrelated points

	for name, c := range map[string]struct{ challenge, response kyber.Scalar }{
		"forged":   {g.Scalar().Pick(random), g.Scalar().Pick(random)},
		"all zero": {g.Scalar().Zero(), g.Scalar().Zero()},
	} {
		theirs := kyberdleq.Proof{C: c.challenge, R: c.response,
			VG: g.Point().Add(g.Point().Mul(c.response, s.G), g.Point().Mul(c.challenge, s.A)),
			VH: g.Point().Add(g.Point().Mul(c.response, s.H), g.Point().Mul(c.challenge, s.B))}
		require.NoError(t, theirs.Verify(g, s.G, s.H, s.A, s.B), name)
		// Ours writes r = v + c*x where kyber has v - c*x, so the same equations need the
		// challenge's negative.
		for _, challenge := range []kyber.Scalar{c.challenge, g.Scalar().Neg(c.challenge)} {
			require.Error(t, Verify(g, nil, s, &Proof{challenge: challenge, response: c.response}), name)
		}
	}
	zero, err := Decode(g, make([]byte, 64))
	require.NoError(t, err)
	require.Error(t, Verify(g, nil, s, zero))
	require.Error(t, VerifyKnowledge(g, nil, []kyber.Point{s.A}, zero))
}

// TestBasesAreUnderTheHash fixes images, commitments and challenge first and then solves both
// equations for the bases, which works wherever the challenge leaves the bases out.
func TestBasesAreUnderTheHash(t *testing.T) {
	random := blake2xb.New([]byte("bases"))
	g := group.New(nil)
	s, _ := statement(g, "bases")
	public, err := encode(g, s.points())
	require.NoError(t, err)
	commitments := []kyber.Point{g.Point().Pick(random), g.Point().Pick(random)}
	p := &Proof{challenge: hash(g, equalDomain, context, public, commitments...), response: g.Scalar().Pick(random)}
	solve := func(commitment, image kyber.Point) kyber.Point {
		base := g.Point().Add(commitment, g.Point().Mul(p.challenge, image))
		return base.Mul(g.Scalar().Inv(p.response), base)
	}
	s.G, s.H = solve(commitments[0], s.A), solve(commitments[1], s.B)
	require.Error(t, Verify(g, context, s, p))
}

// TestKnowledgeOfAll: one proof for up to 100 points. It is bound to each, to their number and
// order and to the context, and does not pass when a secret is missing, not even where two unknown
// ones cancel out.
func TestKnowledgeOfAll(t *testing.T) {
	for _, g := range []kyber.Group{group.New(nil), kyberedwards.NewBlakeSHA256Ed25519()} {
		for _, n := range []int{1, 2, 5, 100} {
			random := blake2xb.New([]byte("all"))
			points, secrets := make([]kyber.Point, n), make([]kyber.Scalar, n)
			for k := range secrets {
				secrets[k] = g.Scalar().Pick(random)
				points[k] = g.Point().Mul(secrets[k], nil)
			}
			p, err := ProveKnowledge(g, context, points, secrets, random)
			require.NoError(t, err)
			require.Len(t, p.Bytes(), 64)
			require.NoError(t, VerifyKnowledge(g, context, points, p))
			require.Error(t, VerifyKnowledge(g, nil, points, p))
			require.Error(t, VerifyKnowledge(g, context, points[1:], p))
			require.Error(t, VerifyKnowledge(g, context, append(points[:n:n], points[0]), p))
			other := slices.Clone(points)
			other[n-1] = g.Point().Pick(random)
			require.Error(t, VerifyKnowledge(g, context, other, p))
			other[n-1] = g.Point().Null()
			require.ErrorContains(t, VerifyKnowledge(g, context, other, p), "identity")
			_, err = ProveKnowledge(g, context, points, secrets[1:], random)
			require.ErrorContains(t, err, "one secret for each")

			if n > 1 {
				slices.Reverse(points)
				require.Error(t, VerifyKnowledge(g, context, points, p))
				stolen, zero := g.Point().Pick(random), g.Scalar().Zero()
				p, err = ProveKnowledge(g, context, []kyber.Point{stolen, g.Point().Neg(stolen)}, []kyber.Scalar{zero, zero}, random)
				require.NoError(t, err)
				require.Error(t, VerifyKnowledge(g, context, []kyber.Point{stolen, g.Point().Neg(stolen)}, p))
			}
		}
		_, err := ProveKnowledge(g, context, nil, nil, blake2xb.New(nil))
		require.ErrorContains(t, err, "needs a point")
		require.Error(t, VerifyKnowledge(g, context, nil, &Proof{g.Scalar().One(), g.Scalar().One()}))
		require.Error(t, VerifyKnowledge(g, context, []kyber.Point{g.Point().Base()}, nil))
	}
}

func TestIdentityIsRefused(t *testing.T) {
	g := group.New(nil)
	null := g.Point().Null()
	p, err := Decode(g, make([]byte, 64))
	require.NoError(t, err)
	for name, s := range map[string]Statement{
		"G": {G: null, A: g.Point().Base(), H: g.Point().Base(), B: g.Point().Base()},
		"A": {A: null, H: g.Point().Base(), B: g.Point().Base()},
		"H": {A: g.Point().Base(), H: null, B: g.Point().Base()},
		"B": {A: g.Point().Base(), H: g.Point().Base(), B: null},
		"x": {A: null, H: g.Point().Base(), B: null},
		"-": {},
	} {
		_, err := Prove(g, context, s, g.Scalar().Zero(), blake2xb.New(nil))
		require.ErrorContains(t, err, "identity", name)
		require.ErrorContains(t, Verify(g, context, s, p), "identity", name)
	}
	require.Error(t, VerifyKnowledge(g, context, []kyber.Point{null}, p))
	require.Error(t, Verify(g, context, Statement{}, nil))
	require.Error(t, Verify(g, context, Statement{}, &Proof{}))
	for _, n := range []int{0, 63, 65} {
		_, err := Decode(g, make([]byte, n))
		require.ErrorContains(t, err, "64 bytes")
	}
}

// TestNonceIsHedged: with a reader that always gives zeros, two statements, two contexts and two
// kinds of proof still use different nonces, so the two responses do not reveal x; a reader that
// fails makes no proof.
func TestNonceIsHedged(t *testing.T) {
	g := group.New(nil)
	s, x := statement(g, "hedged")
	zeros := func() *bytes.Reader { return bytes.NewReader(make([]byte, 64)) }
	first, err := Prove(g, context, s, x, zeros())
	require.NoError(t, err)
	same, err := Prove(g, context, s, x, zeros())
	require.NoError(t, err)
	require.Equal(t, first.Bytes(), same.Bytes())
	second, err := Prove(g, []byte("another"), s, x, zeros())
	require.NoError(t, err)
	knowledge, err := ProveKnowledge(g, context, []kyber.Point{s.A}, []kyber.Scalar{x}, zeros())
	require.NoError(t, err)
	elsewhere := s
	elsewhere.H = g.Point().Add(s.H, s.H)
	elsewhere.B = g.Point().Add(s.B, s.B)
	third, err := Prove(g, context, elsewhere, x, zeros())
	require.NoError(t, err)
	for _, q := range []*Proof{second, third, knowledge} {
		// Under a repeated nonce (r1-r2)/(c1-c2) would be x.
		difference := g.Scalar().Sub(first.challenge, q.challenge)
		guess := g.Scalar().Div(g.Scalar().Sub(first.response, q.response), difference)
		require.False(t, guess.Equal(x))
	}
	fresh, err := Prove(g, context, s, x, blake2xb.New(nil))
	require.NoError(t, err)
	require.NotEqual(t, first.Bytes(), fresh.Bytes(), "the reader counts too")

	_, err = Prove(g, context, s, x, iotest.ErrReader(iotest.ErrTimeout))
	require.ErrorIs(t, err, iotest.ErrTimeout)
	_, err = Prove(g, context, s, x, nil)
	require.Error(t, err)
}

func FuzzDecode(f *testing.F) {
	g := group.New(nil)
	s, x := statement(g, "fuzz")
	p, err := Prove(g, context, s, x, blake2xb.New(nil))
	require.NoError(f, err)
	f.Add(p.Bytes())
	f.Add(make([]byte, 64))
	f.Add(bytes.Repeat([]byte{0xff}, 65))
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := Decode(g, b)
		if err != nil {
			return
		}
		require.Equal(t, b, q.Bytes())
		require.Equal(t, bytes.Equal(b, p.Bytes()), Verify(g, context, s, q) == nil)
	})
}

// recorder remembers the scalars that it made.
type recorder struct {
	*group.Suite
	made []kyber.Scalar
}

func (r *recorder) Scalar() kyber.Scalar {
	r.made = append(r.made, r.Suite.Scalar())
	return r.made[len(r.made)-1]
}

// TestNonceIsErased: with the nonce v = r - c*x, and the proof, anybody has x.
func TestNonceIsErased(t *testing.T) {
	g := &recorder{Suite: group.New(nil)}
	st, x := statement(g, "erased")
	p, err := Prove(g, context, st, x, blake2xb.New(nil))
	require.NoError(t, err)
	k, err := ProveKnowledge(g, context, []kyber.Point{st.A}, []kyber.Scalar{x}, blake2xb.New(nil))
	require.NoError(t, err)
	for _, p := range []*Proof{p, k} {
		v := g.Suite.Scalar().Mul(p.challenge, x)
		v.Sub(p.response, v)
		require.True(t, slices.ContainsFunc(g.made, p.response.Equal), "scalars are recorded")
		require.False(t, slices.ContainsFunc(g.made, v.Equal))
	}
}
