package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"testing"

	"doormat/escrow/sharing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
)

// TestHonest: any t shares give the secret of the committee's key, and t-1 do not.
func TestHonest(t *testing.T) {
	for _, size := range []struct{ t, n int }{{1, 1}, {1, 3}, {2, 3}, {3, 5}, {5, 5}, {13, 25}} {
		c := newCommittee(t, "honest", size.t, size.n).until(PhaseDone)
		o := c.outcome()
		require.Len(t, o.Holders, size.n)
		require.Empty(t, o.Culprits)
		sum := suite.Scalar().Zero()
		for _, p := range c.polynomials[1:] {
			sum.Add(sum, p.Secret())
		}
		require.True(t, isKey(o, sum))
		shares := c.shares()
		require.Len(t, shares, size.n)
		for k := 0; k+size.t <= size.n; k++ {
			require.True(t, isKey(o, interpolate(t, shares[k:k+size.t])))
			if size.t > 1 {
				require.False(t, isKey(o, interpolate(t, shares[k:k+size.t-1])))
			}
		}
		certificate, err := c.audit.Certificate()
		require.NoError(t, err)
		require.NoError(t, certificate.Verify(c.roster))
		require.Len(t, certificate.Signatures, size.t)
		require.True(t, certificate.Key().Equal(o.Commitments.Key()))
		require.Empty(t, certificate.Stale)
		for i, key := range certificate.Identities {
			require.True(t, key.Equal(c.trustees[i+1].Identity().Public()))
		}
	}
}

// TestAnyQuorum tries every quorum of 3 of 5, and everything smaller.
func TestAnyQuorum(t *testing.T) {
	c := newCommittee(t, "quorum", 3, 5).until(PhaseDone)
	for set := 1; set < 1<<5; set++ {
		var some []sharing.Share
		for k, s := range c.shares() {
			if set>>k&1 == 1 {
				some = append(some, s)
			}
		}
		require.Equal(t, len(some) >= 3, isKey(c.outcome(), interpolate(t, some)))
	}
}

func TestVerifyIsDeterministic(t *testing.T) {
	checkReaders(newCommittee(t, "readers", 2, 4))
	checkReaders(newCommittee(t, "founded", 2, 4).until(PhaseDone).next("readers", nil))
}

func checkReaders(c *committee) {
	t := c.TB
	want := c.cheat(PhaseDeal, 2, silent).until(PhaseDone).outcome()
	other := newCommittee(t, "another session", 2, 4).until(PhaseDone)
	var noisy [][]byte
	for k, p := range c.board {
		noisy = append(noisy, p, p, p[:len(p)-1], other.board[k], []byte("noise"), nil)
	}
	got, err := readOutcome(c.roster, noisy)
	require.NoError(t, err)
	require.Equal(t, want.Transcript, got.Transcript)
	require.Equal(t, want.Commitments.Bytes(), got.Commitments.Bytes())
	require.Equal(t, want.Culprits, got.Culprits)

	swapped := slices.Clone(c.board[:len(c.board)-3-2]) // another order is another transcript, which nobody confirmed
	swapped[0], swapped[1] = swapped[1], swapped[0]
	got, err = readOutcome(c.roster, swapped)
	require.NoError(t, err)
	require.NotEqual(t, want.Transcript, got.Transcript)

	_, err = readOutcome(c.roster, c.board[:7])
	require.ErrorContains(t, err, "no outcome yet, the commit phase is open")
	_, err = readOutcome(other.roster, c.board)
	require.ErrorContains(t, err, "the key phase is open")
}

// TestReadKeepsNothingOfItsInput: the caller may use its buffer again.
func TestReadKeepsNothingOfItsInput(t *testing.T) {
	c := newCommittee(t, "buffer", 2, 2).until(PhaseDone)
	a, err := NewAudit(c.roster)
	require.NoError(t, err)
	for _, p := range c.board {
		buffer := bytes.Clone(p)
		require.NoError(t, a.Read(buffer))
		clear(buffer)
	}
	certificate, err := a.Certificate()
	require.NoError(t, err)
	require.NoError(t, certificate.Verify(c.roster))
}

// TestSecrets follows what a thief would find.
func TestSecrets(t *testing.T) {
	c := newCommittee(t, "secrets", 2, 3)
	kinds := func() (list []SecretKind) {
		for _, s := range c.trustees[2].Secrets() {
			list = append(list, s.Kind)
		}
		return list
	}
	require.Empty(t, kinds())
	received := []SecretKind{SecretOneUseKey, SecretReceived, SecretReceived, SecretReceived}
	for _, step := range []struct {
		reach Phase
		want  []SecretKind
	}{
		{PhaseCommit, []SecretKind{SecretOneUseKey}},
		{PhaseReveal, []SecretKind{SecretOneUseKey, SecretPolynomial, SecretSalt}},
		{PhaseDeal, []SecretKind{SecretOneUseKey, SecretPolynomial, SecretSalt}},
		{PhaseComplain, []SecretKind{SecretOneUseKey}},
		{PhaseConfirm, received},
		{PhaseCertify, []SecretKind{SecretShare, SecretIdentity}},
		{PhaseDone, []SecretKind{SecretShare, SecretIdentity}},
	} {
		c.until(step.reach)
		require.Equal(t, step.want, kinds(), step.reach)
	}
	share, err := ParseShare(c.trustees[2].Secrets()[0].Bytes)
	require.NoError(t, err)
	require.Equal(t, 2, share.Index)
	require.NoError(t, c.outcome().Commitments.Verify(share))
}

