package e2ee

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/copies"
	"doormat/e2ee/linked"
	"doormat/e2ee/wire"
	"doormat/world"
)

// invite sends Ana the code of a stranger's device, whose key it gives. Ana was persuaded, or not.
func (s *stage) invite(persuaded bool) world.Fact {
	s.t.Helper()
	if persuaded {
		require.NoError(s.t, s.sim.Net.Node("user:Ana").(world.Reprogrammable).Reprogram(world.ScanCodes, nil))
	}
	key := derive(s.t, linked.MakeDevice, "", linked.Key)[0]
	s.sendMade(derive(s.t, linked.Invite, "Ana", world.Outgoing, key))
	return key
}

// deviceOf is the device of a key, at a stranger's address.
func (s *stage) deviceOf(key world.Fact) linked.Device {
	invited := derive(s.t, linked.Invite, "Ana", world.Outgoing, key)[0]
	p, _, err := world.ParsePacket(invited.Data)
	require.NoError(s.t, err)
	f, err := world.Unpack(p.Data, linked.KindInvite, 1)
	require.NoError(s.t, err)
	d, err := linked.ParseDevice(f[0])
	require.NoError(s.t, err)
	return d
}

// brought lists what came to a stranger's address.
func (s *stage) brought() (got []world.Fact) {
	for _, f := range s.wire {
		if p, _, err := world.ParsePacket(f.Data); err == nil && p.To == world.Outsider {
			got = append(got, f)
		}
	}
	return got
}

// TestLink: a linked device reads what its account writes and is written from the link on, with its
// files, and nothing from before or of others; nobody is told, and chats go on as before.
func TestLink(t *testing.T) {
	s := scene{
		messages: []string{"Ben>Ana", "Ana>Ben", "Ben>Ana+70000", "Ana>Cem", "Dee>Ana", "Ben>Cem"},
	}.start(t).advance(2)
	key := s.invite(true)
	s.end()
	require.Empty(t, s.warned)
	s.each(1, 6)
	require.Equal(t, []int{3, 4, 5}, s.opens(append(s.brought(), key)))
	for _, f := range saturate(Design{}.Rules(), append(s.brought(), key)) {
		if f.Kind == wire.Contents {
			if c, err := wire.ParseContent(f.Data); err == nil && len(c.Files) > 0 {
				s.sendMade(derive(t, "fetch files", "", world.Outgoing, f))
			}
		}
	}
	chunks := 0
	for _, p := range s.packets(wire.KindBlob) {
		if p.To == world.Outsider {
			chunks++
		}
	}
	require.Equal(t, 2, chunks)
}

// TestCopyNeedsItsMessage: a provider brings no copy that goes with no message, that names an
// account which the message does not, or that is the second of one message.
func TestCopyNeedsItsMessage(t *testing.T) {
	s := scene{messages: []string{"Ben>Ana", "Ben>Ana", "Ben>Cem"}}.start(t).advance(1)
	d := s.deviceOf(s.invite(true))
	s.advance(2)
	require.Len(t, s.brought(), 1)
	sent := s.packets(linked.KindSend)[0]
	again := func(account string, change func(*world.Meta)) {
		f, err := world.Unpack(sent.Data, linked.KindSend, 2)
		require.NoError(t, err)
		c, err := copies.Parse(f[1])
		require.NoError(t, err)
		change(&c.Meta)
		s.post(world.Packet{From: sent.From, To: world.Provider,
			Data: world.Pack(linked.KindSend, []byte(account), c.Encode())})
	}
	again("Ana", func(*world.Meta) {})
	again("Ana", func(m *world.Meta) { m.ID = "another" })
	again("Ana", func(m *world.Meta) { m.To = []string{"Ana", "Cem"} })
	again("Ana", func(m *world.Meta) { m.To = []string{"Cem"} })
	require.Len(t, s.brought(), 1, "to %s", d.Address)
	provider := s.sim.Net.Node(world.Provider).(*Provider)
	require.Len(t, provider.links.Holdings(), 2*2, "what waits for its message, a thief finds")
	s.end()
	require.Len(t, s.brought(), 1)
}

// TestNoLink: a user who is not persuaded links nothing.
func TestNoLink(t *testing.T) {
	s := scene{messages: []string{"Ben>Ana", "Ben>Ana", "Ana>Ben"}}.start(t).advance(1)
	s.invite(false)
	s.end()
	require.Empty(t, s.brought())
	require.Empty(t, s.packets(linked.KindList))
}

// TestNewPhoneUnlinks: a new phone of the owner's has linked nothing.
func TestNewPhoneUnlinks(t *testing.T) {
	s := scene{
		events:   []world.Event{{After: 2, Kind: world.Reinstall, Account: "Ana"}},
		messages: []string{"Ben>Ana", "Ben>Ana", "Ben>Ana", "Ana>Ben"},
	}.start(t).advance(1)
	key := s.invite(true)
	s.end()
	require.Equal(t, []int{2}, s.opens(append(s.brought(), key)))
}

