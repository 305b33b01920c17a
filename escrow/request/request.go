package request

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"doormat/e2ee/wire"
	"doormat/escrow"
	"doormat/world"
	"doormat/world/law"
)

// Kinds of packets.
const (
	KindRequest byte = 112 + iota // agency to trustee: signed order with its evidence, items
	KindAnswer                    // trustee to agency: agency key, info, sealed facts, signature
)

// KindHandOver is what a trustee with a false program sends of what it holds.
const KindHandOver byte = 156

// PacketKinds lists the kinds of packets by which an agency asks and trustees answer.
func PacketKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindRequest, Name: "request to a trustee"},
		{Kind: KindAnswer, Name: "answer of a trustee"},
		{Kind: KindHandOver, Name: "what a trustee hands over"},
	}
}

// Item is one message of a request: what the label is built from, and the
// encrypted seed. The body stays behind; its hash is enough.
type Item struct {
	Meta     world.Meta
	BodyHash [32]byte
	KeyID    string
	Seed     []byte
}

const itemTag = 'i'

// Encode gives the bytes that travel in a request.
func (i *Item) Encode() []byte {
	return world.Pack(itemTag, i.Meta.Encode(), i.BodyHash[:], []byte(i.KeyID), i.Seed)
}

// ParseItem decodes [Item.Encode].
func ParseItem(data []byte) (*Item, error) {
	f, err := world.Unpack(data, itemTag, 4)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	if len(f[1]) != 32 {
		return nil, fmt.Errorf("request: hash of %d bytes, want 32", len(f[1]))
	}
	m, err := world.ParseMeta(f[0])
	return &Item{m, [32]byte(f[1]), string(f[2]), f[3]}, err
}

// Label is what the item's escrow field is bound to.
func (i *Item) Label() []byte { return escrow.Label(i.KeyID, i.Meta, i.BodyHash) }

// NewItem reads what a request needs from a stored envelope.
func NewItem(envelope []byte) (*Item, error) {
	u, err := wire.ParseUpload(envelope)
	if err != nil {
		return nil, err
	}
	f, err := escrow.ParseField(u.Public)
	if err != nil {
		return nil, err
	}
	return &Item{u.Meta, sha256.Sum256(f.Body), f.KeyID, f.Seed}, nil
}

// Encode asks a trustee about messages under an order.
func Encode(order []byte, items []*Item) []byte {
	return world.Pack(KindRequest, order, encodeItems(items))
}

func encodeItems(items []*Item) []byte {
	encoded := make([][]byte, len(items))
	for i, item := range items {
		encoded[i] = item.Encode()
	}
	return world.Pack(0, encoded...)
}

// Parse decodes [Encode]. Nothing is verified.
func Parse(data []byte) (law.Signed, []*Item, error) {
	f, err := world.Unpack(data, KindRequest, 2)
	if err != nil {
		return law.Signed{}, nil, fmt.Errorf("request: %w", err)
	}
	s, err := law.ParseSigned(f[0])
	if err != nil {
		return s, nil, fmt.Errorf("request: %w", err)
	}
	list, err := world.UnpackList(f[1], 0)
	if err != nil {
		return s, nil, fmt.Errorf("request: %w", err)
	}
	var items []*Item
	for _, one := range list {
		i, err := ParseItem(one)
		if err != nil {
			return s, nil, err
		}
		items = append(items, i)
	}
	return s, items, nil
}

// Info is what an answer is sealed for, the info of HPKE: one trustee, one order
// and one list of items. The answer names it in the clear. It opens under nothing else,
// so nobody can pass it off as an answer to another request, or as another trustee's.
func Info(trustee string, order []byte, items []*Item) []byte {
	asked, what := sha256.Sum256(order), sha256.Sum256(encodeItems(items))
	return world.Pack(KindAnswer, []byte("doormat answer v2"), []byte(trustee), asked[:], what[:])
}

// SealedAnswer is a KindAnswer packet. Links are not authenticated, so it is signed with the
// identity of the trustee that info names: whoever holds the network could say that an
// answer comes from somebody else.
type SealedAnswer struct{ Agency, Info, Sealed, Signature []byte }

// Encode gives the bytes of a KindAnswer packet.
func (a *SealedAnswer) Encode() []byte {
	return world.Pack(KindAnswer, a.Agency, a.Info, a.Sealed, a.Signature)
}

// ParseAnswer decodes [SealedAnswer.Encode]. Nothing is verified.
func ParseAnswer(data []byte) (*SealedAnswer, error) {
	f, err := world.Unpack(data, KindAnswer, 4)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return &SealedAnswer{f[0], f[1], f[2], f[3]}, nil
}

// signed is what the trustee signs. An identity also signs in ceremonies, under other
// contexts.
func (a *SealedAnswer) signed() []byte {
	return append([]byte("doormat answer signature v1\x00"), world.Pack(KindAnswer, a.Agency, a.Info, a.Sealed)...)
}

// signedBy tells whether the answer is signed with the identity.
func (a *SealedAnswer) signedBy(identity ed25519.PublicKey) bool {
	return len(identity) == ed25519.PublicKeySize && ed25519.Verify(identity, a.signed(), a.Signature)
}

// SealAnswer seals facts to the agency that the order names, and signs that.
func SealAnswer(random io.Reader, identity ed25519.PrivateKey, agency, info []byte, facts []world.Fact) ([]byte, error) {
	sealed, err := law.Seal(random, agency, info, world.EncodeFacts(facts))
	if err != nil {
		return nil, err
	}
	a := &SealedAnswer{Agency: agency, Info: info, Sealed: sealed}
	a.Signature = ed25519.Sign(identity, a.signed())
	return a.Encode(), nil
}

// OpenAnswer gives partial decryptions and nothing else, whatever a trustee may have
// put in.
func OpenAnswer(private, info, sealed []byte) ([]world.Fact, error) {
	data, err := law.Open(private, info, sealed)
	if err != nil {
		return nil, err
	}
	facts, err := world.ParseFacts(data)
	if err != nil {
		return nil, err
	}
	for _, f := range facts {
		if f.Kind != Partial {
			return nil, fmt.Errorf("answer: a trustee sent a %s", f.Kind)
		}
	}
	return facts, nil
}

// AgencyRef is the ref of facts that are sealed to an agency's public key.
func AgencyRef(public []byte) string { return hex.EncodeToString(public) }
