package e2ee

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/world"
)

// Kinds of packets between devices and the provider.
const (
	KindRegister byte = 32 + iota // device to provider: bundles, the last one for when the others are gone
	KindFetch                     // device to provider: account
	KindBundle                    // provider to device: account, bundle ("" if there is none)
	KindUpload                    // device to provider: an Upload
	KindReceipt                   // provider to device: message id, accounts whose identity is another one
	KindDeliver                   // provider to device: a Delivery
	KindGot                       // device to provider: message id
)

var errUnexpected = errors.New("the message carries a part that this design does not know")

// An Upload is one message on its way to the provider: a part for each recipient.
type Upload struct {
	Meta   world.Meta
	Public []byte
	Parts  []Part
}

// A Part is what only one recipient can open.
type Part struct {
	To         string
	Identity   []byte // fingerprint of the recipient's identity as the sender knows it, 16 bytes
	Initial    []byte // pqxdh initial message, until the recipient has answered
	Header     ratchet.Header
	Ciphertext []byte
}

// A Delivery is one part with what goes to every recipient.
type Delivery struct {
	Meta   world.Meta
	Public []byte
	Part
}

func (p *Part) encode() []byte {
	return world.Pack(KindDeliver, []byte(p.To), p.Identity, p.Initial, p.Header.Bytes(), p.Ciphertext)
}

func parsePart(data []byte) (Part, error) {
	f, err := world.Unpack(data, KindDeliver, 5)
	if err != nil {
		return Part{}, fmt.Errorf("part: %w", err)
	}
	h, err := ratchet.ParseHeader(f[3])
	if err != nil {
		return Part{}, fmt.Errorf("part: %w", err)
	}
	return Part{To: string(f[0]), Identity: f[1], Initial: f[2], Header: h, Ciphertext: f[4]}, nil
}

// Encode gives the bytes of a KindUpload packet.
func (u *Upload) Encode() []byte {
	parts := make([][]byte, len(u.Parts))
	for i := range u.Parts {
		parts[i] = u.Parts[i].encode()
	}
	return world.Pack(KindUpload, u.Meta.Encode(), u.Public, world.Pack(0, parts...))
}

// ParseUpload decodes [Upload.Encode].
func ParseUpload(data []byte) (*Upload, error) {
	f, err := world.Unpack(data, KindUpload, 3)
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	u := &Upload{Public: f[1]}
	if u.Meta, err = world.ParseMeta(f[0]); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	parts, err := world.UnpackList(f[2], 0)
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	for _, data := range parts {
		p, err := parsePart(data)
		if err != nil {
			return nil, fmt.Errorf("upload: %w", err)
		}
		u.Parts = append(u.Parts, p)
	}
	return u, nil
}

// Delivery gives what part i's recipient receives.
func (u *Upload) Delivery(i int) *Delivery { return &Delivery{u.Meta, u.Public, u.Parts[i]} }

// Encode gives the bytes of a KindDeliver packet.
func (d *Delivery) Encode() []byte {
	return world.Pack(KindDeliver, d.Meta.Encode(), d.Public, d.Part.encode())
}

// ParseDelivery decodes [Delivery.Encode].
func ParseDelivery(data []byte) (*Delivery, error) {
	f, err := world.Unpack(data, KindDeliver, 3)
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	m, err := world.ParseMeta(f[0])
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	p, err := parsePart(f[2])
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	return &Delivery{m, f[1], p}, nil
}

// associated is the associated data of a message: that of the session, then a
// hash of everything about the message that travels in the open. The ratchet so
// authenticates sender, recipients, time and public part.
func associated(session [32]byte, m world.Meta, public []byte) []byte {
	open := openHash(m, public)
	return append(session[:], open[:]...)
}

func openHash(m world.Meta, public []byte) [32]byte {
	return sha256.Sum256(world.Pack('A', m.Encode(), public))
}

// fingerprint names an identity on the wire.
func fingerprint(id pqxdh.IdentityPublic) []byte {
	sum := sha256.Sum256(id.Bytes())
	return sum[:16]
}
