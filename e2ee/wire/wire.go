// Package wire is what travels between devices and the provider, byte for byte, and what
// each kind is called: the formats that the two ends of a link share, with whoever
// copies the link in between. It holds no keys and runs nothing. The programs that write
// and read these bytes are those of package e2ee, and what a thief makes of them is in
// package rules.
//
// An [Upload] is one message on its way to the provider: metadata and a public part in the open,
// the ciphertext for a group if there is one, and a [Part] for each recipient. A [Delivery] is the
// same with one part. Inside is, under the [Envelope] of the design, a [Content]: a text with a
// [Pointer] to each file, a change of a group's [Members], or the key of a call. What a part brings
// besides, the sender key of a group, is a [Distribution]. Files travel as sealed chunks ([Chunk]),
// what is said in a call as frames ([Frame]), and programs of phones as signed updates ([Update]).
//
// Every format is that of world.Pack: a byte that says what it is, then fields with their lengths.
// Each value has one encoding: what decodes encodes to the same bytes, which the fuzz targets here
// check, so that nobody makes two messages of one. All that a message shows in the open is bound
// to its ciphertext ([Associated]), which TestTampered in package e2ee tries to undo.
//
// FuzzParseUpload and its kind feed in anything; TestChunks shows that the chunks of a
// file open in their places, all of them, and in no other way.
package wire

import (
	"crypto/sha256"
	"fmt"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/senderkey"
	"doormat/world"
)

// Kinds of packets between devices and the provider.
const (
	KindRegister byte = 32 + iota // device to provider: bundles, the last one the lasting one
	KindFetch                     // device to provider: account
	KindBundle                    // provider to device: account, bundle ("" if there is none)
	KindUpload                    // device to provider: an Upload
	KindReceipt                   // provider to device: message id, accounts with another identity
	KindDeliver                   // provider to device: a Delivery
	KindGot                       // device to provider: message id
	KindPut                       // device to provider: a Chunk
	KindGet                       // device to provider: a Chunk without its data
	KindBlob                      // provider to device: a Chunk, without data if there is none

	KindGuess     // whoever has a phone in hand to its element: wrapped key, passcode
	KindUnwrapped // element to whoever guessed: account, key of the store
	KindWrong     // the same: how many guesses are left
	KindFrame     // device to provider, provider to device: a Frame
	KindUpdate    // whoever brings it to a device or an element: an Update, the vendor's signature
	KindElsewhere // device to device: metadata, ciphertext of another messenger
)

// PacketKinds names them.
func PacketKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindRegister, Name: "registration"},
		{Kind: KindFetch, Name: "bundle request"},
		{Kind: KindBundle, Name: "bundle"},
		{Kind: KindUpload, Name: "upload"},
		{Kind: KindReceipt, Name: "upload receipt"},
		{Kind: KindDeliver, Name: "delivery"},
		{Kind: KindGot, Name: "delivery receipt"},
		{Kind: KindPut, Name: "chunk upload"},
		{Kind: KindGet, Name: "chunk request"},
		{Kind: KindBlob, Name: "chunk"},
		{Kind: KindGuess, Name: "passcode guess"},
		{Kind: KindUnwrapped, Name: "unwrapped key"},
		{Kind: KindWrong, Name: "wrong passcode"},
		{Kind: KindFrame, Name: "frame of a call"},
		{Kind: KindUpdate, Name: "update"},
		{Kind: KindElsewhere, Name: "message of another messenger"},
	}
}

// An Upload is one message on its way to the provider: a part for each recipient,
// and for a group the ciphertext for all.
type Upload struct {
	Meta   world.Meta
	Public []byte
	Group  *senderkey.Message // nil unless Meta names a group
	Parts  []Part
}

// A Part is what only one recipient can open: the message, or for a group the
// sender key. A recipient who has that already gets a part of two fields.
type Part struct {
	To         string
	Identity   []byte // Fingerprint of the recipient's identity as the sender knows it, 16 bytes
	Initial    []byte // pqxdh initial message, until the recipient has answered
	Header     ratchet.Header
	Ciphertext []byte
	Sender     []byte // a sealed certificate where Meta.From is "", see package sealedsender
}

// A Delivery is one part with what goes to every recipient.
type Delivery struct {
	Meta   world.Meta
	Public []byte
	Group  *senderkey.Message
	Part
}

// Bare reports whether there is nothing to open in p.
func (p *Part) Bare() bool {
	return len(p.Initial) == 0 && len(p.Ciphertext) == 0 && p.Header == ratchet.Header{}
}

func (p *Part) encode() []byte {
	var header []byte
	if !p.Bare() {
		header = p.Header.Bytes()
	}
	if len(p.Sender) > 0 {
		return world.Pack(KindDeliver, []byte(p.To), p.Identity, p.Initial, header, p.Ciphertext,
			p.Sender)
	}
	return world.Pack(KindDeliver, []byte(p.To), p.Identity, p.Initial, header, p.Ciphertext)
}

