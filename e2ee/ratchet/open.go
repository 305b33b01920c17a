package ratchet

import (
	"io"
	"math"
)

// Open opens one message, in any order. Which key it needs follows from the
// header: the current receiving chain, a skipped key in the store, or a new
// chain. For a new chain it reads 32 bytes from rand, for the next own ratchet
// key, and only after the message proved authentic.
//
// On any error the state is as it was before, to the byte, and rand unread
// (unless rand itself failed): a forger can neither advance nor block a session.
// Errors: ErrTooFar, ErrSpent, ErrDropped, ErrForged, a ratchet key of low order, or rand's.
func (s *State) Open(rand io.Reader, h Header, ciphertext, ad []byte) ([]byte, error) {
	current := s.phase == complete && h.Ratchet == s.remote
	if current && h.N >= s.recv.N {
		return s.openCurrent(h, ciphertext, ad)
	}
	if i := s.find(h); i >= 0 {
		return s.openSkipped(i, h, ciphertext, ad)
	}
	if s.gone(h) {
		return nil, ErrDropped
	}
	if current || s.knows(h.Ratchet) {
		if s.forgot {
			return nil, ErrDropped
		}
		return nil, ErrSpent
	}
	return s.openTurn(rand, h, ciphertext, ad)
}

// openCurrent opens the next or a later message of the receiving chain.
func (s *State) openCurrent(h Header, ciphertext, ad []byte) ([]byte, error) {
	chain := s.recv
	passed, plaintext, err := chain.open(h, ciphertext, ad)
	if err != nil {
		return nil, err
	}
	s.recv = chain
	s.store(passed)
	return plaintext, nil
}

// openSkipped opens a late message with its stored key, which it then erases.
func (s *State) openSkipped(i int, h Header, ciphertext, ad []byte) ([]byte, error) {
	plaintext, err := openWith(&s.skipped[i].Key, h, ad, ciphertext)
	if err != nil {
		return nil, err
	}
	s.erase(i)
	return plaintext, nil
}

// openTurn opens the first message that arrives of a new chain and turns the
// Diffie–Hellman ratchet twice: for this chain, and for the own next one.
// Everything is computed beside the state and committed at the end. What the
// old chain still owes (PN) is derived last, so that a forger cannot ask for it.
func (s *State) openTurn(rand io.Reader, h Header, ciphertext, ad []byte) ([]byte, error) {
	if s.phase == complete && tooFar(s.recv.N, h.PN) || tooFar(0, h.N) {
		return nil, ErrTooFar
	}
	root, key, err := stepRoot(s.root, s.private, h.Ratchet, s.Memo)
	if err != nil {
		return nil, err
	}
	recv := Chain{Ratchet: h.Ratchet, Key: key}
	passed, plaintext, err := recv.open(h, ciphertext, ad)
	if err != nil {
		return nil, err
	}
	private, err := newPrivate(rand, s.Memo)
	if err != nil {
		return nil, err
	}
	root, key, err = stepRoot(root, private, h.Ratchet, s.Memo)
	if err != nil {
		return nil, err
	}
	if s.phase == complete {
		s.store(s.recv.skipTo(h.PN))
	}
	s.store(passed)
	s.phase, s.root, s.private, s.remote, s.recv = complete, root, private, h.Ratchet, recv
	s.previous, s.send = s.send.N, Chain{Ratchet: public(private), Key: key}
	return plaintext, nil
}

// open opens message h.N of the chain and returns the keys passed over on the
// way. It is called on a copy: after an error the chain is of no use.
func (c *Chain) open(h Header, ciphertext, ad []byte) ([]MessageKey, []byte, error) {
	if h.N == math.MaxUint32 || tooFar(c.N, h.N) { // the last number is no message: c.N would wrap
		return nil, nil, ErrTooFar
	}
	passed := c.skipTo(h.N)
	mk := c.step()
	plaintext, err := openWith(&mk, h, ad, ciphertext)
	clear(mk[:])
	if err != nil {
		clear(passed)
		return nil, nil, err
	}
	return passed, plaintext, nil
}

// step moves the chain on by one message and returns the key of that message.
func (c *Chain) step() Key {
	next, mk := StepChain(c.Key)
	c.Key = next
	c.N++
	return mk
}

// skipTo steps the chain up to message n and returns the keys on the way. It
// does nothing if the chain is there already. The caller has checked tooFar.
func (c *Chain) skipTo(n uint32) []MessageKey {
	if n <= c.N {
		return nil
	}
	passed := make([]MessageKey, 0, n-c.N)
	for c.N < n {
		number := c.N
		passed = append(passed, MessageKey{Ratchet: c.Ratchet, N: number, Key: c.step()})
	}
	return passed
}

// tooFar says whether going from message number at to number n breaks MaxSkip.
func tooFar(at, n uint32) bool {
	return n > at && n-at > MaxSkip
}
