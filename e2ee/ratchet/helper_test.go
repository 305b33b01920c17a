package ratchet

import (
	"crypto/ecdh"
	"crypto/sha256"
	"io"
	"math/rand/v2"

	"github.com/stretchr/testify/require"
)

// random is a reader that repeats for a seed.
func random(seed byte) io.Reader {
	return rand.NewChaCha8([32]byte{seed})
}

func randomKey(t require.TestingT, r io.Reader) Key {
	var k Key
	_, err := io.ReadFull(r, k[:])
	require.NoError(t, err)
	return k
}

func privateOf(t require.TestingT, private Key) *ecdh.PrivateKey {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	require.NoError(t, err)
	return key
}

func publicOf(t require.TestingT, private Key) Key { return public(privateOf(t, private)) }

// fresh is a session before its first message.
func fresh(t require.TestingT, seed byte) (initiator, responder *State) {
	r := random(seed)
	secret, prekey := randomKey(t, r), randomKey(t, r)
	initiator, err := NewInitiator(r, secret, publicOf(t, prekey), nil)
	require.NoError(t, err)
	responder, err = NewResponder(secret, privateOf(t, prekey), nil)
	require.NoError(t, err)
	return initiator, responder
}

// session is a session after one message each way: both chains exist.
func session(t require.TestingT, seed byte) (alice, bob *State) {
	alice, bob = fresh(t, seed)
	deliver(t, alice, bob, "first")
	deliver(t, bob, alice, "answer")
	deliver(t, alice, bob, "begin")
	return alice, bob
}

// packet is one message on its way.
type packet struct {
	h          Header
	ciphertext []byte
	text       string
}

var testAD = []byte("identities")

func seal(t require.TestingT, from *State, text string) packet {
	h, c, err := from.Seal([]byte(text), testAD)
	require.NoError(t, err)
	return packet{h, c, text}
}

func (p packet) openBy(s *State) ([]byte, error) {
	// The seed covers the header: with few seeds two turns would draw one ratchet key.
	seed := sha256.Sum256(p.h.Bytes())
	return s.Open(rand.NewChaCha8(seed), p.h, p.ciphertext, testAD)
}

func (p packet) mustOpen(t require.TestingT, s *State) {
	got, err := p.openBy(s)
	require.NoError(t, err)
	require.Equal(t, p.text, string(got))
}

// mustFail expects an error of the given kind and an untouched state.
func (p packet) mustFail(t require.TestingT, s *State, kind error) {
	before := s.Marshal()
	_, err := p.openBy(s)
	require.ErrorIs(t, err, kind)
	require.Equal(t, before, s.Marshal())
}

func deliver(t require.TestingT, from, to *State, text string) packet {
	p := seal(t, from, text)
	p.mustOpen(t, to)
	return p
}
