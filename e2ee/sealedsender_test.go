package e2ee

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

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

// The store names no sender; receipts do, of every message. A tap sees them in any case, and who
// copies a phone reads what the store has for it as without.
func TestSealedSender(t *testing.T) {
	messages := []string{"Ana>Ben", "Ben>Ana", "Ana@crew>Ben,Dee", "Dee@crew>Ana,Ben", "Cem>Dee"}
	groups := []world.Group{{Name: "crew", Members: []string{"Ana", "Ben", "Dee"}}}
	for r, seen := range map[string][]int{receipts.Off: nil, receipts.On: {1, 2, 3, 4, 5}} {
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

// A certificate proves nothing to who is shown it by somebody else, and nothing if it is changed.
func TestCertificate(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ana>Ben"}, settings: sealedWith(receipts.Off)}.start(t)
	var stolen []byte
	for _, p := range s.packets(sealedsender.KindCertificate) {
		if p.To == "device:Ana" {
			stolen = p.Data
		}
	}
	require.NotEmpty(t, stolen)
	dee := s.device("Dee")
	dee.Sealed.Take(stolen, s.device("Ana").Identity())
	held := s.hold(isDelivery)
	s.post(world.Packet{From: "user:Dee", To: "device:Dee", Data: (&world.Typed{To: []string{"Ben"}, Body: body(1)}).Encode()})
	require.Len(t, *held, 1)
	s.release(*held...)
	require.Empty(t, s.shown, "Dee writes as Ana")
	d := mustDelivery(t, (*held)[0])
	for i := range d.Sender {
		d.Sender[i] ^= 1
		s.post(world.Packet{From: "provider", To: "device:Ben", Data: d.Encode()})
		d.Sender[i] ^= 1
	}
	s.end()
	s.each(1, 2)
}
