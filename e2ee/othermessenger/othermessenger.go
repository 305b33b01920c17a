// Package othermessenger is another messenger than a design's own, as small as one can be. It
// seals a message end to end, under a key of its own for each, derived from a phrase that its
// users agreed on in person, and its packets go from phone to phone. No provider, log or trustee
// of the design sees them, and whatever the design adds to a message (a field, a backup, a copy) it
// does not add to these. Who has the phrase, or a phone on which it lies, reads everything.
//
// TestOtherMessenger of package e2ee shows it.
package othermessenger

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"doormat/world"

	"golang.org/x/crypto/chacha20poly1305"
)

// Messenger is what a phone has of it.
type Messenger struct {
	accounts []string
	phrase   []byte
}

// New reads accounts and, after them, a phrase, one a line.
func New(text []byte) (*Messenger, error) {
	lines := strings.Split(string(text), "\n")
	last := len(lines) - 1
	if last < 2 || lines[last] == "" {
		return nil, errors.New("want two accounts or more and a phrase, one a line")
	}
	return &Messenger{lines[:last], []byte(lines[last])}, nil
}

// Carries reports whether a message to these goes by the other messenger; nil carries none.
func (o *Messenger) Carries(to []string) bool {
	return o != nil && !slices.ContainsFunc(to, func(a string) bool {
		return !slices.Contains(o.accounts, a)
	})
}

// cipher is that of one message: message ids do not repeat.
func (o *Messenger) cipher(m world.Meta) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, o.phrase, nil, "doormat another messenger v1"+m.ID,
		chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.New(key)
}

// Seal seals a message and binds its metadata.
func (o *Messenger) Seal(m world.Meta, plain []byte) ([]byte, error) {
	aead, err := o.cipher(m)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, make([]byte, aead.NonceSize()), plain, m.Encode()), nil
}

// Open is the inverse of [Messenger.Seal].
func (o *Messenger) Open(m world.Meta, sealed []byte) ([]byte, error) {
	aead, err := o.cipher(m)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, make([]byte, aead.NonceSize()), sealed, m.Encode())
}
