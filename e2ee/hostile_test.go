package e2ee

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

func TestReordered(t *testing.T) {
	messages := []string{"Ana>Ben", "Ana>Ben", "Ana>Ben", "Ben>Ana", "Ana>Ben", "Ana>Ben", "Ben>Ana", "Ana>Ben"}
	s := scene{messages: messages}.start(t)
	late := s.hold(func(p world.Packet) bool { return isDelivery(p) && p.To == "device:Ben" })
	s.advance(3)
	slices.Reverse(*late)
	s.release(*late...) // the initial message comes with each of them
	s.each(1, 3)
	late = s.hold(func(p world.Packet) bool { return isDelivery(p) && p.To == "device:Ben" })
	s.advance(6)
	s.release((*late)[1])
	s.end()
	s.post((*late)[0]) // from a chain that has been followed by another
	s.each(1, 8)
	s.quiet()
}

// A dropped delivery is lost, and nothing else: also when it was the first.
func TestDropped(t *testing.T) {
	messages := []string{"Ana>Ben", "Ana>Ben", "Ben>Ana", "Ben>Ana", "Ana>Ben", "Ben>Ana"}
	for _, lost := range []int{1, 2, 3, 4, 5} {
		s := scene{messages: messages}.start(t).advance(lost - 1)
		s.hold(isDelivery)
		s.advance(lost)
		s.sim.Intercept = nil
		s.end()
		s.each(1, lost-1)
		s.each(lost+1, 6)
		require.Len(t, s.shown, 5)
		s.quiet()
	}
}

func TestDuplicated(t *testing.T) {
	messages := chatter(20)
	s := scene{messages: messages}.start(t)
	var all []world.Packet
	s.sim.Intercept = func(p world.Packet) bool {
		if isDelivery(p) {
			all = append(all, p)
			s.sim.Net.Deliver(p)
		}
		return false
	}
	s.end()
	s.each(1, len(messages))
	s.quiet()
	s.release(all...) // long afterwards; some of it the device warns of
	s.each(1, len(messages))
}

// Each change to a delivery is refused with a warning, and the message itself is
// shown when it comes unchanged.
func TestTampered(t *testing.T) {
	flip := func(b []byte, i int) []byte {
		b = bytes.Clone(b)
		b[(i+len(b))%len(b)] ^= 1
		return b
	}
	tampers := map[string]func(d *wire.Delivery){
		"id":           func(d *wire.Delivery) { d.Meta.ID = strings.Repeat("0", 32) },
		"sender":       func(d *wire.Delivery) { d.Meta.From = "Cem" },
		"recipients":   func(d *wire.Delivery) { d.Meta.To = []string{"Ben", "Dee"} },
		"other reader": func(d *wire.Delivery) { d.Meta.To = []string{"Dee"} },
		"time":         func(d *wire.Delivery) { d.Meta.Sent = d.Meta.Sent.Add(time.Second) },
		"public part":  func(d *wire.Delivery) { d.Public = []byte("beside") },
		"chain":        func(d *wire.Delivery) { d.Header.Ratchet[0] ^= 1 },
		"number":       func(d *wire.Delivery) { d.Header.N++ },
		"far number":   func(d *wire.Delivery) { d.Header.N = 1 << 31 },
		"last number":  func(d *wire.Delivery) { d.Header.N = 1<<32 - 1 },
		"chain before": func(d *wire.Delivery) { d.Header.PN++ },
		"ciphertext":   func(d *wire.Delivery) { d.Ciphertext = flip(d.Ciphertext, 0) },
		"tag":          func(d *wire.Delivery) { d.Ciphertext = flip(d.Ciphertext, -1) },
		"cut short":    func(d *wire.Delivery) { d.Ciphertext = d.Ciphertext[:15] },
		"empty":        func(d *wire.Delivery) { d.Ciphertext = nil },
		"initial":      func(d *wire.Delivery) { d.Initial = []byte("hello") },
	}
	initials := map[string]func(d *wire.Delivery){
		"no initial":    func(d *wire.Delivery) { d.Initial = nil },
		"identity":      func(d *wire.Delivery) { d.Initial = flip(d.Initial, 3) },
		"binding":       func(d *wire.Delivery) { d.Initial = flip(d.Initial, 70) },
		"ephemeral":     func(d *wire.Delivery) { d.Initial = flip(d.Initial, 130) },
		"encapsulation": func(d *wire.Delivery) { d.Initial = flip(d.Initial, 200) },
		"prekey number": func(d *wire.Delivery) { d.Initial = flip(d.Initial, -1) },
	}
	try := func(t *testing.T, k int, change func(*wire.Delivery)) {
		s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ana>Ben"}}.start(t).advance(k - 1)
		held := s.hold(isDelivery)
		s.advance(k)
		s.sim.Intercept = nil
		require.Len(t, *held, 1)
		d := mustDelivery(t, (*held)[0])
		change(d)
		before := s.copyOf("Ben")
		s.post(world.Packet{From: "provider", To: "device:Ben", Data: d.Encode()})
		s.each(1, k-1)
		require.Len(t, s.warned, 1)
		require.Contains(t, s.warned[0], "Ben: a message from "+d.Meta.From)
		require.Equal(t, before, s.copyOf("Ben"), "a forgery changed what the device holds")
		s.post((*held)[0])
		s.end()
		s.each(1, 4)
		require.Len(t, s.warned, 1)
	}
	for name, change := range tampers {
		t.Run(name, func(t *testing.T) { try(t, 1, change); try(t, 3, change) })
	}
	for name, change := range initials {
		t.Run(name, func(t *testing.T) { try(t, 1, change) })
	}
}

