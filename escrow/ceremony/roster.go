package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"doormat/escrow/sharing"
	"doormat/world/memo"

	"golang.org/x/crypto/cryptobyte"
)

// Roster is what everybody knows before a ceremony; it ships with the client.
type Roster struct {
	// Session names this ceremony, in 1 to 255 bytes. The same trustees must never use one
	// name twice, nor after a failure: the posts of the first attempt would count in the
	// second. So the name has to carry the number of the attempt.
	Session []byte
	// Counter numbers the committee's certificates. The ceremony's own will have this number.
	Counter int
	// Previous is the hash of the certificate before, see [Certificate.Hash]; zero in a
	// committee's first ceremony.
	Previous [sha256.Size]byte
	// Threshold is t.
	Threshold int
	// Identities are the n signing keys of this epoch; trustee i, counted from 1, has
	// Identities[i-1]. All differ. They are those that the certificate before lists; those of
	// a committee's first ceremony ship with the client.
	Identities []ed25519.PublicKey
	// From is nil in a key generation. In a resharing it is the public polynomial of the share
	// epoch that ends, of the same threshold: [Outcome.Commitments] or [Certificate.Commitments] of
	// the ceremony before.
	From *sharing.Commitments
	// Dealers is nil in a key generation, where everybody deals. In a resharing they are those,
	// ascending and at least t, who hold a share of From's epoch: [Outcome.Holders] of the
	// ceremony before, without whoever was replaced or lost its share.
	Dealers []int
}

// ID returns the hash under every signature and proof of the ceremony: SHA-256 of what
// [Roster.Encode] returns. It fails as that does.
func (r *Roster) ID() ([sha256.Size]byte, error) {
	encoded, err := r.Encode()
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return sha256.Sum256(encoded), nil
}

const rosterTag = "doormat/ceremony/roster/v2"

// Encode returns the roster's bytes: a tag and the session (each with 1 byte of length),
// counter (4), hash of the certificate before (32), t (1), n (1), the n identity keys (32
// each); in a resharing also the dealers (1 byte of number, 1 each) and the t commitments (32
// each). It fails when the roster is not one: t or n out of range, a key missing or there
// twice, no session name, dealers who cannot be.
func (r *Roster) Encode() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	addString(&b, rosterTag)
	addString(&b, string(r.Session))
	b.AddUint32(uint32(r.Counter))
	b.AddBytes(r.Previous[:])
	b.AddUint8(uint8(r.Threshold))
	b.AddUint8(uint8(len(r.Identities)))
	for _, key := range r.Identities {
		b.AddBytes(key)
	}
	if r.From != nil {
		b.AddUint8(uint8(len(r.Dealers)))
		for _, i := range r.Dealers {
			b.AddUint8(uint8(i))
		}
		b.AddBytes(r.From.Bytes())
	}
	encoded, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("ceremony: encoding the roster: %w", err)
	}
	return encoded, nil
}

// ParseRoster reads what Encode wrote and nothing else.
func ParseRoster(encoded []byte) (*Roster, error) {
	var tag, session cryptobyte.String
	var t, n uint8
	var counter uint32
	r := new(Roster)
	s := cryptobyte.String(encoded)
	if !s.ReadUint8LengthPrefixed(&tag) || string(tag) != rosterTag ||
		!s.ReadUint8LengthPrefixed(&session) ||
		!s.ReadUint32(&counter) || !s.CopyBytes(r.Previous[:]) || !s.ReadUint8(&t) ||
		!s.ReadUint8(&n) || len(s) < int(n)*ed25519.PublicKeySize {
		return nil, errors.New("ceremony: roster: the bytes are not laid out as a roster")
	}
	r.Session, r.Counter, r.Threshold = bytes.Clone(session), int(counter), int(t)
	for ; n > 0; n-- {
		r.Identities = append(r.Identities, bytes.Clone(s[:ed25519.PublicKeySize]))
		s = s[ed25519.PublicKeySize:]
	}
	if !s.Empty() {
		var dealers cryptobyte.String
		if !s.ReadUint8LengthPrefixed(&dealers) {
			return nil, errors.New("ceremony: roster: the dealers are cut short")
		}
		for _, i := range dealers {
			r.Dealers = append(r.Dealers, int(i))
		}
		var err error
		if r.From, err = sharing.DecodeCommitments(suite, r.Threshold, s); err != nil {
			return nil, fmt.Errorf("ceremony: roster: %w", err)
		}
	}
	return r, r.check()
}

