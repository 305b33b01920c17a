package ratchet

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/curve25519"
)

var update = flag.Bool("update", false, "write testdata from the transcription in vector_test.go")

const vectorFile = "testdata/conversation.json"

// vector is a fixed conversation. Alice sends a1/0, a1/1 and a1/2, of which only
// the first arrives; Bob answers b1/0, which is late, and b1/1; Alice answers
// a2/0. All byte strings are hexadecimal.
type vector struct {
	Secret   string          `json:"secret"`
	Prekey   string          `json:"bob_prekey_private"`
	AD       string          `json:"ad"`
	A1       string          `json:"a1_private"`
	B1       string          `json:"b1_private"`
	A2       string          `json:"a2_private"`
	B2       string          `json:"b2_private"`
	Messages []vectorMessage `json:"messages"`
	Root     string          `json:"bob_root_at_the_end"`
	Sending  string          `json:"bob_sending_chain_at_the_end"`
	Skipped  []string        `json:"bob_skipped_at_the_end"`
}

type vectorMessage struct {
	Header     string `json:"header"`
	Key        string `json:"message_key"`
	Plaintext  string `json:"plaintext"`
	Ciphertext string `json:"ciphertext"`
}

// transcribe computes the vector from the formulas of the specification, line by
// line and with nothing of this package.
func transcribe() vector {
	v := vector{
		Secret: seedHex(1), Prekey: seedHex(2), AD: hex.EncodeToString([]byte("Alice's and Bob's identity")),
		A1: seedHex(3), B1: seedHex(4), A2: seedHex(5), B2: seedHex(6),
	}
	b0, a1, b1, a2, b2 := unhex(v.Prekey), unhex(v.A1), unhex(v.B1), unhex(v.A2), unhex(v.B2)

	rk1, ckA1 := rootByHand(unhex(v.Secret), dh(a1, pub(b0)))
	rk2, ckB1 := rootByHand(rk1, dh(b1, pub(a1)))
	rk3, ckA2 := rootByHand(rk2, dh(a2, pub(b1)))
	rk4, ckB2 := rootByHand(rk3, dh(b2, pub(a2)))

	mkA10, ckA1 := hmacByHand(ckA1, 1), hmacByHand(ckA1, 2)
	mkA11, ckA1 := hmacByHand(ckA1, 1), hmacByHand(ckA1, 2)
	mkA12 := hmacByHand(ckA1, 1)
	mkB10, ckB1 := hmacByHand(ckB1, 1), hmacByHand(ckB1, 2)
	mkB11 := hmacByHand(ckB1, 1)
	mkA20 := hmacByHand(ckA2, 1)

	v.message(a1, 0, 0, mkA10, "hello Bob")
	v.message(a1, 0, 1, mkA11, "are you there?")
	v.message(a1, 0, 2, mkA12, "")
	v.message(b1, 0, 0, mkB10, "hello Alice")
	v.message(b1, 0, 1, mkB11, "now I am")
	v.message(a2, 3, 0, mkA20, "good")

	v.Root, v.Sending = hex.EncodeToString(rk4), hex.EncodeToString(ckB2)
	v.Skipped = []string{hex.EncodeToString(mkA11), hex.EncodeToString(mkA12)}
	return v
}

func (v *vector) message(ratchet []byte, pn, n byte, mk []byte, text string) {
	header := append(pub(ratchet), 0, 0, 0, pn, 0, 0, 0, n)
	aead, err := chacha20poly1305.New(mk)
	if err != nil {
		panic(err)
	}
	ad := append(unhex(v.AD), header...)
	v.Messages = append(v.Messages, vectorMessage{
		Header:     hex.EncodeToString(header),
		Key:        hex.EncodeToString(mk),
		Plaintext:  hex.EncodeToString([]byte(text)),
		Ciphertext: hex.EncodeToString(aead.Seal(nil, make([]byte, 12), []byte(text), ad)),
	})
}

func rootByHand(rk, secret []byte) (next, chain []byte) {
	prk := hmacOf(rk, secret) // HKDF-Extract
	t1 := hmacOf(prk, []byte("doormat ratchet root 1\x01"))
	t2 := hmacOf(prk, append(bytes.Clone(t1), "doormat ratchet root 1\x02"...))
	return t1, t2
}

func hmacByHand(ck []byte, input byte) []byte { return hmacOf(ck, []byte{input}) }

func hmacOf(key, message []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(message)
	return m.Sum(nil)
}

func dh(private, public []byte) []byte {
	out, err := curve25519.X25519(private, public)
	if err != nil {
		panic(err)
	}
	return out
}

func pub(private []byte) []byte { return dh(private, curve25519.Basepoint) }

func seedHex(i byte) string {
	sum := sha256.Sum256([]byte{'v', i})
	return hex.EncodeToString(sum[:])
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func readVector(t *testing.T) vector {
	file, err := os.ReadFile(vectorFile)
	require.NoError(t, err)
	var v vector
	require.NoError(t, json.Unmarshal(file, &v))
	return v
}

func TestVectorFileIsTranscription(t *testing.T) {
	if *update {
		out, err := json.MarshalIndent(transcribe(), "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(vectorFile, append(out, '\n'), 0o644))
	}
	require.Equal(t, readVector(t), transcribe(), "run: go test -run Transcription -update ./e2ee/ratchet")
}

func TestVectors(t *testing.T) {
	v := readVector(t)
	key := func(s string) Key { return Key(unhex(s)) }
	alice, err := NewInitiator(bytes.NewReader(unhex(v.A1)), key(v.Secret), Key(pub(unhex(v.Prekey))), nil)
	require.NoError(t, err)
	bob, err := NewResponder(key(v.Secret), privateOf(t, key(v.Prekey)), nil)
	require.NoError(t, err)

	send := func(from *State, i int) {
		m := v.Messages[i]
		h, c, err := from.Seal(unhex(m.Plaintext), unhex(v.AD))
		require.NoError(t, err)
		require.Equal(t, m.Header, hex.EncodeToString(h.Bytes()), "header %d", i)
		require.Equal(t, m.Ciphertext, hex.EncodeToString(c), "ciphertext %d", i)
		byKey, err := OpenWith(key(m.Key), h, unhex(v.AD), c)
		require.NoError(t, err)
		require.Equal(t, m.Plaintext, hex.EncodeToString(byKey))
	}
	open := func(to *State, i int, seed string) {
		m := v.Messages[i]
		h, err := ParseHeader(unhex(m.Header))
		require.NoError(t, err)
		got, err := to.Open(bytes.NewReader(unhex(seed)), h, unhex(m.Ciphertext), unhex(v.AD))
		require.NoError(t, err)
		require.Equal(t, m.Plaintext, hex.EncodeToString(got))
	}
	send(alice, 0)
	send(alice, 1)
	send(alice, 2)
	open(bob, 0, v.B1)
	send(bob, 3)
	send(bob, 4)
	open(alice, 4, v.A2)
	send(alice, 5)
	open(bob, 5, v.B2)

	require.Equal(t, key(v.Root), bob.Root())
	sending, ok := bob.Sending()
	require.True(t, ok)
	require.Equal(t, key(v.Sending), sending.Key)
	skipped := bob.Skipped()
	require.Len(t, skipped, len(v.Skipped))
	for i, k := range skipped {
		require.Equal(t, key(v.Skipped[i]), k.Key)
	}
	open(alice, 3, "")
	open(bob, 2, "")
	open(bob, 1, "")
	require.Empty(t, bob.Skipped())
}
