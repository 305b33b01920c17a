package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/world"
	"doormat/world/publiclog"
)

// TestLostCalls: a post is lost, and then everybody's call of time. They call again.
func TestLostCalls(t *testing.T) {
	s := renewing(t, 2, 4, 3, 0, 7)
	calls := 0
	s.sim.Intercept = func(p world.Packet) bool {
		if p.Kind() != publiclog.KindPost {
			return false
		}
		f, err := world.Unpack(p.Data, publiclog.KindPost, 2)
		require.NoError(t, err)
		phase, author, body, err := ceremony.Split(f[1])
		require.NoError(t, err)
		if len(body) == 0 && calls < 3 {
			calls++
			return true
		}
		return phase == ceremony.PhaseCommit && author == 4 && len(body) > 0 && string(f[0]) == committee.EpochName(1, 1)
	}
	s.advance(5)
	require.Equal(t, 3, calls)
	require.Equal(t, []string{committee.EpochName(1, 1)}, s.refs("trustee:1", committee.Share))
	s.advance(7)
	require.Equal(t, []string{committee.EpochName(1, 2)}, s.refs("trustee:4", committee.Share))
}

// TestKeptFromBoard: a trustee that is shown nothing cannot erase its old share. It
// drops the one-use key and says so, and takes part again when it can.
func TestKeptFromBoard(t *testing.T) {
	s := renewing(t, 2, 4, 3, 0, 12)
	s.advance(2)
	s.sim.Intercept = func(p world.Packet) bool { return p.From == "log" && p.To == "trustee:4" }
	s.advance(4)
	require.Equal(t, []string{committee.EpochName(1, 1)}, s.refs("trustee:4", committee.OneUseKey))
	s.advance(8)
	require.Equal(t, []string{committee.EpochName(1, 2)}, s.refs("trustee:1", committee.Share))
	require.Equal(t, []string{committee.EpochName(1, 0)}, s.refs("trustee:4", committee.Share))
	require.Empty(t, s.refs("trustee:4", committee.OneUseKey))
	require.Contains(t, s.warned, "trustee:4: has no part in the ceremony for key 1/epoch 1: the board does not show what it posts")
	s.sim.Intercept = nil
	s.advance(12)
	require.Equal(t, s.refs("trustee:1", committee.Share), s.refs("trustee:4", committee.Share))
}
