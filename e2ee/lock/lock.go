// Package lock seals what is on a device under its user's passcode, and counts the guesses.
//
// A passcode of four digits is no key: there are ten thousand. So a locked device encrypts its
// store under a random key, and wraps that under a key which needs both the passcode and a
// secret that never leaves the phone's secure element. Whoever copies the store has to ask that
// element, and it counts: after [MaxGuesses] wrong passcodes in a row it erases its secret, and
// nobody opens the store any more, its owner included. Phones of several makers are built so
// (Apple Platform Security, "Passcodes and passwords"; Android's Weaver). Unlike theirs, this
// element does not wait between guesses, and a guess takes no 80 milliseconds.
//
// The setting lock says how a thief finds a device. A program that runs on it while it is in
// use can read everything, as on a device that was never locked: a lock is no help
// against an implant. A device that is set up anew keeps element, passcode and key. TestSearch,
// TestGuesses and TestErased show what opens and what does not; [Search] and [Open] are what a
// thief with the element's secret, or with the key, computes.
package lock

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
)

const (
	// MaxGuesses is how many wrong passcodes in a row an element takes.
	MaxGuesses = 10
	// Passcodes is how many passcodes there are, and so the budget of a search.
	Passcodes = 10_000
)

// NoGuessLimit is the program of an element that goes on answering, and tries all passcodes
// itself if it is asked to ([AllPasscodes]), so that nobody has to type them.
const (
	NoGuessLimit = "count no guesses"
	AllPasscodes = "all"
)

const (
	wrappedTag = 'w'
	storeTag   = 'l'

	lockSalt    = 16
	wrappedSize = 32 + 16 // the store's key, and a tag of AES-GCM
)

// Lock is what a device has of its lock while it is in use.
type Lock struct {
	key     []byte // of the store, 32 bytes
	wrapped []byte // the same under passcode and element
}

// Element is the program of a secure element. It implements [world.Node].
type Element struct {
	account string
	key     []byte    // nil once it is erased
	wrong   int       // guesses since the last right one
	endless bool      // runs the program NoGuessLimit
	until   time.Time // when that ends; the zero time if it does not
	vendor  ed25519.PublicKey
}

// NewElement makes a secure element, draws a passcode for its owner, and gives the lock of the
// device around it. The element runs what vendor signs.
func NewElement(account string, random io.Reader,
	vendor ed25519.PublicKey) (*Element, *Lock, error) {
	drawn := make([]byte, 32+32+lockSalt)
	if _, err := io.ReadFull(random, drawn); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", world.ElementOf(account), err)
	}
	passcode, err := drawPasscode(random)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", world.ElementOf(account), err)
	}
	e := &Element{account: account, key: drawn[:32], vendor: vendor}
	l := &Lock{key: drawn[32:64]}
	l.wrapped, err = wrap(e.key, l.key, drawn[64:], passcode)
	return e, l, err
}

// drawPasscode draws four digits, each passcode as likely as any other.
func drawPasscode(random io.Reader) (string, error) {
	var b [2]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", err
		}
		if n := int(binary.BigEndian.Uint16(b[:])); n < 6*Passcodes {
			return passcode(n % Passcodes), nil
		}
	}
}

// passcode writes a number from 0 to 9999 with four digits.
func passcode(n int) string { return fmt.Sprintf("%04d", n) }

// wrap seals a store's key under passcode and element. The tag at the end lets the element
// know its own: a guess at anything else is none, so nobody uses guesses up from afar.
func wrap(element, key, salt []byte, passcode string) ([]byte, error) {
	box, err := wrapping(element, salt, passcode)
	if err != nil {
		return nil, err
	}
	sealed := box.Seal(nil, make([]byte, box.NonceSize()), key, nil) // the salt makes the key new
	return world.Pack(wrappedTag, salt, sealed, wrappedMAC(element, salt, sealed)), nil
}

func wrapping(element, salt []byte, passcode string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, element, salt, "doormat passcode "+passcode, 32)
	if err != nil {
		return nil, err
	}
	return gcm(key)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func wrappedMAC(element, salt, sealed []byte) []byte {
	h := hmac.New(sha256.New, element)
	h.Write([]byte("doormat wrapped key"))
	h.Write(salt)
	h.Write(sealed)
	return h.Sum(nil)
}

// unwrapper checks that a wrapped key is one of an element's, and gives what tries a passcode:
// the store's key, or nil.
func unwrapper(element, wrapped []byte) (func(passcode string) []byte, error) {
	f, err := world.Unpack(wrapped, wrappedTag, 3)
	if err != nil {
		return nil, fmt.Errorf("wrapped key: %w", err)
	}
	if len(f[0]) != lockSalt || len(f[1]) != wrappedSize { // the tag covers both without a border
		return nil, errors.New("wrapped key: not as long as one")
	}
	if len(element) != 32 || !hmac.Equal(f[2], wrappedMAC(element, f[0], f[1])) {
		return nil, errors.New("the key was wrapped by another element")
	}
	return func(passcode string) []byte {
		box, err := wrapping(element, f[0], passcode)
		if err != nil {
			return nil
		}
		key, err := box.Open(nil, make([]byte, box.NonceSize()), f[1], nil)
		if err != nil {
			return nil
		}
		return key
	}, nil
}

// Found is what a thief of a device finds of what it holds: a sealed store if there is a lock.
func (l *Lock) Found(account string, facts []world.Fact) []world.Fact {
	if l == nil || len(facts) == 0 {
		return facts
	}
	return []world.Fact{l.seal(account, facts)}
}

