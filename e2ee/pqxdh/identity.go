package pqxdh

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// Signature is an Ed25519 signature.
type Signature [ed25519.SignatureSize]byte

// Identity is the long-term private identity of a party: an Ed25519 key that
// signs and an X25519 key that agrees.
type Identity struct {
	signing  ed25519.PrivateKey
	exchange *ecdh.PrivateKey
}

// IdentityPublic names a party: its two public keys. Two of them are the same
// party exactly if they are ==.
type IdentityPublic struct {
	Signing  [32]byte // Ed25519
	Exchange [32]byte // X25519
}

// NewIdentity reads 64 bytes: the Ed25519 seed, then the X25519 private key.
func NewIdentity(rand io.Reader) (*Identity, error) {
	seed, err := read(rand, 64)
	if err != nil {
		return nil, err
	}
	return newIdentity(seed)
}

func newIdentity(seed []byte) (*Identity, error) {
	exchange, err := ecdh.X25519().NewPrivateKey(seed[32:])
	if err != nil {
		return nil, fmt.Errorf("pqxdh: identity: %w", err)
	}
	return &Identity{signing: ed25519.NewKeyFromSeed(seed[:32]), exchange: exchange}, nil
}

// Bytes encodes the private identity, 65 bytes: kind 1 ‖ Ed25519 seed 32 ‖ X25519
// private 32. This is what a thief finds.
func (i *Identity) Bytes() []byte {
	return slices.Concat([]byte{kindIdentity}, i.signing.Seed(), i.exchange.Bytes())
}

// ParseIdentity decodes exactly what Bytes wrote.
func ParseIdentity(b []byte) (*Identity, error) {
	if len(b) != 65 || b[0] != kindIdentity {
		return nil, fmt.Errorf("pqxdh: private identity: want 65 bytes of kind %d, got %d bytes",
			kindIdentity, len(b))
	}
	return newIdentity(b[1:])
}

// Public is the identity that others see.
func (i *Identity) Public() IdentityPublic {
	return IdentityPublic{
		Signing:  [32]byte(i.signing.Public().(ed25519.PublicKey)),
		Exchange: [32]byte(i.exchange.PublicKey().Bytes()),
	}
}

// Bytes encodes the public identity, 65 bytes: tag 1 ‖ Ed25519 32 ‖ X25519 32. It
// is Encode(IK) of the associated data.
func (p IdentityPublic) Bytes() []byte {
	return slices.Concat([]byte{tagIdentity}, p.Signing[:], p.Exchange[:])
}

// ParseIdentityPublic decodes exactly what Bytes wrote.
func ParseIdentityPublic(b []byte) (IdentityPublic, error) {
	s := cryptobyte.String(b)
	p, ok := readIdentity(&s)
	if !ok || !s.Empty() {
		return IdentityPublic{}, fmt.Errorf("pqxdh: public identity: want 65 bytes with tag %d, "+
			"got %d bytes", tagIdentity, len(b))
	}
	return p, nil
}

func readIdentity(s *cryptobyte.String) (p IdentityPublic, ok bool) {
	var tag uint8
	ok = s.ReadUint8(&tag) && tag == tagIdentity && s.CopyBytes(p.Signing[:]) &&
		s.CopyBytes(p.Exchange[:])
	return p, ok
}

// What the Ed25519 key signs. Each label ends in a zero byte and none is the
// start of another.
const (
	labelBinding = "doormat pqxdh 1 identity\x00"
	labelSigned  = "doormat pqxdh 1 signed prekey\x00"
	labelKEM     = "doormat pqxdh 1 KEM prekey\x00"
	labelDevices = "doormat pqxdh 1 linked devices\x00"
)

func (i *Identity) sign(label string, body []byte) Signature {
	return Signature(ed25519.Sign(i.signing, append([]byte(label), body...)))
}

// SignDevices signs the list of an account's linked devices.
func (i *Identity) SignDevices(list []byte) Signature { return i.sign(labelDevices, list) }

// CheckDevices tells why a signature on such a list is not by this identity, nil if it is.
func (p IdentityPublic) CheckDevices(list []byte, sig Signature) error {
	return p.check(labelDevices, list, sig)
}

// bind signs the X25519 identity key with the Ed25519 one.
func (i *Identity) bind() Signature {
	return i.sign(labelBinding, encodeX25519(i.Public().Exchange))
}

func (p IdentityPublic) check(label string, body []byte, sig Signature) error {
	if !ed25519.Verify(p.Signing[:], append([]byte(label), body...), sig[:]) {
		return errors.New("signature is not by this identity")
	}
	return nil
}

func (p IdentityPublic) checkBinding(sig Signature) error {
	if err := p.check(labelBinding, encodeX25519(p.Exchange), sig); err != nil {
		return fmt.Errorf("pqxdh: X25519 identity key: %w", err)
	}
	return nil
}
