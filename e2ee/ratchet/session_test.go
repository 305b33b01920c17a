package ratchet

import (
	"errors"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestConversation(t *testing.T) {
	alice, bob := fresh(t, 1)
	for i := range 5 {
		for range i {
			deliver(t, alice, bob, "to Bob")
		}
		deliver(t, alice, bob, "")
		deliver(t, bob, alice, "to Alice")
	}
}

func TestOutOfOrderAcrossTurns(t *testing.T) {
	alice, bob := session(t, 1)
	a := []packet{seal(t, alice, "0"), seal(t, alice, "1"), seal(t, alice, "2")}
	deliver(t, bob, alice, "turn")
	b := []packet{seal(t, alice, "3"), seal(t, alice, "4")}
	for _, p := range []packet{b[1], a[2], a[0], b[0], a[1]} {
		p.mustOpen(t, bob)
	}
	require.Empty(t, bob.Skipped())
	for _, p := range append(a, b[0]) { // again, whichever chain they are of
		_, err := p.openBy(bob)
		require.Error(t, err)
	}
}

func TestLost(t *testing.T) {
	alice, bob := session(t, 1)
	for range 3 {
		seal(t, alice, "lost in the old chain")
	}
	deliver(t, bob, alice, "turn")
	seal(t, alice, "lost in the new chain")
	deliver(t, alice, bob, "arrives")
	require.Len(t, bob.Skipped(), 4)
	deliver(t, bob, alice, "goes on")
}

func TestReplay(t *testing.T) {
	alice, bob := session(t, 1)
	old := deliver(t, alice, bob, "once")
	old.mustFail(t, bob, ErrSpent) // same chain
	late := seal(t, alice, "late")
	deliver(t, alice, bob, "early")
	late.mustOpen(t, bob)
	late.mustFail(t, bob, ErrSpent) // from the store
	deliver(t, bob, alice, "turn")
	deliver(t, alice, bob, "turn")
	old.mustFail(t, bob, ErrForged) // older chain: looks like a new one
	old.mustFail(t, alice, ErrForged)
	seal(t, alice, "reflected").mustFail(t, alice, ErrForged)
}

func TestTampered(t *testing.T) {
	// For each way to open a message: current chain, store, new chain.
	ways := map[string]func(alice, bob *State) packet{
		"current": func(alice, _ *State) packet { return seal(t, alice, "hello") },
		"ahead": func(alice, _ *State) packet {
			seal(t, alice, "lost")
			return seal(t, alice, "hello")
		},
		"skipped": func(alice, bob *State) packet {
			p := seal(t, alice, "hello")
			deliver(t, alice, bob, "ahead")
			return p
		},
		"turn": func(alice, bob *State) packet {
			deliver(t, bob, alice, "turn")
			seal(t, alice, "lost")
			return seal(t, alice, "hello")
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			alice, bob := session(t, 1)
			p := way(alice, bob)
			before := bob.Marshal()
			refuse := func(h Header, c, ad []byte) {
				_, err := bob.Open(iotest.ErrReader(errors.New("rand was read")), h, c, ad)
				require.Error(t, err)
				require.NotContains(t, err.Error(), "rand was read")
				require.Equal(t, before, bob.Marshal())
			}
			for bit := range 8 * HeaderSize {
				encoded := p.h.Bytes()
				encoded[bit/8] ^= 1 << (bit % 8)
				h, err := ParseHeader(encoded)
				require.NoError(t, err)
				refuse(h, p.ciphertext, testAD)
			}
			for i := range p.ciphertext {
				c := append([]byte(nil), p.ciphertext...)
				c[i] ^= 0x80
				refuse(p.h, c, testAD)
				refuse(p.h, p.ciphertext[:i], testAD)
			}
			refuse(p.h, append(p.ciphertext, 0), testAD)
			refuse(p.h, p.ciphertext, nil)
			refuse(p.h, p.ciphertext, append([]byte("x"), testAD...))
			p.mustOpen(t, bob)
		})
	}
}

func TestMaxSkip(t *testing.T) {
	alice, bob := session(t, 1)
	for range MaxSkip {
		seal(t, alice, "lost")
	}
	atLimit, beyond := seal(t, alice, "at the limit"), seal(t, alice, "beyond")
	beyond.mustFail(t, bob, ErrTooFar)
	atLimit.mustOpen(t, bob)
	require.Len(t, bob.Skipped(), MaxSkip)
	beyond.mustOpen(t, bob)
}

func TestMaxStoredDropsOldest(t *testing.T) {
	alice, bob := session(t, 1)
	oldest := seal(t, alice, "oldest")
	second := seal(t, alice, "second")
	skip := func(n int) {
		for range n {
			seal(t, alice, "lost")
		}
	}
	skip(MaxSkip - 2)
	deliver(t, alice, bob, "1,000 skipped")
	skip(MaxSkip)
	deliver(t, alice, bob, "2,000 skipped")
	require.Len(t, bob.Skipped(), MaxStored)
	skip(1)
	deliver(t, alice, bob, "one more")
	require.Len(t, bob.Skipped(), MaxStored)
	oldest.mustFail(t, bob, ErrDropped)
	second.mustOpen(t, bob)
	second.mustFail(t, bob, ErrSpent)
}

