package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A user calls the contact for whom messages wait at the third midnight, and does not if
// the phone on which they waited is no more.
func TestPatience(t *testing.T) {
	for _, anew := range []bool{false, true} {
		u := NewUser("Ana")
		u.Handle(time.Time{}, Packet{From: DeviceOf("Ana"), To: u.Name(), Data: Pack(KindHeldBack, []byte("Ben"))})
		if anew {
			u.Handle(time.Time{}, Packet{From: Environment, To: u.Name(), Data: Pack(KindReinstall)})
		}
		var asked []Packet
		for range nightsBeforeCall + 1 {
			asked = append(asked, u.Handle(time.Time{}, Packet{From: Clock, To: u.Name(), Data: Pack(KindTick)})...)
		}
		if anew {
			require.Empty(t, asked)
			continue
		}
		require.Equal(t, []Packet{{From: u.Name(), To: DeviceOf("Ana"), Data: Pack(KindAskNumber, []byte("Ben"))}}, asked)
	}
}

// A user gives a secret to its own device only, and to the next one as well.
func TestMind(t *testing.T) {
	u := NewUser("Ana")
	ask := func(from string) []Packet {
		return u.Handle(time.Time{}, Packet{From: from, To: u.Name(), Data: Pack(KindRecall, []byte("PIN"))})
	}
	answer := func(pin string) []Packet {
		return []Packet{{From: u.Name(), To: DeviceOf("Ana"), Data: Pack(KindRecalled, []byte("PIN"), []byte(pin))}}
	}
	require.Equal(t, answer(""), ask(DeviceOf("Ana")))
	for from, pin := range map[string]string{DeviceOf("Ana"): "4711", DeviceOf("Ben"): "0000"} {
		u.Handle(time.Time{}, Packet{From: from, To: u.Name(), Data: Pack(KindRemember, []byte("PIN"), []byte(pin))})
	}
	u.Handle(time.Time{}, Packet{From: Environment, To: u.Name(), Data: Pack(KindReinstall)})
	require.Equal(t, answer("4711"), ask(DeviceOf("Ana")))
	require.Empty(t, ask(DeviceOf("Ben")))
	require.Empty(t, u.Holdings())
}