// seal encrypts what a device holds. The nonce is a keyed hash of it, since whoever looks at a
// store changes nothing, so that none can be drawn (as in AES-GCM-SIV, RFC 8452).
func (l *Lock) seal(account string, facts []world.Fact) world.Fact {
	plaintext := world.EncodeFacts(facts)
	h := hmac.New(sha256.New, l.key)
	h.Write(plaintext)
	box, err := gcm(l.key)
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	nonce := h.Sum(nil)[:box.NonceSize()]
	return world.Fact{Kind: wire.SealedStore, Ref: account,
		Data: world.Pack(storeTag, l.wrapped, nonce,
			box.Seal(nil, nonce, plaintext, []byte(account)))}
}

// Name implements [world.Node].
func (e *Element) Name() string { return world.ElementOf(e.account) }

// Holdings implements [world.Node]: what is found by who opens the chip itself, or runs a
// program in it.
func (e *Element) Holdings() []world.Fact {
	if e.key == nil {
		return nil
	}
	return []world.Fact{{Kind: wire.ElementKey, Ref: e.account, Data: e.key}}
}

// ReportsTo implements [world.Reporter]: an element answers whoever has the phone in hand.
func (e *Element) ReportsTo() string { return world.Outsider }

// ProgramsBy implements [world.Reporter].
func (e *Element) ProgramsBy() string { return world.Vendor }

// Reprogram implements [world.Reprogrammable].
func (e *Element) Reprogram(program string, _ []byte) error {
	if program != NoGuessLimit {
		return fmt.Errorf("%s: no program %q", e.Name(), program)
	}
	e.endless, e.until = true, time.Time{}
	return nil
}

// runUpdate runs a program that the vendor signed.
func (e *Element) runUpdate(now time.Time, data []byte) {
	u, err := wire.VerifyUpdate(now, data, e.vendor, e.Name())
	if err == nil && e.Reprogram(u.Program, nil) == nil { // a program for another node is none for this one
		e.until = u.Until
	}
}

// Handle implements [world.Node]: it answers guesses of whoever has the phone in hand, and
// with it the wrapped key.
func (e *Element) Handle(now time.Time, p world.Packet) []world.Packet {
	if p.Kind() == wire.KindUpdate {
		e.runUpdate(now, p.Data)
		return nil
	}
	if e.endless && !e.until.IsZero() && now.After(e.until) {
		e.endless = false
	}
	f, err := world.Unpack(p.Data, wire.KindGuess, 2)
	if err != nil || e.key == nil {
		return nil
	}
	try, err := unwrapper(e.key, f[0])
	if err != nil {
		return nil
	}
	answer := func(kind byte, fields ...[]byte) []world.Packet {
		return []world.Packet{{From: e.Name(), To: p.From, Data: world.Pack(kind, fields...)}}
	}
	key := try(string(f[1]))
	if e.endless && string(f[1]) == AllPasscodes {
		key = tryAll(try)
	}
	if key != nil {
		e.wrong = 0
		return answer(wire.KindUnwrapped, []byte(e.account), key)
	}
	if e.endless {
		return answer(wire.KindWrong, world.Int(MaxGuesses))
	}
	if e.wrong++; e.wrong == MaxGuesses {
		e.key = nil
	}
	return answer(wire.KindWrong, world.Int(int64(MaxGuesses-e.wrong)))
}

// Wrapped is the wrapped key in a sealed store, at which passcodes are guessed.
func Wrapped(store world.Fact) ([]byte, error) {
	parts, err := sealedStore(store)
	if err != nil {
		return nil, err
	}
	return parts[0], nil
}

// sealedStore takes a sealed store apart: wrapped key, nonce and ciphertext.
func sealedStore(store world.Fact) ([][]byte, error) {
	parts, err := world.Unpack(store.Data, storeTag, 3)
	if err != nil {
		return nil, fmt.Errorf("sealed store: %w", err)
	}
	return parts, nil
}

// Search tries all passcodes with the secret of an element, and gives the key of the store. It
// is an error if none is right.
func Search(store world.Fact, element []byte) ([]byte, error) {
	wrapped, err := Wrapped(store)
	if err != nil {
		return nil, err
	}
	try, err := unwrapper(element, wrapped)
	if err != nil {
		return nil, err
	}
	key := tryAll(try)
	if key == nil {
		return nil, errors.New("no passcode of four digits opens the store")
	}
	return key, nil
}

// Open decrypts a sealed store under its key, and gives what the device held. Whoever has the
// key could have sealed anything.
func Open(store world.Fact, key []byte) ([]world.Fact, error) {
	parts, err := sealedStore(store)
	if err != nil {
		return nil, err
	}
	if len(key) != 32 {
		return nil, fmt.Errorf("store key of %d bytes, want 32", len(key))
	}
	box, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if len(parts[1]) != box.NonceSize() {
		return nil, fmt.Errorf("sealed store: nonce of %d bytes, want %d", len(parts[1]),
			box.NonceSize())
	}
	plaintext, err := box.Open(nil, parts[1], parts[2], []byte(store.Ref))
	if err != nil {
		return nil, fmt.Errorf("sealed store: %w", err)
	}
	return world.ParseFacts(plaintext)
}

// tryAll tries every passcode.
func tryAll(try func(passcode string) []byte) []byte {
	for n := range Passcodes {
		if key := try(passcode(n)); key != nil {
			return key
		}
	}
	return nil
}
