package law

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"doormat/world"
)

// Names of the making rules, which scripts apply by name.
const (
	SignOrder     = "sign an order"
	PresentOrder  = "present an order"
	AskAtOnce     = "ask in an emergency"
	ApplyFor      = "apply for an order"
	MakeAgencyKey = "make an agency key"
)

// MakingRules publishes what holders of the keys of court and agency, or of an order, can build,
// in every design: whoever answers orders checks signatures, wherever an order comes from.
func MakingRules() []world.Rule {
	return []world.Rule{
		{Name: SignOrder,
			Doc: "The keys of a court and of an agency sign an order for the accounts in text, one a " +
				"line, of all times, in force for as long as orders may be, and the record for the log.",
			Takes: []world.Kind{CourtKey, AgencyKey}, Gives: []world.Kind{OrderFact, world.Outgoing},
			Make: true, Text: world.TextAccount, Apply: signOrder},
		{Name: MakeAgencyKey,
			Doc:   "Anybody can make a key such as agencies have. It is registered with nobody.",
			Gives: []world.Kind{AgencyKey}, Make: true, Apply: makeAgencyKey},
		{Name: PresentOrder,
			Doc: "Whoever speaks as the agency can present a signed order to the provider, which " +
				"checks the signatures and hands over what it has.",
			Takes: []world.Kind{OrderFact}, Gives: []world.Kind{world.Outgoing}, Make: true,
			Apply: presentOrder},
		{Name: AskAtOnce,
			Doc: "Whoever speaks as the agency and has its key can ask the provider for what it has " +
				"of the accounts in text, one a line, and say that a life is in danger: no court " +
				"signs that.",
			Takes: []world.Kind{AgencyKey}, Gives: []world.Kind{world.Outgoing}, Make: true,
			Text: world.TextAccount, Apply: AskAtOnceOf(world.Provider)},
		{Name: ApplyFor,
			Doc: "Whoever speaks as the agency and has its key can apply to the court for an order " +
				"for the accounts in text, one a line, of all times. The grounds are a story, and no " +
				"program reads it.",
			Takes: []world.Kind{AgencyKey}, Gives: []world.Kind{world.Outgoing}, Make: true,
			Text: world.TextAccount, Apply: applyFor},
	}
}

// always is the end of the window that a forger writes.
var always = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// ForgeOrder signs as a court and an agency do, with whatever keys it is given, and makes the
// record for the log.
func ForgeOrder(in world.Input, court ed25519.PrivateKey, agency *ecdh.PrivateKey) Signed {
	return forgeOrder(in, 1, court, agency)
}

func forgeOrder(in world.Input, number int, court ed25519.PrivateKey, agency *ecdh.PrivateKey) Signed {
	order := forged("case 7", in, agency)
	order.Court = number
	s := Signed{Order: order, Bytes: Sign(Apply(order, SigningKey(agency.Bytes())), court),
		Nonce: in.Random[32:64]}
	s.Record = Record(s.Bytes, s.Nonce, court)
	return s
}

// forged is an order for the accounts in text, of all times, that is valid for as long as orders
// may be.
func forged(name string, in world.Input, agency *ecdh.PrivateKey) Order {
	return Order{Case: name, Accounts: strings.Split(string(in.Text), "\n"),
		From: time.Unix(0, 0).UTC(), Until: always, Expiry: in.Now.Add(MaxValidity),
		Agency: agency.PublicKey().Bytes()}
}

func signOrder(in world.Input) ([]world.Derived, error) {
	if len(in.Facts[0].Data) != ed25519.SeedSize {
		return nil, errors.New("not a court's key")
	}
	agency, err := ecdh.X25519().NewPrivateKey(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	number := 1
	if before, _, several := strings.Cut(in.Facts[0].Ref, "/"); several { // see [Court.Holdings]
		if number, err = strconv.Atoi(before); err != nil || number > world.MaxCourts {
			return nil, errors.New("not a court's key")
		}
	}
	s := forgeOrder(in, number, ed25519.NewKeyFromSeed(in.Facts[0].Data), agency)
	p := world.Packet{From: world.Outsider, To: world.Log, Data: world.Pack(KindAppend, s.Record)}
	return world.Conclude(s.Fact(),
		world.Fact{Kind: world.Outgoing, Ref: "order", Data: p.Encode(always)}), nil
}

func makeAgencyKey(in world.Input) ([]world.Derived, error) {
	agency, err := ecdh.X25519().NewPrivateKey(in.Random[:32])
	if err != nil {
		return nil, err
	}
	return world.Conclude(AgencyKeyFact(agency)), nil
}

// AgencyKeyFact states that somebody has an agency's key.
func AgencyKeyFact(key *ecdh.PrivateKey) world.Fact {
	return world.Fact{Kind: AgencyKey, Ref: hex.EncodeToString(key.PublicKey().Bytes()),
		Data: key.Bytes()}
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

func applyFor(in world.Input) ([]world.Derived, error) {
	agency, err := ecdh.X25519().NewPrivateKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	application := Apply(forged("case 8", in, agency), SigningKey(agency.Bytes()))
	p := world.Packet{From: world.Agency, To: world.Court, Data: world.Pack(KindApply, application)}
	return world.Conclude(
		world.Fact{Kind: world.Outgoing, Ref: world.Court, Data: p.Encode(always)}), nil
}

// AskAtOnceOf is the function of a rule by which an agency's key asks somebody in an emergency.
func AskAtOnceOf(whom string) func(world.Input) ([]world.Derived, error) {
	return func(in world.Input) ([]world.Derived, error) {
		agency, err := ecdh.X25519().NewPrivateKey(in.Facts[0].Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(urgentTo(whom, in, agency)), nil
	}
}

func urgentTo(whom string, in world.Input, agency *ecdh.PrivateKey) world.Fact {
	order := forged("emergency", in, agency)
	order.Expiry = in.Now.Add(MaxUrgency)
	p := world.Packet{From: world.Agency, To: whom,
		Data: world.Pack(KindEmergency, ApplyAtOnce(order, SigningKey(agency.Bytes())))}
	return world.Fact{Kind: world.Outgoing, Ref: whom, Data: p.Encode(always)}
}
