package ceremony

import (
	"crypto/ed25519"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// follow verifies certificates as somebody does who knows the founding roster and no board.
func follow(t *testing.T, r *Roster, chain ...*Certificate) error {
	t.Helper()
	known := Roster{Counter: r.Counter, Threshold: r.Threshold, Identities: r.Identities}
	for k, c := range chain {
		known.Session = c.Session
		if err := c.Verify(&known); err != nil {
			return err
		}
		known.Counter, known.Previous, known.Identities = c.Counter+1, c.Hash(), c.Identities
		known.From = chain[k].Commitments
	}
	return nil
}

// chain plays a founding and resharings, and gives the certificates.
func chain(t *testing.T, threshold, n, resharings int) (list []*committee, certificates []*Certificate) {
	c := newCommittee(t, "founding", threshold, n)
	for k := 0; ; k++ {
		certificate, err := c.until(PhaseDone).audit.Certificate()
		require.NoError(t, err)
		list, certificates = append(list, c), append(certificates, certificate)
		if k == resharings {
			return list, certificates
		}
		c = c.next(fmt.Sprint("resharing ", k), nil)
	}
}

// TestChain: whoever knows one epoch's identities can follow all that come after, one by one.
func TestChain(t *testing.T) {
	list, c := chain(t, 3, 5, 3)
	require.NoError(t, follow(t, list[0].roster, c...))
	require.ErrorContains(t, follow(t, list[0].roster, c[0], c[2]), "its number is 2, the next one is 1")
	require.ErrorContains(t, follow(t, list[0].roster, c[0], c[0]), "its number is 0, the next one is 1")
	_, other := chain(t, 3, 5, 1)
	require.NoError(t, follow(t, list[0].roster, other...), "the same, for nothing in it is random here")
	seen := map[string]bool{}
	for _, certificate := range c {
		for _, key := range certificate.Identities {
			require.False(t, seen[string(key)], "each epoch has keys of its own")
			seen[string(key)] = true
		}
	}
}

// TestPastIdentities: t identities of an epoch that is over, and fewer than t of each of many,
// certify nothing to whoever followed. t of the present one certify anything.
func TestPastIdentities(t *testing.T) {
	list, c := chain(t, 3, 5, 2)
	forge := func(signers map[int]ed25519.PrivateKey) error {
		forged := *c[2]
		forged.Counter, forged.Previous, forged.Session, forged.Resharing = 3, c[2].Hash(), []byte("another key"), false
		forged.Signatures, forged.Identities, forged.Stale = nil, nil, nil
		for i := 1; i <= 5; i++ {
			forged.Identities = append(forged.Identities, identity(90+i).Public().(ed25519.PublicKey))
		}
		for i := 1; i <= 5; i++ {
			if signers[i] != nil {
				forged.Certify(i, signers[i])
			}
		}
		known := &Roster{Session: forged.Session, Counter: 3, Previous: c[2].Hash(), Threshold: 3, Identities: c[2].Identities}
		return forged.Verify(known)
	}
	present := list[2].renewed()
	for _, past := range list {
		old := past.identities
		require.ErrorContains(t, forge(map[int]ed25519.PrivateKey{1: old[1], 2: old[2], 3: old[3]}), "not trustee 1's")
		require.ErrorContains(t, forge(map[int]ed25519.PrivateKey{1: present[1], 2: present[2], 3: old[3]}), "not trustee 3's")
	}
	require.ErrorContains(t, forge(map[int]ed25519.PrivateKey{1: list[0].identities[1], 2: list[1].identities[2],
		3: list[2].identities[3]}), "not trustee 1's")
	require.NoError(t, forge(map[int]ed25519.PrivateKey{1: present[1], 2: present[2], 3: present[3]}))
}

// TestRacedSeat: whoever has copied an identity confirms in its owner's name. If the owner does,
// too, the seat keeps the identity that both have; if it does not, or comes too late, the seat is
// the thief's.
func TestRacedSeat(t *testing.T) {
	thief := identified(2, 2, 77, false)
	before := newCommittee(t, "before", 3, 6).until(PhaseDone)
	for name, test := range map[string]struct {
		cheat move
		want  func(c *committee) ed25519.PublicKey
		stale []int
	}{
		"first": {func(c *committee, i int, honest []byte) [][]byte { return append(thief(c, i, honest), honest) }, owner, []int{2}},
		"second": {func(c *committee, i int, honest []byte) [][]byte {
			return append([][]byte{honest}, thief(c, i, honest)...)
		}, owner, []int{2}},
		"alone":  {thief, func(*committee) ed25519.PublicKey { return identity(77).Public().(ed25519.PublicKey) }, nil},
		"nobody": {silent, owner, []int{2}},
	} {
		c := before.next(name, nil).cheat(PhaseConfirm, 2, test.cheat).until(PhaseDone)
		certificate, err := c.audit.Certificate()
		require.NoError(t, err)
		require.NoError(t, certificate.Verify(c.roster))
		require.Equal(t, test.want(c), certificate.Identities[1], name)
		require.Equal(t, test.stale, certificate.Stale, name)
	}
}

func owner(c *committee) ed25519.PublicKey { return c.roster.Identities[1] }

// TestStaleRenews: a trustee that missed a ceremony confirms the next one under the identity that
// it kept.
func TestStaleRenews(t *testing.T) {
	c := newCommittee(t, "before", 3, 6).until(PhaseDone).next("missed", nil).cheat(PhaseKey, 2, silent).until(PhaseDone)
	later := c.next("again", nil)
	require.Equal(t, c.roster.Identities[1], later.roster.Identities[1])
	certificate, err := later.until(PhaseDone).audit.Certificate()
	require.NoError(t, err)
	require.Empty(t, certificate.Stale)
	require.NotEqual(t, c.roster.Identities[1], certificate.Identities[1])
}

// TestReplayAcrossCeremonies puts every post of one ceremony on the board of the next: none counts.
func TestReplayAcrossCeremonies(t *testing.T) {
	before := newCommittee(t, "same name", 2, 3).until(PhaseDone)
	c := before.next("same name", nil)
	for c.audit.Phase() < PhaseDone {
		for _, raw := range before.board {
			require.Error(t, c.post(raw))
		}
		c.play()
	}
	require.Empty(t, c.outcome().Culprits)
}

// TestSigned tells a post under a former key from rubbish.
func TestSigned(t *testing.T) {
	c := newCommittee(t, "before", 2, 3).until(PhaseDone).next("after", nil)
	raw, err := c.audit.sign(identity(2), PhaseKey, 2, []byte("x"))
	require.NoError(t, err)
	former, present := identity(2).Public().(ed25519.PublicKey), c.roster.Identities[1]
	require.Error(t, c.post(raw))
	require.True(t, c.audit.Signed(raw, former))
	require.False(t, c.audit.Signed(raw, present))
	require.False(t, c.audit.Signed(raw[1:], former))
	require.False(t, c.audit.Signed(raw, nil))
	raw[1] = 3
	require.False(t, c.audit.Signed(raw, former))
}
