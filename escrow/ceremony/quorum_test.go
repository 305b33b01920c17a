package ceremony

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOneSilent: a resharing goes on without one silent trustee from n = t+2 on. With fewer trustees it gets nowhere, and the
// shares before stay good; once confirmation is all that is missing, it is waited for.
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
				raw, err := c.trustees[1].Confirm(c.audit, checkpoint)
				require.NoError(t, err)
				require.NoError(t, c.post(raw))
				require.Equal(t, PhaseDone, c.audit.Phase())
				require.False(t, c.audit.Overdue())
				require.Equal(t, upTo(size.n), c.outcome().Holders)
			}
		}
	}
	c := newCommittee(t, "before", 4, 5).until(PhaseDone).next("why", nil).cheat(PhaseDeal, 1, silent).until(PhaseDone)
	_, err := c.audit.Outcome()
	require.ErrorContains(t, err, "failed in the deal phase: 4 trustees qualified, 5 are needed; trustee 1: absent")
}

// TestOneHonestHolder: two corrupted of five and the clock of trustee 3, which is fast, leave trustees 4 and 5 without a share.
// Though a certificate stands, nobody may erase an old share: the corrupted could destroy the key by falling silent.
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
		_, err := c.trustees[i].Confirm(c.audit, checkpoint)
		require.ErrorContains(t, err, "no good share from qualified dealer 1")
	}
	c.until(PhaseDone)
	require.Equal(t, upTo(5), c.outcome().Recipients)
	require.Equal(t, upTo(3), c.outcome().Holders)
	require.True(t, c.audit.Overdue())
	certificate, err := c.audit.Certificate()
	require.NoError(t, err)
	require.NoError(t, certificate.Verify(c.roster))
}

// TestSignedElsewhere: each honest trustee confirms another checkpoint, and time is up. Two corrupted sign one of them and do
// not post it: a client accepts the certificate. So the audit does not fail, and nobody erases a share.
func TestSignedElsewhere(t *testing.T) {
	founded := newCommittee(t, "founded", 3, 5).until(PhaseDone)
	for _, c := range []*committee{newCommittee(t, "founding", 3, 5), founded.next("resharing", nil)} {
		certificate := &Certificate{Checkpoint: []byte("log size 3")}
		sign := func(i int, raw []byte) {
			p, err := parsePost(raw)
			require.NoError(t, err)
			certificate.Signatures = append(certificate.Signatures, Signature{i, [64]byte(p.signature)})
		}
		o := c.until(PhaseConfirm).outcome()
		certificate.Commitments, certificate.Transcript = o.Commitments, o.Transcript
		for i := 1; i <= 2; i++ {
			sign(i, c.signed(i, PhaseConfirm, confirmBody(o.Transcript, o.Commitments, certificate.Checkpoint)))
		}
		for i := 3; i <= 5; i++ {
			raw, err := c.trustees[i].Confirm(c.audit, fmt.Appendf(nil, "log size %d", i))
			require.NoError(t, err)
			require.NoError(t, c.post(raw))
			if i == 3 {
				sign(i, raw)
			}
		}
		c.callTime(PhaseConfirm)
		require.True(t, c.audit.Overdue())
		require.NoError(t, certificate.Verify(c.roster))
		for i := 3; i <= 5; i++ {
			_, err := c.trustees[i].Next(c.audit, c.random)
			require.NoError(t, err)
			share, err := c.trustees[i].Share()
			require.NoError(t, err)
			require.NoError(t, o.Commitments.Verify(share))
		}
	}
}

// TestForkErasesNothing: with the honest call of time from the true board, two corrupted make another, on which too few are
// left. A trustee that confirmed sees it, says so, and keeps its share.
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
	_, err = c.trustees[3].Confirm(c.audit, checkpoint)
	require.NoError(t, err)
}