func parsePart(data []byte) (Part, error) {
	f, err := world.UnpackList(data, KindDeliver)
	if err == nil && len(f) != 5 && (len(f) != 6 || len(f[5]) == 0) {
		err = fmt.Errorf("%w: %d fields", world.ErrMalformed, len(f))
	}
	if err != nil {
		return Part{}, fmt.Errorf("part: %w", err)
	}
	p := Part{To: string(f[0]), Identity: f[1], Initial: f[2], Ciphertext: f[4]}
	if len(f) == 6 {
		p.Sender = f[5]
	}
	if len(f[3]) == 0 && p.Bare() {
		return p, nil
	}
	if p.Header, err = ratchet.ParseHeader(f[3]); err != nil {
		return Part{}, fmt.Errorf("part: %w", err)
	}
	if p.Bare() {
		return Part{}, fmt.Errorf("part: %w: a header of zeros", world.ErrMalformed)
	}
	return p, nil
}

func encodeGroup(m *senderkey.Message) []byte {
	if m == nil {
		return nil
	}
	return m.Bytes()
}

// parseGroup decodes the ciphertext for a group, which a message to a group has
// and no other.
func parseGroup(data []byte, m world.Meta) (*senderkey.Message, error) {
	if (m.Group != "") != (len(data) > 0) {
		return nil, fmt.Errorf("%w: %d bytes for the group %q", world.ErrMalformed,
			len(data), m.Group)
	}
	if m.Group == "" {
		return nil, nil
	}
	return senderkey.ParseMessage(data)
}

// Encode gives the bytes of a KindUpload packet.
func (u *Upload) Encode() []byte {
	parts := make([][]byte, len(u.Parts))
	for i := range u.Parts {
		parts[i] = u.Parts[i].encode()
	}
	return world.Pack(KindUpload, u.Meta.Encode(), u.Public, encodeGroup(u.Group),
		world.Pack(0, parts...))
}

// ParseUpload decodes [Upload.Encode].
func ParseUpload(data []byte) (*Upload, error) {
	f, err := world.Unpack(data, KindUpload, 4)
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	u := &Upload{Public: f[1]}
	if u.Meta, err = world.ParseMeta(f[0]); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	if u.Group, err = parseGroup(f[2], u.Meta); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	parts, err := world.UnpackList(f[3], 0)
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

// SentBy is an upload as it would be if its sender, a device, had not hidden in whose name it comes:
// the link shows the device.
func (u *Upload) SentBy(device string) *Upload {
	account, ok := world.AccountOf(device)
	if u.Meta.From != "" || !ok {
		return u
	}
	named := *u
	named.Meta.From, named.Parts = account, nil
	for _, p := range u.Parts {
		p.Sender = nil
		named.Parts = append(named.Parts, p)
	}
	return &named
}

// Delivery gives what part i's recipient receives.
func (u *Upload) Delivery(i int) *Delivery {
	return &Delivery{u.Meta, u.Public, u.Group, u.Parts[i]}
}

// Encode gives the bytes of a KindDeliver packet.
func (d *Delivery) Encode() []byte {
	return world.Pack(KindDeliver, d.Meta.Encode(), d.Public, encodeGroup(d.Group), d.Part.encode())
}

// ParseDelivery decodes [Delivery.Encode].
func ParseDelivery(data []byte) (*Delivery, error) {
	f, err := world.Unpack(data, KindDeliver, 4)
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	m, err := world.ParseMeta(f[0])
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	g, err := parseGroup(f[2], m)
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	p, err := parsePart(f[3])
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	return &Delivery{m, f[1], g, p}, nil
}

// Associated is the associated data of a ciphertext: 32 bytes of the session or
// group, then a hash of everything about the message that travels in the open. So
// sender, recipients, time and public part are authenticated.
func Associated(session, open [32]byte) []byte { return append(session[:], open[:]...) }

// OpenHash covers what travels in the open. For a part it covers the ciphertext
// for the group too, which is sealed before.
func OpenHash(m world.Meta, public []byte, group *senderkey.Message) [32]byte {
	return sha256.Sum256(world.Pack('A', m.Encode(), public, encodeGroup(group)))
}

// OpenHash is what the part of d is sealed under.
func (d *Delivery) OpenHash() [32]byte { return OpenHash(d.Meta, d.Public, d.Group) }

// Fingerprint names an identity on the wire, in 16 bytes.
func Fingerprint(id pqxdh.IdentityPublic) []byte {
	sum := sha256.Sum256(id.Bytes())
	return sum[:16]
}

// Direction is the Ref of facts about what goes from one to another.
func Direction(from, to string) string { return from + "→" + to }

// Fact states a delivery as whoever sees it keeps it.
func (d *Delivery) Fact() world.Fact {
	return world.Fact{Kind: Delivered, Ref: Direction(d.Meta.ID, d.To), Data: d.Encode()}
}

// Fact states an upload as the provider stores it.
func (u *Upload) Fact() world.Fact {
	return world.Fact{Kind: Envelopes, Ref: u.Meta.ID, Data: u.Encode()}
}

// BundleFingerprint is the fingerprint of the identity in a prekey bundle, 16 bytes.
func BundleFingerprint(bundle []byte) ([]byte, error) {
	b, err := pqxdh.ParseBundle(bundle)
	if err != nil {
		return nil, err
	}
	return Fingerprint(b.Identity), nil
}
