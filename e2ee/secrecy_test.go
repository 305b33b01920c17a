package e2ee

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
)

// A device keeps its newest messages; of the others not a byte is left.
func TestRetention(t *testing.T) {
	const n = 14
	for _, keep := range []int{1, 3, 10, 0} {
		s := scene{messages: chatter(n), settings: world.Settings{Retention: keep}}.start(t)
		for k := 1; k <= n; k++ {
			s.advance(k)
			for _, account := range s.conv.Accounts {
				var had []int
				for i := 1; i <= k; i++ {
					if s.conv.Messages[i-1].Concerns(account) {
						had = append(had, i)
					}
				}
				gone := had[:max(0, len(had)-keep)]
				if keep == 0 {
					gone = nil
				}
				held := s.device(account).Holdings()
				for _, i := range had {
					require.Equal(t, !slices.Contains(gone, i), contains(held, body(i)), "message %d on %s at moment %d", i, account, k)
				}
				if k == n { // the history opens to a thief, and nothing else does, not with all packets
					require.Equal(t, had[len(gone):], s.opens(held, s.wire))
				}
			}
		}
	}
}

// Everybody's device is copied at once, at every moment, and every packet is
// known: nothing that was said before opens once the history is deleted.
func TestForwardSecrecy(t *testing.T) {
	const n = 16
	s := scene{messages: chatter(n)}.start(t)
	for k := 1; k <= n; k++ {
		s.advance(k)
		loot := [][]world.Fact{s.wire, s.provider().Holdings()}
		for _, account := range s.conv.Accounts {
			loot = append(loot, s.copyOf(account))
		}
		require.Empty(t, s.opens(loot...), "moment %d", k)
	}
}

// TestHealing works through conversations by hand, from sections 2.3 and 5.2 of
// the Double Ratchet specification. Each side names its chains by its own ratchet
// key: the initiator Ana sends chain a0 until she receives, then a1 and so on;
// Ben makes b1 on receiving a0, b2 on receiving a1. A chain opens to whoever has
// its chain key, or the root and either private key at the time it begins. So the
// copy of a device that holds a1 gives the rest of the peer's present chain, its
// own chain under a1, and the peer's next chain, which was made for a1. The chain
// after it is made with a key that was not there yet.
func TestHealing(t *testing.T) {
	ab, ba := "Ana>Ben", "Ben>Ana"
	turns := []string{ab, ba, ab, ba, ab, ba} // a0 | b1 | a1 | b2 | a2 | b3
	runs := []string{ab, ab, ba, ba, ba, ab, ab, ba, ab}
	// chains:         a0  a0  b1  b1  b1  a1  a1  b2  a2
	for _, c := range []struct {
		messages []string
		victim   string
		at       int
		open     []int
		why      string
	}{
		{turns, "Ana", 0, []int{}, "she has prekeys, which nobody used"},
		{turns, "Ana", 1, []int{2}, "a0 gives b1; a1 is made on receiving it"},
		{turns, "Ana", 2, []int{3, 4}, "a1 is there, unused: its chain, and b2, made for it"},
		{turns, "Ana", 3, []int{4}, "the chain of a1 has moved on"},
		{turns, "Ana", 4, []int{5, 6}, "a2 and b3"},
		{turns, "Ana", 5, []int{6}, ""},
		{turns, "Ana", 6, []int{}, ""},
		{turns, "Ben", 0, []int{1}, "prekeys open the first contact; b1 is made on receiving it"},
		{turns, "Ben", 1, []int{2, 3}, "b1 is there, unused, and a1 is made for it"},
		{turns, "Ben", 2, []int{3}, ""},
		{turns, "Ben", 3, []int{4, 5}, "b2 and a2"},
		{turns, "Ben", 4, []int{5}, ""},
		{turns, "Ben", 5, []int{6}, "b3"},
		{turns, "Ben", 6, []int{}, ""},
		{runs, "Ana", 1, []int{2, 3, 4, 5}, "the rest of a0, all of b1"},
		{runs, "Ana", 2, []int{3, 4, 5}, ""},
		{runs, "Ana", 3, []int{4, 5, 6, 7, 8}, "the rest of b1, then a1 and b2"},
		{runs, "Ana", 5, []int{6, 7, 8}, ""},
		{runs, "Ana", 6, []int{7, 8}, "the rest of a1, and b2"},
		{runs, "Ana", 7, []int{8}, ""},
		{runs, "Ana", 8, []int{9}, "a2"},
		{runs, "Ben", 0, []int{1, 2}, "prekeys give a0"},
		{runs, "Ben", 1, []int{2, 3, 4, 5, 6, 7}, "the rest of a0, then b1 and a1"},
		{runs, "Ben", 3, []int{4, 5, 6, 7}, "the rest of b1, then a1"},
		{runs, "Ben", 5, []int{6, 7}, ""},
		{runs, "Ben", 6, []int{7, 8, 9}, "the rest of a1, then b2 and a2"},
		{runs, "Ben", 8, []int{9}, ""},
		{runs, "Ben", 9, []int{}, ""},
	} {
		s := scene{messages: c.messages}.start(t).advance(c.at)
		stolen := s.copyOf(c.victim)
		s.end()
		require.Equal(t, c.open, s.opens(stolen, s.wire), "%s's device copied after message %d: %s", c.victim, c.at, c.why)
		require.Empty(t, s.opens(stolen), "without ciphertext")
		require.Empty(t, s.opens(s.wire), "without keys")
	}
}

