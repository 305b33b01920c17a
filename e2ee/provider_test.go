package e2ee

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
)

// A provider that routes for identities of its own making still knows which ones
// its users had before: whoever sets up anew goes on as ever.
func TestAnyIdentityKnowsOldOnes(t *testing.T) {
	s := scene{groups: crew("Ana", "Ben"), messages: []string{"Ana>Ben", "Ana@crew>Ben", "Ana>Ben", "Ana@crew>Ben"},
		events: []world.Event{{After: 2, Kind: world.Reinstall, Account: "Ben"}, {After: 3, Kind: world.Reinstall, Account: "Ben"}}}.start(t)
	require.NoError(t, s.provider().Reprogram(AnyIdentity, nil))
	s.end()
	s.each(1, 4)
	require.Len(t, s.warned, 2)
	require.Len(t, s.provider().directory["Ben"].Former, 2)
	require.Equal(t, s.warned[0], "Ana: the safety number with Ben has changed")
}

// With a mailbox that erases on delivery, what was delivered is gone, part by
// part; what was not is still there.
func TestMailboxDelivered(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben,Cem", "Ben>Ana"}, settings: world.Settings{Mailbox: world.MailboxDelivered}}.start(t)
	got := s.hold(func(p world.Packet) bool { return p.From == "device:Cem" && p.Kind() == wire.KindGot })
	s.advance(1)
	var toBen, toCem []byte
	for _, p := range s.packets(wire.KindDeliver) {
		if d := mustDelivery(t, p); d.To == "Ben" {
			toBen = d.Ciphertext
		} else {
			toCem = d.Ciphertext
		}
	}
	require.False(t, contains(s.provider().Holdings(), toBen))
	require.True(t, contains(s.provider().Holdings(), toCem))
	for _, from := range []string{"device:Ana", "device:Ben", "user:Cem", world.Outsider} {
		spoofed := (*got)[0]
		spoofed.From = from
		s.post(spoofed)
		require.True(t, contains(s.provider().Holdings(), toCem), "erased at the word of %s", from)
	}
	s.release(*got...)
	s.end()
	s.each(1, 2)
	for _, f := range s.provider().Holdings() {
		require.Contains(t, []world.Kind{wire.Bundle, wire.UsedNumber, wire.LastSeen}, f.Kind,
			"what was delivered is gone, but for its number, and that its sender was there")
	}
	require.Empty(t, s.provider().index)

	s = scene{messages: []string{"Ana>Ben,Cem", "Ben>Ana"}}.start(t).end()
	kept := slices.DeleteFunc(s.provider().Holdings(), func(f world.Fact) bool { return f.Kind != wire.Envelopes })
	require.Len(t, kept, 2, "mailbox all keeps every message once")
}

// TestNotesCannotBeTried copies the store of a provider that erases what was delivered, and tries
// who wrote to whom and when, all of it known but for the message's id, against what is left.
func TestNotesCannotBeTried(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben"}, settings: world.Settings{Mailbox: world.MailboxDelivered}}.start(t).end()
	m := mustDelivery(t, s.packets(wire.KindDeliver)[0]).Meta
	notes := 0
	for _, f := range s.provider().Holdings() {
		require.NotContains(t, f.Ref+string(f.Data), m.ID)
		tried := m
		tried.ID = f.Ref // the only thing in the store that could be the id
		hash := wire.OpenHash(tried, nil, nil)
		require.NotEqual(t, hash[:], f.Data, "the guess is confirmed")
		if f.Kind == wire.UsedNumber {
			notes++
		}
	}
	require.Equal(t, 1, notes)
}

// readAs gives what a tap reads of a packet.
func readAs(t *testing.T, packet world.Fact) []world.Derived {
	derived, err := conclude(t, "read a packet", packet)
	require.NoError(t, err)
	return derived
}

// keys are those of court and agency.
func (s *stage) keys() lawtest.Keys {
	return lawtest.Of(s.sim.Net.Node(world.Court), s.sim.Net.Node(world.Agency))
}

