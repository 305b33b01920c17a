package ratchet

import (
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/world/memo"
)

// RootInfo is the HKDF info string of StepRoot.
const RootInfo = "doormat ratchet root 1"

// The inputs of KDF_CK.
const (
	messageInput = 0x01
	chainInput   = 0x02
)

// Key is any 32-byte value of the ratchet: a root key, a chain key, a message
// key, or a private or public X25519 key.
type Key [32]byte

// ParseKey copies a Key out of bytes. Anything but 32 bytes is an error.
func ParseKey(b []byte) (Key, error) {
	if len(b) != len(Key{}) {
		return Key{}, fmt.Errorf("ratchet: key of %d bytes, want 32", len(b))
	}
	return Key(b), nil
}

// ChainID is the short public name of the chain that a ratchet key started: the
// first 8 bytes of the key in hexadecimal, 16 characters.
func ChainID(ratchet Key) string {
	return hex.EncodeToString(ratchet[:8])
}

// StepChain is KDF_CK: it derives the key of the next message and the chain key
// after it. Neither reveals the chain key that it was given.
func StepChain(chain Key) (next, message Key) {
	return mac(&chain, chainInput), mac(&chain, messageInput)
}

// mac is HMAC-SHA256 (RFC 2104) of one byte.
func mac(key *Key, input byte) (out Key) {
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte{input})
	h.Sum(out[:0])
	return out
}

// StepRoot is one step of the Diffie–Hellman ratchet, DH and KDF_RK: from the
// root key, one party's private and the other's public ratchet key it derives
// the next root key and the first key of a new chain. A public key of low order
// is an error.
func StepRoot(root, private, public Key) (next, chain Key, err error) {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		return Key{}, Key{}, fmt.Errorf("ratchet: private key: %w", err)
	}
	return stepRoot(root, key, public, nil)
}

// stepRoot is StepRoot with a parsed private key: parsing computes the public
// half, which costs as much as the exchange itself.
func stepRoot(root Key, private *ecdh.PrivateKey, public Key,
	m *memo.Memo) (next, chain Key, err error) {
	out, err := memo.Compute(m, "ratchet step", func() ([]byte, error) {
		return exchange(root, private, public)
	}, root[:], private.Bytes(), public[:])
	if err != nil {
		return Key{}, Key{}, err
	}
	return Key(out[:32]), Key(out[32:]), nil
}

// exchange is KDF_RK of the specification: 64 bytes, the next root key and the chain key.
func exchange(root Key, private *ecdh.PrivateKey, public Key) ([]byte, error) {
	remote, err := ecdh.X25519().NewPublicKey(public[:])
	if err != nil {
		return nil, fmt.Errorf("ratchet: remote ratchet key: %w", err)
	}
	shared, err := private.ECDH(remote)
	if err != nil {
		return nil, fmt.Errorf("ratchet: remote ratchet key %s: %w", ChainID(public), err)
	}
	out, err := hkdf.Key(sha256.New, shared, root[:], RootInfo, 64)
	if err != nil {
		return nil, fmt.Errorf("ratchet: derive root key: %w", err)
	}
	return out, nil
}

// OpenWith opens one message with its message key. It returns ErrForged if
// header, ad or ciphertext are not the ones that were sealed.
func OpenWith(message Key, h Header, ad, ciphertext []byte) ([]byte, error) {
	return openWith(&message, h, ad, ciphertext)
}

func openWith(message *Key, h Header, ad, ciphertext []byte) ([]byte, error) {
	aead, err := newAEAD(message)
	if err != nil {
		return nil, err
	}
	plaintext, err := aead.Open(nil, nonce[:], ciphertext, associated(ad, h))
	if err != nil {
		return nil, ErrForged
	}
	return plaintext, nil
}

// SealWith seals one message with its message key, which must not seal another.
func SealWith(message Key, h Header, ad, plaintext []byte) ([]byte, error) {
	return sealWith(&message, h, ad, plaintext)
}

func sealWith(message *Key, h Header, ad, plaintext []byte) ([]byte, error) {
	aead, err := newAEAD(message)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nonce[:], plaintext, associated(ad, h)), nil
}

// nonce never changes: each message key is used once.
var nonce [chacha20poly1305.NonceSize]byte

func newAEAD(message *Key) (cipher.AEAD, error) {
	aead, err := chacha20poly1305.New(message[:])
	if err != nil {
		return nil, fmt.Errorf("ratchet: message cipher: %w", err)
	}
	return aead, nil
}

// associated is CONCAT of the specification.
func associated(ad []byte, h Header) []byte {
	return h.Append(append(make([]byte, 0, len(ad)+HeaderSize), ad...))
}

// newPrivate reads a private key. ecdh.GenerateKey would ignore the reader.
func newPrivate(rand io.Reader, m *memo.Memo) (*ecdh.PrivateKey, error) {
	var seed Key
	if _, err := io.ReadFull(rand, seed[:]); err != nil {
		return nil, fmt.Errorf("ratchet: read 32 random bytes for a ratchet key: %w", err)
	}
	private, err := memo.Compute(m, "ratchet key", func() (*ecdh.PrivateKey, error) {
		return ecdh.X25519().NewPrivateKey(seed[:])
	}, seed[:])
	clear(seed[:])
	if err != nil {
		return nil, fmt.Errorf("ratchet: new ratchet key: %w", err)
	}
	return private, nil
}

func public(private *ecdh.PrivateKey) Key {
	return Key(private.PublicKey().Bytes())
}
