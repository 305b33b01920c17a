package pqxdh

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"
)

// KEMKeySize is the length of an ML-KEM-768 encapsulation key in bytes.
const KEMKeySize = mlkem.EncapsulationKeySize768

// Every encoded private key begins with its kind.
const (
	kindIdentity = 1 + iota
	kindSigned
	kindOneTime
	kindKEM
	kindKEMLastResort
)

// SignedPrekey is the private half of a medium-term X25519 key. It serves many
// sessions and is replaced from time to time; its public half is also the first
// ratchet key of a Double Ratchet.
type SignedPrekey struct {
	id  uint32
	key *ecdh.PrivateKey
}

// OneTimePrekey is the private half of an X25519 key that serves one session and
// is then to be erased.
type OneTimePrekey struct {
	id  uint32
	key *ecdh.PrivateKey
}

// KEMPrekey is the private half of an ML-KEM-768 key. It serves one session, or,
// as the last resort, every session for which no such key was left.
type KEMPrekey struct {
	id         uint32
	lastResort bool
	key        *mlkem.DecapsulationKey768
}

// NewSignedPrekey reads 32 bytes. The number id is 1 or more; it is the caller's,
// who finds the key by it later.
func NewSignedPrekey(rand io.Reader, id uint32) (*SignedPrekey, error) {
	key, err := newNumbered(rand, id)
	if err != nil {
		return nil, err
	}
	return &SignedPrekey{id, key}, nil
}

// NewOneTimePrekey reads 32 bytes. The number id is 1 or more.
func NewOneTimePrekey(rand io.Reader, id uint32) (*OneTimePrekey, error) {
	key, err := newNumbered(rand, id)
	if err != nil {
		return nil, err
	}
	return &OneTimePrekey{id, key}, nil
}

// NewKEMPrekey reads 64 bytes. The number id is 1 or more, one sequence for
// one-time and last-resort keys.
func NewKEMPrekey(rand io.Reader, id uint32, lastResort bool) (*KEMPrekey, error) {
	if id == 0 {
		return nil, errNoNumber
	}
	seed, err := read(rand, mlkem.SeedSize)
	if err != nil {
		return nil, err
	}
	return newKEM(id, lastResort, seed)
}

var errNoNumber = errors.New("pqxdh: a prekey's number starts at 1")

func newNumbered(rand io.Reader, id uint32) (*ecdh.PrivateKey, error) {
	if id == 0 {
		return nil, errNoNumber
	}
	return newX25519(rand)
}

func newKEM(id uint32, lastResort bool, seed []byte) (*KEMPrekey, error) {
	key, err := mlkem.NewDecapsulationKey768(seed)
	if err != nil {
		return nil, fmt.Errorf("pqxdh: KEM prekey %d: %w", id, err)
	}
	return &KEMPrekey{id, lastResort, key}, nil
}

// ID is the number of the prekey.
func (p *SignedPrekey) ID() uint32 { return p.id }

// ID is the number of the prekey.
func (p *OneTimePrekey) ID() uint32 { return p.id }

// ID is the number of the prekey.
func (p *KEMPrekey) ID() uint32 { return p.id }

// LastResort says whether the prekey may serve more than one session.
func (p *KEMPrekey) LastResort() bool { return p.lastResort }

// Private is the X25519 private key: the responder's first ratchet key.
func (p *SignedPrekey) Private() *ecdh.PrivateKey { return p.key }

// Bytes encodes the private key, 37 bytes: kind 1 ‖ id 4 ‖ X25519 private 32.
func (p *SignedPrekey) Bytes() []byte { return encodePrekey(kindSigned, p.id, p.key.Bytes()) }

// Bytes encodes the private key, 37 bytes: kind 1 ‖ id 4 ‖ X25519 private 32.
func (p *OneTimePrekey) Bytes() []byte { return encodePrekey(kindOneTime, p.id, p.key.Bytes()) }

// Bytes encodes the private key, 69 bytes: kind 1 ‖ id 4 ‖ ML-KEM seed 64.
func (p *KEMPrekey) Bytes() []byte {
	kind := uint8(kindKEM)
	if p.lastResort {
		kind = kindKEMLastResort
	}
	return encodePrekey(kind, p.id, p.key.Bytes())
}

// PrekeyID reads the number out of an encoded prekey of any kind, 0 if there is none.
func PrekeyID(b []byte) uint32 {
	if len(b) < 5 {
		return 0
	}
	return binary.BigEndian.Uint32(b[1:])
}

// ParseSignedPrekey decodes exactly what Bytes wrote.
func ParseSignedPrekey(b []byte) (*SignedPrekey, error) {
	id, key, err := parseX25519(b, kindSigned)
	if err != nil {
		return nil, err
	}
	return &SignedPrekey{id, key}, nil
}

// ParseOneTimePrekey decodes exactly what Bytes wrote.
func ParseOneTimePrekey(b []byte) (*OneTimePrekey, error) {
	id, key, err := parseX25519(b, kindOneTime)
	if err != nil {
		return nil, err
	}
	return &OneTimePrekey{id, key}, nil
}

// ParseKEMPrekey decodes exactly what Bytes wrote.
func ParseKEMPrekey(b []byte) (*KEMPrekey, error) {
	lastResort := len(b) > 0 && b[0] == kindKEMLastResort
	kind := uint8(kindKEM)
	if lastResort {
		kind = kindKEMLastResort
	}
	id, seed, err := parsePrekey(b, kind, mlkem.SeedSize)
	if err != nil {
		return nil, err
	}
	return newKEM(id, lastResort, seed)
}

func parseX25519(b []byte, kind uint8) (uint32, *ecdh.PrivateKey, error) {
	id, secret, err := parsePrekey(b, kind, 32)
	if err != nil {
		return 0, nil, err
	}
	key, err := ecdh.X25519().NewPrivateKey(secret)
	if err != nil {
		return 0, nil, fmt.Errorf("pqxdh: private prekey %d: %w", id, err)
	}
	return id, key, nil
}

func encodePrekey(kind uint8, id uint32, secret []byte) []byte {
	b := cryptobyte.NewBuilder(nil)
	b.AddUint8(kind)
	b.AddUint32(id)
	b.AddBytes(secret)
	return b.BytesOrPanic() // no length prefix, so nothing can overflow
}

func parsePrekey(b []byte, kind uint8, size int) (id uint32, secret []byte, err error) {
	var got uint8
	s := cryptobyte.String(b)
	if !s.ReadUint8(&got) || got != kind || !s.ReadUint32(&id) || id == 0 ||
		!s.ReadBytes(&secret, size) || !s.Empty() {
		return 0, nil, fmt.Errorf("pqxdh: private prekey: want %d bytes of kind %d with a "+
			"number, got %d bytes", 5+size, kind, len(b))
	}
	return id, secret, nil
}
