// Package ratchet is the Double Ratchet: it turns one shared secret into a new
// key for every message of a conversation between two parties.
//
// It follows "The Double Ratchet Algorithm" by T. Perrin and M. Marlinspike
// (signal.org/docs/specifications/doubleratchet), its section 3, without
// header encryption. Two ratchets turn together.
//
//   - The symmetric ratchet ([StepChain]) derives a message key and the next
//     chain key from a chain key, one way. A chain key that was stepped past and
//     erased is gone, so keys found later do not open earlier messages: forward
//     secrecy. TestForwardSecrecy tries every key that a stored state holds.
//   - The Diffie–Hellman ratchet ([StepRoot]) mixes a fresh X25519 secret into the
//     root key whenever the conversation changes direction. A thief of a whole
//     state reads on until both sides have turned once, and then no more, provided
//     that the thief only listens: healing. TestHealing shows both halves.
//
// The choices that the specification leaves open:
//
//	GENERATE_DH, DH  X25519 (RFC 7748); the private key is 32 bytes of the caller's reader
//	KDF_RK           HKDF-SHA256 (RFC 5869): salt = root key, input = DH output, info = RootInfo,
//	                 64 bytes = next root key ‖ chain key
//	KDF_CK           HMAC-SHA256 under the chain key: of 0x01 the message key, of 0x02 the next chain key
//	ENCRYPT          ChaCha20-Poly1305 (RFC 8439) under the message key, nonce twelve zero bytes,
//	                 associated data = caller's ‖ header
//
// The nonce may be constant because a message key seals one message only; the
// specification lists this among its options for ENCRYPT. The header has a fixed
// length and comes last, so that the associated data splits in one way only.
//
// A receiving party generates its next key pair at once, as the specification's
// main algorithm does and as deployed messengers do. Waiting until it sends would
// shorten the life of that key (the specification mentions the variant); here a
// stolen state shows what is really in use.
//
// The single steps are exported and so are the parts of a [State], because the
// algorithm is public (Kerckhoffs): whoever has the bytes of a state may compute
// with it, by this very code.
//
// Erasing means that a key no longer is in the State and so not in
// [State.Marshal]. The Go run time may keep copies in memory until it reuses
// them; this package does not defend against somebody who reads a running
// process.
//
// The vectors in testdata are computed by a second, straight-line transcription
// of the formulas (TestVectors). Randomness is always the caller's reader.
package ratchet

import (
	"crypto/ecdh"
	"errors"
	"fmt"
	"io"
	"math"

	"doormat/world/memo"
)

const (
	// MaxSkip is how many messages of one chain may be passed over at once: the
	// specification's MAX_SKIP. A header that asks for more is refused with
	// [ErrTooFar] before any key is derived.
	MaxSkip = 1000
	// MaxStored is how many keys of skipped messages a state keeps in all. The
	// oldest are dropped first, and their messages can never be opened. Opening
	// one message adds at most 2 × MaxSkip keys: the rest of the old chain and
	// the start of the new one. Of the keys dropped last the state keeps as many
	// numbers, so that it can tell a message that is lost from one that came twice.
	MaxStored = 2 * MaxSkip
)

var (
	// ErrNotYet says that the responder has no sending chain before it has opened
	// the initiator's first message.
	ErrNotYet = errors.New("ratchet: no sending chain yet: open a message of the other party first")
	// ErrTooFar says that a header passes over more than MaxSkip messages.
	ErrTooFar = errors.New("ratchet: header passes over too many messages")
	// ErrSpent says that the key of this message was used: it was opened before.
	ErrSpent = errors.New("ratchet: the key of this message was used before")
	// ErrDropped says that the key of this message was dropped from the store
	// because more than MaxStored were missing: it can never be opened. A state that
	// has dropped more than it remembers also says so of what came twice.
	ErrDropped = errors.New("ratchet: the key of this message was dropped, since too many others " +
		"were missing")
	// ErrForged says that authentication failed: header, associated data or
	// ciphertext differ from what was sealed, or the session is another one, or
	// the message belongs to an older chain and its key is gone.
	ErrForged = errors.New("ratchet: message is not authentic in this session")
)

// Chain is one symmetric chain: the public ratchet key that names it, the key
// of its next step, and the number of the message which that step is for.
type Chain struct {
	Ratchet Key
	Key     Key
	N       uint32
}

// phase says which chains a state has. It only grows.
type phase uint8

const (
	waiting  phase = iota // responder before the first message: no chain
	opening               // initiator before the first answer: a sending chain
	complete              // both chains
)

// State is one party's side of a session. It is not safe for concurrent use.
type State struct {
	// Memo shares the Diffie–Hellman steps with the same sessions of other runs; it may
	// be nil, and no part of an encoded state.
	Memo *memo.Memo

	phase    phase
	root     Key
	private  *ecdh.PrivateKey // own ratchet key; nil is impossible
	remote   Key              // the other party's ratchet key, from phase opening on
	send     Chain
	recv     Chain
	previous uint32 // PN: how many messages the sending chain before this one had
	skipped  []MessageKey
	dropped  []dropped // what had a key that was dropped, oldest first
	forgot   bool      // more was dropped than the state remembers
}

// NewInitiator starts a session for the party that sends first. Both sides hold
// secret, for example from a key agreement; remote is the responder's public
// X25519 key (its signed prekey). It reads 32 bytes from rand for its first
// ratchet key. A remote of low order is an error. The memo may be nil, see [State].
func NewInitiator(rand io.Reader, secret, remote Key, m *memo.Memo) (*State, error) {
	private, err := newPrivate(rand, m)
	if err != nil {
		return nil, err
	}
	root, chain, err := stepRoot(secret, private, remote, m)
	if err != nil {
		return nil, err
	}
	return &State{
		Memo:    m,
		phase:   opening,
		root:    root,
		private: private,
		remote:  remote,
		send:    Chain{Ratchet: public(private), Key: chain},
	}, nil
}

// NewResponder starts a session for the party that receives first, with the
// private half of the X25519 key that the initiator used. It cannot seal before
// it has opened one message. The memo may be nil, see [State]. A key of another curve
// than X25519 is an error.
func NewResponder(secret Key, private *ecdh.PrivateKey, m *memo.Memo) (*State, error) {
	if private.Curve() != ecdh.X25519() {
		return nil, fmt.Errorf("ratchet: own private key: want X25519, got %v", private.Curve())
	}
	return &State{Memo: m, phase: waiting, root: secret, private: private}, nil
}

// Seal encrypts plaintext as the next message of the sending chain, authenticating
// header and ad with it, and erases the message key. The ciphertext is 16 bytes
// longer than the plaintext. The only errors are ErrNotYet and a chain of 2³²-1
// messages.
func (s *State) Seal(plaintext, ad []byte) (Header, []byte, error) {
	if s.phase == waiting {
		return Header{}, nil, ErrNotYet
	}
	if s.send.N == math.MaxUint32 {
		return Header{}, nil, errors.New("ratchet: sending chain is full: wait for an answer, " +
			"which starts a new one")
	}
	h := Header{Ratchet: s.send.Ratchet, PN: s.previous, N: s.send.N}
	mk := s.send.step()
	ciphertext, err := sealWith(&mk, h, ad, plaintext)
	clear(mk[:])
	return h, ciphertext, err
}
