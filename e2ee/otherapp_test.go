package e2ee

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
)

// What two people write to each other with another messenger reaches them, from phone to phone,
// and the provider has no envelope of it. With others they go on as before.
func TestOtherMessenger(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben,Cem", "Cem>Ana"}}.start(t)
	for _, name := range []string{"Ana", "Ben"} {
		phone := s.sim.Net.Node(world.DeviceOf(name)).(*Device)
		require.Error(t, phone.Reprogram(OtherMessenger, []byte("Ana\nBen")), "without a phrase")
		require.NoError(t, phone.Reprogram(OtherMessenger, []byte("Ana\nBen\nthe kettle is on")))
	}
	s.end()
	s.each(1, 4)
	require.Len(t, s.packets(wire.KindElsewhere), 2)
	stored := 0
	for _, f := range s.provider().Holdings() {
		if f.Kind == wire.Envelopes {
			stored++
		}
	}
	require.Equal(t, 2, stored)

	packet := s.packets(wire.KindElsewhere)[0]
	shown := len(s.packets(world.KindShown))
	s.post(packet)
	packet.Data[len(packet.Data)-1] ^= 1
	packet.To = world.DeviceOf("Cem")
	s.post(packet)
	require.Len(t, s.packets(world.KindShown), shown, "what comes twice, or to a phone without the program, is not shown")
}
