package e2ee

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// hears lists what rules conclude to have been said.
func (s *stage) hears(loot ...[]world.Fact) (list []string) {
	for _, f := range saturate(Design{}.Rules(), slices.Concat(loot...)) {
		if f.Kind == world.Speech {
			list = append(list, string(f.Data))
		}
	}
	slices.Sort(list)
	return list
}

// What somebody says in a call all others hear, once; nothing of it is typed, kept or stored.
func TestCall(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}, calls: []string{"1 Ben>Ana", "2 Ana>Ben,Cem"}}.start(t).end()
	s.quiet()
	s.each(1, 3)
	require.Equal(t, []string{
		"Ana<Ben " + speech(1, 1), "Ben<Ana " + speech(1, 2), "Ana<Ben " + speech(1, 3),
		"Ben<Ana " + speech(2, 1), "Cem<Ana " + speech(2, 1), "Ana<Ben " + speech(2, 2), "Cem<Ben " + speech(2, 2),
		"Ana<Cem " + speech(2, 3), "Ben<Cem " + speech(2, 3), "Ben<Ana " + speech(2, 4), "Cem<Ana " + speech(2, 4),
	}, s.heard)
	all := slices.Clone(s.wire)
	for _, name := range s.sim.Net.Names() {
		all = append(all, s.sim.Net.Node(name).Holdings()...)
	}
	for _, f := range all {
		require.NotContains(t, string(f.Data), "what is said")
		require.NotContains(t, []world.Kind{wire.CallKey, wire.CallFrame}, f.Kind, "held after the call")
	}
}

// A recorded call opens to whoever holds its key while it lasts, and to nobody who copies the
// phones later: when they hang up, the key is gone. A thief who follows the chat gets it.
func TestCallKeyIsGone(t *testing.T) {
	play := func() *stage {
		return scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ben>Ana"}, calls: []string{"3 Ana>Ben"}}.start(t)
	}
	s := play().advance(3)
	before := s.copyOf("Ana") // Ana goes on to write under this chain
	var during []world.Fact
	s.sim.Intercept = func(p world.Packet) bool {
		if p.Kind() == wire.KindFrame && during == nil {
			during = s.copyOf("Ben")
		}
		return false
	}
	s.end()
	want := []string{speech(1, 1), speech(1, 2), speech(1, 3)}
	require.Equal(t, want, s.hears(s.wire, during))
	require.Equal(t, want, s.hears(s.wire, before))
	require.Empty(t, s.hears(s.wire))
	require.Empty(t, s.hears(s.wire, s.device("Ana").Holdings(), s.device("Ben").Holdings(), s.provider().Holdings()))
	require.Empty(t, s.hears(during, s.provider().Holdings()), "the provider keeps no frames")
}

// A call does not begin, and is not answered, under a changed key that the user has yet to
// compare. It does not take place later either.
func TestCallUnderChangedKey(t *testing.T) {
	messages := []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ben>Ana", "Ana>Ben"}
	compared := []world.Event{{After: 2, Kind: world.Compare, Account: "Ana", With: "Ben"}, {After: 3, Kind: world.Reinstall, Account: "Ben"},
		{After: 4, Kind: world.Compare, Account: "Ana", With: "Ben"}}
	for by, want := range map[string]string{
		"Ana>Ben": "Ana: Ben was not called: the safety number has changed, compare it first",
		"Ben>Ana": "Ana: a call from Ben was refused: the safety number has changed, compare it first",
	} {
		s := scene{messages: messages, calls: []string{"3 " + by}, events: compared}.start(t)
		s.advance(4)
		require.Contains(t, s.warned, want)
		s.end()
		require.Empty(t, s.heard)
		require.Empty(t, s.device("Ana").outbox)
		s.each(1, 5)

		s = scene{messages: messages, calls: []string{"3 " + by}, events: compared, settings: world.Settings{Resend: world.ResendAtOnce}}.start(t).end()
		require.Len(t, s.heard, 3, "a device that sends at once also calls at once")

		s = scene{messages: messages, calls: []string{"4 " + by}, events: compared}.start(t).end()
		require.Len(t, s.heard, 3, "compared again")
	}
}

