package law

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"fmt"

	"doormat/world"
)

// OrderTarget is that somebody is under order: Ref is the account, Data the
// [Order] as encoded.
const OrderTarget world.Kind = "order target"

// Rules publishes how the papers of lawful process are read, for every design:
// links are not encrypted, so a wiretap learns whom an order names.
func Rules() []world.Rule {
	return []world.Rule{
		{Name: "read the papers of an order",
			Doc:   "Applications and signed orders travel in the clear, and so does whom they name.",
			Takes: []world.Kind{world.Observed}, Gives: []world.Kind{OrderTarget, OrderFact},
			Apply: world.FromPacket(readPapers)},
		{Name: "read an order", Doc: "An order says who is under it and for which time.",
			Takes: []world.Kind{OrderFact}, Gives: []world.Kind{OrderTarget}, Apply: readOrder},
		{Name: "find the agency's public key",
			Doc:   "An order names the X25519 key that answers are sealed to.",
			Takes: []world.Kind{OrderFact}, Gives: []world.Kind{world.PublicKey},
			Apply: publicAgencyKey},
		{Name: "use an agency's private key",
			Doc:   "The private half of an agency's key opens what was sealed to it.",
			Takes: []world.Kind{world.PublicKey, world.PrivateKey}, Gives: []world.Kind{AgencyKey},
			Apply: useAgencyKey},
	}
}

func readPapers(p world.Packet) ([]world.Derived, error) {
	switch p.Kind() {
	case KindSigned:
		s, err := ParseSigned(p.Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(s.Fact()), nil
	case KindProduce, KindCompel:
		f, err := world.Unpack(p.Data, p.Kind(), 1)
		if err != nil {
			return nil, err
		}
		return Targets(f[0])
	case KindPublished:
		f, err := world.Unpack(p.Data, KindPublished, 3)
		if err != nil {
			return nil, err
		}
		return Targets(f[0])
	case KindApply, KindEmergency:
		f, err := world.Unpack(p.Data, p.Kind(), 1)
		if err != nil {
			return nil, err
		}
		o, err := ParseApplication(f[0])
		if err != nil {
			return nil, err
		}
		return targets(o.Encode())
	}
	return nil, errors.New("no order in this packet")
}

func readOrder(in world.Input) ([]world.Derived, error) {
	s, err := ParseSigned(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return targets(s.Order.Encode())
}

// Targets concludes whom a signed order names, for rules that read one from a packet
// of a design's own.
func Targets(signed []byte) ([]world.Derived, error) {
	o, err := ParseOrderIn(signed)
	if err != nil {
		return nil, fmt.Errorf("law: %w", err)
	}
	return targets(o.Encode())
}

func targets(order []byte) ([]world.Derived, error) {
	o, err := ParseOrder(order)
	if err != nil {
		return nil, err
	}
	var out []world.Fact
	for _, account := range o.Accounts {
		out = append(out, world.Fact{Kind: OrderTarget, Ref: account, Data: order})
	}
	return world.Conclude(out...), nil
}

func publicAgencyKey(in world.Input) ([]world.Derived, error) {
	s, err := ParseSigned(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.SeenKey{Kind: "X25519", Public: s.Order.Agency,
		Owner: world.Agency}.Fact()), nil
}

func useAgencyKey(in world.Input) ([]world.Derived, error) {
	k, err := world.ParseSeenKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	key, err := ecdh.X25519().NewPrivateKey(in.Facts[1].Data)
	if err != nil || k.Owner != world.Agency || !bytes.Equal(key.PublicKey().Bytes(), k.Public) {
		return nil, errors.New("not the private half of an agency's key")
	}
	return world.Conclude(AgencyKeyFact(key)), nil
}
