package sharing

import (
	"bytes"
	"fmt"
	"testing"

	"doormat/escrow/group"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	kyberedwards "go.dedis.ch/kyber/v3/group/edwards25519"
	"go.dedis.ch/kyber/v3/share"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
	"pgregory.net/rapid"
)

func deal(t testing.TB, g kyber.Group, threshold, n int) (*Polynomial, []Share, *Commitments) {
	t.Helper()
	p, err := NewPolynomial(g, threshold, nil, blake2xb.New(fmt.Appendf(nil, "deal %d of %d", threshold, n)))
	require.NoError(t, err)
	shares, err := p.Shares(n)
	require.NoError(t, err)
	return p, shares, p.Commit()
}

func TestShareAndRecover(t *testing.T) {
	for _, g := range []kyber.Group{group.New(nil), kyberedwards.NewBlakeSHA256Ed25519()} {
		for _, c := range []struct{ t, n int }{{1, 1}, {1, 3}, {2, 3}, {3, 5}, {5, 5}, {13, 25}} {
			p, shares, commitments := deal(t, g, c.t, c.n)
			require.Equal(t, c.t, commitments.Threshold())
			require.True(t, commitments.Key().Equal(g.Point().Mul(p.Secret(), nil)))
			for _, s := range shares {
				require.NoError(t, commitments.Verify(s))
				public, err := commitments.PublicShare(s.Index)
				require.NoError(t, err)
				require.True(t, public.Equal(g.Point().Mul(s.Value, nil)))
			}
			secret, bad, err := Recover(commitments, shares[c.n-c.t:])
			require.NoError(t, err)
			require.Empty(t, bad)
			require.True(t, secret.Equal(p.Secret()))

			_, _, err = Recover(commitments, shares[:c.t-1])
			var few *TooFewError
			require.ErrorAs(t, err, &few)
			require.Equal(t, TooFewError{Good: c.t - 1, Need: c.t}, *few)
		}
	}
}

// TestAgreesWithKyber pins the numbering: our trustee i is kyber's index i-1.
func TestAgreesWithKyber(t *testing.T) {
	g := group.New(nil)
	p, shares, _ := deal(t, g, 3, 5)
	theirs := share.CoefficientsToPriPoly(g, p.coefficients)
	for _, s := range shares {
		require.True(t, s.Value.Equal(theirs.Eval(s.Index-1).V))
	}
}

// TestRecoverNeverLies: with wrong shares Recover still finds the secret or fails, and names them;
// kyber returns a wrong secret and no error.
func TestRecoverNeverLies(t *testing.T) {
	g := group.New(nil)
	p, shares, commitments := deal(t, g, 3, 5)
	shares[1].Value = g.Scalar().Add(shares[1].Value, g.Scalar().One())

	wrong, err := share.RecoverSecret(g, []*share.PriShare{{I: 0, V: shares[0].Value}, {I: 1, V: shares[1].Value},
		{I: 2, V: shares[2].Value}}, 3, 5)
	require.NoError(t, err)
	require.False(t, wrong.Equal(p.Secret()))

	secret, bad, err := Recover(commitments, shares)
	require.NoError(t, err)
	require.Equal(t, []int{2}, bad)
	require.True(t, secret.Equal(p.Secret()))

	shares[4].Value = nil
	_, bad, err = Recover(commitments, shares[1:])
	require.Equal(t, []int{2, 5}, bad)
	var few *TooFewError
	require.ErrorAs(t, err, &few)
	require.ErrorContains(t, err, "trustees [2 5] are bad")

	_, _, err = Recover(commitments, append(shares[:3:3], shares[0]))
	var duplicate *DuplicateError
	require.ErrorAs(t, err, &duplicate)
	require.Equal(t, 1, duplicate.Index)

	for _, i := range []int{-1, 0, MaxTrustees + 1} {
		_, _, err = Recover(commitments, append(shares[:3:3], Share{Index: i, Value: shares[3].Value}))
		require.ErrorContains(t, err, "not in 1..100")
		_, err = p.Share(i)
		require.Error(t, err)
		_, err = commitments.PublicShare(i)
		require.Error(t, err)
	}
}

func TestRecoverProperty(t *testing.T) {
	g := group.New(nil)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		threshold := rapid.IntRange(1, n).Draw(t, "t")
		secret := g.Scalar().SetInt64(rapid.Int64().Draw(t, "secret"))
		p, err := NewPolynomial(g, threshold, secret, blake2xb.New(nil))
		require.NoError(t, err)
		shares, err := p.Shares(n)
		require.NoError(t, err)
		chosen := rapid.Permutation(shares).Draw(t, "order")[:rapid.IntRange(0, n).Draw(t, "given")]
		var wrong []int
		for k := range chosen {
			if rapid.Bool().Draw(t, "spoil") {
				chosen[k].Value = g.Scalar().Add(chosen[k].Value, g.Scalar().One())
				wrong = append(wrong, chosen[k].Index)
			}
		}
		got, bad, err := Recover(p.Commit(), chosen)
		require.Equal(t, wrong, bad)
		if len(chosen)-len(wrong) < threshold {
			require.Error(t, err)
			require.Nil(t, got)
			return
		}
		require.NoError(t, err)
		require.True(t, got.Equal(secret))
	})
}