// TestLinkedToNewPhone: who does not know yet of a new phone, or of any, sends the message a second
// time, to that phone, and with it a copy to the device that is linked there.
func TestLinkedToNewPhone(t *testing.T) {
	s := scene{
		events:   []world.Event{{After: 2, Kind: world.Reinstall, Account: "Ana"}},
		messages: []string{"Ben>Ana", "Ana>Ben", "Dee>Cem", "Ben>Ana", "Cem>Ana", "Ben>Ana"},
	}.start(t).advance(3)
	key := s.invite(true)
	s.end()
	s.each(1, 6)
	require.Len(t, s.brought(), 3)
	require.Equal(t, []int{4, 5, 6}, s.opens(append(s.brought(), key)))
}

// TestForgedList: a list that somebody else signed, or that the provider makes up, has no effect.
func TestForgedList(t *testing.T) {
	s := scene{messages: []string{"Ben>Ana", "Ana>Ben", "Ben>Ana", "Ana>Ben"}}.start(t).advance(2)
	key := derive(t, linked.MakeDevice, "", linked.Key)[0]
	d := s.deviceOf(key)
	ben := s.sim.Net.Node("device:Ben").(*Device)
	forged := linked.List{Account: "Ana", Number: 9, Devices: []linked.Device{d}}.Sign(ben.keys.Identity)
	s.post(world.Packet{From: world.DeviceOf("Ana"), To: world.Provider, Data: forged})
	require.Empty(t, s.packets(linked.KindSend))
	s.post(world.Packet{From: world.Provider, To: world.DeviceOf("Ben"), Data: forged})
	s.end()
	require.Empty(t, s.packets(linked.KindSend))
	s.each(1, 4)
}

// TestSwapCopiesNothingOlder: a list for another identity than the one under which a contact is
// known gets no copy of what was written before that identity appears.
func TestSwapCopiesNothingOlder(t *testing.T) {
	s := scene{messages: []string{"Ben>Ana", "Ana>Ben", "Ben>Ana", "Ben>Ana", "Ana>Ben"}}.start(t).advance(2)
	key := derive(t, linked.MakeDevice, "", linked.Key)[0]
	impostor := s.sim.Net.Node("device:Cem").(*Device).keys.Identity
	s.post(world.Packet{From: world.Provider, To: world.DeviceOf("Ben"), Data: linked.List{Account: "Ana", Number: 1,
		Devices: []linked.Device{s.deviceOf(key)}}.Sign(impostor)})
	s.end()
	ben := s.sim.Net.Node("device:Ben").(*Device)
	for _, x := range ben.Extensions {
		if l, ok := x.(*linker); ok {
			require.Empty(t, l.IdentitySeen(begin, "Ana", wire.Fingerprint(impostor.Public())))
		}
	}
}

// TestOldList: an older list, from which the owner has unlinked a device since, is not believed
// again, also if a list of another identity is shown in between.
func TestOldList(t *testing.T) {
	s := scene{messages: []string{"Ben>Ana", "Ana>Ben", "Ben>Ana", "Ben>Ana"}}.start(t).advance(2)
	key := derive(t, linked.MakeDevice, "", linked.Key)[0]
	ana, cem := s.sim.Net.Node("device:Ana").(*Device).keys.Identity, s.sim.Net.Node("device:Cem").(*Device).keys.Identity
	first := linked.List{Account: "Ana", Number: 1, Devices: []linked.Device{s.deviceOf(key)}}.Sign(ana)
	for _, list := range [][]byte{first, linked.List{Account: "Ana", Number: 2}.Sign(ana), linked.List{Account: "Ana", Number: 9}.Sign(cem), first} {
		s.post(world.Packet{From: world.Provider, To: world.DeviceOf("Ben"), Data: list})
	}
	s.end()
	require.Empty(t, s.packets(linked.KindSend))
}

// TestToldOfLink: with a notice the owner is told the night after, and unlinks what is a stranger's.
func TestToldOfLink(t *testing.T) {
	s := scene{
		settings: world.Settings{Own: world.Own("").With(linked.NoticeName, linked.NoticeNight)},
		messages: []string{"Ben>Ana", "Ben>Ana", "Ben>Ana", "Ana>Ben"},
		pause:    13 * time.Hour, // the second message is of the same day
	}.start(t).advance(1)
	key := s.invite(true)
	s.end()
	require.Equal(t, []string{"Ana: another device was linked to this account: it gets a copy of every message"}, s.warned)
	require.Equal(t, []int{2}, s.opens(append(s.brought(), key)))
}
