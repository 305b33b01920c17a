package e2ee

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

var changed = []string{"Ana: the safety number with Ben has changed"}

func comparing(after int) world.Event {
	return world.Event{After: after, Kind: world.Compare, Account: "Ana", With: "Ben"}
}

var newPhone = world.Event{After: 2, Kind: world.Reinstall, Account: "Ben"}

// TestVerifiedContact: who has compared sends nothing under a changed key before the
// users have compared again, and then sends all of it, in order and dated as written.
func TestVerifiedContact(t *testing.T) {
	for name, messages := range map[string][]string{
		"the sender is told":        {"Ana>Ben", "Ben>Ana", "Ana>Ben+0,70000", "Ana>Ben,Cem", "Cem>Ana", "Ana>Ben", "Ben>Ana"},
		"the new phone has written": {"Ana>Ben", "Ben>Ana", "Ben>Ana", "Ana>Ben,Cem", "Cem>Ana", "Ana>Ben+7", "Ben>Ana"},
	} {
		for _, mailbox := range []string{world.MailboxAll, world.MailboxDelivered} {
			t.Run(name+", "+mailbox, func(t *testing.T) {
				s := scene{messages: messages, settings: world.Settings{Mailbox: mailbox},
					events: []world.Event{comparing(2), newPhone, comparing(5)}}.start(t)
				require.Empty(t, factsOf(wire.VerifiedContact, s.device("Ana").Holdings()))
				s.advance(4)
				require.Equal(t, []string{"Ben"}, refs(wire.VerifiedContact, s.device("Ana").Holdings()))
				require.Empty(t, factsOf(wire.VerifiedContact, s.device("Ben").Holdings()), "a new phone knows nobody")
				require.NotContains(t, s.shown, "Ben<Ana 4")
				require.Contains(t, s.shown, "Cem<Ana 4", "only the part of the contact waits")
				require.Contains(t, s.opens(s.device("Ana").Holdings()), 4, "a thief finds what waits")
				s.advance(5)
				require.Contains(t, s.shown, "Ben<Ana 4")
				s.end().each(1, len(messages))
				require.Equal(t, changed, s.warned)
				require.Empty(t, s.device("Ana").outbox)
				require.Len(t, s.files, len(s.conv.Messages[2].Attachments)+len(s.conv.Messages[5].Attachments))
			})
		}
	}
}

// TestSentAtOnce is the other setting: the same course, and nothing waits.
func TestSentAtOnce(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ben>Ana"}, settings: world.Settings{Resend: world.ResendAtOnce},
		events: []world.Event{comparing(2), newPhone}}.start(t).advance(3)
	s.each(1, 3)
	s.end().each(1, 4)
	require.Equal(t, changed, s.warned)
}

// TestNeverCompared: others are warned, and nothing waits.
func TestNeverCompared(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"},
		events: []world.Event{comparing(0), {After: 2, Kind: world.Compare, Account: "Ana", With: "Cem"}, newPhone}}.start(t).end()
	s.each(1, 3)
	require.Equal(t, changed, s.warned)
}

// TestCallsAtLast: where the environment brings the two together no more, the sender calls. The
// new phone has not met the sender, and knows at least its own half of the number.
func TestCallsAtLast(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ana>Ben"}, events: []world.Event{comparing(2), newPhone}}.start(t).end()
	require.NoError(t, s.sim.Rest(2))
	require.NotContains(t, s.shown, "Ben<Ana 3")
	require.NoError(t, s.sim.Rest(1))
	s.each(1, 4)
	require.Equal(t, changed, s.warned)
}

// TestGroupPartWaits: of a message to a group only the part of the contact waits, which
// carries the sender key.
func TestGroupPartWaits(t *testing.T) {
	crew := world.Group{Name: "crew", Members: []string{"Ana", "Ben", "Cem"}}
	s := scene{messages: []string{"Ana@crew>Ben,Cem", "Ben@crew>Ana,Cem", "Ana@crew>Ben,Cem", "Cem@crew>Ana,Ben", "Ana@crew>Ben,Cem"},
		groups: []world.Group{crew}, events: []world.Event{comparing(2), newPhone, comparing(4)}}.start(t).advance(3)
	require.Contains(t, s.shown, "Cem<Ana 3")
	require.NotContains(t, s.shown, "Ben<Ana 3")
	s.end().each(1, 5)
}

