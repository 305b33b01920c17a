// Package sealedsender hides in whose name a message comes from the provider that carries it, as
// Signal has done since 2018 (signal.org/blog/sealed-sender). The envelope names nobody who sent
// it. In each recipient's part is a certificate, sealed to the recipient's identity under HPKE: the
// provider has signed that the account has this identity, so that nobody writes in another's name
// whom no recipient has met. With it goes the initial message of a session, which shows its author's
// identity. The recipient opens both and then what the ratchet sealed, which is bound to the sender
// as ever.
//
// What it hides is hidden from whoever copies the provider's store, and from an order about the
// past. The packet still comes from the sender's phone, so a wiretap, or a program at the
// provider that looks, sees who it is: hiding that takes a network that mixes. Nor does it hide
// what follows. Where phones send receipts (package receipts), a message to Ben is answered in the same
// instant by one to Ana, and the store shows both: rule "link by receipts" of package rules makes
// one of the two (Martiny et al., Improving Signal's Sealed Sender, NDSS 2021, do it by
// statistics among millions, with some five messages; a run here is so quiet that one is enough).
//
// Headers of the ratchet stay in the open, which Signal seals as well. So whoever copies the phone
// that writes finds its chains again in the provider's store (rule "recognise a chain"). And a
// group's envelopes go to all of its members but the one who wrote (rule "miss a member").
//
// Left out: delivery tokens, by which Signal's users refuse sealed mail of strangers (here
// everybody accepts it, which Signal offers as well), and certificates that expire. Files, calls
// and linked devices still go in the account's own name. A phone without a certificate sends
// openly. A design that puts a label with the sender's name beside a message has no use for it.
//
// TestSealedSender of package e2ee shows who learns what; TestCertificate what is refused.
package sealedsender

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// KindCertificate is from the provider to a device: a certificate.
const KindCertificate byte = 212

// PacketKinds names it.
func PacketKinds() []world.PacketKind {
	return []world.PacketKind{{Kind: KindCertificate, Name: "sender certificate"}}
}

// Key is the kind of the key that signs certificates, an Ed25519 seed of 32 bytes.
const Key world.Kind = "certificate key"

// The parameter that says whether senders are sealed, and its values.
const (
	Name = "sealed-sender"
	Off  = "off"
	On   = "on"
)

// Parameter declares it.
func Parameter() world.Parameter {
	return world.OwnWord(Name, "whether the provider is shown in whose name a message comes, or "+
		"its recipients only", Off, On)
}

// label is what a certificate is sealed for.
var label = []byte("doormat sealed sender v1")

// An Issuer is the provider's part: it signs certificates.
type Issuer struct{ key ed25519.PrivateKey }

// NewIssuer draws a key of 32 bytes.
func NewIssuer(random io.Reader) (*Issuer, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("sender certificates: %w", err)
	}
	return &Issuer{ed25519.NewKeyFromSeed(seed)}, nil
}

// Public verifies certificates.
func (i *Issuer) Public() ed25519.PublicKey { return i.key.Public().(ed25519.PublicKey) }

// Facts is what a thief finds.
func (i *Issuer) Facts() []world.Fact {
	if i == nil {
		return nil
	}
	return []world.Fact{{Kind: Key, Data: i.key.Seed()}}
}

// Certify is the packet by which a phone gets the certificate of its account; none without an
// issuer. identity is a fingerprint, 16 bytes.
func (i *Issuer) Certify(account, device string, identity []byte) []world.Packet {
	if i == nil {
		return nil
	}
	said := world.Pack(KindCertificate, []byte(account), identity)
	return []world.Packet{{From: world.Provider, To: device,
		Data: world.Pack(KindCertificate, []byte(account), identity, ed25519.Sign(i.key, said))}}
}

