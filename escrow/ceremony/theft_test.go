package ceremony

import (
	"crypto/ed25519"
	"testing"

	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world/worldtest"

	"github.com/stretchr/testify/require"
)

// TestMixedEpochs: of the shares of two epochs, three of five of one epoch open the key, and no
// three from both do. With -all any number of shares is tried.
func TestMixedEpochs(t *testing.T) {
	before := newCommittee(t, "old", 3, 5).until(PhaseDone)
	c := before.next("new", nil).until(PhaseDone)
	epochs := [][]sharing.Share{before.shares(), c.shares()}
	for set := range 3 * 3 * 3 * 3 * 3 { // of each trustee no share, the old one, or the new one
		var some []sharing.Share
		var taken [2]int
		for i, rest := 0, set; i < 5; i, rest = i+1, rest/3 {
			if rest%3 > 0 {
				some = append(some, epochs[rest%3-1][i])
				taken[rest%3-1]++
			}
		}
		if taken[0]+taken[1] != 3 && !*worldtest.All {
			continue
		}
		whole := taken[0] >= 3 && taken[1] == 0 || taken[1] >= 3 && taken[0] == 0
		require.Equal(t, whole, len(some) > 0 && isKey(c.outcome(), interpolate(t, some)), taken)
	}
}

// TestStolenOneUseKey: with a one-use key the board gives its owner's share, to anybody, afterwards
// too. The board alone, or another's key, gives nothing; and what the owner holds in the end no
// longer opens the board.
func TestStolenOneUseKey(t *testing.T) {
	founded := newCommittee(t, "founded", 3, 5).until(PhaseDone)
	for _, c := range []*committee{newCommittee(t, "founding", 3, 5),
		founded.next("resharing", map[int]ed25519.PrivateKey{2: identity(22), 4: identity(4)})} {
		var keys [6][]byte
		c.until(PhaseComplain)
		for i := 1; i <= 5; i++ {
			require.Equal(t, SecretOneUseKey, c.trustees[i].Secrets()[0].Kind)
			keys[i] = c.trustees[i].Secrets()[0].Bytes
		}
		_, err := c.audit.OpenShare(1, keys[1])
		require.ErrorContains(t, err, "the complain phase is open")
		c.until(PhaseDone)
		public, err := ReadBoard(c.roster, c.board)
		require.NoError(t, err)
		for i := 1; i <= 5; i++ {
			share, err := public.OpenShare(i, keys[i])
			require.NoError(t, err)
			own, err := c.trustees[i].Share()
			require.NoError(t, err)
			require.Equal(t, EncodeShare(own), EncodeShare(share))
			_, err = public.OpenShare(i, keys[i%5+1])
			require.ErrorContains(t, err, "not the one-use key")
			for _, b := range [][]byte{nil, make([]byte, 32), group.Bytes(own.Value), unreduced()} {
				_, err = public.OpenShare(i, b)
				require.Error(t, err)
			}
		}
		for _, i := range []int{-1, 0, 6} {
			_, err := public.OpenShare(i, keys[1])
			require.ErrorContains(t, err, "nobody dealt a share")
		}
	}
}

// TestUnconfirmedSharesAreReal: a resharing that too few confirmed gave out shares of the key all
// the same.
func TestUnconfirmedSharesAreReal(t *testing.T) {
	c := newCommittee(t, "founded", 2, 3).until(PhaseDone).next("torn", nil).cheat(PhaseConfirm, 1, silent).
		cheat(PhaseConfirm, 2, silent).until(PhaseDone)
	require.True(t, c.audit.Overdue())
	var stolen []sharing.Share
	for i := 1; i <= 2; i++ {
		s, err := c.audit.OpenShare(i, group.Bytes(c.oneUse[i]))
		require.NoError(t, err)
		stolen = append(stolen, s)
	}
	require.True(t, suite.Point().Mul(interpolate(t, stolen), nil).Equal(c.roster.From.Key()))
}