// What only the provider may say is ignored from anybody else.
func TestSpoofed(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben,Cem", "Cem>Ana"}}.start(t)
	all := s.hold(func(p world.Packet) bool { return p.From == "provider" })
	s.advance(1)
	require.Len(t, *all, 1) // the bundle
	for _, from := range []string{"device:Ben", "device:Cem", world.Outsider, "court", "user:Ben"} {
		spoof := (*all)[0]
		spoof.From = from
		s.post(spoof)
		require.Empty(t, s.device("Ana").peers)
	}
	s.release(*all...)
	all = s.hold(func(p world.Packet) bool { return p.From == "provider" })
	s.advance(2)
	require.Len(t, *all, 2) // the delivery and the receipt
	for _, from := range []string{"device:Ben", world.Outsider} {
		for _, p := range *all {
			p.From = from
			s.post(p)
		}
		require.Len(t, s.shown, 1)
		require.Len(t, s.device("Ben").outbox, 1)
	}
	s.release(*all...)
	s.end()
	s.each(1, 4)
	for _, p := range s.packets(wire.KindDeliver) { // what is for others is ignored
		p.To = "device:Dee"
		s.post(p)
	}
	s.each(1, 4)
	s.quiet()

	typed := (&world.Typed{To: []string{"Ben"}, Body: []byte("not Ana")}).Encode()
	for _, kind := range [][]byte{typed, world.Pack(world.KindReinstall), world.Pack(world.KindUnlock), world.Pack(world.KindStart)} {
		for _, from := range []string{"user:Ben", "device:Ana", "provider", world.Outsider} {
			before := s.device("Ana").Holdings()
			s.post(world.Packet{From: from, To: "device:Ana", Data: kind})
			require.Equal(t, before, s.device("Ana").Holdings())
		}
	}
	s.each(1, 4)
}

func TestUploadsRefused(t *testing.T) {
	for _, mailbox := range []string{world.MailboxAll, world.MailboxDelivered} {
		s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}, settings: world.Settings{Mailbox: mailbox}}.start(t).advance(2)
		first, err := wire.ParseUpload(s.packets(wire.KindUpload)[0].Data)
		require.NoError(t, err)
		stored := s.provider().Holdings()
		deliveries := len(s.packets(wire.KindDeliver))
		upload := func(from string, change func(*wire.Upload)) {
			u := *first
			u.Parts = slices.Clone(first.Parts)
			change(&u)
			s.post(world.Packet{From: from, To: "provider", Data: u.Encode()})
		}
		fresh := strings.Repeat("a", 32)
		for _, from := range []string{"device:Cem", "user:Ana", world.Outsider, "Ana"} {
			upload(from, func(u *wire.Upload) { u.Meta.ID = fresh })
		}
		cem := wire.Fingerprint(s.device("Cem").keys.Identity.Public())
		upload("device:Ana", func(u *wire.Upload) { u.Meta.ID, u.Parts[0].To, u.Parts[0].Identity = fresh, "Cem", cem })   // not in the metadata
		upload("device:Ana", func(u *wire.Upload) { u.Meta.ID, u.Meta.To, u.Parts[0].To = fresh, []string{"Zoe"}, "Zoe" }) // nobody
		s.quiet()
		for _, reuse := range []func(u *wire.Upload){
			func(u *wire.Upload) { u.Public = []byte("another") },
			func(u *wire.Upload) { u.Meta.Sent = u.Meta.Sent.Add(time.Hour) },
			func(u *wire.Upload) { u.Meta.To = []string{"Ben", "Cem"} },
		} {
			upload("device:Ana", reuse)
		}
		upload("device:Cem", func(u *wire.Upload) { u.Meta.From = "Cem" })
		require.Len(t, s.warned, 4)
		require.Equal(t, "provider: refused a message of Ana: its number was used before", s.warned[0])
		require.Equal(t, stored, s.provider().Holdings())
		require.Len(t, s.packets(wire.KindDeliver), deliveries)
		s.end()
		s.each(1, 3)
	}
}

// Two parts for one recipient are one message.
func TestPartTwice(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben"}}.start(t)
	s.sim.Intercept = func(p world.Packet) bool {
		u, err := wire.ParseUpload(p.Data)
		if err != nil || len(u.Parts) > 1 {
			return false
		}
		u.Parts = append(u.Parts, u.Parts[0])
		p.Data = u.Encode()
		s.sim.Net.Post(p)
		return true
	}
	s.end()
	require.Len(t, s.packets(wire.KindDeliver), 1)
	require.Len(t, s.provider().stored[0].Parts, 1)
}

