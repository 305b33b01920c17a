package e2ee

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
)

// TestTooLate tells the user of a message whose key was dropped, by its name, and
// says nothing of one that comes twice.
func TestTooLate(t *testing.T) {
	const first = 2
	sc := scene{seed: 6}
	for range 2*ratchet.MaxSkip + 5 {
		sc.messages = append(sc.messages, "Ana>Ben")
	}
	s := sc.start(t)
	arrive := []int{1, first + ratchet.MaxSkip, first + 2*ratchet.MaxSkip + 1, first + 2*ratchet.MaxSkip + 3}
	held := s.hold(func(p world.Packet) bool {
		return isDelivery(p) && !slices.Contains(arrive, s.sim.Moment())
	})
	s.end().quiet()
	deliveries := s.packets(wire.KindDeliver)
	last := deliveries[arrive[len(arrive)-1]-1]
	s.release((*held)[0])
	require.Equal(t, []string{"Ben: a message from Ana came too late: its key had been dropped, because too many others were missing"}, s.warned)
	require.Len(t, s.shown, len(arrive))

	s.warned = nil
	s.post(last, (*held)[1], (*held)[1])
	s.quiet()
	require.Equal(t, "Ben<Ana 3", s.shown[len(arrive)])
	require.Len(t, s.shown, len(arrive)+1, "delivered twice, shown once")
}
