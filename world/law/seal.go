package law

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// Answers to an order are sealed to the agency's key, because links are not
// encrypted and a wiretap must not read what a court opened. The construction is
// that of RFC 9180 in base mode (a fresh X25519 key, HKDF-SHA256, one use of
// ChaCha20-Poly1305); crypto/hpke is not used because it takes no source of
// randomness, and runs must repeat.

// Seal encrypts plaintext to an X25519 public key. The result is 48 bytes longer.
func Seal(random io.Reader, to, plaintext []byte) ([]byte, error) {
	public, err := ecdh.X25519().NewPublicKey(to)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	seed := make([]byte, 32)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	ephemeral, err := ecdh.X25519().NewPrivateKey(seed)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	key, err := sealKey(ephemeral, public, ephemeral.PublicKey().Bytes(), to)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return aead.Seal(ephemeral.PublicKey().Bytes(), make([]byte, chacha20poly1305.NonceSize), plaintext, nil), nil
}

// Open decrypts what [Seal] made for the X25519 private key.
func Open(private, sealed []byte) ([]byte, error) {
	if len(sealed) < 32 {
		return nil, errors.New("open: sealed answer is shorter than a key")
	}
	own, err := ecdh.X25519().NewPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	ephemeral, err := ecdh.X25519().NewPublicKey(sealed[:32])
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	key, err := sealKey(own, ephemeral, sealed[:32], own.PublicKey().Bytes())
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	out, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), sealed[32:], nil)
	if err != nil {
		return nil, errors.New("open: not sealed to this key, or altered")
	}
	return out, nil
}

func sealKey(private *ecdh.PrivateKey, public *ecdh.PublicKey, ephemeral, recipient []byte) ([]byte, error) {
	shared, err := private.ECDH(public)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return hkdf.Key(sha256.New, shared, nil, "doormat sealed answer v1"+string(ephemeral)+string(recipient), 32)
}
