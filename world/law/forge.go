package law

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"doormat/world"
)

// Names of the making rules, which scripts apply by name.
const (
	SignOrder    = "sign an order"
	PresentOrder = "present an order"
	AskAtOnce    = "ask in an emergency"
)

// MakingRules publishes what a holder of a court's key or of an order can build, in
// every design: providers check an order by its signature, wherever it comes from.
func MakingRules() []world.Rule {
	return []world.Rule{
		{Name: SignOrder,
			Doc: "The court's key signs an order for the accounts in text, one a line, of all " +
				"times, to an agency key of the adversary's own, and the record for the log.",
			Takes: []world.Kind{CourtKey},
			Gives: []world.Kind{OrderFact, AgencyKey, world.Outgoing},
			Make:  true, Apply: ForgeOrder},
		{Name: PresentOrder,
			Doc: "Whoever speaks as the agency can present a signed order to the provider, which " +
				"checks the court's signature and hands over what it has.",
			Takes: []world.Kind{OrderFact}, Gives: []world.Kind{world.Outgoing}, Make: true,
			Apply: presentOrder},
		{Name: AskAtOnce,
			Doc: "Whoever speaks as the agency can ask the provider for what it has of the " +
				"accounts in text, one a line, and say that a life is in danger: no court signs " +
				"that. What is sealed in the answer is sealed to a key of the adversary's own.",
			Gives: []world.Kind{world.Outgoing, AgencyKey}, Make: true, Apply: askAtOnce},
	}
}

// always is the scope and the validity that a forger writes.
var always = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// ForgeOrder signs with a key as a court does; who holds the court's is believed.
func ForgeOrder(in world.Input) ([]world.Derived, error) {
	if len(in.Facts[0].Data) != ed25519.SeedSize {
		return nil, errors.New("not a court's key")
	}
	court := ed25519.NewKeyFromSeed(in.Facts[0].Data)
	agency, err := ecdh.X25519().NewPrivateKey(in.Random[:32])
	if err != nil {
		return nil, err
	}
	public := agency.PublicKey().Bytes()
	order := Order{Case: "case 7", Accounts: strings.Split(string(in.Text), "\n"),
		From:  time.Unix(0, 0).UTC(),
		Until: always, Expiry: always, Agency: public}
	s := Signed{Order: order, Bytes: Sign(order, court), Nonce: in.Random[32:64]}
	s.Record = Record(s.Bytes, s.Nonce, court)
	p := world.Packet{From: world.Outsider, To: world.Log, Data: world.Pack(KindAppend, s.Record)}
	return world.Conclude(
		s.Fact(),
		world.Fact{Kind: AgencyKey, Ref: hex.EncodeToString(public), Data: agency.Bytes()},
		world.Fact{Kind: world.Outgoing, Ref: "order", Data: p.Encode(always)}), nil
}

func presentOrder(in world.Input) ([]world.Derived, error) {
	s, err := ParseSigned(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	p := world.Packet{From: world.Agency, To: world.Provider,
		Data: world.Pack(KindProduce, s.Bytes)}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: world.Provider,
		Data: p.Encode(always)}), nil
}

// askAtOnce gives the packet first, then the key to what is sealed in the answer.
func askAtOnce(in world.Input) ([]world.Derived, error) {
	agency, err := ecdh.X25519().NewPrivateKey(in.Random[:32])
	if err != nil {
		return nil, err
	}
	public := agency.PublicKey().Bytes()
	order := Order{Case: "emergency", Accounts: strings.Split(string(in.Text), "\n"),
		From: time.Unix(0, 0).UTC(), Until: always, Expiry: always, Agency: public}
	p := world.Packet{From: world.Agency, To: world.Provider,
		Data: world.Pack(KindEmergency, order.Encode())}
	return world.Conclude(
		world.Fact{Kind: world.Outgoing, Ref: world.Provider, Data: p.Encode(always)},
		world.Fact{Kind: AgencyKey, Ref: hex.EncodeToString(public), Data: agency.Bytes()}), nil
}
