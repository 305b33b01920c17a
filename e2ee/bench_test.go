package e2ee

import (
	"encoding/hex"
	"testing"
	"time"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
)

// BenchmarkMessagePath is one message from the user's typing to the other user's
// screen: device, provider, device, with receipt and acknowledgement. Ratchet is
// the part of it that seals and opens; compare within one run:
//
//	go test -run '^$' -bench MessagePath ./e2ee
//
// A run of messages goes one way, a turn changes direction with each message.
func BenchmarkMessagePath(b *testing.B) {
	b.Run("run", func(b *testing.B) { benchmarkPath(b, false) })
	b.Run("turn", func(b *testing.B) { benchmarkPath(b, true) })
	b.Run("run/ratchet", func(b *testing.B) { benchmarkRatchet(b, false) })
	b.Run("turn/ratchet", func(b *testing.B) { benchmarkRatchet(b, true) })
}

// talkers are two devices that have spoken to each other.
func talkers(b *testing.B) *stage {
	return scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"},
		settings: world.Settings{Retention: 10, Mailbox: world.MailboxDelivered}}.start(b).end()
}

func benchmarkPath(b *testing.B, turns bool) {
	s := talkers(b)
	net := s.sim.Net
	shown := 0
	net.Watch = func(p world.Packet) {
		if p.Kind() == world.KindShown {
			shown++
		}
	}
	from, to, text := "Ana", "Ben", make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		if turns {
			from, to = to, from
		}
		net.Post(world.Packet{From: world.UserOf(from), To: world.DeviceOf(from),
			Data: (&world.Typed{To: []string{to}, Body: text}).Encode()})
		for p, ok := net.Next(); ok; p, ok = net.Next() {
			net.Deliver(p)
		}
	}
	if shown != b.N {
		b.Fatalf("%d messages were shown, want %d", shown, b.N)
	}
}

func benchmarkRatchet(b *testing.B, turns bool) {
	s := talkers(b)
	from, to := s.device("Ana").peers["Ben"].sessions[0], s.device("Ben").peers["Ana"].sessions[0]
	text, random := make([]byte, 200), world.Seed(1).Stream("benchmark")
	m := world.Meta{ID: hex.EncodeToString(make([]byte, 16)), From: "Ana", To: []string{"Ben"}, Sent: time.Unix(0, 0)}
	ad := wire.Associated(from.AD, wire.OpenHash(m, nil, nil))
	seal := func(s *ratchet.State) (ratchet.Header, []byte) {
		h, c, err := s.Seal(text, ad)
		if err != nil {
			b.Fatal(err)
		}
		return h, c
	}
	b.ReportAllocs()
	for b.Loop() {
		if turns {
			from, to = to, from
		}
		h, c := seal(from.State)
		if _, err := to.State.Open(random, h, c, ad); err != nil {
			b.Fatal(err)
		}
	}
}
