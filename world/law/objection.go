package law

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"doormat/world"
)

// Kinds of packets of an objection period, where a design has one: between the log's entry of an
// order and the first answer, those whose order it is said to be are asked.
const (
	KindPending   byte = 78 + iota // trustee to court and second judge: record, hash of the order
	KindObjection                  // court, second judge or trustee to a trustee: record, by, signature
)

// ObjectionPackets lists them.
func ObjectionPackets() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindPending, Name: "order that waits"},
		{Kind: KindObjection, Name: "objection to an order"},
	}
}

// Pending tells the court and the second judge of an order that is about to be answered. It
// names the log's record and a hash, and so nobody whom the order is about.
func Pending(record, order []byte) []byte {
	hash := sha256.Sum256(order)
	return world.Pack(KindPending, record, hash[:])
}

// An Objection is somebody's word against an order that waits.
type Objection struct {
	Record    []byte // of the order, in the log
	By        string // who objects
	Signature []byte
}

// Object gives the data of a KindObjection packet.
func Object(record []byte, by string, key ed25519.PrivateKey) []byte {
	return world.Pack(KindObjection, record, []byte(by), ed25519.Sign(key, objected(record, by)))
}

// ParseObjection decodes [Object]. The signature is not checked.
func ParseObjection(data []byte) (*Objection, error) {
	f, err := world.Unpack(data, KindObjection, 3)
	if err != nil {
		return nil, fmt.Errorf("objection: %w", err)
	}
	if len(f[2]) != ed25519.SignatureSize {
		return nil, errors.New("objection: not signed")
	}
	return &Objection{f[0], string(f[1]), f[2]}, nil
}

// SignedBy tells whether the objection is signed with a key.
func (o *Objection) SignedBy(key ed25519.PublicKey) bool {
	return len(key) == ed25519.PublicKeySize &&
		ed25519.Verify(key, objected(o.Record, o.By), o.Signature)
}

// objected is what somebody signs who objects. The label keeps it from passing as anything else.
func objected(record []byte, by string) []byte {
	return append([]byte("doormat objection v1\x00"), world.Pack(KindObjection, record, []byte(by))...)
}

// examine objects to an order that waits and is not on this court's docket: somebody else has
// signed it with the court's key.
func (c *Court) examine(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindPending, 2)
	if err != nil || c.docket[string(f[0])] {
		return nil
	}
	return []world.Packet{
		{From: world.Court, To: p.From, Data: Object(f[0], c.Name(), c.key)},
		world.Warn(world.Court, "objected to an order that it has not signed: somebody has its key"),
	}
}

// examine objects to an order that waits and that this judge has not signed.
func (j *Judge) examine(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindPending, 2)
	if err != nil || len(f[1]) != sha256.Size || j.signed[[32]byte(f[1])] {
		return nil
	}
	return []world.Packet{
		{From: JudgeName, To: p.From, Data: Object(f[0], JudgeName, j.key)},
		world.Warn(JudgeName, "objected to an order that it has not signed: somebody has its key"),
	}
}
