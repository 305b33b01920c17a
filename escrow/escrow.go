// Package escrow is what designs share that give a third party a way to open
// messages: the [Field] that travels beside each message, and the [Label] that binds
// it. Orders stand in a public log, which is package publiclog.
//
// A message has a fresh 32-byte seed. The content is encrypted under a key derived
// from the seed; the seed reaches recipients inside the ratchet or under the sender
// key of a group, and whoever holds the escrow key through the field. So what a court can
// have opened is one seed, which opens one message. TestField and FuzzParseField prove the
// framing.
package escrow

import (
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/world"
)

// SeedSize is the length of a message seed in bytes.
const SeedSize = 32

// A Field is the public part of an escrowed message.
type Field struct {
	KeyID string // of the escrow key
	Seed  []byte // the seed under the escrow key, bound to the label
	Body  []byte // the text under the seed, see [SealBody]; it does not cover the rest of the field
}

const (
	fieldTag = 'E'
	labelTag = 'l'
)

// Encode gives the bytes that travel.
func (f *Field) Encode() []byte { return world.Pack(fieldTag, []byte(f.KeyID), f.Seed, f.Body) }

// ParseField decodes [Field.Encode].
func ParseField(data []byte) (*Field, error) {
	f, err := world.Unpack(data, fieldTag, 3)
	if err != nil {
		return nil, fmt.Errorf("escrow field: %w", err)
	}
	return &Field{string(f[0]), f[1], f[2]}, nil
}

// Label is what the encrypted seed is bound to: the key id, the sender, the
// sorted recipients, the group whose other members they are, the time, the message
// id and the hash of the body. The body is a [wire.Content]: what opens it opens
// the keys of attachments and changes of groups too.
func Label(keyID string, m world.Meta, bodyHash [32]byte) []byte {
	return world.Pack(labelTag, []byte(keyID), m.Encode(), bodyHash[:])
}

// Label gives the label of f as the field of message m.
func (f *Field) Label(m world.Meta) []byte { return Label(f.KeyID, m, sha256.Sum256(f.Body)) }

// SealBody encrypts a text under a seed that is used for nothing else. Before the
// ciphertext stands a commitment to the seed, HKDF(seed, "commit").
//
// ChaCha20-Poly1305 alone does not commit: whoever knows two keys makes one ciphertext
// that opens under both, to different texts (Dodis, Grubbs, Ristenpart and Woodage, "Fast
// message franking: from invisible salamanders to encryptment", CRYPTO 2018). Then a
// recipient and a court could be given different seeds for one body, and read different
// texts. With the commitment that takes a collision of SHA-256. TestTwoKeys makes such a
// ciphertext and has it refused.
func SealBody(seed, text []byte) ([]byte, error) {
	aead, commitment, err := bodyCipher(seed)
	if err != nil {
		return nil, err
	}
	return aead.Seal(commitment, make([]byte, aead.NonceSize()), text, nil), nil
}

// OpenBody decrypts what [SealBody] made. It fails if the seed is another one, before
// it decrypts anything.
func OpenBody(seed, body []byte) ([]byte, error) {
	aead, commitment, err := bodyCipher(seed)
	if err != nil {
		return nil, err
	}
	if len(body) < len(commitment) || subtle.ConstantTimeCompare(body[:len(commitment)],
		commitment) != 1 {
		return nil, errors.New("escrow: the seed does not open the body: it commits to another one")
	}
	text, err := aead.Open(nil, make([]byte, aead.NonceSize()), body[len(commitment):], nil)
	if err != nil {
		return nil, errors.New("escrow: the seed does not open the body: it was altered")
	}
	return text, nil
}

// bodyCipher gives the cipher under a seed, and the commitment to the seed.
func bodyCipher(seed []byte) (cipher.AEAD, []byte, error) {
	if len(seed) != SeedSize {
		return nil, nil, fmt.Errorf("escrow: seed of %d bytes, want %d", len(seed), SeedSize)
	}
	key, commitment := bodyKeys([SeedSize]byte(seed))
	aead, err := chacha20poly1305.New(key[:])
	return aead, commitment[:], err
}