// Accepts reports whether the provider takes an upload from an account: one in its name or, where
// senders are sealed, in nobody's.
func (i *Issuer) Accepts(u *wire.Upload, account string) bool {
	return u.Meta.From == account || i != nil && u.Meta.From == ""
}

// A Phone is a device's part. All methods work on nil, and then seal nothing.
type Phone struct {
	Random io.Reader
	Issuer ed25519.PublicKey

	certificate []byte
}

// Take keeps a certificate for the identity that the phone has.
func (p *Phone) Take(certificate, identity []byte) {
	if p == nil {
		return
	}
	if _, fingerprint, err := p.read(certificate); err == nil &&
		string(fingerprint) == string(identity) {
		p.certificate = certificate
	}
}

// Forget is called when the phone gets a new identity.
func (p *Phone) Forget() {
	if p != nil {
		p.certificate = nil
	}
}

// Hide takes the sender's name out of an upload and seals it to each recipient. identity is that
// under which the phone knows an account.
func (p *Phone) Hide(u *wire.Upload, identity func(account string) pqxdh.IdentityPublic) error {
	if p == nil || p.certificate == nil {
		return nil
	}
	for i := range u.Parts {
		key := identity(u.Parts[i].To).Exchange
		sealed, err := law.Seal(p.Random, key[:], label,
			world.Pack(senderTag, p.certificate, u.Parts[i].Initial))
		if err != nil {
			return fmt.Errorf("sealed sender: %w", err)
		}
		u.Parts[i].Sender, u.Parts[i].Initial = sealed, nil
	}
	u.Meta.From = ""
	return nil
}

// Reveal puts the sender's name into a delivery that came without, if its certificate is good, with
// the initial message that was sealed beside it, and in the certificate's place the fingerprint of
// the identity in it: certificates go to every recipient, and only who has that identity may begin a
// session with one.
func (p *Phone) Reveal(d *wire.Delivery, own *pqxdh.Identity) error {
	if d.Meta.From != "" {
		return nil
	}
	if p == nil {
		return errors.New("sealed sender: no use for it here")
	}
	certificate, initial, err := open(d, own)
	if err != nil {
		return err
	}
	account, identity, err := p.read(certificate)
	if err == nil {
		d.Meta.From, d.Sender, d.Initial = account, identity, initial
	}
	return err
}

func (p *Phone) read(certificate []byte) (account string, identity []byte, err error) {
	f, err := world.Unpack(certificate, KindCertificate, 3)
	if err == nil && !ed25519.Verify(p.Issuer,
		world.Pack(KindCertificate, f[0], f[1]), f[2]) {
		err = errors.New("the provider has not signed it")
	}
	if err != nil {
		return "", nil, fmt.Errorf("sender certificate: %w", err)
	}
	return string(f[0]), f[1], nil
}

// senderTag begins what is sealed.
const senderTag = 's'

// open opens the certificate in a delivery, and the initial message beside it, empty if there is
// none.
func open(d *wire.Delivery, own *pqxdh.Identity) (certificate, initial []byte, err error) {
	private := own.Bytes()[33:] // see pqxdh.Identity.Bytes
	sealed, err := law.Open(private, label, d.Sender)
	if err != nil {
		return nil, nil, fmt.Errorf("sealed sender: %w", err)
	}
	f, err := world.Unpack(sealed, senderTag, 2)
	if err != nil {
		return nil, nil, fmt.Errorf("sealed sender: %w", err)
	}
	return f[0], f[1], nil
}

// Named is a delivery as its recipient reads it, for whoever has the recipient's identity.
func Named(d *wire.Delivery, own *pqxdh.Identity) (*wire.Delivery, error) {
	certificate, initial, err := open(d, own)
	if err != nil {
		return nil, err
	}
	f, err := world.Unpack(certificate, KindCertificate, 3)
	if err != nil {
		return nil, err
	}
	named := *d
	named.Meta.From, named.Sender, named.Initial = string(f[0]), nil, initial
	return &named, nil
}
