package registration

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"doormat/world"
)

// # The registration lock
//
// A code shows that somebody has a number, and a lock asks for more: a PIN of four digits that its
// owner keeps in mind (WhatsApp calls it two-step verification, Signal registration lock). A phone
// sets the lock when it registers for the first time; from then on nobody registers new keys for
// the account without the PIN, its owner's next phone included. The provider keeps a salted hash
// of it and counts: after [MaxGuesses] wrong PINs it takes none for a week. A lock lasts as long as
// its phone is in use and a week longer, so that a number which has a new owner is not locked for
// ever. The hash is no secret: whoever copies it tries ten thousand PINs.

// The parameter that says whether accounts are locked, and its values.
const (
	LockName = "registration-lock"
	LockOff  = "off"
	LockOn   = "on"
)

// Parameter declares it.
func Parameter() world.Parameter {
	return world.OwnWord(LockName, "whether an account is registered on another phone for a code "+
		"alone, or needs a PIN as well",
		LockOff, LockOn)
}

const (
	// MaxGuesses is how many wrong PINs a provider takes.
	MaxGuesses = 5
	week       = 7 * 24 * time.Hour
	pins       = 10_000
	saltSize   = 16
)

// Lock is what a provider keeps of a PIN.
type Lock struct{ salt, hash []byte }

// NewLock draws a PIN of four digits, and makes the lock that it opens.
func NewLock(random io.Reader) (pin string, l Lock, err error) {
	drawn := make([]byte, 4+saltSize)
	if _, err := io.ReadFull(random, drawn); err != nil {
		return "", Lock{}, fmt.Errorf("registration lock: %w", err)
	}
	pin = fmt.Sprintf("%04d", binary.BigEndian.Uint32(drawn)%pins) // off by one in 400,000
	return pin, Lock{drawn[4:], hash(drawn[4:], pin)}, nil
}

func hash(salt []byte, pin string) []byte {
	h := hmac.New(sha256.New, salt)
	h.Write([]byte("doormat registration lock " + pin))
	return h.Sum(nil)
}

func (l Lock) opens(pin string) bool { return hmac.Equal(l.hash, hash(l.salt, pin)) }

// Encode gives what [KindLock] carries.
func (l Lock) Encode() []byte { return world.Pack(KindLock, l.salt, l.hash) }

// ParseLock decodes [Lock.Encode].
func ParseLock(data []byte) (Lock, error) {
	f, err := world.Unpack(data, KindLock, 2)
	if err == nil && (len(f[0]) != saltSize || len(f[1]) != sha256.Size) {
		err = fmt.Errorf("salt of %d bytes and hash of %d", len(f[0]), len(f[1]))
	}
	if err != nil {
		return Lock{}, fmt.Errorf("registration lock: %w", err)
	}
	return Lock{f[0], f[1]}, nil
}

// kept is a lock as the register has it.
type kept struct {
	lock    Lock
	used    time.Time // when its phone was last heard of
	wrong   int       // PINs since the last right one
	stopped time.Time // when the last of too many came
}

// SetLock locks an account, unless it is locked already: a PIN is changed by nobody in a run.
func (r *Register) SetLock(now time.Time, account string, l Lock) {
	if r != nil && r.locks[account] == nil {
		r.locks[account] = &kept{lock: l, used: now}
	}
}

// Heard notes that the phone of an account is in use. One that comes back after the lock had
// ended, and before somebody else registered, has it again.
func (r *Register) Heard(now time.Time, account string) {
	if r != nil && r.locks[account] != nil {
		r.locks[account].used = now
	}
}

func (r *Register) expired(now time.Time, account string) bool {
	return now.Sub(r.locks[account].used) > week
}

// Locked reports whether new keys of an account need a PIN.
func (r *Register) Locked(now time.Time, account string) bool {
	return r != nil && r.locks[account] != nil && !r.expired(now, account)
}

// Try tells why a PIN is refused, nil if it is not or none is needed.
func (r *Register) Try(now time.Time, account, pin string) error {
	if !r.Locked(now, account) {
		if r != nil {
			delete(r.locks, account) // whoever registers now is not locked out by who was before
		}
		return nil
	}
	k := r.locks[account]
	if k.wrong >= MaxGuesses && now.Sub(k.stopped) <= week {
		return errors.New("too many wrong PINs: none is taken for a week")
	}
	if k.lock.opens(pin) {
		k.wrong = 0
		return nil
	}
	if k.wrong >= MaxGuesses {
		k.wrong = 0
	}
	k.wrong++
	k.stopped = now
	return errors.New("the account is locked, and this is not its PIN")
}

// Locks lists what a thief of the provider finds.
func (r *Register) Locks() (facts []world.Fact) {
	if r == nil {
		return nil
	}
	for _, account := range slices.Sorted(maps.Keys(r.locks)) {
		facts = append(facts, world.Fact{Kind: LockFact, Ref: account,
			Data: r.locks[account].lock.Encode()})
	}
	return facts
}

// searchPIN tries every PIN on a lock that was copied.
func searchPIN(in world.Input) ([]world.Derived, error) {
	l, err := ParseLock(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	for n := range pins {
		if pin := fmt.Sprintf("%04d", n); l.opens(pin) {
			return world.Conclude(world.Fact{Kind: PIN, Ref: in.Facts[0].Ref, Data: []byte(pin)}),
				nil
		}
	}
	return nil, errors.New("no PIN of four digits opens the lock")
}
