package ghost

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

// Kinds of packets.
const (
	KindSignOff   byte = 144 + iota // agency to minister: signed order
	KindSignedOff                   // minister to agency: warrant
	KindInstruct                    // agency to provider: warrant
	KindAdd                         // provider to device: warrant
	KindCopy                        // device to provider: metadata, key of the agency, sealed content
	KindPassed                      // provider to agency: the same
)

func packetKinds() []world.PacketKind {
	return []world.PacketKind{
		{Kind: KindSignOff, Name: "warrant to sign"},
		{Kind: KindSignedOff, Name: "signed warrant"},
		{Kind: KindInstruct, Name: "warrant for the provider"},
		{Kind: KindAdd, Name: "silent device"},
		{Kind: KindCopy, Name: "silent copy"},
		{Kind: KindPassed, Name: "silent copy passed on"},
	}
}

// A warrant is an order of the court with the signature of a minister. The key of the silent
// device is the agency's, which the order names.
type warrant struct {
	order     law.Order
	signed    []byte // the order with the court's signature
	signature []byte // the minister's
}

const warrantTag = 'W'

func (w warrant) encode() []byte { return world.Pack(warrantTag, w.signed, w.signature) }

// parseWarrant decodes a warrant. It verifies nothing.
func parseWarrant(data []byte) (warrant, error) {
	f, err := world.Unpack(data, warrantTag, 2)
	if err != nil {
		return warrant{}, fmt.Errorf("warrant: %w", err)
	}
	order, err := law.ParseOrderIn(f[0])
	if err != nil {
		return warrant{}, fmt.Errorf("warrant: %w", err)
	}
	return warrant{order, f[0], f[1]}, nil
}

// end is until when copies are made under the warrant.
func (w warrant) end() time.Time {
	if w.order.Expiry.Before(w.order.Until) {
		return w.order.Expiry
	}
	return w.order.Until
}

// over reports whether nothing is to be copied under the warrant any more.
func (w warrant) over(now time.Time) bool { return now.After(w.end()) }

// approved is what a minister signs. The label keeps it from passing as anything else.
func approved(signedOrder []byte) []byte {
	return append([]byte("doormat warrant v1\x00"), signedOrder...)
}

// signers are the keys of those whose signatures a warrant needs.
type signers struct {
	register *law.Register // of courts and agencies
	minister ed25519.PublicKey
}

func newSigners(register *law.Register, minister ed25519.PublicKey) *signers {
	return &signers{register, minister}
}

// check verifies all signatures, and that the warrant is in force.
func (s *signers) check(w warrant, now time.Time) error {
	if _, err := s.register.Verify(w.signed, now); err != nil {
		return fmt.Errorf("warrant: %w", err)
	}
	if len(w.signature) != ed25519.SignatureSize ||
		!ed25519.Verify(s.minister, approved(w.signed), w.signature) {
		return errors.New("warrant: the second signature is not the minister's")
	}
	return nil
}

// minister signs what a court has signed, if it answers lawful process at all. How good its
// judgement is, no protocol can show.
type minister struct {
	key      ed25519.PrivateKey
	register *law.Register
	willing  bool
}

func newMinister(random io.Reader) (*minister, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("minister: %w", err)
	}
	return &minister{key: ed25519.NewKeyFromSeed(seed)}, nil
}

// Name implements [world.Node].
func (*minister) Name() string { return Minister }

// Holdings implements [world.Node].
func (m *minister) Holdings() []world.Fact {
	public := m.key.Public().(ed25519.PublicKey)
	return []world.Fact{{Kind: MinisterKey, Ref: hex.EncodeToString(public), Data: m.key.Seed()}}
}

// Handle implements [world.Node].
func (m *minister) Handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.Kind() == world.KindComply && p.From == world.Law:
		m.willing = true
	case p.Kind() == KindSignOff && world.KindOf(p.From) == world.Agency && m.willing:
		f, err := world.Unpack(p.Data, KindSignOff, 1)
		if err != nil {
			return nil
		}
		order, err := m.register.Verify(f[0], now)
		if errors.Is(err, law.ErrInjunction) {
			return nil
		}
		if err != nil {
			return []world.Packet{world.Warn(Minister, "refused a warrant: "+err.Error())}
		}
		w := warrant{order, f[0], ed25519.Sign(m.key, approved(f[0]))}
		return []world.Packet{{From: Minister, To: p.From,
			Data: world.Pack(KindSignedOff, w.encode())}}
	}
	return nil
}