func TestLargest(t *testing.T) {
	p, shares, commitments := deal(t, group.New(nil), MaxTrustees, MaxTrustees)
	secret, _, err := Recover(commitments, shares)
	require.NoError(t, err)
	require.True(t, secret.Equal(p.Secret()))
}

func TestBounds(t *testing.T) {
	g := group.New(nil)
	for _, c := range []struct{ t, n int }{{0, 0}, {0, 3}, {-1, 3}, {4, 3}, {1, MaxTrustees + 1}} {
		require.Error(t, CheckThreshold(c.t, c.n), c)
	}
	for _, threshold := range []int{-1, 0, MaxTrustees + 1} {
		_, err := NewPolynomial(g, threshold, nil, blake2xb.New(nil))
		require.Error(t, err)
		_, err = DecodeCommitments(g, threshold, nil)
		require.Error(t, err)
	}
	_, err := NewPolynomial(g, 3, nil, bytes.NewReader(make([]byte, 100)))
	require.Error(t, err)
	p, _, _ := deal(t, g, 3, 5)
	_, err = p.Shares(2)
	require.Error(t, err)
	for _, b := range [][]byte{nil, p.Commit().Bytes()[1:], append(p.Commit().Bytes(), 0)} {
		_, err = DecodeCommitments(g, 3, b)
		require.ErrorContains(t, err, "96 bytes")
	}
	_, err = DecodeCommitments(g, 0, nil)
	require.Error(t, err)
	_, err = Lagrange(g, nil)
	require.Error(t, err)
	_, err = Lagrange(g, []int{1, 2, 1})
	require.Error(t, err)
}

// TestCombine: any t trustees each share their share. Combined with the weights of Lagrange the key
// stays and the shares are others; with weights of 1 the secrets add up.
func TestCombine(t *testing.T) {
	for _, g := range []kyber.Group{group.New(nil), kyberedwards.NewBlakeSHA256Ed25519()} {
		p, old, commitments := deal(t, g, 2, 3)
		dealers := []int{1, 3}
		weights, err := Lagrange(g, dealers)
		require.NoError(t, err)
		var list []*Commitments
		fresh, total := g.Scalar().Zero(), g.Scalar().Zero()
		for k, i := range dealers {
			q, err := NewPolynomial(g, 2, old[i-1].Value, blake2xb.New([]byte{byte(i)}))
			require.NoError(t, err)
			s, err := q.Share(2)
			require.NoError(t, err)
			fresh.Add(fresh, g.Scalar().Mul(weights[k], s.Value))
			total.Add(total, q.Secret())
			list = append(list, q.Commit())
		}
		combined, err := Combine(g, weights, list)
		require.NoError(t, err)
		require.True(t, combined.Key().Equal(g.Point().Mul(p.Secret(), nil)))
		require.NoError(t, combined.Verify(Share{2, fresh}))
		require.Error(t, combined.Verify(old[1]))
		require.Error(t, commitments.Verify(Share{2, fresh}))

		one := g.Scalar().One()
		sum, err := Combine(g, []kyber.Scalar{one, one}, list)
		require.NoError(t, err)
		require.True(t, sum.Key().Equal(g.Point().Mul(total, nil)))

		_, _, three := deal(t, g, 3, 5)
		_, err = Combine(g, weights, []*Commitments{list[0], three})
		require.ErrorContains(t, err, "thresholds 2 and 3")
		for _, few := range [][]*Commitments{nil, list[:1]} {
			_, err = Combine(g, weights, few)
			require.ErrorContains(t, err, "with 2 weights")
		}
	}
}

// TestWipe: nothing of the polynomial is left.
func TestWipe(t *testing.T) {
	p, _, _ := deal(t, group.New(nil), 3, 5)
	p.Wipe()
	for _, c := range p.coefficients {
		require.True(t, c.Equal(p.group.Scalar().Zero()))
	}
}

func TestCommitmentsAreTheirOwn(t *testing.T) {
	g := group.New(nil)
	_, _, c := deal(t, g, 2, 3)
	c.Key().Null()
	require.False(t, group.IsIdentity(g, c.Key()))
}

func FuzzDecodeCommitments(f *testing.F) {
	g := group.New(nil)
	_, _, c := deal(f, g, 2, 3)
	f.Add(2, c.Bytes())
	f.Add(3, c.Bytes())
	f.Add(1, make([]byte, 32))
	f.Fuzz(func(t *testing.T, threshold int, b []byte) {
		c, err := DecodeCommitments(g, threshold, b)
		if err != nil {
			return
		}
		require.Equal(t, b, c.Bytes())
		require.Equal(t, threshold, c.Threshold())
	})
}
