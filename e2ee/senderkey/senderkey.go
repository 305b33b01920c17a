// Package senderkey is how one member of a group writes to all others at once: a
// hash ratchet of its own, whose first key it has sent to each of them in private.
//
// This is the Sender Keys protocol of Signal and WhatsApp as described by D.
// Balbás, D. Collins and P. Gajland, "WhatsUpp with Sender Keys? Analysis,
// Improvements and Security Proofs" (ASIACRYPT 2023), and before by P. Rösler, C.
// Mainka and J. Schwenk, "More is Less: On the End-to-End Security of Group Chats
// in Signal, WhatsApp, and Threema" (EuroS&P 2018).
//
// A [Sender] has a chain key and an Ed25519 key pair. Each message takes a key
// from the chain as in the symmetric half of the Double Ratchet, which package
// ratchet computes, and the ciphertext is signed: every member knows the chain
// key, so only the signature says that it was the chain's owner who wrote. A
// [Distribution] is what another needs to follow from the next message on; it
// opens none before. A [Receiver] follows, and keeps the keys of messages that it
// passed over.
//
// Nothing here heals: whoever copies a chain key reads on to the end of the chain.
// So a chain ends after [MaxMessages] messages, and its owner distributes a new one over
// pairwise sessions, which do heal. Whoever is taken into a group or leaves it
// ends all chains as well; that is the caller's part.
//
// The header is that of package ratchet: the name of a chain is its public signing
// key, PN is 0, N is the number of the message. The signature covers a context
// string, a hash of the caller's associated data, the header and the ciphertext.
//
// TestOrder, TestLife and TestHostile prove order, end and refusals;
// TestForwardOnly shows what a stolen state opens and what not.
package senderkey

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"doormat/e2ee/ratchet"
)

// MaxMessages is how many messages a chain has. Then its owner makes a new one.
const MaxMessages = 20

var (
	// ErrFull says that a chain has had its last message.
	ErrFull = errors.New("senderkey: the chain has ended: distribute a new one")
	// ErrSigned says that a message is not signed by the owner of the chain.
	ErrSigned = errors.New("senderkey: the message is not signed by the owner of the chain")
	// ErrNumber says that a header has a number that no honest message has.
	ErrNumber = errors.New("senderkey: no chain has a message of this number")
)

// A Sender is one's own chain. It is not safe for concurrent use.
type Sender struct {
	private ed25519.PrivateKey
	chain   ratchet.Chain // its next message
}

// NewSender starts a chain. It reads 64 bytes from rand.
func NewSender(rand io.Reader) (*Sender, error) {
	var seed, key ratchet.Key
	if _, err := io.ReadFull(rand, seed[:]); err != nil {
		return nil, fmt.Errorf("senderkey: read 32 random bytes for a signing key: %w", err)
	}
	if _, err := io.ReadFull(rand, key[:]); err != nil {
		return nil, fmt.Errorf("senderkey: read 32 random bytes for a chain key: %w", err)
	}
	return newSender(seed, ratchet.Chain{Key: key}), nil
}

func newSender(seed ratchet.Key, c ratchet.Chain) *Sender {
	s := &Sender{private: ed25519.NewKeyFromSeed(seed[:]), chain: c}
	s.chain.Ratchet = ratchet.Key(s.private.Public().(ed25519.PublicKey))
	return s
}

// Full reports whether the chain has had its last message.
func (s *Sender) Full() bool { return s.chain.N >= MaxMessages }

// Distribution is what lets somebody follow from the next message on.
func (s *Sender) Distribution() Distribution { return Distribution(s.chain) }

// Seal encrypts plaintext as the next message of the chain, authenticating ad with
// it, and erases the message key. ErrFull is the only error.
func (s *Sender) Seal(plaintext, ad []byte) (*Message, error) {
	if s.Full() {
		return nil, ErrFull
	}
	m := &Message{Header: ratchet.Header{Ratchet: s.chain.Ratchet, N: s.chain.N}}
	next, key := ratchet.StepChain(s.chain.Key)
	s.chain.Key, s.chain.N = next, s.chain.N+1
	var err error
	if m.Ciphertext, err = ratchet.SealWith(key, m.Header, ad, plaintext); err != nil {
		return nil, err
	}
	m.Signature = [64]byte(ed25519.Sign(s.private, m.signed(ad)))
	return m, nil
}

// signed is what a signature is over. All parts but the last have a fixed length.
func (m *Message) signed(ad []byte) []byte {
	sum := sha256.Sum256(ad)
	out := append([]byte("doormat sender key message v1\x00"), sum[:]...)
	return append(m.Header.Append(out), m.Ciphertext...)
}

// Verify checks the signature by the key that names the chain.
func (m *Message) Verify(ad []byte) error { return m.verify(m.signed(ad)) }

func (m *Message) verify(signed []byte) error {
	if !ed25519.Verify(m.Header.Ratchet[:], signed, m.Signature[:]) {
		return ErrSigned
	}
	return nil
}
