package threshold

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"

	"doormat/e2ee"
	"doormat/escrow"
	"doormat/world"
	"doormat/world/law"
)

// Kinds of packets of the design.
const (
	KindRequest    byte = 112 + iota // agency to trustee: signed order with its evidence, items
	KindAnswer                       // trustee to agency: agency key, info, sealed facts, signature
	KindFetchBoard                   // device to provider: how much of the board it has read
	KindKey                          // trustee to provider, provider to device: certificates
	KindHaveKey                      // provider to trustee: number of its newest certificate
)

func packetKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindRequest, Name: "request to a trustee"},
		{Kind: KindAnswer, Name: "answer of a trustee"},
		{Kind: KindFetchBoard, Name: "board request of a device"},
		{Kind: KindKey, Name: "key certificates"},
		{Kind: KindHaveKey, Name: "certificate receipt"},
	}
}

// item is one message of a request: what the label is built from, and the
// encrypted seed. The body stays behind; its hash is enough.
type item struct {
	meta     world.Meta
	bodyHash [32]byte
	keyID    string
	seed     []byte
}

const itemTag = 'i'

func (i *item) encode() []byte {
	return world.Pack(itemTag, i.meta.Encode(), i.bodyHash[:], []byte(i.keyID), i.seed)
}

func parseItem(data []byte) (*item, error) {
	f, err := world.Unpack(data, itemTag, 4)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	if len(f[1]) != 32 {
		return nil, fmt.Errorf("request: hash of %d bytes, want 32", len(f[1]))
	}
	m, err := world.ParseMeta(f[0])
	return &item{m, [32]byte(f[1]), string(f[2]), f[3]}, err
}

func (i *item) label() []byte { return escrow.Label(i.keyID, i.meta, i.bodyHash) }

// newItem reads what a request needs from a stored envelope.
func newItem(envelope []byte) (*item, error) {
	u, err := e2ee.ParseUpload(envelope)
	if err != nil {
		return nil, err
	}
	f, err := escrow.ParseField(u.Public)
	if err != nil {
		return nil, err
	}
	return &item{u.Meta, sum(f.Body), f.KeyID, f.Seed}, nil
}

// request asks a trustee about messages under an order.
func request(order []byte, items []*item) []byte {
	return world.Pack(KindRequest, order, encodeItems(items))
}

func encodeItems(items []*item) []byte {
	encoded := make([][]byte, len(items))
	for i, item := range items {
		encoded[i] = item.encode()
	}
	return world.Pack(0, encoded...)
}

func parseRequest(data []byte) (law.Signed, []*item, error) {
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
	var items []*item
	for _, one := range list {
		i, err := parseItem(one)
		if err != nil {
			return s, nil, err
		}
		items = append(items, i)
	}
	return s, items, nil
}

// answerInfo is what an answer is sealed for, the info of HPKE: one trustee, one order
// and one list of items. The answer names it in the clear. It opens under nothing else,
// so nobody can pass it off as an answer to another request, or as another trustee's.
func answerInfo(trustee string, order []byte, items []*item) []byte {
	asked, what := sum(order), sum(encodeItems(items))
	return world.Pack(KindAnswer, []byte("doormat answer v2"), []byte(trustee), asked[:], what[:])
}

// answer is a KindAnswer packet. Links are not authenticated, so it is signed with the
// identity of the trustee that info names: whoever holds the network could say that an
// answer comes from somebody else.
type answer struct{ agency, info, sealed, signature []byte }

func (a *answer) encode() []byte {
	return world.Pack(KindAnswer, a.agency, a.info, a.sealed, a.signature)
}

func parseAnswer(data []byte) (*answer, error) {
	f, err := world.Unpack(data, KindAnswer, 4)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return &answer{f[0], f[1], f[2], f[3]}, nil
}

// signed is what the trustee signs. An identity also signs in ceremonies, under other
// contexts.
func (a *answer) signed() []byte {
	return append([]byte("doormat answer signature v1\x00"), world.Pack(KindAnswer, a.agency, a.info, a.sealed)...)
}

// signedBy tells whether the answer is signed with the identity.
func (a *answer) signedBy(identity ed25519.PublicKey) bool {
	return len(identity) == ed25519.PublicKeySize && ed25519.Verify(identity, a.signed(), a.signature)
}

// sealAnswer seals facts to the agency that the order names, and signs that.
func sealAnswer(random io.Reader, identity ed25519.PrivateKey, agency, info []byte, facts []world.Fact) ([]byte, error) {
	sealed, err := law.Seal(random, agency, info, world.EncodeFacts(facts))
	if err != nil {
		return nil, err
	}
	a := &answer{agency: agency, info: info, sealed: sealed}
	a.signature = ed25519.Sign(identity, a.signed())
	return a.encode(), nil
}

// openAnswer gives partial decryptions and nothing else, whatever a trustee may have
// put in.
func openAnswer(private, info, sealed []byte) ([]world.Fact, error) {
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

func agencyRef(public []byte) string { return hex.EncodeToString(public) }