// TestSecretsAreReal: what Secrets lists in the middle is the key material itself.
func TestSecretsAreReal(t *testing.T) {
	c := newCommittee(t, "thief", 2, 3).until(PhaseReveal)
	var stolen []sharing.Share
	b := c.trustees[1].Secrets()[1].Bytes
	for k := range 2 {
		s, err := ParseShare(b[k*ShareSize : (k+1)*ShareSize])
		require.NoError(t, err)
		stolen = append(stolen, s)
	}
	require.True(t, interpolate(t, stolen).Equal(c.polynomials[1].Secret()))
	c.until(PhaseConfirm)
	for _, s := range c.trustees[3].Secrets()[1:] {
		share, err := ParseShare(s.Bytes)
		require.NoError(t, err)
		require.NoError(t, c.audit.trustees[s.Dealer].commitments.Verify(share))
	}
}

func TestErasedScalarsAreOverwritten(t *testing.T) {
	c := newCommittee(t, "erase", 2, 3).until(PhaseDone).next("erase again", nil)
	held := []kyber.Scalar{c.trustees[1].old}
	c.until(PhaseDeal)
	polynomial := c.trustees[1].polynomial
	require.False(t, polynomial.Secret().Equal(suite.Scalar().Zero()))
	c.until(PhaseConfirm)
	held = append(held, polynomial.Secret(), c.trustees[1].oneUse)
	for _, s := range c.trustees[1].received {
		held = append(held, s.Value)
	}
	c.play()
	next := c.trustees[1].next
	require.NotEqual(t, make([]byte, 64), []byte(next))
	c.trustees[1].Erase()
	require.Equal(t, make([]byte, 64), []byte(next))
	for _, s := range held {
		require.True(t, s.Equal(suite.Scalar().Zero()))
	}
}

func TestRosterIsChecked(t *testing.T) {
	good := newCommittee(t, "roster", 2, 3).roster
	for name, spoil := range map[string]func(r *Roster){
		"threshold 0 of 3":       func(r *Roster) { r.Threshold = 0 },
		"threshold 4 of 3":       func(r *Roster) { r.Threshold = 4 },
		"threshold 2 of 0":       func(r *Roster) { r.Identities = nil },
		"has 0 bytes":            func(r *Roster) { r.Session = nil },
		"has 256 bytes":          func(r *Roster) { r.Session = make([]byte, 256) },
		"of trustee 2 has 31":    func(r *Roster) { r.Identities[1] = r.Identities[1][1:] },
		"trustees 1 and 3 have":  func(r *Roster) { r.Identities[2] = r.Identities[0] },
		"threshold 2 of 101":     func(r *Roster) { r.Identities = make([]ed25519.PublicKey, 101) },
		"of trustee 1 has 0 byt": func(r *Roster) { r.Identities[0] = nil },
	} {
		bad := *good
		bad.Identities = slices.Clone(good.Identities)
		spoil(&bad)
		_, err := NewAudit(&bad)
		require.ErrorContains(t, err, name)
		_, err = NewTrustee(&bad, 1, nil)
		require.ErrorContains(t, err, name)
		require.ErrorContains(t, new(Certificate).Verify(&bad), name)
	}
	_, err := NewAudit(nil)
	require.Error(t, err)
	c := newCommittee(t, "roster", 2, 3)
	for _, i := range []int{-1, 0, 2, 4} {
		_, err := NewTrustee(good, i, c.identities[1])
		require.ErrorContains(t, err, "not trustee")
	}
	one, err := good.ID()
	require.NoError(t, err)
	for _, change := range []func(r *Roster){func(r *Roster) { r.Session = []byte("x") }, func(r *Roster) { r.Threshold = 3 },
		func(r *Roster) { r.Identities = r.Identities[1:] },
		func(r *Roster) {
			r.Identities = append(r.Identities[1:len(r.Identities):len(r.Identities)], r.Identities[0])
		}} {
		other := *good
		change(&other)
		id, err := other.ID()
		require.NoError(t, err)
		require.NotEqual(t, one, id)
	}
}

func TestShareEncodingIsStrict(t *testing.T) {
	good := EncodeShare(sharing.Share{Index: 7, Value: suite.Scalar().SetInt64(-1)})
	s, err := ParseShare(good)
	require.NoError(t, err)
	require.Equal(t, good, EncodeShare(s))
	for _, b := range [][]byte{nil, good[1:], append(slices.Clone(good), 0), append([]byte{0}, good[1:]...),
		append([]byte{101}, good[1:]...), append([]byte{1}, unreduced()...)} {
		_, err := ParseShare(b)
		require.Error(t, err)
	}
}