func TestProduce(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Cem", "Cem>Dee", "Ana>Cem"}}.start(t).end()
	keys := s.keys()
	ask := func(from string, signed []byte) []string {
		before := len(s.packets(law.KindProduced))
		s.post(world.Packet{From: from, To: "provider", Data: world.Pack(law.KindProduce, signed)})
		answers := s.packets(law.KindProduced)[before:]
		if len(answers) == 0 {
			return nil
		}
		require.Equal(t, "agency", answers[0].To)
		f, err := world.Unpack(answers[0].Data, law.KindProduced, 1)
		require.NoError(t, err)
		facts, err := world.ParseFacts(f[0])
		require.NoError(t, err)
		got := []string{}
		for _, fact := range facts {
			if fact.Kind == wire.LastSeen {
				continue
			}
			require.Equal(t, wire.Envelopes, fact.Kind)
			u, err := wire.ParseUpload(fact.Data)
			require.NoError(t, err)
			got = append(got, u.Meta.From+">"+u.Meta.To[0])
		}
		return got
	}
	order := law.Order{Case: "1", Accounts: []string{"Ben"}, From: begin, Until: begin.Add(time.Hour),
		Expiry: begin.AddDate(0, 0, 30)}
	good := keys.Sign(order)
	require.Nil(t, ask("agency", good), "it has not been told to comply")
	s.post(world.Packet{From: "agency", To: "provider", Data: world.Pack(world.KindComply)})
	require.Nil(t, ask("agency", good), "only the law grants that")
	s.post(world.Packet{From: world.Law, To: "provider", Data: world.Pack(world.KindComply)})
	require.Equal(t, []string{"Ana>Ben", "Ben>Cem"}, ask("agency", good))
	travels := s.wire[len(s.wire)-1]
	require.Len(t, readAs(t, travels), 2, "what is handed over travels in the clear")
	spoilt := world.Packet{Data: world.Pack(law.KindProduced, world.EncodeFacts([]world.Fact{{Kind: world.Plaintext}}))}
	require.Empty(t, readAs(t, world.Fact{Data: spoilt.Encode(begin)}), "and nothing but envelopes is read from it")
	require.Nil(t, ask(world.Outsider, good))

	require.Nil(t, ask("agency", lawtest.New("another").Sign(order)))
	order.Until = begin
	require.Equal(t, []string{"Ana>Ben"}, ask("agency", keys.Sign(order)))
	order.Expiry = begin
	require.NoError(t, s.sim.Rest(1))
	require.Nil(t, ask("agency", keys.Sign(order)))
}

// The provider takes nothing that is dated ten minutes before or after its clock.
func TestDates(t *testing.T) {
	for off, taken := range map[time.Duration]bool{0: true, ClockSkew: true, -ClockSkew: true,
		ClockSkew + time.Second: false, -ClockSkew - time.Second: false, 1 << 62: false, -1 << 62: false} {
		u := &wire.Upload{Meta: world.Meta{ID: "1", From: "Ana", To: []string{"Ben"}, Sent: begin.Add(off)}}
		out := NewProvider(nil, world.MailboxAll).Handle(begin, world.Packet{From: "device:Ana", To: "provider", Data: u.Encode()})
		require.Len(t, out, 1)
		require.Equal(t, taken, out[0].Kind() == wire.KindReceipt, "%v", off)
	}
}

// An escrow design's own check comes before anything else.
func TestAccept(t *testing.T) {
	p, check := NewProvider(nil, world.MailboxAll), &escrowing{refusal: errUnexpected}
	p.Extensions = []ProviderExtension{NoProviderHooks{}, check}
	u := &wire.Upload{Meta: world.Meta{ID: "1", From: "Ana", To: []string{"Ben"}, Sent: begin}}
	in := world.Packet{From: "device:Ana", To: "provider", Data: u.Encode()}
	out := p.Handle(begin, in)
	require.Len(t, out, 1)
	require.Equal(t, world.Public, out[0].To)
	check.refusal = nil
	require.Equal(t, wire.KindReceipt, p.Handle(begin, in)[0].Kind())
	require.Contains(t, p.Holdings(), world.Fact{Kind: "design's own", Ref: "r"})
}

// escrowing is an extension with a check of its own.
type escrowing struct {
	NoProviderHooks
	refusal error
}

func (x *escrowing) Accept(world.Meta, []byte) error { return x.refusal }

