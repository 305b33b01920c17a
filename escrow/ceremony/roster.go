package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"doormat/escrow/sharing"

	"golang.org/x/crypto/cryptobyte"
)

// Roster is what everybody knows before a ceremony; it ships with the client.
type Roster struct {
	// Session names this ceremony, in 1 to 255 bytes. The same trustees must never use one name twice.
	Session []byte
	// Threshold is t.
	Threshold int
	// Identities are the n signing keys; trustee i, counted from 1, has Identities[i-1]. All differ.
	Identities []ed25519.PublicKey
}

// ID returns the hash under every signature and proof of the ceremony: SHA-256 of session, t and all identity keys. It
// fails when the roster is not one: t or n out of range, a key missing or there twice, no session name.
func (r *Roster) ID() ([sha256.Size]byte, error) {
	if err := r.check(); err != nil {
		return [sha256.Size]byte{}, err
	}
	var b cryptobyte.Builder
	addString(&b, "doormat/ceremony/roster/v1")
	addString(&b, string(r.Session))
	b.AddUint8(uint8(r.Threshold))
	b.AddUint8(uint8(len(r.Identities)))
	for _, key := range r.Identities {
		b.AddBytes(key)
	}
	encoded, err := b.Bytes()
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("ceremony: encoding the roster: %w", err)
	}
	return sha256.Sum256(encoded), nil
}

func (r *Roster) check() error {
	if r == nil {
		return errors.New("ceremony: there is no roster")
	}
	if err := sharing.CheckThreshold(r.Threshold, len(r.Identities)); err != nil {
		return fmt.Errorf("ceremony: roster: %w", err)
	}
	if len(r.Session) < 1 || len(r.Session) > 255 {
		return fmt.Errorf("ceremony: roster: the session name has %d bytes, need 1 to 255", len(r.Session))
	}
	for i, key := range r.Identities {
		if len(key) != ed25519.PublicKeySize {
			return fmt.Errorf("ceremony: roster: the identity key of trustee %d has %d bytes, need %d", i+1, len(key),
				ed25519.PublicKeySize)
		}
		for j := range i {
			if bytes.Equal(key, r.Identities[j]) {
				return fmt.Errorf("ceremony: roster: trustees %d and %d have the same identity key", j+1, i+1)
			}
		}
	}
	return nil
}

// session is a checked copy of a roster.
type session struct {
	id         [sha256.Size]byte
	t, n       int
	identities []ed25519.PublicKey
}

func newSession(r *Roster) (*session, error) {
	id, err := r.ID()
	if err != nil {
		return nil, err
	}
	s := &session{id: id, t: r.Threshold, n: len(r.Identities)}
	for _, key := range r.Identities {
		s.identities = append(s.identities, bytes.Clone(key))
	}
	return s, nil
}

// context ties a proof, key or hash to its use in this ceremony and to the trustees that it is about.
func (s *session) context(use string, trustees ...int) []byte {
	var b cryptobyte.Builder
	addString(&b, "doormat/ceremony/"+use+"/v1")
	b.AddBytes(s.id[:])
	for _, i := range trustees {
		b.AddUint8(uint8(i))
	}
	return b.BytesOrPanic()
}

// addString writes at most 255 bytes with their length.
func addString(b *cryptobyte.Builder, s string) {
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(s)) })
}
