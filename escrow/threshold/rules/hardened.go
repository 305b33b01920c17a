package rules

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"

	"doormat/e2ee/wire"
	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
)

// Names of the making rules about hardware and a second judge.
const (
	AskHardware   = "ask a trustee's hardware"
	SecondSign    = "sign as the second judge"
	AskWithSecond = "ask a trustee with both signatures"
)

// Hardened lists the rules about hardware nodes and a second judge.
func Hardened() []world.Rule {
	return []world.Rule{
		{Name: "read the link to a hardware node",
			Doc: "The link between a trustee's machine and its hardware is authenticated and not encrypted: it shows " +
				"orders on the way in, and sealed answers on the way out.",
			Takes: kinds(world.Observed), Gives: kinds(request.Answer, law.OrderFact), Apply: readLink},
		{Name: "read the papers of a second judge",
			Doc:   "An order travels in the clear to the second judge, and so does whom it names.",
			Takes: kinds(world.Observed), Gives: kinds(law.OrderFact, request.Second), Apply: readSecondPapers},
		{Name: AskHardware, Make: true,
			Doc: "Who has the credential of a trustee's machine can ask its hardware to open envelopes, for a key of its " +
				"own. Text names to whom the answer goes. Hardware that checks orders itself does not answer.",
			Takes: kinds(request.Credential, law.AgencyKey), All: wire.Envelopes, Gives: kinds(world.Outgoing), Apply: askHardware},
		{Name: SecondSign, Make: true, Doc: "The second judge's key signs an order.",
			Takes: kinds(law.OrderFact, request.JudgeKey), Gives: kinds(request.Second), Apply: secondSign},
		{Name: AskWithSecond, Make: true,
			Doc: "Whoever holds an order and a second judge's signature under it can ask a trustee about envelopes; text " +
				"names the asker and the trustee.",
			Takes: kinds(law.OrderFact, request.Second), All: wire.Envelopes, Gives: kinds(world.Outgoing), Apply: askWithSecond},
	}
}

func readLink(in world.Input) ([]world.Derived, error) {
	p, _, err := world.ParsePacket(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	switch p.Kind() {
	case request.KindRelay:
		f, err := request.ReadLink(p.Data, request.KindRelay, 3)
		if err != nil {
			return nil, err
		}
		if inner := (world.Packet{Data: f[1]}); inner.Kind() == request.KindRequest {
			return readRequest(f[1])
		}
	case request.KindSpeak:
		f, err := request.ReadLink(p.Data, request.KindSpeak, 2)
		if err != nil {
			return nil, err
		}
		packets, err := request.ParsePackets(f[0])
		if err != nil {
			return nil, err
		}
		var out []world.Derived
		for _, inner := range packets {
			if inner.Kind() == request.KindAnswer {
				found, err := readAnswerPacket(inner.Data)
				if err != nil {
					return nil, err
				}
				out = append(out, found...)
			}
		}
		return out, nil
	}
	return nil, errors.New("no order and no answer in this packet")
}

func readSecondPapers(in world.Input) ([]world.Derived, error) {
	p, _, err := world.ParsePacket(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	f, err := world.UnpackList(p.Data, p.Kind())
	if err != nil {
		return nil, err
	}
	switch {
	case p.Kind() == request.KindSecond && len(f) == 1, p.Kind() == request.KindSeconded && len(f) == 2:
	default:
		return nil, errors.New("nothing of a second judge in this packet")
	}
	s, err := law.ParseSigned(world.Pack(law.KindSigned, f[0], nil, nil, nil))
	if err != nil {
		return nil, err
	}
	facts := []world.Fact{s.Fact()}
	if len(f) == 2 {
		facts = append(facts, secondFact(f[0], f[1]))
	}
	return world.Conclude(facts...), nil
}

func secondFact(order, signature []byte) world.Fact {
	return world.Fact{Kind: request.Second, Ref: "order", Data: world.Pack(0, order, signature)}
}

// itemsOf reads the escrow fields of envelopes.
func itemsOf(envelopes []world.Fact) ([]*request.Item, error) {
	var items []*request.Item
	for _, f := range envelopes {
		i, err := request.NewItem(f.Data)
		if err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	return items, nil
}

func askHardware(in world.Input) ([]world.Derived, error) {
	trustee := in.Facts[0].Ref
	agency, err := ecdh.X25519().NewPrivateKey(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	items, err := itemsOf(in.Facts[2:])
	if err != nil {
		return nil, err
	}
	q := &request.Question{Asker: string(in.Text), Agency: agency.PublicKey().Bytes(), Info: request.Info(trustee, nil, items), Items: items}
	p := world.Packet{From: trustee, To: request.HardwareOf(trustee), Data: q.Encode(in.Facts[0].Data)}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: p.To, Data: p.Encode(always)}), nil
}

func secondSign(in world.Input) ([]world.Derived, error) {
	s, err := law.ParseSigned(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	if len(in.Facts[1].Data) != ed25519.SeedSize {
		return nil, errors.New("not a judge's key")
	}
	signature := request.SignSecond(s.Bytes, ed25519.NewKeyFromSeed(in.Facts[1].Data))
	return world.Conclude(secondFact(s.Bytes, signature)), nil
}

func askWithSecond(in world.Input) ([]world.Derived, error) {
	from, to, ok := strings.Cut(string(in.Text), " ")
	if !ok {
		return nil, fmt.Errorf("rule %q: text %q: want the asker and the trustee", AskWithSecond, in.Text)
	}
	second, err := world.Unpack(in.Facts[1].Data, 0, 2)
	if err != nil {
		return nil, err
	}
	items, err := itemsOf(in.Facts[2:])
	if err != nil {
		return nil, err
	}
	p := world.Packet{From: from, To: to, Data: request.Encode(in.Facts[0].Data, items, second[1])}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: to, Data: p.Encode(always)}), nil
}
