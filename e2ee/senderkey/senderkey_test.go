package senderkey

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/ratchet"
	"doormat/world"
	"doormat/world/memo"
)

var ad = []byte("associated")

// chain is a sender, the messages of its whole life, and what it would have
// distributed before each.
func chain(t testing.TB, seed world.Seed) (*Sender, []*Message, []Distribution) {
	s, err := NewSender(seed.Stream("sender"))
	require.NoError(t, err)
	var messages []*Message
	var before []Distribution
	for k := range MaxMessages {
		require.False(t, s.Full())
		before = append(before, s.Distribution())
		m, err := s.Seal(text(k), ad)
		require.NoError(t, err)
		require.Equal(t, uint32(k), m.Header.N)
		messages = append(messages, m)
	}
	return s, messages, before
}

func text(k int) []byte { return fmt.Appendf(nil, "message %d", k) }

// Whoever joins at some message opens it and all later ones, once, in any order,
// and none before.
func TestOrder(t *testing.T) {
	_, messages, before := chain(t, 1)
	for _, from := range []int{0, 1, 7, MaxMessages - 1} {
		for _, step := range []int{1, 3, 7, 19} { // no divisor of Life, so each is met once
			r := NewReceiver(before[from])
			for i := range MaxMessages {
				k := (from + i*step) % MaxMessages
				for again := range 2 {
					got, err := r.Open(messages[k], ad)
					if k < from || again > 0 {
						require.ErrorIs(t, err, ratchet.ErrSpent)
						continue
					}
					require.NoError(t, err)
					require.Equal(t, text(k), got)
				}
				stored, err := UnmarshalReceiver(r.Marshal())
				require.NoError(t, err)
				require.Equal(t, r.Marshal(), stored.Marshal())
			}
			require.Empty(t, r.Skipped())
		}
	}
}

func TestLife(t *testing.T) {
	s, _, _ := chain(t, 1)
	require.True(t, s.Full())
	_, err := s.Seal(text(0), ad)
	require.ErrorIs(t, err, ErrFull)
	again, err := UnmarshalSender(s.Marshal())
	require.NoError(t, err)
	require.Equal(t, s, again)
	_, err = NewSender(bytes.NewReader(make([]byte, 63)))
	require.Error(t, err)
}

// A stolen state opens what is to come and what was passed over, and nothing that
// was opened.
func TestForwardOnly(t *testing.T) {
	_, messages, before := chain(t, 1)
	r := NewReceiver(before[0])
	for _, k := range []int{0, 1, 4} {
		_, err := r.Open(messages[k], ad)
		require.NoError(t, err)
	}
	keys := map[uint32]ratchet.Key{}
	for _, k := range r.Skipped() {
		keys[k.N] = k.Key
	}
	for c := r.Chain(); c.N < MaxMessages; c.N++ {
		c.Key, keys[c.N] = ratchet.StepChain(c.Key)
	}
	for k, m := range messages {
		opened := false
		for _, key := range keys {
			_, err := ratchet.OpenWith(key, m.Header, ad, m.Ciphertext)
			opened = opened || err == nil
		}
		require.Equal(t, k != 0 && k != 1 && k != 4, opened, "message %d", k)
	}
}

