package e2ee

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/receipts"
	"doormat/e2ee/sealedsender"
	"doormat/e2ee/wire"
	"doormat/world"
)

// sealedWith are settings under which senders are sealed, and the provider keeps all mail.
func sealedWith(r string) world.Settings {
	return world.Settings{Own: world.Own("").With(sealedsender.Name, sealedsender.On).With(receipts.Name, r)}
}

// about lists the messages whose sender, recipients and time follow from loot.
func (s *stage) about(loot ...[]world.Fact) (list []int) {
	for _, f := range saturate(Design{}.Rules(), slices.Concat(loot...)) {
		m, err := world.ParseMeta(f.Data)
		if f.Kind != world.Metadata || err != nil {
			continue
		}
		for k, said := range s.conv.Messages {
			if m.From == said.From && m.Sent.Equal(said.Sent) && slices.Equal(m.To, slices.Sorted(slices.Values(said.To))) {
				list = append(list, k+1)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// The store names no sender, and a group's messages miss one; receipts name all. A tap sees them in
// any case, and who copies a phone reads what the store has for it, and of it, as without.
func TestSealedSender(t *testing.T) {
	messages := []string{"Ana>Ben", "Ben>Ana", "Ana@crew>Ben,Dee", "Dee@crew>Ana,Ben", "Cem>Dee"}
	groups := []world.Group{{Name: "crew", Members: []string{"Ana", "Ben", "Dee"}}}
	for r, seen := range map[string][]int{receipts.Off: {3, 4}, receipts.On: {1, 2, 3, 4, 5}} {
		s := scene{messages: messages, groups: groups, settings: sealedWith(r)}.start(t)
		phone := s.device("Ben").Holdings()
		s.end()
		s.each(1, 5)
		s.quiet()
		for _, p := range s.packets(wire.KindUpload) {
			u, err := wire.ParseUpload(p.Data)
			require.NoError(t, err)
			require.Empty(t, u.Meta.From)
		}
		require.Equal(t, seen, s.about(s.provider().Holdings()), "receipts %s", r)
		require.Equal(t, []int{1, 2, 3, 4, 5}, s.about(s.wire))
		require.Contains(t, s.opens(phone, s.provider().Holdings()), 1)
		require.Equal(t, []int{1, 2, 3, 4, 5}, s.about(s.device("Ben").Holdings(), s.device("Dee").Holdings(), s.wire))
	}
}

// A modified client, Dee's, begins a session in Ana's name with somebody whom Ana has not met: it
// takes Ana's certificate, which Ben and others have seen, or one that it signed itself. Both are
// refused, and what Ana writes then arrives.
func TestCertificate(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben"}, settings: sealedWith(receipts.Off)}.start(t)
	ana, ben, dee := s.device("Ana"), s.device("Ben"), s.device("Dee")
	issuer, err := sealedsender.NewIssuer(world.Seed(9).Stream("false issuer"))
	require.NoError(t, err)
	own := &sealedsender.Phone{Random: world.Seed(9).Stream("false"), Issuer: issuer.Public()}
	own.Take(issuer.Certify("Ana", "device:Dee", dee.Identity())[0].Data, dee.Identity())
	for name, phone := range map[string]*sealedsender.Phone{"hers": ana.Sealed, "forged": own} {
		session, err := dee.keys.Initiate(dee.random, "Ana", "Ben", s.provider().directory.Take("Ben"))
		require.NoError(t, err)
		meta := world.Meta{ID: strings.Repeat("0", 32), From: "Ana", To: []string{"Ben"}, Sent: begin}
		part, err := session.Seal(wire.OpenHash(meta, nil, nil), (&wire.Content{Body: body(1)}).Encode())
		require.NoError(t, err)
		u := &wire.Upload{Meta: meta, Parts: []wire.Part{part}}
		require.NoError(t, phone.Hide(u, func(string) pqxdh.IdentityPublic { return ben.keys.Identity.Public() }))
		require.Empty(t, u.Meta.From, "no certificate")
		s.post(world.Packet{From: "provider", To: "device:Ben", Data: u.Delivery(0).Encode()})
		require.Empty(t, s.shown, "Dee writes as Ana, with a certificate that is %s", name)
	}
	s.end()
	s.each(1, 1)
}

// Who copies the phone that writes opens what it writes next, although the envelopes name nobody:
// in a chat its session names the chain, and in a group it is the member who is missing.
func TestSealedWriter(t *testing.T) {
	for _, sealed := range []string{sealedsender.Off, sealedsender.On} {
		s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana@crew>Ben,Dee", "Ana>Ben", "Ana@crew>Ben,Dee", "Ana>Ben", "Cem>Dee"},
			groups:   []world.Group{{Name: "crew", Members: []string{"Ana", "Ben", "Dee"}}},
			settings: world.Settings{Own: world.Own("").With(sealedsender.Name, sealed).With(receipts.Name, receipts.Off)}}.start(t)
		s.advance(4)
		phone := s.device("Ana").Holdings()
		kept := []int{1, 2, 3, 4}
		s.end()
		require.Equal(t, append(kept, 5, 6), s.opens(phone, s.provider().Holdings()), "sealed sender %s", sealed)
	}
}

// Nothing that an envelope shows in the open is a key that the provider's directory lists: the
// initial message of a session, which has its author's, goes with the certificate.
func TestSealedInitial(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana"}, settings: sealedWith(receipts.Off)}.start(t)
	own := s.device("Ana").keys.Identity.Public().Bytes()
	s.end()
	s.each(1, 2)
	shown := 0
	for _, f := range s.provider().Holdings() {
		if contains([]world.Fact{f}, own) {
			require.Equal(t, wire.Bundle, f.Kind)
			shown++
		}
	}
	require.Positive(t, shown)
}