// A directory shows Ben's bundle as Cem's and brings Ben what was meant for Cem
// (PQXDH, section 4.10). Ben's keys open it; his device sees that it is not his.
func TestMisbinding(t *testing.T) {
	s := scene{messages: []string{"Ana>Cem"}}.start(t)
	require.NoError(t, s.provider().Reprogram(AnyIdentity, nil))
	s.sim.Intercept = func(p world.Packet) bool {
		if p.From == "provider" && p.Kind() == wire.KindBundle {
			p.Data = world.Pack(wire.KindBundle, []byte("Cem"), s.provider().directory["Ben"].Bundles[0].Bundle)
			s.sim.Net.Deliver(p)
			return true
		}
		if isDelivery(p) {
			d := mustDelivery(t, p)
			d.To = "Ben"
			s.sim.Net.Deliver(world.Packet{From: "provider", To: "device:Ben", Data: d.Encode()})
			return true
		}
		return false
	}
	s.end()
	require.Empty(t, s.shown)
	require.Equal(t, []string{"Ben: a message from Ana was refused: it is addressed to others"}, s.warned)
}

// An initial message to keys of last resort can be answered again (PQXDH, section
// 4.2): the device remembers it as long as it has the keys, and is not fooled by
// the bit of an X25519 key that means nothing.
func TestReplayedInitialMessage(t *testing.T) {
	messages := []string{"Ana>Ben"}
	for range sessionsPerPeer + 1 { // new sessions push the first one out
		messages = append(messages, "Ana>Ben")
	}
	s := scene{messages: messages}.start(t)
	for range store.OneTimePrekeys {
		s.post(world.Packet{From: world.Outsider, To: "provider", Data: world.Pack(wire.KindFetch, []byte("Ben"))})
	}
	s.advance(1)
	replay := s.packets(wire.KindDeliver)[0]
	d := mustDelivery(t, replay)
	m, err := pqxdh.ParseInitialMessage(d.Initial)
	require.NoError(t, err)
	require.Zero(t, m.OneTimeID)
	m.Ephemeral[31] ^= 0x80
	d.Initial = m.Bytes()
	twin := replay
	twin.Data = d.Encode()
	s.post(replay, twin)
	s.each(1, 1)
	for k := range messages[1:] {
		s.device("Ana").peers["Ben"].sessions = nil
		s.advance(k + 2)
	}
	for _, kept := range s.device("Ben").peers["Ana"].sessions {
		require.False(t, kept.StartedBy(mustDelivery(t, replay).Initial))
	}
	s.post(replay, twin)
	s.each(1, len(messages))

	require.NotEmpty(t, s.device("Ben").answered)
	require.NoError(t, s.sim.Rest(2*rotationDays+1))
	require.Empty(t, s.device("Ben").answered, "remembered for longer than it matters")
	s.post(replay, twin)
	s.each(1, len(messages))
}

// Halves of one-time pairs, mixed by a hostile initiator, leave no halves behind.
func TestPairsAreSpentTogether(t *testing.T) {
	for _, mix := range []func(*pqxdh.InitialMessage, uint32){
		func(m *pqxdh.InitialMessage, _ uint32) { m.OneTimeID = 0 },
		func(m *pqxdh.InitialMessage, last uint32) { m.KEMID = last },
		func(m *pqxdh.InitialMessage, _ uint32) { m.KEMID += 2 },
		func(m *pqxdh.InitialMessage, _ uint32) {},
	} {
		keys, err := store.NewKeys(world.Seed(1).Stream("keys"), nil)
		require.NoError(t, err)
		m := &pqxdh.InitialMessage{OneTimeID: keys.OneTime[0].ID(), KEMID: keys.OneTime[0].ID() + 1}
		mix(m, keys.KEM[0].ID())
		keys.Spend(m)
		require.NoError(t, keys.Replenish(world.Seed(1).Stream("more")))
		require.Len(t, keys.OneTime, store.OneTimePrekeys)
		require.Len(t, keys.KEM, store.OneTimePrekeys+1)
		require.Len(t, keys.Bundles(), store.OneTimePrekeys+1)
	}
}

// A provider that calls everybody stale, over and over, makes no device write to
// it for ever, erases no session and burns one bundle for each receipt.
func TestFalseReceipts(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ben>Ana"}}.start(t).advance(2)
	receipts := s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindReceipt })
	s.advance(3)
	require.Len(t, *receipts, 1)
	id := s.device("Ana").outbox[0].meta.ID
	fetches := len(s.packets(wire.KindFetch))
	lie := world.Packet{From: "provider", To: "device:Ana",
		Data: world.Pack(wire.KindReceipt, []byte(id), world.Strings(slices.Repeat([]string{"Ben", "Dee"}, 5000)))}
	s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindFetch })
	s.post(lie, lie)
	require.Len(t, s.packets(wire.KindFetch), fetches+1)
	require.NotEmpty(t, s.device("Ana").peers["Ben"].sessions)
	s.sim.Intercept = nil
	s.end()
	s.each(1, 4)
}