// Frames that come twice, in another's name, from outside the call or after it are not heard.
func TestHostileFrames(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}, calls: []string{"2 Ana>Ben,Cem"}}.start(t)
	var frames []world.Packet
	s.sim.Intercept = func(p world.Packet) bool {
		if p.Kind() == wire.KindFrame && p.To == world.Provider {
			frames = append(frames, p)
		}
		return p.Kind() == world.KindHangUp // the call goes on
	}
	s.end()
	require.Len(t, frames, 4)
	heard := len(s.heard)
	bring := func(data []byte) {
		s.post(world.Packet{From: world.Provider, To: world.DeviceOf("Ben"), Data: data})
		require.Len(t, s.heard, heard)
	}
	first, err := wire.ParseFrame(frames[0].Data)
	require.NoError(t, err)
	bring(frames[0].Data)
	other := *first
	other.From = "Cem" // the tag covers who speaks
	bring(other.Encode())
	call := s.device("Cem").call
	require.NoError(t, other.Seal(call.sender, []byte("in my own name")))
	other.From = "Ana"
	bring(other.Encode())
	asAna := &wire.Frame{Call: first.Call, From: "Ana", To: first.To}
	require.NoError(t, asAna.Seal(call.sender, []byte("Cem as Ana")))
	bring(asAna.Encode()) // under Cem's KID
	changed := *first
	changed.Data = slices.Clone(first.Data)
	changed.Data[len(changed.Data)-1] ^= 1
	bring(changed.Encode())
	s.warned = nil
	s.post(world.Packet{From: world.UserOf("Dee"), To: world.DeviceOf("Dee"), Data: world.Pack(world.KindDial, world.Strings([]string{"Cem"}))})
	require.Equal(t, []string{"Cem: a call from Dee was missed"}, s.warned, "in a call already")

	s.sim.Intercept = nil
	s.post(world.Packet{From: world.UserOf("Ben"), To: world.DeviceOf("Ben"), Data: world.Pack(world.KindHangUp)})
	again := &wire.Frame{Call: first.Call, From: "Cem", To: []string{"Ben"}}
	require.NoError(t, again.Seal(call.sender, []byte("still there?")))
	bring(again.Encode())
}

// The provider passes frames on in the name of their sender only, keeps none, and hands over
// those that an open order covers.
func TestRelay(t *testing.T) {
	for _, account := range []string{"Ana", "Ben", "Dee"} {
		s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Dee>Cem"}, calls: []string{"2 Ana>Ben"}}.start(t).advance(2)
		s.post(world.Packet{From: world.Law, To: "provider", Data: world.Pack(world.KindComply)})
		order := law.Order{Case: "1", Accounts: []string{account}, From: begin.Add(time.Minute), Until: begin.Add(2 * time.Minute),
			Expiry: begin.Add(time.Hour)}
		s.post(world.Packet{From: "agency", To: "provider",
			Data: world.Pack(law.KindProduce, s.keys().Sign(order))})
		s.end()
		frames := 0
		for _, p := range s.packets(law.KindProduced) {
			frames += strings.Count(string(p.Data), string(wire.CallFrame))
		}
		require.Equal(t, map[string]int{"Ana": 3, "Ben": 3, "Dee": 0}[account], frames, account)
		require.Len(t, s.heard, 3)

		before := len(s.packets(wire.KindFrame))
		forged := &wire.Frame{Call: "call", From: "Ana", To: []string{"Ben"}, Data: []byte{1}}
		s.post(world.Packet{From: world.DeviceOf("Cem"), To: world.Provider, Data: forged.Encode()})
		require.Len(t, s.packets(wire.KindFrame), before+1, "not passed on")
	}
}

// A caller who gives one base key for two calls, or in one call tells callees of different parties so
// that two of them take one KID, does not bring an honest phone to use a key and a number twice.
func TestBaseKeyTwice(t *testing.T) {
	d := NewDevice("Ben", world.Seed(1).Stream("device:Ben"), 0, plain{})
	seen := map[string]bool{}
	for _, m := range []world.Meta{
		{ID: "1", From: "Cem", To: []string{"Ben"}}, {ID: "2", From: "Cem", To: []string{"Ben"}},
		{ID: "2", From: "Cem", To: []string{"Ben", "Dee"}},
	} {
		require.NoError(t, d.startCall(m, ratchet.Key{7}))
		require.Zero(t, d.call.kids["Ben"])
		f := &wire.Frame{Call: m.ID, From: "Ben", To: d.call.others}
		require.NoError(t, f.Seal(d.call.sender, make([]byte, 16)))
		said, _, err := f.Open(ratchet.Key{7})
		require.NoError(t, err)
		require.Equal(t, make([]byte, 16), said)
		ciphertext := string(f.Data[1:17])
		require.False(t, seen[ciphertext], m)
		seen[ciphertext] = true
	}
}