func (r *Roster) check() error {
	if err := r.checkPeople(); err != nil {
		return err
	}
	return r.checkFrom()
}

// checkPeople is what a follower of certificates needs to know, too: everything but who deals.
func (r *Roster) checkPeople() error {
	if r == nil {
		return errors.New("ceremony: there is no roster")
	}
	if r.Counter < 0 || r.Counter > MaxCounter {
		return fmt.Errorf("ceremony: roster: counter %d is not in 0..%d", r.Counter, MaxCounter)
	}
	if err := sharing.CheckThreshold(r.Threshold, len(r.Identities)); err != nil {
		return fmt.Errorf("ceremony: roster: %w", err)
	}
	if len(r.Session) < 1 || len(r.Session) > 255 {
		return fmt.Errorf("ceremony: roster: the session name has %d bytes, need 1 to 255",
			len(r.Session))
	}
	for i, key := range r.Identities {
		if len(key) != ed25519.PublicKeySize {
			return fmt.Errorf("ceremony: roster: the identity key of trustee %d has %d bytes, "+
				"need %d", i+1, len(key),
				ed25519.PublicKeySize)
		}
		for j := range i {
			if bytes.Equal(key, r.Identities[j]) {
				return fmt.Errorf("ceremony: roster: trustees %d and %d have the same identity key",
					j+1, i+1)
			}
		}
	}
	return nil
}

// checkFrom is what a resharing needs besides.
func (r *Roster) checkFrom() error {
	if r.From == nil {
		if r.Dealers != nil {
			return errors.New("ceremony: roster: dealers are named, but no public polynomial " +
				"whose shares they hold")
		}
		return nil
	}
	if r.From.Threshold() != r.Threshold {
		return fmt.Errorf("ceremony: roster: the threshold is %d, that of the shares to be dealt %d", r.Threshold,
			r.From.Threshold())
	}
	if err := checkKey(r.From); err != nil {
		return err
	}
	if len(r.Dealers) < r.Threshold {
		return fmt.Errorf("ceremony: roster: %d dealers, %d are needed", len(r.Dealers),
			r.Threshold)
	}
	last := 0
	for _, i := range r.Dealers {
		if i <= last || i > len(r.Identities) {
			return fmt.Errorf("ceremony: roster: dealer %d follows %d among %d", i, last,
				len(r.Identities))
		}
		last = i
	}
	return nil
}

// session is a checked copy of a roster.
type session struct {
	id         [sha256.Size]byte
	name       []byte
	counter    int
	previous   [sha256.Size]byte
	t, n       int
	identities []ed25519.PublicKey
	from       *sharing.Commitments // nil in a key generation
	dealers    []int                // in a key generation 1..n
	memo       *memo.Memo           // see Remember
}

func newSession(r *Roster) (*session, error) {
	id, err := r.ID()
	if err != nil {
		return nil, err
	}
	s := &session{id: id, name: bytes.Clone(r.Session), counter: r.Counter, previous: r.Previous,
		t: r.Threshold, n: len(r.Identities), from: r.From, dealers: slices.Clone(r.Dealers)}
	for i, key := range r.Identities {
		s.identities = append(s.identities, bytes.Clone(key))
		if s.from == nil {
			s.dealers = append(s.dealers, i+1)
		}
	}
	return s, nil
}

// Remember lets audits and trustees of several runs share what they compute of the same inputs:
// signatures and proofs, made and checked, and shares, sealed and opened. What a trustee erases may
// stay there, see package memo: where nobody is to have it, nothing is shared.
func (s *session) Remember(m *memo.Memo) { s.memo = m }

// quorum is how many must confirm. A key generation risks nothing that was there before, and one
// honest confirmation shows that the key is the board's. After a resharing old shares are
// erased, and t honest trustees must hold new ones: of what n has beyond t, half may be silent
// and half may lie.
func (s *session) quorum() int {
	return quorum(s.t, s.n, s.from != nil)
}

func quorum(t, n int, resharing bool) int {
	if !resharing {
		return t
	}
	return (n + t + 1) / 2
}

// deals tells whether a trustee commits, reveals and deals.
func (s *session) deals(trustee int) bool {
	_, found := slices.BinarySearch(s.dealers, trustee)
	return found
}

// speaks tells whether a trustee is to post in a phase.
func (s *session) speaks(trustee int, phase Phase) bool {
	return !phase.dealers() ||
		s.deals(trustee)
}

// context ties a proof, key or hash to its use in this ceremony and to the trustees that it is
// about.
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
