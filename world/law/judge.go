package law

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"doormat/world"
)

// Kinds of packets by which a second judge is asked to sign, where a design has one.
const (
	KindSecond   byte = 76 + iota // court to judge: signed order
	KindSeconded                  // judge to court: the same, the judge's signature
)

// JudgeName is the principal that signs orders beside the court.
const JudgeName = "judge"

// JudgeKey is the kind of its key: an Ed25519 seed, 32 bytes; Ref its public key in hexadecimal.
const JudgeKey world.Kind = "judge's key"

// SignNothing is the program of a judge who refuses every order. It is a judge's right; a program
// it is because a judge who is not asked to refuse signs.
const SignNothing = "sign nothing"

// SecondSign is the making rule by which the judge's key signs.
const SecondSign = "sign as the second judge"

// JudgePackets lists the kinds of packets between a court and a second judge.
func JudgePackets() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindSecond, Name: "order for a second judge"},
		{Kind: KindSeconded, Name: "second signature"},
	}
}

// A Judge signs what a court has signed, before the court releases it. How good its judgement
// is, no protocol can show: it looks at what everybody looks at who has the [Register]. TestSecondJudge
// shows what is released and what is not.
type Judge struct {
	key      ed25519.PrivateKey
	register *Register
	refuses  bool
	signed   map[[32]byte]bool // hashes of the orders that it has signed
}

// NewJudge makes a second judge with a key of its own.
func NewJudge(random io.Reader, register *Register) (*Judge, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	return &Judge{key: ed25519.NewKeyFromSeed(seed), register: register,
		signed: map[[32]byte]bool{}}, nil
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
	if p.Kind() == KindPending {
		return j.examine(p)
	}
	if world.KindOf(p.From) != world.Court || p.Kind() != KindSecond || j.refuses {
		return nil
	}
	f, err := world.Unpack(p.Data, KindSecond, 1)
	if err != nil {
		return nil
	}
	if _, err := j.register.Verify(f[0], now); err != nil {
		return []world.Packet{world.Warn(JudgeName, "refused an order: "+err.Error())}
	}
	j.signed[sha256.Sum256(f[0])] = true
	return []world.Packet{{From: JudgeName, To: p.From,
		Data: world.Pack(KindSeconded, f[0], ed25519.Sign(j.key, seconded(f[0])))}}
}

// Reprogram implements [world.Reprogrammable].
func (j *Judge) Reprogram(program string, _ []byte) error {
	if program != SignNothing {
		return fmt.Errorf("judge: no program %q", program)
	}
	j.refuses = true
	return nil
}

var _ world.Reprogrammable = (*Judge)(nil)

// seconded is what a second judge signs. The label keeps it from passing as anything else.
func seconded(order []byte) []byte {
	return append([]byte("doormat second signature v1\x00"), order...)
}

// CheckSecond verifies that an order bears the second judge's signature as well.
func CheckSecond(s Signed, judge ed25519.PublicKey) error {
	switch {
	case len(s.Second) == 0:
		return errors.New("the order lacks the second judge's signature")
	case len(s.Second) != ed25519.SignatureSize || !ed25519.Verify(judge, seconded(s.Bytes), s.Second):
		return errors.New("the second signature is not the judge's")
	}
	return nil
}

// JudgeRules publishes how the papers of a second judge are read, and what its key makes, for
// designs that have one.
func JudgeRules() []world.Rule {
	return []world.Rule{
		{Name: "read the papers of a second judge",
			Doc:   "An order travels in the clear to the second judge, and so does whom it names.",
			Takes: []world.Kind{world.Observed}, Gives: []world.Kind{OrderFact},
			Apply: world.FromPacket(readSecondPapers)},
		{Name: SecondSign, Doc: "The second judge's key signs an order, as it is or with its evidence.",
			Takes: []world.Kind{OrderFact, JudgeKey}, Gives: []world.Kind{OrderFact}, Make: true,
			Apply: secondSign},
	}
}

func readSecondPapers(p world.Packet) ([]world.Derived, error) {
	var (
		f   [][]byte
		err error
	)
	switch p.Kind() {
	case KindSecond:
		f, err = world.Unpack(p.Data, KindSecond, 1)
	case KindSeconded:
		f, err = world.Unpack(p.Data, KindSeconded, 2)
	default:
		err = errors.New("nothing of a second judge in this packet")
	}
	if err != nil {
		return nil, err
	}
	s, err := ParseSigned(world.Pack(KindSigned, f[0], nil, nil, nil))
	if err != nil {
		return nil, err
	}
	if len(f) == 2 {
		s.Second = f[1]
	}
	return world.Conclude(s.Fact()), nil
}

func secondSign(in world.Input) ([]world.Derived, error) {
	s, err := ParseSigned(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	if len(in.Facts[1].Data) != ed25519.SeedSize {
		return nil, errors.New("not a judge's key")
	}
	s.Second = ed25519.Sign(ed25519.NewKeyFromSeed(in.Facts[1].Data), seconded(s.Bytes))
	return world.Conclude(s.Fact()), nil
}