// In a group every pair has a session of its own, and heals on its own.
func TestHealingByPairs(t *testing.T) {
	s := scene{messages: []string{
		"Ana>Ben,Cem", "Ben>Ana", "Cem>Ana", "Ana>Ben,Cem", // 1-4
		"Ana>Ben,Cem", "Ben>Ana,Cem", "Ana>Ben,Cem", "Cem>Ana", // 5-8
		"Ana>Ben,Cem", "Dee>Ana", // 9, 10
	}}.start(t).advance(4)
	stolen := s.copyOf("Ana")
	s.end()
	// 5: her chains to both. 6: Ben's chain made for her key. 7: still her chain to
	// Cem, who was silent. 8: Cem's, made for her key. 9: she has new keys for both.
	// 10: Dee's first contact, under Ana's stolen prekeys.
	require.Equal(t, []int{5, 6, 7, 8, 10}, s.opens(stolen, s.wire))
	require.Equal(t, []int{5, 6, 7, 8}, s.opens(without(wire.DeviceKeys, stolen), s.wire))
}

// A thief who missed the start of a chain skips ahead, as its owner would.
func TestChainFromTheMiddle(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ana>Ben", "Ana>Ben"}}.start(t).advance(1)
	stolen := s.copyOf("Ben")
	before := len(s.advance(2).wire)
	after := len(s.advance(3).wire)
	s.end()
	require.Equal(t, []int{2, 4, 5}, s.opens(stolen, s.wire[:before], s.wire[after:]))
}

// The keys of messages that were passed over lie in the session until they come.
func TestSkippedKeysAreStolen(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ana>Ben", "Ben>Ana"}}.start(t).advance(2)
	late := s.hold(isDelivery)
	s.advance(3)
	s.sim.Intercept = nil
	s.advance(4)
	before := s.copyOf("Ben")
	s.post(*late...)
	after := s.copyOf("Ben")
	s.end()
	s.each(1, 5)
	require.Equal(t, []int{3, 5}, s.opens(before, s.wire))
	require.Equal(t, []int{5}, s.opens(after, s.wire))
}

// Stolen prekeys open the first contact of strangers, from their first message to
// the answer, until the signed prekey is replaced and its last week is over.
func TestStolenPrekeys(t *testing.T) {
	messages := []string{"Ana>Ben", "Ben>Ana", "Cem>Ben", "Cem>Ben", "Ben>Cem", "Cem>Ben"}
	for days, open := range map[int][]int{0: {3, 4}, rotationDays - 1: {3, 4}, rotationDays: {}} {
		s := scene{messages: messages}.start(t).advance(2)
		stolen := s.copyOf("Ben")
		keys := slices.DeleteFunc(slices.Clone(stolen), func(f world.Fact) bool { return f.Kind != wire.DeviceKeys })
		require.NoError(t, s.sim.Rest(days))
		s.end()
		s.each(1, 6)
		require.Equal(t, open, s.opens(keys, s.wire), "%d days later", days)
	}
	// A directory that goes on handing out old bundles makes it last.
	s := scene{messages: messages}.start(t).advance(2)
	stolen, old := s.copyOf("Ben"), s.provider().directory["Ben"]
	require.NoError(t, s.sim.Rest(rotationDays))
	s.provider().directory["Ben"] = old
	s.end()
	s.each(1, 6)
	require.Equal(t, []int{3, 4}, s.opens(stolen, s.wire))
}

// A thief of the keys cannot open what their owner said first: those secrets came
// from an ephemeral key that is gone.
func TestStolenInitiator(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ana>Ben", "Ana>Cem"}}.start(t)
	early := s.copyOf("Ana")
	s.end()
	require.Empty(t, s.opens(early, s.copyOf("Ana"), s.wire))
}

// What waits to be sent lies on the device, both its parts.
func TestOutboxIsHeld(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben"}, settings: world.Settings{Retention: 1}}.start(t)
	held := s.hold(func(p world.Packet) bool { return p.From == "provider" })
	s.advance(1)
	ana := s.device("Ana")
	ana.outbox[0].public = []byte("beside")
	require.Equal(t, []int{1}, s.opens(s.copyOf("Ana")))
	require.True(t, contains(without(wire.KeptMessage, ana.Holdings()), []byte("beside")))
	ana.outbox[0].public = nil
	s.release(*held...)
	s.each(1, 1)
	require.Empty(t, s.opens(s.copyOf("Ana")))
}
