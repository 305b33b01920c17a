package ceremony

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestErase: at every moment, and again, a trustee can be made to forget all that it has; then it
// does nothing more.
func TestErase(t *testing.T) {
	before := newCommittee(t, "before", 2, 3).until(PhaseDone)
	for phase := PhaseKey; phase <= PhaseDone; phase++ {
		c := before.next("after", nil).until(phase)
		own := c.trustees[2]
		old, oneUse, final := own.old, own.oneUse, own.final
		own.Erase()
		own.Erase()
		require.Empty(t, own.Secrets())
		require.True(t, old == nil || old.Equal(suite.Scalar().Zero()))
		require.True(t, oneUse == nil || oneUse.Equal(suite.Scalar().Zero()))
		require.True(t, final == nil || final.Value.Equal(suite.Scalar().Zero()))
		_, err := own.Next(c.audit, c.random)
		require.ErrorContains(t, err, "has erased its secrets")
		_, err = own.Confirm(c.audit, checkpoint, c.random)
		require.ErrorContains(t, err, "has erased its secrets")
		_, err = own.Share()
		require.ErrorContains(t, err, "has erased its secrets")
		require.ErrorContains(t, own.Redistribute(before.shares()[1]), "has erased its secrets")
	}
}

// TestOtherBoards: a trustee that has erased is given a board that looks innocent, or an earlier
// one. It does not go on.
func TestOtherBoards(t *testing.T) {
	c := newCommittee(t, "stolen", 2, 3).until(PhaseReveal)
	clean, err := ReadBoard(c.roster, c.board)
	require.NoError(t, err)
	require.NoError(t, c.post(c.signed(2, PhaseReveal, []byte("thief"))))
	for _, a := range []*Audit{c.audit, clean} {
		_, err = c.trustees[2].Next(a, c.random)
		require.ErrorContains(t, err, "stolen")
	}

	c = newCommittee(t, "earlier", 2, 3).until(PhaseComplain)
	earlier, err := ReadBoard(c.roster, c.board)
	require.NoError(t, err)
	for _, i := range []int{1, 3} {
		raw, err := c.trustees[i].Next(c.audit, c.random)
		require.NoError(t, err)
		require.NoError(t, c.post(raw))
	}
	c.callTime(PhaseComplain)
	_, err = c.trustees[2].Confirm(c.audit, checkpoint, c.random)
	require.NoError(t, err)
	raw, err := c.trustees[2].Next(earlier, c.random)
	require.NoError(t, err)
	require.Nil(t, raw)
}
