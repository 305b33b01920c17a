package request

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// Kinds of packets by which a second judge is asked to sign.
const (
	KindSecond   byte = 155 + iota // agency to judge: signed order
	KindSeconded                   // judge to agency: the same, the judge's signature
)

// JudgeName is the principal that signs orders beside the court.
const JudgeName = "judge"

// JudgeKey is the kind of its key: an Ed25519 seed, 32 bytes; Ref its public key in hexadecimal.
const JudgeKey world.Kind = "judge's key"

// Second is the kind of a second signature; Ref "order", data the signed order and the signature.
const Second world.Kind = "second signature"

// JudgePackets lists the kinds of packets between an agency and a second judge.
func JudgePackets() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindSecond, Name: "order for a second judge"},
		{Kind: KindSeconded, Name: "second signature"},
	}
}

// Judge signs what a court has signed. How good its judgement is, no protocol can show: it looks
// at the court's signature and at the date.
type Judge struct {
	key   ed25519.PrivateKey
	court ed25519.PublicKey
}

// NewJudge makes a second judge with a key of its own.
func NewJudge(random io.Reader, court ed25519.PublicKey) (*Judge, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	return &Judge{ed25519.NewKeyFromSeed(seed), court}, nil
}

// Public is the key under which its signature is verified.
func (j *Judge) Public() ed25519.PublicKey { return j.key.Public().(ed25519.PublicKey) }

// Name implements [world.Node].
func (*Judge) Name() string { return JudgeName }

// Holdings implements [world.Node].
func (j *Judge) Holdings() []world.Fact {
	return []world.Fact{{Kind: JudgeKey, Ref: hex.EncodeToString(j.Public()), Data: j.key.Seed()}}
}

// Handle implements [world.Node].
func (j *Judge) Handle(now time.Time, p world.Packet) []world.Packet {
	if p.From != world.Agency || p.Kind() != KindSecond {
		return nil
	}
	f, err := world.Unpack(p.Data, KindSecond, 1)
	if err != nil {
		return nil
	}
	if _, err := law.Verify(f[0], j.court, now); err != nil {
		return []world.Packet{world.Warn(JudgeName, "refused an order: "+err.Error())}
	}
	return []world.Packet{{From: JudgeName, To: p.From, Data: world.Pack(KindSeconded, f[0], SignSecond(f[0], j.key))}}
}

// SignSecond gives the second signature under a signed order.
func SignSecond(order []byte, judge ed25519.PrivateKey) []byte {
	return ed25519.Sign(judge, seconded(order))
}

// seconded is what a second judge signs. The label keeps it from passing as anything else.
func seconded(order []byte) []byte {
	return append([]byte("doormat second signature v1\x00"), order...)
}

// CheckSecond verifies that a request bears the second judge's signature under its order.
func CheckSecond(data []byte, s law.Signed, judge ed25519.PublicKey) error {
	f, err := world.Unpack(data, KindRequest, 3)
	if err != nil {
		return errors.New("the order lacks the second judge's signature")
	}
	if len(f[2]) != ed25519.SignatureSize || !ed25519.Verify(judge, seconded(s.Bytes), f[2]) {
		return errors.New("the second signature is not the judge's")
	}
	return nil
}
