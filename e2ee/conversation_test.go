package e2ee

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
)

// chatter is a long conversation with groups, the same each time.
func chatter(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	accounts := []string{"Ana", "Ben", "Cem", "Dee"}
	var out []string
	for range n {
		order := r.Perm(len(accounts))
		var to []string
		for _, i := range order[1 : 2+r.IntN(3)] {
			to = append(to, accounts[i])
		}
		out = append(out, accounts[order[0]]+">"+strings.Join(to, ","))
	}
	return out
}

func TestHonestConversations(t *testing.T) {
	for name, messages := range map[string][]string{
		"one first":            {"Ana>Ben", "Ana>Ben", "Ben>Ana", "Ana>Ben"},
		"the other first":      {"Ben>Ana", "Ana>Ben", "Ben>Ana"},
		"somebody says naught": {"Ana>Dee", "Ana>Dee", "Ben>Dee", "Ana>Dee,Ben", "Ana>Dee", "Ana>Dee"},
		"groups":               chatter(40),
	} {
		t.Run(name, func(t *testing.T) {
			s := scene{messages: messages}.start(t).end()
			s.each(1, len(messages))
			s.quiet()
			for _, a := range s.conv.Accounts {
				require.Empty(t, s.device(a).outbox, "%s still has unconfirmed messages", a)
			}
		})
	}
}

// Both write before they have heard of each other.
func TestFirstContactAtOnce(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ben>Ana", "Ben>Ana", "Ana>Ben"}}.start(t)
	held := s.hold(func(p world.Packet) bool { return p.To == "device:Ana" && p.Kind() == wire.KindBundle })
	s.advance(1)
	require.Len(t, *held, 1)
	uploads := s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindUpload })
	s.advance(2)
	s.post(*held...)
	require.Len(t, *uploads, 2)
	s.release(*uploads...)
	s.each(1, 2)
	s.end()
	s.each(1, 6)
	s.quiet()
	ana, ben := s.device("Ana").peers["Ben"].sessions, s.device("Ben").peers["Ana"].sessions
	require.Len(t, ana, 2)
	require.Equal(t, ana[0].ID, ben[0].ID, "they do not come to use one session")
}

// A message typed to two, one of whom has another identity since, reaches both
// once; and one typed to somebody unknown is given up, as the user is told.
func TestReinstall(t *testing.T) {
	s := scene{
		messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben,Cem", "Cem>Ana,Ben",
			"Ana>Ben,Cem", "Ben>Ana", "Ana>Ben", "Cem>Ben", "Ben>Cem"},
		events: []world.Event{{After: 4, Kind: world.Reinstall, Account: "Ben"}},
	}.start(t).advance(3)
	old := s.device("Ben").Holdings()
	keys := s.device("Ben").keys
	session := s.device("Ben").peers["Ana"].sessions[0]
	secrets := [][]byte{keys.Identity.Bytes()[1:33], keys.Identity.Bytes()[33:], body(1), body(2), body(3)}
	for _, p := range keys.Signed {
		secrets = append(secrets, p.Bytes()[5:])
	}
	for _, p := range keys.KEM {
		secrets = append(secrets, p.Bytes()[5:])
	}
	for _, p := range keys.OneTime {
		secrets = append(secrets, p.Bytes()[5:])
	}
	root, private := session.State.Root(), session.State.Private()
	secrets = append(secrets, root[:], private[:])
	for _, secret := range secrets {
		require.True(t, contains(old, secret), "the test looks for what a device never held: %x", secret)
	}

	s.advance(4)
	for _, secret := range secrets {
		require.False(t, contains(s.device("Ben").Holdings(), secret), "left after reinstalling: %x", secret)
	}
	require.Len(t, s.device("Ben").Holdings(), 1, "a new device has keys and nothing else")
	s.quiet()

	s.advance(5)
	require.Equal(t, []string{"Ana: the safety number with Ben has changed"}, s.warned)
	s.end()
	s.each(1, 9)
	require.Equal(t, []string{"Ana: the safety number with Ben has changed", "Cem: the safety number with Ben has changed"}, s.warned)
	for _, left := range s.device("Ana").peers["Ben"].sessions {
		require.Equal(t, s.device("Ben").keys.Identity.Public(), left.Identity, "a session with an identity that is gone")
	}
}

// Whoever reinstalled writes first; then the contact is warned on receiving.
func TestReinstallThenWrite(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ben>Ana", "Ana>Ben"},
		events: []world.Event{{After: 2, Kind: world.Reinstall, Account: "Ben"}}}.start(t).end()
	s.each(1, 4)
	require.Equal(t, []string{"Ana: the safety number with Ben has changed"}, s.warned)
}

func TestUnknownRecipient(t *testing.T) {
	s := scene{messages: []string{"Ana>Zoe", "Ana>Ben,Zoe", "Ben>Ana"}}.start(t).end()
	require.Equal(t, []string{"Ben<Ana 2", "Ana<Ben 3"}, s.shown)
	require.Len(t, s.warned, 2)
	require.Contains(t, s.warned[0], "Ana: no message was sent to Zoe")
	require.Empty(t, s.device("Ana").outbox, "a message that cannot be sent is kept for ever")
}

// The initial message travels with each message until the other side has answered.
func TestInitialUntilAnswered(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ana>Ben", "Ben>Ana", "Ana>Ben", "Ben>Ana"}}.start(t).end()
	var initial []bool
	for _, p := range s.packets(wire.KindDeliver) {
		initial = append(initial, len(mustDelivery(t, p).Initial) > 0)
	}
	require.Equal(t, []bool{true, true, false, false, false}, initial)
}

// A message goes by two uploads when one recipient is new; the receipt of the
// first must not forget what the second may still have to send again.
func TestReceiptsAreCounted(t *testing.T) {
	s := scene{messages: []string{"Ana>Cem", "Ana>Ben,Cem", "Ben>Ana"}}.start(t).advance(1)
	ana := s.device("Ana")
	uploads := s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindUpload })
	s.advance(2)
	require.Len(t, *uploads, 2)
	s.release((*uploads)[0])
	require.Len(t, ana.outbox, 1)
	stale, err := wire.ParseUpload((*uploads)[1].Data)
	require.NoError(t, err)
	stale.Parts[0].Identity = make([]byte, 16) // as if Ben had reinstalled on the way
	s.post(world.Packet{From: "device:Ana", To: "provider", Data: stale.Encode()})
	s.each(2, 2)
	require.Empty(t, ana.outbox)
}

// Two deployments of one set-up behave alike to the byte.
func TestRepeats(t *testing.T) {
	var runs [2][]string
	for i := range runs {
		s := scene{messages: chatter(10)}.start(t).end()
		for _, f := range s.wire {
			runs[i] = append(runs[i], fmt.Sprintf("%x", f.Data))
		}
	}
	require.Equal(t, runs[0], runs[1])
	require.Greater(t, len(runs[0]), 30)
}

func TestSafetyNumbers(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana"},
		events: []world.Event{{After: 1, Kind: world.Compare, Account: "Ana", With: "Ben"}}}.start(t)
	var numbers []string
	s.sim.Intercept = func(p world.Packet) bool {
		if f, err := world.Unpack(p.Data, world.KindNumber, 3); err == nil {
			numbers = append(numbers, string(f[1]))
		}
		return false
	}
	s.end()
	require.Len(t, numbers, 2)
	require.Len(t, slices.Compact(numbers), 1)
	require.Len(t, numbers[0], 71)
	s.quiet()
}
