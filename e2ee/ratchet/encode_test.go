package ratchet

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// states has one state of each phase, and one with skipped keys.
func states(t require.TestingT) [][]byte {
	alice, bob := fresh(t, 1)
	out := [][]byte{alice.Marshal(), bob.Marshal()}
	alice, bob = session(t, 1)
	seal(t, alice, "lost")
	deliver(t, alice, bob, "arrives")
	return append(out, alice.Marshal(), bob.Marshal())
}

func TestStateEncoding(t *testing.T) {
	for _, encoded := range states(t) {
		s, err := Unmarshal(encoded)
		require.NoError(t, err)
		require.Equal(t, encoded, s.Marshal())
		for i := range encoded {
			_, err := Unmarshal(encoded[:i])
			require.Error(t, err, "cut to %d of %d bytes", i, len(encoded))
		}
		_, err = Unmarshal(append(bytes.Clone(encoded), 0))
		require.Error(t, err)
	}
}

func TestAccessorsAgreeWithTheOtherSide(t *testing.T) {
	alice, bob := session(t, 1)
	sending, _ := alice.Sending()
	receiving, _ := bob.Receiving()
	require.Equal(t, sending, receiving)
	remote, ok := bob.Remote()
	require.True(t, ok)
	require.Equal(t, alice.Public(), remote)
	require.Equal(t, publicOf(t, alice.Private()), alice.Public())
	_, next, err := StepRoot(alice.Root(), bob.Private(), alice.Public())
	require.NoError(t, err)
	require.NotEqual(t, sending.Key, next, "the root key moved on")
}

func TestStateRefused(t *testing.T) {
	alice, bob := session(t, 1)
	seal(t, alice, "lost")
	deliver(t, alice, bob, "arrives")
	for name, spoil := range map[string]func(s *State){
		"two keys for one":    func(s *State) { s.skipped = append(s.skipped, s.skipped[0]) },
		"key still to come":   func(s *State) { s.skipped[0].N = s.recv.N },
		"too many to be kept": func(s *State) { s.skipped = manyKeys(MaxStored + 1) },
		"dropped and kept":    func(s *State) { s.dropped = []dropped{{s.skipped[0].Ratchet, s.skipped[0].N}} },
		"dropped twice":       func(s *State) { s.dropped = make([]dropped, 2) },
		"dropped too early":   func(s *State) { s.dropped = []dropped{{s.remote, s.recv.N}} },
		"forgot nothing":      func(s *State) { s.forgot = true },
		"remembers too much": func(s *State) {
			s.dropped = make([]dropped, MaxStored+1)
			for i := range s.dropped {
				s.dropped[i].N = uint32(i)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Unmarshal(bob.Marshal())
			require.NoError(t, err)
			spoil(s)
			_, err = Unmarshal(s.Marshal())
			require.Error(t, err)
		})
	}
	_, err := Unmarshal(append([]byte{stateVersion + 1}, bob.Marshal()[1:]...))
	require.ErrorContains(t, err, "version")
	unknown := bob.Marshal()
	unknown[1] = byte(complete) + 1
	_, err = Unmarshal(unknown)
	require.ErrorContains(t, err, "phase")
	full, err := Unmarshal(bob.Marshal())
	require.NoError(t, err)
	full.skipped = manyKeys(MaxStored)
	_, err = Unmarshal(full.Marshal())
	require.NoError(t, err)
}

func manyKeys(n int) []MessageKey {
	keys := make([]MessageKey, n)
	for i := range keys {
		keys[i].N = uint32(i)
	}
	return keys
}

func TestHeaderEncoding(t *testing.T) {
	h := Header{Ratchet: Key{1, 31: 2}, PN: 0x01020304, N: 0x05060708}
	encoded := h.Bytes()
	require.Equal(t, append(h.Ratchet[:], 1, 2, 3, 4, 5, 6, 7, 8), encoded)
	for _, size := range []int{0, 39, 41} {
		_, err := ParseHeader(make([]byte, size))
		require.ErrorContains(t, err, "want 40")
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, HeaderSize))
	f.Add(bytes.Repeat([]byte{0xff}, HeaderSize+1))
	_, bob := session(f, 1)
	before := bob.Marshal()
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err != nil {
			return
		}
		require.Equal(t, b, h.Bytes())
		_, err = bob.Open(nil, h, b, nil)
		require.Error(t, err)
		require.Equal(t, before, bob.Marshal())
	})
}

func FuzzState(f *testing.F) {
	for _, encoded := range states(f) {
		f.Add(encoded)
	}
	alice, _ := session(f, 1)
	p := seal(f, alice, "hello")
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Unmarshal(b)
		if err != nil {
			return
		}
		require.Equal(t, b, s.Marshal())
		_, _ = p.openBy(s) // whatever the state is, it computes and does not panic
		_, _, _ = s.Seal(nil, nil)
		again, err := Unmarshal(s.Marshal())
		require.NoError(t, err)
		require.Equal(t, s.Marshal(), again.Marshal())
	})
}