func (*escrowing) Holdings() []world.Fact { return []world.Fact{{Kind: "design's own", Ref: "r"}} }

// The provider knows when each account's phone last sent a message, to the minute, and nothing of
// whom to; an order gets it of the accounts that it names, within its time.
func TestLastSeen(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Cem"},
		settings: world.Settings{Mailbox: world.MailboxDelivered}}.start(t).end()
	seen := func(facts []world.Fact) map[string]time.Time {
		found := map[string]time.Time{}
		for _, f := range facts {
			if f.Kind == wire.LastSeen {
				at, err := world.ParseTime(f.Data)
				require.NoError(t, err)
				found[f.Ref] = at
			}
		}
		return found
	}
	held := seen(s.provider().Holdings())
	require.Len(t, held, 2, "Cem has sent nothing")
	require.True(t, held["Ben"].Before(held["Ana"]))
	require.Zero(t, held["Ana"].Second()+held["Ana"].Nanosecond())

	order := law.Order{Accounts: []string{"Ana"}, From: held["Ana"], Until: held["Ana"]}
	require.Equal(t, map[string]time.Time{"Ana": held["Ana"]}, seen(s.provider().seen.Under(order)))
	order.From = order.From.Add(time.Minute)
	require.Empty(t, s.provider().seen.Under(order))
}

// In an emergency a provider that answers lawful process hands over what it has of an account, once,
// without a court. It believes whoever speaks as the agency and has its key, and nobody else.
func TestProduceAtOnce(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Cem", "Cem>Dee", "Ana>Ben"}}.start(t)
	s.advance(3)
	order := law.Order{Case: "emergency", Accounts: []string{"Ben"}, From: begin, Until: begin.AddDate(100, 0, 0),
		Expiry: begin.AddDate(0, 0, 1)}
	keys := s.keys()
	ask := func(from string) int {
		before := len(s.packets(law.KindProduced))
		s.post(world.Packet{From: from, To: "provider", Data: world.Pack(law.KindEmergency,
			law.ApplyAtOnce(keys.Name(order), law.SigningKey(keys.Agency.Bytes())))})
		return len(s.packets(law.KindProduced)) - before
	}
	require.Zero(t, ask("agency"), "it has not been told to comply")
	s.post(world.Packet{From: world.Law, To: "provider", Data: world.Pack(world.KindComply)})
	require.Zero(t, ask(world.Outsider))
	keys = lawtest.New("stranger")
	require.Zero(t, ask("agency"), "in the agency's name, without its key")
	keys = s.keys()
	require.Equal(t, 1, ask("agency"))
	f, err := world.Unpack(s.packets(law.KindProduced)[0].Data, law.KindProduced, 1)
	require.NoError(t, err)
	facts, err := world.ParseFacts(f[0])
	require.NoError(t, err)
	envelopes := 0
	for _, fact := range facts {
		if fact.Kind == wire.Envelopes {
			envelopes++
		}
	}
	require.Equal(t, 2, envelopes)
	s.end()
	require.Len(t, s.packets(law.KindProduced), 1, "what comes later is not handed over")
}

// TestSealedTwice: a message that its sender's phone seals again, because somebody says in the
// provider's name that the reader's keys have changed, is shown once, whatever the mailbox keeps.
func TestSealedTwice(t *testing.T) {
	for _, mailbox := range []string{world.MailboxAll, world.MailboxDelivered} {
		s := scene{messages: []string{"Ana>Ben+9"}, settings: world.Settings{Mailbox: mailbox}}.start(t)
		s.sim.Intercept = func(p world.Packet) bool {
			f, err := world.Unpack(p.Data, wire.KindReceipt, 2)
			if err != nil {
				return false
			}
			s.sim.Intercept = nil
			p.Data = world.Pack(wire.KindReceipt, f[0], world.Strings([]string{"Ben"}))
			s.sim.Net.Deliver(p)
			return true
		}
		s.end()
		require.Len(t, s.packets(wire.KindUpload), 2, "sealed twice")
		s.each(1, 1)
		require.Equal(t, []string{"Ben<Ana 1/1"}, s.files)
		s.quiet()
	}
}
