package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow/committee"
	"doormat/world"
	"doormat/world/publiclog"
)

// TestOwnEyes: what the others in this process have read is no use to a reader that
// was shown something else, or nothing.
func TestOwnEyes(t *testing.T) {
	tests := map[string]struct {
		spoil  func(*publiclog.Update) *publiclog.Update
		warned string
	}{
		"other records":   {func(u *publiclog.Update) *publiclog.Update { u.Records[0] = []byte("rubbish"); return u }, "does not add up"},
		"too few records": {func(u *publiclog.Update) *publiclog.Update { u.Records = u.Records[1:]; return u }, "does not add up"},
		"a gap":           {func(u *publiclog.Update) *publiclog.Update { u.First++; u.Records = u.Records[1:]; return u }, "trustee 3: absent"},
		"nothing":         {func(u *publiclog.Update) *publiclog.Update { return nil }, "trustee 3: absent"},
	}
	for name, c := range tests {
		s := renewing(t, 2, 4, 2, 0, 3)
		s.sim.Intercept = func(p world.Packet) bool {
			if p.To != "trustee:3" || p.Kind() != publiclog.KindUpdate {
				return false
			}
			u, err := publiclog.ParseUpdate(p.Data)
			require.NoError(t, err)
			if u = c.spoil(u); u != nil {
				p.Data = u.Encode()
				s.sim.Net.Deliver(p)
			}
			return true
		}
		s.advance(3)
		require.Equal(t, []string{committee.EpochName(1, 1)}, s.refs("trustee:1", committee.Share), name)
		require.Equal(t, []string{committee.EpochName(1, 0)}, s.refs("trustee:3", committee.Share), name)
		require.Contains(t, s.warned[0], c.warned, name)
	}
}

// TestDeafMonitor: a monitor that missed one packet reads on, and tells of a cheat.
func TestDeafMonitor(t *testing.T) {
	s := renewing(t, 2, 4, 3, 0, 4)
	lost := false
	s.sim.Intercept = func(p world.Packet) bool {
		hit := !lost && p.To == "monitor" && p.Kind() == publiclog.KindUpdate
		lost = lost || hit
		return hit
	}
	require.NoError(t, s.trustee(1).Reprogram(BadShare, nil))
	s.advance(4)
	require.True(t, lost)
	require.Len(t, s.warned, 1)
	require.Contains(t, s.warned[0], "monitor: in the ceremony for key 1/epoch 1, trustee 1")
}

// TestLaggingView: who reads each update later than the others carries its own state on, and does
// not compute all that was ever posted at each update.
func TestLaggingView(t *testing.T) {
	s := renewing(t, 2, 4, 2, 0, 8)
	var own *committee.State
	lags := 0
	s.sim.Intercept = func(p world.Packet) bool {
		if p.To != "trustee:3" || p.Kind() != publiclog.KindUpdate {
			return false
		}
		board := s.trustee(3).board
		state := board.State()
		if s.trustee(1).board.Version.Size > board.Version.Size { // somebody has read on
			lags++
			require.True(t, own == nil || own == state, "computed anew")
			own = state
			anew := board.Compute()
			require.Equal(t, anew.Links, state.Links)
			require.Equal(t, anew.Tree, state.Tree)
		}
		return false
	}
	s.advance(8)
	require.Greater(t, lags, 3)
}
