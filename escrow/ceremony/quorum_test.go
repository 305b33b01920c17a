package ceremony

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOneSilent: a resharing goes on without one silent trustee from n = t+2 on. With fewer
// trustees it gets nowhere, and the shares before stay good; once confirmation is all that is
// missing, it is waited for.
func TestOneSilent(t *testing.T) {
	for _, size := range []struct{ t, n int }{{1, 1}, {2, 2}, {2, 3}, {3, 5}, {5, 5}, {1, 3}, {2, 4}, {3, 6}} {
		before := newCommittee(t, "before", size.t, size.n).until(PhaseDone)
		for _, phase := range []Phase{PhaseKey, PhaseCommit, PhaseReveal, PhaseDeal, PhaseConfirm} {
			c := before.next("after", nil).cheat(phase, 1, silent).until(PhaseDone)
			switch {
			case size.n >= size.t+2:
				o := c.outcome()
				require.Equal(t, upTo(size.n)[1:], o.Holders)
				require.True(t, isKey(before.outcome(), interpolate(t, c.shares()[:size.t])))
			case phase < PhaseConfirm:
				require.Equal(t, PhaseFailed, c.audit.Phase())
				checkEpoch(before.next("better", nil).until(PhaseDone), before, upTo(size.n)...)
			default:
				require.True(t, c.audit.Overdue())
				require.Equal(t, Absent, c.outcome().Culprits[0].Reason)
				raw, err := c.trustees[1].Confirm(c.audit, checkpoint, c.random)
				require.NoError(t, err)
				require.NoError(t, c.post(raw))
				require.Equal(t, PhaseCertify, c.audit.Phase())
				require.False(t, c.audit.Overdue())
				require.Equal(t, upTo(size.n), c.outcome().Holders)
			}
		}
	}
	c := newCommittee(t, "before", 4, 5).until(PhaseDone).next("why", nil).cheat(PhaseDeal, 1, silent).until(PhaseDone)
	_, err := c.audit.Outcome()
	require.ErrorContains(t, err, "failed in the deal phase: 4 trustees qualified, 5 are needed; trustee 1: absent")
}

// TestOneHonestHolder: two corrupted of five and the clock of trustee 3, which is fast, leave
// trustees 4 and 5 without a share. There is no certificate, and nobody may erase an old share: the
// corrupted could destroy the key by falling silent.
func TestOneHonestHolder(t *testing.T) {
	before := newCommittee(t, "before", 3, 5).until(PhaseDone)
	c := before.next("no keys", nil).cheat(PhaseKey, 4, silent).cheat(PhaseKey, 5, silent).until(PhaseDone)
	require.Equal(t, PhaseFailed, c.audit.Phase())

	c = before.next("garbage", nil).cheat(PhaseComplain, 4, silent).cheat(PhaseComplain, 5, silent)
	c.cheat(PhaseDeal, 1, body(func(_ *committee, _ int, b []byte) []byte {
		b[proofSize+4*sealedSize-1] ^= 1
		b[proofSize+5*sealedSize-1] ^= 1
		return b
	})).until(PhaseConfirm)
	for i := 4; i <= 5; i++ {
		require.NotContains(t, c.trustees[i].received, 1)
		_, err := c.trustees[i].Confirm(c.audit, checkpoint, c.random)
		require.ErrorContains(t, err, "no good share from qualified dealer 1")
	}
	c.until(PhaseDone)
	require.Equal(t, upTo(5), c.outcome().Recipients)
	require.Equal(t, upTo(3), c.outcome().Holders)
	require.True(t, c.audit.Overdue())
	_, err := c.audit.Certificate()
	require.ErrorContains(t, err, "no certificate yet, the confirm phase is open")
}

// TestSignedElsewhere: time is up, too few have confirmed, and the ceremony is given up. Whatever
// the corrupted sign then and later, there is no certificate: no honest trustee has signed one, for
// the board never showed that the ceremony succeeded.
func TestSignedElsewhere(t *testing.T) {
	c := newCommittee(t, "founded", 3, 5).until(PhaseDone).next("resharing", nil)
	c.cheat(PhaseConfirm, 1, silent).cheat(PhaseConfirm, 2, silent).until(PhaseDone)
	require.True(t, c.audit.Overdue())
	late := *c.audit
	late.phase = PhaseConfirm
	for i := 1; i <= 2; i++ { // on a board that others do not see
		raw, err := c.trustees[i].Confirm(&late, checkpoint, c.random)
		require.NoError(t, err)
		c.trustees[i].sent[PhaseConfirm] = raw
	}
	for i := 3; i <= 5; i++ {
		raw, err := c.trustees[i].Certify(c.audit)
		require.NoError(t, err)
		require.Nil(t, raw)
	}
	certificate := c.audit.buildCertificate()
	certificate.Certify(1, c.identities[1])
	certificate.Certify(2, c.identities[2])
	require.ErrorContains(t, certificate.Verify(c.roster), "2 signatures, 4 are needed")
}

// TestStuckCertificate: once enough have confirmed nothing fails any more. Whoever's signature is
// missing posts it later.
func TestStuckCertificate(t *testing.T) {
	c := newCommittee(t, "founded", 2, 3).until(PhaseDone).next("stuck", nil)
	c.cheat(PhaseCertify, 3, silent)
	c.until(PhaseCertify)
	for i := 1; i <= 2; i++ {
		raw, err := c.honest(i)
		require.NoError(t, err)
		require.NoError(t, c.post(raw))
		_, err = c.trustees[i].VoteToClose(c.audit)
		require.Error(t, err)
		require.Error(t, c.post(c.signed(i, PhaseCertify, nil)), "there is no time to call")
	}
	require.Equal(t, PhaseCertify, c.audit.Phase())
	posts, err := c.trustees[2].Repost(c.audit)
	require.NoError(t, err)
	require.Empty(t, posts)
	raw, err := c.trustees[3].Certify(c.audit)
	require.NoError(t, err)
	posts, err = c.trustees[3].Repost(c.audit) // the first was lost
	require.NoError(t, err)
	require.Equal(t, [][]byte{raw}, posts)
	require.NoError(t, c.post(raw))
	require.Equal(t, PhaseDone, c.audit.Phase())
}

// TestForkErasesNothing: with the honest call of time from the true board, two corrupted make
// another, on which too few are left. A trustee that confirmed sees it, says so, and keeps its
// share.
func TestForkErasesNothing(t *testing.T) {
	c := newCommittee(t, "fork", 3, 6).cheat(PhaseKey, 6, silent)
	board := [][]byte{c.signed(1, PhaseKey, nil), c.signed(2, PhaseKey, nil)}
	for _, raw := range c.until(PhaseDone).board {
		if p, err := parsePost(raw); err == nil && p.phase == PhaseKey && len(p.body) == 0 && p.author > 2 {
			board = append(board, raw)
		}
	}
	fork, err := ReadBoard(c.roster, board)
	require.NoError(t, err)
	require.Equal(t, PhaseFailed, fork.Phase())
	_, err = c.trustees[3].Next(fork, c.random)
	require.ErrorContains(t, err, "failed in the key phase")
	_, err = c.trustees[3].Share()
	require.NoError(t, err)
	_, err = c.trustees[3].Confirm(c.audit, checkpoint, c.random)
	require.NoError(t, err)
}
