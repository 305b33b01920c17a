package vault

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"doormat/escrow/group"
)

// NonceSize is the length of a [Nonce] in bytes.
const NonceSize = 16

// A Nonce is drawn by a server for each guess: a proof that was recorded is worth nothing later.
type Nonce [NonceSize]byte

// Answer is a server's to one guess.
type Answer struct {
	Version [32]byte // of the registration
	Check   [32]byte // of the registration
	Element [group.Size]byte
	Nonce   Nonce
	Left    int // guesses that this server will still answer
}

var (
	// ErrUnknown says that a server keeps nothing for an account.
	ErrUnknown = errors.New("vault: nothing is registered for this account")
	// ErrRegistered says that an account is registered. It stays so until it is locked.
	ErrRegistered = errors.New("vault: this account is registered already")
	// ErrLocked says that an account had its last guess, and its share is gone.
	ErrLocked = errors.New("vault: too many guesses: the share of this account is erased")
	// ErrProof says that a proof does not fit a guess that is still open.
	ErrProof = errors.New("vault: the proof is not of the right PIN, or not of an open guess")
)

// A Record is what a server keeps of an account. Registration is nil when it is locked.
type Record struct {
	*Registration
	Guesses []Nonce // those since the last success: their number is the count
}

func (r *Record) clone() *Record {
	return &Record{Registration: r.Registration, Guesses: slices.Clone(r.Guesses)}
}

// Server is one of the k. Who may ask it, in whose name, is the caller's part. It is not safe for
// concurrent use.
type Server struct {
	index   int
	random  io.Reader
	records map[string]*Record
}

// NewServer returns server number index, counted from 1. It draws nonces from random.
func NewServer(index int, random io.Reader) *Server {
	return &Server{index: index, random: random, records: map[string]*Record{}}
}

// Accounts lists the accounts that the server keeps something of, in order.
func (s *Server) Accounts() []string { return slices.Sorted(maps.Keys(s.records)) }

// Record returns a copy of what is kept of an account, nil if nothing is. The registration is
// shared and must not be changed.
func (s *Server) Record(account string) *Record {
	if r := s.records[account]; r != nil {
		return r.clone()
	}
	return nil
}

// Restore sets an account to a record: as an operator does from a copy, and as a cheat does to
// forget the guesses since.
func (s *Server) Restore(account string, r *Record) { s.records[account] = r.clone() }

// Register keeps a registration, unless one is kept that is not locked: whoever could replace it
// could take the owner's backup away.
func (s *Server) Register(account string, r *Registration) error {
	if old := s.records[account]; old != nil && old.Registration != nil {
		return ErrRegistered
	}
	if r.Share.Index != s.index {
		return fmt.Errorf("vault: the share of server %d came to server %d", r.Share.Index, s.index)
	}
	if err := r.Commitments.Verify(r.Share); err != nil {
		return fmt.Errorf("vault: register: %w", err)
	}
	s.records[account] = &Record{Registration: r}
	return nil
}

// Evaluate answers a guess, after it has counted it. What is no element is not a guess.
func (s *Server) Evaluate(account string, blinded []byte) (*Answer, error) {
	element, err := group.DecodePoint(suite, blinded)
	if err != nil {
		return nil, fmt.Errorf("vault: a blinded PIN: %w", err)
	}
	r := s.records[account]
	if r == nil {
		return nil, ErrUnknown
	}
	if r.Registration != nil && len(r.Guesses) >= r.Limit {
		r.Registration, r.Guesses = nil, nil // for good, and for thieves too
	}
	if r.Registration == nil {
		return nil, ErrLocked
	}
	var nonce Nonce
	if _, err := io.ReadFull(s.random, nonce[:]); err != nil {
		return nil, fmt.Errorf("vault: draw a nonce: %w", err)
	}
	r.Guesses = append(r.Guesses, nonce)
	return &Answer{
		Version: r.Version(),
		Check:   r.Check,
		Element: [group.Size]byte(group.Bytes(evaluate(r.Share.Value, element))),
		Nonce:   nonce,
		Left:    r.Limit - len(r.Guesses),
	}, nil
}

// Release hands out the sealed secret, and sets the count to 0, for a proof that belongs to a guess
// since the last success.
func (s *Server) Release(account string, nonce Nonce, proved [32]byte) ([]byte, error) {
	r := s.records[account]
	if r == nil {
		return nil, ErrUnknown
	}
	if r.Registration == nil {
		return nil, ErrLocked
	}
	want := proof(r.Tag, nonce)
	if !slices.Contains(r.Guesses, nonce) || !hmac.Equal(want[:], proved[:]) {
		return nil, ErrProof
	}
	r.Guesses = nil
	return r.Sealed, nil
}
