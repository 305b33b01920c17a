package ratchet

import (
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20poly1305"
)

// Compare within one run: go test -bench . -count 5 ./e2ee/ratchet
//
//	Message / MessageFloor  target 1.5
//	Turn    / TurnFloor     target 1.25
//
// MessageFloorBare is a stricter floor than the target's: HMAC written out over
// sha256.Sum256, which saves what hmac.New allocates.

func BenchmarkMessage(b *testing.B) {
	alice, bob := session(b, 1)
	plaintext, ad := make([]byte, 200), make([]byte, 162)
	b.ReportAllocs()
	for b.Loop() {
		h, c, err := alice.Seal(plaintext, ad)
		check(b, err)
		_, err = bob.Open(nil, h, c, ad)
		check(b, err)
	}
}

func BenchmarkMessageFloor(b *testing.B) {
	benchmarkFloor(b, func(key, out []byte, input byte) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte{input})
		mac.Sum(out[:0])
	})
}

// benchmarkFloor does four HMACs and two AEAD calls on 200 bytes, nothing else.
func benchmarkFloor(b *testing.B, mac func(key, out []byte, input byte)) {
	key, out := make([]byte, 32), make([]byte, 32)
	plaintext, ad := make([]byte, 200), make([]byte, 162+HeaderSize)
	sealed, opened := make([]byte, 0, 216), make([]byte, 0, 200)
	b.ReportAllocs()
	for b.Loop() {
		mac(key, out, 1)
		mac(key, out, 2)
		mac(key, out, 1)
		mac(key, out, 2)
		aead, err := chacha20poly1305.New(key)
		check(b, err)
		c := aead.Seal(sealed, nonce[:], plaintext, ad)
		aead, err = chacha20poly1305.New(key)
		check(b, err)
		_, err = aead.Open(opened, nonce[:], c, ad)
		check(b, err)
	}
}

// BenchmarkTurn is half a round trip: one party opens a message with a new
// ratchet key, which generates its own, and answers.
func BenchmarkTurn(b *testing.B) {
	alice, bob := session(b, 1)
	plaintext, ad := make([]byte, 200), make([]byte, 162)
	rand := random(2)
	h, c, err := alice.Seal(plaintext, ad)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		bob, alice = alice, bob
		_, err = alice.Open(rand, h, c, ad)
		check(b, err)
		h, c, err = alice.Seal(plaintext, ad)
		check(b, err)
	}
}

// BenchmarkTurnFloor is two exchanges and one key generation.
func BenchmarkTurnFloor(b *testing.B) {
	seed := make([]byte, 32)
	seed[0] = 1
	remote, err := ecdh.X25519().NewPrivateKey(seed)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		own, err := ecdh.X25519().NewPrivateKey(seed)
		check(b, err)
		_, err = own.ECDH(remote.PublicKey())
		check(b, err)
		_, err = own.ECDH(remote.PublicKey())
		check(b, err)
	}
}

// BenchmarkUnmarshal is what a thief's rule pays before it can compute.
func BenchmarkUnmarshal(b *testing.B) {
	alice, _ := session(b, 1)
	encoded := alice.Marshal()
	for b.Loop() {
		_, err := Unmarshal(encoded)
		check(b, err)
	}
}

// check is require.NoError without its cost: testify looks up the caller each time.
func check(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}