// Each message that the owner did not make is refused, and changes nothing, also where another
// run has checked the genuine one.
func TestHostile(t *testing.T) {
	_, messages, before := chain(t, 1)
	shared := new(memo.Memo)
	genuine := NewReceiver(before[1])
	genuine.Memo = shared
	_, err := genuine.Open(messages[3], ad)
	require.NoError(t, err)
	other, foreign, _ := chain(t, 2)
	tests := []struct {
		name string
		want error
		m    func(m *Message) *Message
		ad   string
	}{
		{"another's chain", ErrSigned, func(*Message) *Message { return foreign[3] }, "associated"},
		{"another's signature", ErrSigned, func(m *Message) *Message { m.Signature = foreign[3].Signature; return m }, "associated"},
		{"signed by another member, who knows the chain key", ErrSigned, func(m *Message) *Message {
			_, key := ratchet.StepChain(before[3].Key)
			m.Ciphertext, _ = ratchet.SealWith(key, m.Header, ad, []byte("not by the owner"))
			m.Signature = sign(other, m)
			return m
		}, "associated"},
		{"ciphertext", ErrSigned, func(m *Message) *Message { m.Ciphertext[0] ^= 1; return m }, "associated"},
		{"cut short", ErrSigned, func(m *Message) *Message { m.Ciphertext = m.Ciphertext[:3]; return m }, "associated"},
		{"number", ErrSigned, func(m *Message) *Message { m.Header.N++; return m }, "associated"},
		{"huge number", ErrSigned, func(m *Message) *Message { m.Header.N = 1<<32 - 1; return m }, "associated"},
		{"chain before", ErrSigned, func(m *Message) *Message { m.Header.PN = 1; return m }, "associated"},
		{"associated data", ErrSigned, func(m *Message) *Message { return m }, "other"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := NewReceiver(before[1])
			r.Memo = shared
			state := r.Marshal()
			good, err := ParseMessage(bytes.Clone(messages[3].Bytes()))
			require.NoError(t, err)
			_, err = r.Open(test.m(good), []byte(test.ad))
			require.ErrorIs(t, err, test.want)
			require.Equal(t, state, r.Marshal())
			_, err = r.Open(messages[3], ad)
			require.NoError(t, err)
		})
	}
}

// sign is what an owner can sign with its key, honest or not.
func sign(s *Sender, m *Message) [64]byte { return [64]byte(ed25519.Sign(s.private, m.signed(ad))) }

// What the owner itself signs out of order is refused as well.
func TestHostileOwner(t *testing.T) {
	owner, messages, before := chain(t, 1)
	for name, change := range map[string]func(m *Message){
		"beyond the end of the chain": func(m *Message) { m.Header.N = MaxMessages },
		"huge":                        func(m *Message) { m.Header.N = 1<<32 - 1 },
		"a chain before":              func(m *Message) { m.Header.PN = 1 },
	} {
		r := NewReceiver(before[0])
		m := *messages[0]
		change(&m)
		m.Signature = sign(owner, &m)
		_, err := r.Open(&m, ad)
		require.ErrorIs(t, err, ErrNumber, name)
		require.Equal(t, NewReceiver(before[0]), r)
	}
	m := *messages[5]
	m.Ciphertext = bytes.Repeat([]byte{1}, 40)
	m.Signature = sign(owner, &m)
	r := NewReceiver(before[0])
	_, err := r.Open(&m, ad)
	require.ErrorIs(t, err, ratchet.ErrForged)
	require.Equal(t, NewReceiver(before[0]), r)
}

func FuzzParseMessage(f *testing.F) {
	_, messages, _ := chain(f, 1)
	f.Add(messages[0].Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := ParseMessage(data); err == nil {
			require.Equal(t, data, m.Bytes())
		}
	})
}

// FuzzState decodes the states of both sides and what passes between them: one
// encoding for each, and every state that is taken works to the end of its chain.
func FuzzState(f *testing.F) {
	s, messages, before := chain(f, 1)
	r := NewReceiver(before[0])
	for _, k := range []int{3, 1, 9} {
		_, err := r.Open(messages[k], ad)
		require.NoError(f, err)
	}
	f.Add(s.Marshal())
	f.Add(before[2].Bytes())
	f.Add(r.Marshal())
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := ParseDistribution(data); err == nil {
			require.Equal(t, data, d.Bytes())
		}
		if r, err := UnmarshalReceiver(data); err == nil {
			require.Equal(t, data, r.Marshal())
			require.Less(t, len(r.Skipped()), MaxMessages+1)
			_, err := r.Open(messages[19], ad)
			require.True(t, err != nil || r.Chain().N <= MaxMessages)
		}
		if s, err := UnmarshalSender(data); err == nil {
			require.Equal(t, data, s.Marshal())
			for !s.Full() {
				_, err := s.Seal(data, ad)
				require.NoError(t, err)
			}
		}
	})
}
