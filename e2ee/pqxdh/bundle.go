package pqxdh

import (
	"crypto/mlkem"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// Bundle is what a party publishes for one session to be started with it, and
// what a directory hands out. Whoever takes it must call Verify, as Initiate does.
type Bundle struct {
	Identity IdentityPublic
	Binding  Signature // by Identity.Signing over Identity.Exchange
	Signed   SignedPublic
	KEM      KEMPublic
	OneTime  OneTimePublic // zero if none was left
}

// SignedPublic is the public half of a SignedPrekey.
type SignedPublic struct {
	ID        uint32
	Key       [32]byte
	Signature Signature
}

// KEMPublic is the public half of a KEMPrekey.
type KEMPublic struct {
	ID         uint32
	LastResort bool
	Key        [KEMKeySize]byte
	Signature  Signature
}

// OneTimePublic is the public half of a OneTimePrekey. It is not signed. The
// zero value means that there is none.
type OneTimePublic struct {
	ID  uint32
	Key [32]byte
}

// MakeBundle signs the prekeys with the identity; oneTime may be nil. Nothing but
// the keys is needed, so a directory can make one for an identity of its own and
// hand it out under somebody's name.
func MakeBundle(identity *Identity, signed *SignedPrekey, kem *KEMPrekey,
	oneTime *OneTimePrekey) *Bundle {
	b := &Bundle{
		Identity: identity.Public(),
		Binding:  identity.bind(),
		Signed:   SignedPublic{ID: signed.id, Key: [32]byte(signed.key.PublicKey().Bytes())},
	}
	b.Signed.Signature = identity.sign(labelSigned, b.Signed.statement())
	return b.With(identity, kem, oneTime)
}

// With is b for another session: the same identity and signed prekey, whose
// signatures it shares, with other keys for one use. It signs one key, not three.
func (b *Bundle) With(identity *Identity, kem *KEMPrekey, oneTime *OneTimePrekey) *Bundle {
	other := *b
	other.KEM = KEMPublic{
		ID:         kem.id,
		LastResort: kem.lastResort,
		Key:        [KEMKeySize]byte(kem.key.EncapsulationKey().Bytes()),
	}
	other.KEM.Signature = identity.sign(labelKEM, other.KEM.statement())
	other.OneTime = OneTimePublic{}
	if oneTime != nil {
		other.OneTime = OneTimePublic{ID: oneTime.id,
			Key: [32]byte(oneTime.key.PublicKey().Bytes())}
	}
	return &other
}

// Under is b under the signed prekey of another bundle of the same identity. It
// signs nothing.
func (b *Bundle) Under(other *Bundle) *Bundle {
	moved := *other
	moved.KEM, moved.OneTime = b.KEM, b.OneTime
	return &moved
}

func (p SignedPublic) statement() []byte {
	return append(binary.BigEndian.AppendUint32(nil, p.ID), encodeX25519(p.Key)...)
}

func (p *KEMPublic) statement() []byte {
	b := append(binary.BigEndian.AppendUint32(nil, p.ID), flagByte(p.LastResort))
	return append(b, encodeKEM(p.Key)...)
}

func flagByte(set bool) uint8 {
	if set {
		return 1
	}
	return 0
}

// Verify checks that the identity signed its X25519 key and both signed prekeys,
// and that the KEM key is a valid one. It does not say whose identity it is.
func (b *Bundle) Verify() error {
	if err := b.Identity.checkBinding(b.Binding); err != nil {
		return err
	}
	if err := b.Identity.check(labelSigned, b.Signed.statement(), b.Signed.Signature); err != nil {
		return fmt.Errorf("pqxdh: signed prekey %d: %w", b.Signed.ID, err)
	}
	if err := b.Identity.check(labelKEM, b.KEM.statement(), b.KEM.Signature); err != nil {
		return fmt.Errorf("pqxdh: KEM prekey %d: %w", b.KEM.ID, err)
	}
	if _, err := mlkem.NewEncapsulationKey768(b.KEM.Key[:]); err != nil {
		return fmt.Errorf("pqxdh: KEM prekey %d: %w", b.KEM.ID, err)
	}
	return nil
}

// Bytes encodes the bundle; integers are big-endian.
//
//	identity 65 ‖ binding 64 ‖
//	signed:   id 4 ‖ key 32 ‖ signature 64 ‖
//	KEM:      id 4 ‖ last resort 1 ‖ key 1184 ‖ signature 64 ‖
//	one-time: present 1 [‖ id 4 ‖ key 32]
func (b *Bundle) Bytes() []byte {
	out := cryptobyte.NewBuilder(nil)
	out.AddBytes(b.Identity.Bytes())
	out.AddBytes(b.Binding[:])
	out.AddUint32(b.Signed.ID)
	out.AddBytes(b.Signed.Key[:])
	out.AddBytes(b.Signed.Signature[:])
	out.AddUint32(b.KEM.ID)
	out.AddUint8(flagByte(b.KEM.LastResort))
	out.AddBytes(b.KEM.Key[:])
	out.AddBytes(b.KEM.Signature[:])
	out.AddUint8(flagByte(b.OneTime.ID != 0))
	if b.OneTime.ID != 0 {
		out.AddUint32(b.OneTime.ID)
		out.AddBytes(b.OneTime.Key[:])
	}
	return out.BytesOrPanic() // no length prefix, so nothing can overflow
}

// ParseBundle decodes exactly what Bytes wrote: a number 0, a flag other than 0
// or 1, missing and trailing bytes are errors. It does not call Verify.
func ParseBundle(encoded []byte) (*Bundle, error) {
	b, s := new(Bundle), cryptobyte.String(encoded)
	var ok bool
	if b.Identity, ok = readIdentity(&s); !ok || !s.CopyBytes(b.Binding[:]) {
		return nil, errors.New("pqxdh: bundle: bad identity")
	}
	if !b.Signed.read(&s) {
		return nil, errors.New("pqxdh: bundle: bad signed prekey")
	}
	if !b.KEM.read(&s) {
		return nil, errors.New("pqxdh: bundle: bad KEM prekey")
	}
	if !b.OneTime.read(&s) || !s.Empty() {
		return nil, errors.New("pqxdh: bundle: bad one-time prekey or trailing bytes")
	}
	return b, nil
}

func (p *SignedPublic) read(s *cryptobyte.String) bool {
	return readNumber(s, &p.ID) && s.CopyBytes(p.Key[:]) && s.CopyBytes(p.Signature[:])
}

func (p *KEMPublic) read(s *cryptobyte.String) bool {
	return readNumber(s, &p.ID) && readFlag(s, &p.LastResort) &&
		s.CopyBytes(p.Key[:]) && s.CopyBytes(p.Signature[:])
}

func (p *OneTimePublic) read(s *cryptobyte.String) bool {
	var present bool
	return readFlag(s, &present) && (!present || readNumber(s, &p.ID) && s.CopyBytes(p.Key[:]))
}

func readNumber(s *cryptobyte.String, id *uint32) bool {
	return s.ReadUint32(id) && *id != 0
}

func readFlag(s *cryptobyte.String, set *bool) bool {
	var v uint8
	ok := s.ReadUint8(&v) && v <= 1
	*set = v == 1
	return ok
}
