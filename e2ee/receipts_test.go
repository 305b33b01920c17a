package e2ee

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/receipts"
	"doormat/e2ee/wire"
	"doormat/world"
)

// withReceipts are settings under which phones send receipts.
var withReceipts = world.Settings{Own: world.Own("").With(receipts.Name, receipts.On)}

// uploads lists who sent what to whom, as the provider sees it.
func (s *stage) uploads() (list []string) {
	for _, f := range s.wire {
		p, _, err := world.ParsePacket(f.Data)
		require.NoError(s.t, err)
		if u, err := wire.ParseUpload(p.Data); err == nil && p.Kind() == wire.KindUpload {
			list = append(list, u.Meta.From+">"+u.Meta.To[0])
		}
	}
	return list
}

// Each message is answered by each phone that shows it, and no receipt is; without the setting
// nothing is sent besides.
func TestReceipts(t *testing.T) {
	messages := []string{"Ana>Ben", "Ana>Ben,Cem", "Ana@crew>Ben,Dee", "Ana@crew>Ben,Dee"}
	groups := []world.Group{{Name: "crew", Members: []string{"Ana", "Ben", "Dee"}}}
	s := scene{messages: messages, groups: groups, settings: withReceipts}.start(t).end()
	s.each(1, 4)
	s.quiet()
	require.Equal(t, []string{"Ana>Ben", "Ben>Ana"}, s.uploads()[:2])
	count := map[string]int{}
	for _, u := range s.uploads() {
		count[u]++
	}
	require.Equal(t, 4, count["Ben>Ana"])
	require.Equal(t, 1, count["Cem>Ana"])
	require.Equal(t, 2, count["Dee>Ana"])
	for _, a := range s.conv.Accounts {
		require.Empty(t, s.device(a).outbox, "%s still has unconfirmed messages", a)
	}
	s = scene{messages: messages, groups: groups}.start(t).end()
	require.NotContains(t, s.uploads(), "Ben>Ana")
}

// A phone that is written to and never writes makes no keys, so whoever copies the author's phone
// reads on for ever. With receipts it does, and the chat heals with the next message but one.
func TestReceiptsHeal(t *testing.T) {
	for name, c := range map[string]struct {
		settings world.Settings
		open     []int
	}{
		"without": {world.Settings{}, []int{2, 3, 4, 5, 6}},
		"with":    {withReceipts, []int{2}},
	} {
		s := scene{messages: []string{"Ana>Ben", "Ana>Ben", "Ana>Ben", "Ana>Ben", "Ana>Ben", "Ana>Ben"}, settings: c.settings}.start(t).advance(1)
		copied := s.copyOf("Ana")
		s.end()
		require.Equal(t, c.open, s.opens(copied, s.wire), name)
	}
}

// A provider that keeps no mail notes when an account sent something. Ben writes nothing; with
// receipts he is seen all the same, at the minute at which Ana wrote.
func TestReceiptsShowPresence(t *testing.T) {
	for name, c := range map[string]struct {
		settings world.Settings
		seen     []string
	}{
		"without": {world.Settings{Mailbox: world.MailboxDelivered}, []string{"Ana"}},
		"with":    {world.Settings{Mailbox: world.MailboxDelivered, Own: withReceipts.Own}, []string{"Ana", "Ben"}},
	} {
		s := scene{messages: []string{"Ana>Ben"}, settings: c.settings}.start(t).end()
		var seen []string
		for _, f := range s.provider().Holdings() {
			if f.Kind == wire.LastSeen {
				seen = append(seen, f.Ref)
				require.Equal(t, world.Time(begin), f.Data)
			}
		}
		require.Equal(t, c.seen, seen, name)
	}
}

// To a contact whose changed key its owner has to look at a phone sends nothing, and no receipt.
func TestNoReceiptUnderChangedKey(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}, settings: withReceipts, events: []world.Event{
		{After: 2, Kind: world.Compare, Account: "Ana", With: "Ben"}, {After: 2, Kind: world.Reinstall, Account: "Ana"}}}.start(t).end()
	s.each(1, 3)
	require.Equal(t, []string{"Ana>Ben", "Ben>Ana", "Ben>Ana", "Ana>Ben", "Ana>Ben"}, s.uploads())
	s = scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}, settings: withReceipts, events: []world.Event{
		{After: 2, Kind: world.Reinstall, Account: "Ana"}}}.start(t).end()
	require.Equal(t, []string{"Ana>Ben", "Ben>Ana", "Ben>Ana", "Ana>Ben", "Ana>Ben", "Ben>Ana"}, s.uploads())
}
