package senderkey

import (
	"slices"

	"doormat/e2ee/ratchet"
	"doormat/world/memo"
)

// A Receiver follows the chain of another member. It is not safe for concurrent
// use.
type Receiver struct {
	// Memo shares checked signatures with the same receivers of other runs; it may be nil,
	// and no part of an encoded receiver.
	Memo *memo.Memo

	chain   ratchet.Chain        // the next message that may be opened in order
	skipped []ratchet.MessageKey // of messages passed over, in order, fewer than Life
}

// NewReceiver follows a chain from the message that d is for.
func NewReceiver(d Distribution) *Receiver { return &Receiver{chain: ratchet.Chain(d)} }

// Name is the chain's name, its owner's public signing key.
func (r *Receiver) Name() ratchet.Key { return r.chain.Ratchet }

// Chain is the chain from its next message on.
func (r *Receiver) Chain() ratchet.Chain { return r.chain }

// Skipped are the keys of messages that were passed over, in order.
func (r *Receiver) Skipped() []ratchet.MessageKey { return slices.Clone(r.skipped) }

// Open opens a message of this chain, in any order. On any error the state is as
// it was before. Errors: ErrSigned, ErrNumber, [ratchet.ErrSpent] for a message
// that was opened before or came before the distribution, [ratchet.ErrForged].
func (r *Receiver) Open(m *Message, ad []byte) ([]byte, error) {
	if m.Header.Ratchet != r.chain.Ratchet {
		return nil, ErrSigned
	}
	signed := m.signed(ad)
	_, err := memo.Compute(r.Memo, "sender's signature", func() (struct{}, error) {
		return struct{}{}, m.verify(signed)
	}, m.Header.Ratchet[:], signed, m.Signature[:])
	if err != nil {
		return nil, err
	}
	if m.Header.N >= MaxMessages || m.Header.PN != 0 {
		return nil, ErrNumber
	}
	if m.Header.N >= r.chain.N {
		return r.openAhead(m, ad)
	}
	i := slices.IndexFunc(r.skipped, func(k ratchet.MessageKey) bool { return k.N == m.Header.N })
	if i < 0 {
		return nil, ratchet.ErrSpent
	}
	plaintext, err := ratchet.OpenWith(r.skipped[i].Key, m.Header, ad, m.Ciphertext)
	if err == nil {
		r.skipped = slices.Delete(r.skipped, i, i+1) // which zeroes what it vacates
	}
	return plaintext, err
}

// openAhead opens the next message or a later one.
func (r *Receiver) openAhead(m *Message, ad []byte) ([]byte, error) {
	at := r.chain
	var passed []ratchet.MessageKey
	for {
		next, key := ratchet.StepChain(at.Key)
		n := at.N
		at.Key, at.N = next, n+1
		if n < m.Header.N {
			passed = append(passed, ratchet.MessageKey{Ratchet: at.Ratchet, N: n, Key: key})
			continue
		}
		plaintext, err := ratchet.OpenWith(key, m.Header, ad, m.Ciphertext)
		if err == nil {
			r.chain, r.skipped = at, append(r.skipped, passed...)
		}
		return plaintext, err
	}
}
