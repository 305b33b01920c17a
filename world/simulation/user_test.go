package simulation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// A user calls the contact for whom messages wait at the third midnight, and does not if
// the phone on which they waited is no more.
func TestPatience(t *testing.T) {
	for _, anew := range []bool{false, true} {
		u := NewUser("Ana")
		u.Handle(time.Time{}, world.Packet{From: world.DeviceOf("Ana"), To: u.Name(), Data: world.Pack(world.KindHeldBack, []byte("Ben"))})
		if anew {
			u.Handle(time.Time{}, world.Packet{From: world.Environment, To: u.Name(), Data: world.Pack(world.KindReinstall)})
		}
		var asked []world.Packet
		for range nightsBeforeCall + 1 {
			asked = append(asked, u.Handle(time.Time{}, world.Packet{From: world.Clock, To: u.Name(), Data: world.Pack(world.KindTick)})...)
		}
		if anew {
			require.Empty(t, asked)
			continue
		}
		require.Equal(t, []world.Packet{{From: u.Name(), To: world.DeviceOf("Ana"), Data: world.Pack(world.KindAskNumber, []byte("Ben"))}}, asked)
	}
}

// A user gives a secret to its own device only, and to the next one as well.
func TestMind(t *testing.T) {
	u := NewUser("Ana")
	ask := func(from string) []world.Packet {
		return u.Handle(time.Time{}, world.Packet{From: from, To: u.Name(), Data: world.Pack(world.KindRecall, []byte("PIN"))})
	}
	answer := func(pin string) []world.Packet {
		return []world.Packet{{From: u.Name(), To: world.DeviceOf("Ana"), Data: world.Pack(world.KindRecalled, []byte("PIN"), []byte(pin))}}
	}
	require.Equal(t, answer(""), ask(world.DeviceOf("Ana")))
	for from, pin := range map[string]string{world.DeviceOf("Ana"): "4711", world.DeviceOf("Ben"): "0000"} {
		u.Handle(time.Time{}, world.Packet{From: from, To: u.Name(), Data: world.Pack(world.KindRemember, []byte("PIN"), []byte(pin))})
	}
	u.Handle(time.Time{}, world.Packet{From: world.Environment, To: u.Name(), Data: world.Pack(world.KindReinstall)})
	require.Equal(t, answer("4711"), ask(world.DeviceOf("Ana")))
	require.Empty(t, ask(world.DeviceOf("Ben")))
	require.Empty(t, u.Holdings())
}