// TestFalseKeyForVerified: a provider that hands out its own keys gets nothing from a
// phone whose user has compared; from one that sends at once it gets everything.
func TestFalseKeyForVerified(t *testing.T) {
	for _, resend := range []string{world.ResendAsked, world.ResendAtOnce} {
		eve, err := store.NewKeys(world.Seed(9).Stream("eve"), nil)
		require.NoError(t, err)
		s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ana>Ben"}, settings: world.Settings{Resend: resend},
			events: []world.Event{comparing(2), comparing(3)}}.start(t).advance(2)
		eves := 0
		s.sim.Intercept = func(p world.Packet) bool {
			switch {
			case p.Kind() == wire.KindUpload:
				u, err := wire.ParseUpload(p.Data)
				require.NoError(t, err)
				if len(u.Parts) == 0 {
					return false
				}
				var stale []string
				if bytes.Equal(u.Parts[0].Identity, wire.Fingerprint(eve.Identity.Public())) {
					eves++
				} else { // Ben has another phone now, says the provider
					stale = u.Meta.To
				}
				s.sim.Net.Post(world.Packet{From: "provider", To: p.From, Data: world.Pack(wire.KindReceipt, []byte(u.Meta.ID), world.Strings(stale))})
				return true
			case p.Kind() == wire.KindBundle:
				f, err := world.Unpack(p.Data, wire.KindBundle, 2)
				require.NoError(t, err)
				if bundle := eve.Bundles()[0]; !bytes.Equal(f[1], bundle) {
					s.sim.Net.Post(world.Packet{From: p.From, To: p.To, Data: world.Pack(wire.KindBundle, f[0], bundle)})
					return true
				}
			}
			return false
		}
		s.end()
		want := map[string]int{world.ResendAsked: 0, world.ResendAtOnce: 2}
		require.Equal(t, want[resend], eves, resend)
		require.Contains(t, s.warned, changed[0])
		require.Contains(t, s.warned, "user:Ben: safety numbers differ: Ben and Ana")
	}
}

// TestConfirmIsExact: only one's own user confirms, and only the present number.
func TestConfirmIsExact(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}, events: []world.Event{comparing(2), newPhone}}.start(t).advance(2)
	old := s.device("Ana").number(world.Pack(world.KindAskNumber, []byte("Ben")))[0]
	f, err := world.Unpack(old.Data, world.KindNumber, 3)
	require.NoError(t, err)
	s.end()
	confirm := func(from string, fields ...[]byte) {
		s.post(world.Packet{From: from, To: "device:Ana", Data: world.Pack(world.KindConfirm, fields...)})
	}
	now := s.device("Ana").number(world.Pack(world.KindAskNumber, []byte("Ben")))[0]
	g, err := world.Unpack(now.Data, world.KindNumber, 3)
	require.NoError(t, err)
	require.NotEqual(t, f[1], g[1])
	confirm("user:Ana", f[0], f[1])
	confirm("user:Ana", f[0])
	confirm("user:Ana", []byte("Zoe"), g[1])
	for _, from := range []string{"user:Ben", "provider", "device:Ben", world.Outsider, world.Environment} {
		confirm(from, g[0], g[1])
	}
	require.NotContains(t, s.shown, "Ben<Ana 3")
	confirm("user:Ana", g[0], g[1])
	require.Contains(t, s.shown, "Ben<Ana 3")
}

// TestNothingIsBackdated: a message may come again unchanged after its time, and
// nothing else may.
func TestNothingIsBackdated(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}}.start(t).advance(2)
	uploads := s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindUpload })
	s.advance(3)
	u, err := wire.ParseUpload((*uploads)[0].Data)
	require.NoError(t, err)
	part := u.Parts
	u.Parts = nil
	s.release(world.Packet{From: "device:Ana", To: "provider", Data: u.Encode()})
	require.NotContains(t, s.shown, "Ben<Ana 3")
	require.NoError(t, s.sim.Rest(1))
	other := *u
	other.Public, other.Parts = []byte("other"), part
	s.post(world.Packet{From: "device:Ana", To: "provider", Data: other.Encode()})
	require.Len(t, s.warned, 1)
	u.Parts = part
	s.post(world.Packet{From: "device:Ana", To: "provider", Data: u.Encode()})
	require.Contains(t, s.shown, "Ben<Ana 3")
	u.Meta.ID = u.Meta.ID[1:] + "0"
	s.post(world.Packet{From: "device:Ana", To: "provider", Data: u.Encode()})
	require.Len(t, s.warned, 2)
}

func factsOf(kind world.Kind, facts []world.Fact) (found []world.Fact) {
	for _, f := range facts {
		if f.Kind == kind {
			found = append(found, f)
		}
	}
	return found
}

func refs(kind world.Kind, facts []world.Fact) (list []string) {
	for _, f := range factsOf(kind, facts) {
		list = append(list, f.Ref)
	}
	return list
}
