package ratchet

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// thief is what somebody computes from the bytes of one state and everything
// that went over the wire, with the exported steps only.
type thief struct {
	chains   []Key
	messages []Key
}

// steal takes every 32 bytes in a row of the encoded state for a message key and
// for a chain key, and turns the root key with every ratchet key of the wire.
func steal(t *testing.T, state []byte, wire []packet) thief {
	var found thief
	for i := 0; i+32 <= len(state); i++ {
		found.messages = append(found.messages, Key(state[i:i+32]))
	}
	found.chains = append(found.chains, found.messages...)
	s, err := Unmarshal(state)
	require.NoError(t, err)
	for _, p := range wire {
		_, chain, err := StepRoot(s.Root(), s.Private(), p.h.Ratchet)
		require.NoError(t, err)
		found.chains = append(found.chains, chain)
	}
	for _, chain := range found.chains {
		for range 8 {
			next, mk := StepChain(chain)
			found.messages = append(found.messages, mk)
			chain = next
		}
	}
	return found
}

func (f thief) opens(p packet) bool {
	for _, mk := range f.messages {
		if got, err := OpenWith(mk, p.h, testAD, p.ciphertext); err == nil {
			return string(got) == p.text
		}
	}
	return false
}

func TestForwardSecrecy(t *testing.T) {
	alice, bob := session(t, 1)
	before := bob.Marshal()
	var wire []packet
	for _, text := range []string{"one", "two", "three"} {
		wire = append(wire, seal(t, alice, text))
	}
	skipped := wire[1]
	wire[0].mustOpen(t, bob)
	wire[2].mustOpen(t, bob)

	// The search is able to find: the state before opens all three, the state
	// after still opens the one that has not arrived.
	for _, p := range wire {
		require.True(t, steal(t, before, wire).opens(p), p.text)
	}
	require.True(t, steal(t, bob.Marshal(), wire).opens(skipped))

	skipped.mustOpen(t, bob)
	for _, p := range wire {
		require.False(t, steal(t, bob.Marshal(), wire).opens(p), "receiver still holds a key of %q", p.text)
		require.False(t, steal(t, alice.Marshal(), wire).opens(p), "sender still holds a key of %q", p.text)
	}

	wire = append(wire, deliver(t, bob, alice, "turn"), deliver(t, alice, bob, "turned"))
	for _, state := range []*State{alice, bob} {
		found := steal(t, state.Marshal(), wire)
		for _, p := range wire {
			require.False(t, found.opens(p), p.text)
		}
	}
}

// A thief copies Alice's state and then only listens.
func TestHealing(t *testing.T) {
	alice, bob := session(t, 1)
	stolen := alice.Marshal()
	copied, err := Unmarshal(stolen)
	require.NoError(t, err)

	// Until Alice turns her ratchet the thief reads both directions: her chain by
	// stepping it, Bob's as she would, his next chain included.
	chain, _ := copied.Sending()
	for range 2 {
		p := deliver(t, alice, bob, "Alice goes on")
		var mk Key
		chain.Key, mk = StepChain(chain.Key)
		got, err := OpenWith(mk, p.h, testAD, p.ciphertext)
		require.NoError(t, err)
		require.Equal(t, p.text, string(got))
	}
	answer := deliver(t, bob, alice, "Bob answers with a new ratchet key")
	follow := func(p packet) {
		got, err := copied.Open(random(77), p.h, p.ciphertext, testAD) // not Alice's randomness
		require.NoError(t, err)
		require.Equal(t, p.text, string(got))
	}
	follow(answer)
	follow(deliver(t, bob, alice, "and goes on"))

	// Alice answered with a key that the thief never saw.
	wire := []packet{
		deliver(t, alice, bob, "Alice's new chain"),
		deliver(t, bob, alice, "Bob's next chain"),
		deliver(t, alice, bob, "healed"),
	}
	for _, p := range wire {
		p.mustFail(t, copied, ErrForged)
		require.False(t, steal(t, stolen, wire).opens(p), p.text)
		require.False(t, steal(t, copied.Marshal(), wire).opens(p), p.text)
	}
}

// Healing assumes that the thief only listens: whoever answers first with a
// copied state takes the session over, and its owner is locked out.
func TestActiveThiefTakesOver(t *testing.T) {
	alice, bob := session(t, 1)
	copied, err := Unmarshal(alice.Marshal())
	require.NoError(t, err)
	answer := seal(t, bob, "Bob answers")
	_, err = copied.Open(random(77), answer.h, answer.ciphertext, testAD)
	require.NoError(t, err)
	deliver(t, copied, bob, "this is Alice")
	answer.mustOpen(t, alice)
	seal(t, alice, "no, this is").mustFail(t, bob, ErrForged)
	deliver(t, bob, copied, "Bob talks to the thief")
}
