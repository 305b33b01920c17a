package ghost

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"errors"
	"strings"
	"time"

	"doormat/e2ee/copies"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// Kinds of facts.
const (
	MinisterKey  world.Kind = "minister's key" // Ed25519 seed, 32 bytes; Ref its public key in hexadecimal
	Warrant      world.Kind = "warrant"        // an order with both signatures, or what looks like one; Ref "warrant"
	SilentDevice world.Kind = "silent device"  // a warrant, on a phone or with the provider; Ref the account
	SilentCopy   world.Kind = "silent copy"    // Ref the key that it is sealed to, in hexadecimal
)

// Names of the making rules, which scripts apply by name.
const (
	Countersign   = "countersign a warrant"
	MakeUpWarrant = "make up a warrant"
	AddDevice     = "add a silent device"
)

func ownRules() []world.Rule {
	kinds := func(k ...world.Kind) []world.Kind { return k }
	return []world.Rule{
		{Name: "read the papers of a warrant",
			Doc: "Warrants travel in the clear, to minister, provider and every phone, and so " +
				"does whom they name.",
			Takes: kinds(world.Observed), Gives: kinds(law.OrderTarget),
			Apply: world.FromPacket(readPapers)},
		{Name: "read who has a silent device",
			Doc:   "Every client that has been told to make copies knows of whose messages.",
			Takes: kinds(SilentDevice), Gives: kinds(law.OrderTarget), Apply: readSilentDevice},
		{Name: "read a silent copy", Doc: "A copy shows who wrote to whom and when, and to which " +
			"key it is sealed.",
			Takes: kinds(world.Observed), Gives: kinds(SilentCopy, world.Metadata),
			Apply: world.FromPacket(readCopy)},
		{Name: "open a silent copy",
			Doc: "The private key of the silent device opens the copies that were sealed to it " +
				"(HPKE, RFC 9180).",
			Takes: kinds(SilentCopy, law.AgencyKey), Gives: kinds(wire.Contents), Apply: copies.Opening(use)},
		{Name: Countersign, Make: true,
			Doc:   "The minister's key makes a warrant of an order that a court has signed.",
			Takes: kinds(law.OrderFact, MinisterKey), Gives: kinds(Warrant), Apply: countersign},
		{Name: MakeUpWarrant, Make: true,
			Doc: "Anybody can write what looks like a warrant for the accounts in text, one a " +
				"line, of all times, to a key of the adversary's own. None of the signatures is good.",
			Gives: kinds(Warrant, law.AgencyKey), Text: world.TextAccount, Apply: makeUpWarrant},
		{Name: AddDevice, Make: true,
			Doc:   "A provider can tell the devices named in text, one a line, of a silent one.",
			Takes: kinds(Warrant), Gives: kinds(world.Outgoing), Text: world.TextAddress, Apply: addDevice},
	}
}

func readPapers(p world.Packet) ([]world.Derived, error) {
	f, err := world.Unpack(p.Data, p.Kind(), 1)
	if err != nil {
		return nil, err
	}
	switch p.Kind() {
	case KindSignOff:
		return law.Targets(f[0])
	case KindSignedOff, KindInstruct, KindAdd:
		w, err := parseWarrant(f[0])
		if err != nil {
			return nil, err
		}
		return law.Targets(w.signed)
	}
	return nil, errors.New("no warrant in this packet")
}

func readSilentDevice(in world.Input) ([]world.Derived, error) {
	w, err := parseWarrant(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return law.Targets(w.signed)
}

func readCopy(p world.Packet) ([]world.Derived, error) {
	if p.Kind() != KindCopy && p.Kind() != KindPassed {
		return nil, errors.New("no silent copy in this packet")
	}
	f, err := world.Unpack(p.Data, p.Kind(), 1)
	if err != nil {
		return nil, err
	}
	return copies.Conclude(SilentCopy, f[0])
}

func countersign(in world.Input) ([]world.Derived, error) {
	s, err := law.ParseSigned(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	if len(in.Facts[1].Data) != ed25519.SeedSize {
		return nil, errors.New("not a minister's key")
	}
	key := ed25519.NewKeyFromSeed(in.Facts[1].Data)
	w := warrant{s.Order, s.Bytes, ed25519.Sign(key, approved(s.Bytes))}
	return world.Conclude(world.Fact{Kind: Warrant, Ref: "warrant", Data: w.encode()}), nil
}

func makeUpWarrant(in world.Input) ([]world.Derived, error) {
	nobody := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) // no court has this key
	agency, err := ecdh.X25519().NewPrivateKey(in.Random[:32])       // nor any agency this one
	if err != nil {
		return nil, err
	}
	in.Now = always // whoever checks nothing looks at no validity either
	s := law.ForgeOrder(in, nobody, agency)
	w := warrant{s.Order, s.Bytes, make([]byte, ed25519.SignatureSize)}
	return world.Conclude(world.Fact{Kind: Warrant, Ref: "warrant", Data: w.encode()},
		law.AgencyKeyFact(agency)), nil
}

// always is the time of packets that are not dated like a message.
var always = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

func addDevice(in world.Input) ([]world.Derived, error) {
	w, err := parseWarrant(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	var facts []world.Fact
	for device := range strings.SplitSeq(string(in.Text), "\n") {
		facts = append(facts, world.Fact{Kind: world.Outgoing, Ref: device,
			Data: addPacket(device, w).Encode(always)})
	}
	return world.Conclude(facts...), nil
}