// TestForgetsWhatItDropped first says exactly what was dropped and what came twice,
// and, beyond its memory, that anything may have been dropped.
func TestForgetsWhatItDropped(t *testing.T) {
	alice, bob := session(t, 1)
	twice := seal(t, alice, "twice")
	twice.mustOpen(t, bob)
	first := seal(t, alice, "first")
	skip := func(n int) {
		for n > 0 {
			for range min(n, MaxSkip/2) {
				seal(t, alice, "lost")
			}
			n -= MaxSkip / 2
			deliver(t, alice, bob, "arrives")
		}
	}
	skip(2*MaxStored - 1)
	require.Len(t, bob.dropped, MaxStored)
	first.mustFail(t, bob, ErrDropped)
	twice.mustFail(t, bob, ErrSpent)
	skip(1)
	require.Len(t, bob.dropped, MaxStored)
	first.mustFail(t, bob, ErrDropped)
	twice.mustFail(t, bob, ErrDropped)
	again, err := Unmarshal(bob.Marshal())
	require.NoError(t, err)
	require.Equal(t, bob.Marshal(), again.Marshal())
}

func TestHostileHeaders(t *testing.T) {
	alice, bob := session(t, 1)
	fresh := publicOf(t, randomKey(t, random(9)))
	n := seal(t, alice, "hello").h.N
	for _, c := range []struct {
		name string
		h    Header
		want error
	}{
		{"huge N in the current chain", Header{alice.Public(), 0, math.MaxUint32}, ErrTooFar},
		{"N just beyond the limit", Header{alice.Public(), 0, n + MaxSkip + 1}, ErrTooFar},
		{"N at the limit", Header{alice.Public(), 0, n + MaxSkip}, ErrForged},
		{"huge N in a new chain", Header{fresh, 0, math.MaxUint32}, ErrTooFar},
		{"huge N, before the key is looked at", Header{Key{}, 0, math.MaxUint32}, ErrTooFar},
		{"huge PN", Header{fresh, math.MaxUint32, 0}, ErrTooFar},
		{"PN just beyond the limit", Header{fresh, n + MaxSkip + 1, 0}, ErrTooFar},
		{"new chain", Header{fresh, 0, 0}, ErrForged},
		{"own key", Header{bob.Public(), 0, 0}, ErrForged},
	} {
		t.Run(c.name, func(t *testing.T) {
			packet{c.h, make([]byte, 64), ""}.mustFail(t, bob, c.want)
			packet{c.h, nil, ""}.mustFail(t, bob, c.want)
		})
	}
}

// A chain that claims 2³²-1 messages is full and its counter never wraps.
func TestFullChain(t *testing.T) {
	alice, bob := session(t, 1)
	alice.send.N, bob.recv.N = math.MaxUint32-1, math.MaxUint32-1
	deliver(t, alice, bob, "the last one")
	_, _, err := alice.Seal(nil, nil)
	require.ErrorContains(t, err, "full")
	packet{Header{Ratchet: alice.Public(), N: math.MaxUint32}, make([]byte, 16), ""}.mustFail(t, bob, ErrTooFar)
	deliver(t, bob, alice, "turn")
	deliver(t, alice, bob, "and on")
}

func TestCrossingMessages(t *testing.T) {
	alice, bob := session(t, 1)
	deliver(t, bob, alice, "both hold both chains")
	for range 3 {
		a, b := seal(t, alice, "from Alice"), seal(t, bob, "from Bob")
		a.mustOpen(t, bob)
		b.mustOpen(t, alice)
	}
}

// Both parties start a session with the other at once: two sessions, each of
// which works, and neither opens what belongs to the other.
func TestSimultaneousInitiation(t *testing.T) {
	alice1, bob1 := fresh(t, 1)
	bob2, alice2 := fresh(t, 2)
	a, b := seal(t, alice1, "Alice's session"), seal(t, bob2, "Bob's session")
	a.mustFail(t, bob2, ErrForged)
	b.mustFail(t, alice1, ErrForged)
	a.mustOpen(t, bob1)
	b.mustOpen(t, alice2)
	deliver(t, bob1, alice1, "goes on")
	deliver(t, alice2, bob2, "goes on")
}

func TestNotYet(t *testing.T) {
	alice, bob := fresh(t, 1)
	_, _, err := bob.Seal([]byte("too early"), nil)
	require.ErrorIs(t, err, ErrNotYet)
	_, ok := bob.Remote()
	require.False(t, ok)
	_, ok = bob.Sending()
	require.False(t, ok)
	_, ok = alice.Receiving()
	require.False(t, ok)
	deliver(t, alice, bob, "hello")
	deliver(t, bob, alice, "now")
}

// A party that repeats a ratchet key cannot leave two keys for one message, which
// the encoding would refuse.
func TestRepeatedRatchetKey(t *testing.T) {
	alice, bob := session(t, 1)
	turn := func(seed byte) {
		p := seal(t, bob, "turn")
		_, err := alice.Open(random(seed), p.h, p.ciphertext, testAD)
		require.NoError(t, err)
	}
	turn(5)
	seal(t, alice, "lost")
	deliver(t, alice, bob, "hello")
	turn(6)
	deliver(t, alice, bob, "hello")
	turn(5)
	seal(t, alice, "again").mustFail(t, bob, ErrForged) // under the key of the lost one
	seal(t, alice, "again").mustFail(t, bob, ErrSpent)
	_, err := Unmarshal(bob.Marshal())
	require.NoError(t, err)
}

// When randomness runs out the message is not lost: it opens later.
func TestRandFails(t *testing.T) {
	alice, bob := fresh(t, 1)
	p := seal(t, alice, "hello")
	before := bob.Marshal()
	_, err := bob.Open(iotest.ErrReader(io.ErrUnexpectedEOF), p.h, p.ciphertext, testAD)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, before, bob.Marshal())
	p.mustOpen(t, bob)
	_, err = NewInitiator(iotest.ErrReader(io.ErrUnexpectedEOF), Key{}, bob.Public(), nil)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
