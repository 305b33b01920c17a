package store

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
)

// Session is one side of a session as a device keeps it.
type Session struct {
	Own, Peer string
	Identity  pqxdh.IdentityPublic // the peer's
	State     *ratchet.State
	AD        [32]byte
	ID        []byte // hash of the initial message, 16 bytes
	initial   []byte // Sent along until the peer answers
}

const sessionTag = 's'

// NewSession is the session of the one who begins, after PQXDH with the owner of a bundle gave
// what is agreed and the message that says so. An adversary has no memo.
func NewSession(random io.Reader, own, peer string, agreed *pqxdh.Agreement,
	m *pqxdh.InitialMessage, with *pqxdh.Bundle, shared *memo.Memo) (*Session, error) {
	state, err := ratchet.NewInitiator(random, agreed.Secret, with.Signed.Key, shared)
	if err != nil {
		return nil, err
	}
	initial := m.Bytes()
	return &Session{Own: own, Peer: peer, Identity: with.Identity, State: state,
		AD: sha256.Sum256(agreed.AssociatedData), ID: SessionID(initial), initial: initial}, nil
}

// Encode gives the bytes of a fact of kind [wire.Session].
func (s *Session) Encode() []byte {
	return world.Pack(sessionTag, []byte(s.Own), []byte(s.Peer), s.Identity.Bytes(),
		s.State.Marshal(), s.AD[:], s.ID, s.initial)
}

// Fact states the session.
func (s *Session) Fact() world.Fact {
	return world.Fact{Kind: wire.Session, Ref: wire.Direction(s.Peer, s.Own), Data: s.Encode()}
}

// ParseSession decodes [Session.Encode].
func ParseSession(data []byte) (*Session, error) {
	f, err := world.Unpack(data, sessionTag, 7)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	s := &Session{Own: string(f[0]), Peer: string(f[1]), ID: f[5], initial: f[6]}
	if s.Identity, err = pqxdh.ParseIdentityPublic(f[2]); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	if s.State, err = ratchet.Unmarshal(f[3]); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	if len(f[4]) != 32 || len(f[5]) != 16 {
		return nil, fmt.Errorf("session: associated data of %d bytes and id of %d, want 32 and 16",
			len(f[4]), len(f[5]))
	}
	copy(s.AD[:], f[4])
	return s, nil
}

// Seal makes one recipient's part of a message; open is the hash of what travels
// in the open.
func (s *Session) Seal(open [32]byte, secret []byte) (wire.Part, error) {
	h, ciphertext, err := s.State.Seal(secret, wire.Associated(s.AD, open))
	return wire.Part{To: s.Peer, Identity: wire.Fingerprint(s.Identity), Initial: s.initial,
		Header: h, Ciphertext: ciphertext}, err
}

// Open decrypts a part and, as the peer has answered, stops sending the initial
// message.
func (s *Session) Open(random io.Reader, d *wire.Delivery) ([]byte, error) {
	secret, err := s.State.Open(random, d.Header, d.Ciphertext, wire.Associated(s.AD, d.OpenHash()))
	if err == nil {
		s.initial = nil
	}
	return secret, err
}

// SessionID names a session by the initial message that began it, in 16 bytes.
func SessionID(initial []byte) []byte {
	sum := sha256.Sum256(initial)
	return sum[:16]
}

// StartedBy reports whether an initial message began the session.
func (s *Session) StartedBy(initial []byte) bool { return bytes.Equal(s.ID, SessionID(initial)) }
