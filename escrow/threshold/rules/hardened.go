package rules

import (
	"crypto/ecdh"
	"errors"

	"doormat/e2ee/wire"
	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
)

// AskHardware is the making rule by which a trustee's machine uses its hardware.
const AskHardware = "ask a trustee's hardware"

// Hardened lists the rules about hardware nodes and a second judge.
func Hardened() []world.Rule {
	return append(law.JudgeRules(), []world.Rule{
		{Name: "read the link to a hardware node",
			Doc: "The link between a trustee's machine and its hardware is authenticated and not " +
				"encrypted: it shows orders on the way in, and sealed answers on the way out.",
			Takes: kinds(world.Observed), Gives: kinds(request.Answer, law.OrderFact),
			Apply: world.FromPacket(readLink)},
		{Name: "read what the machine of a trustee hands over",
			Doc:   "Where keys are in hardware, a machine with a false program sends its credential.",
			Takes: kinds(world.Observed), Gives: kinds(request.Credential),
			Apply: readHandedOver(kinds(request.Credential))},
		{Name: AskHardware, Make: true,
			Doc: "Who has the credential of a trustee's machine can ask its hardware to open envelopes, " +
				"for a key of its own. Text names to whom the answer goes. The credential ends with the " +
				"share epoch. Hardware that checks orders itself does not answer.",
			Takes: kinds(request.Credential, law.AgencyKey), All: wire.Envelopes,
			Gives: kinds(world.Outgoing), Text: world.TextAddress, Apply: askHardware},
	}...)
}

func readLink(p world.Packet) ([]world.Derived, error) {
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
		f, err := request.ReadLink(p.Data, request.KindSpeak, 4)
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

// ahead is how far a question of an adversary's skips: the machine may have sent more packets
// since its credential was copied.
const ahead = 1 << 20

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
	q := &request.Question{Asker: string(in.Text), Agency: agency.PublicKey().Bytes(),
		Info: request.Info(trustee, nil, items), Items: items}
	link, err := request.ParseLink(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	link.Sent += ahead
	p := world.Packet{From: trustee, To: request.HardwareOf(trustee), Data: q.Encode(link)}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: p.To, Data: p.Encode(always)}), nil
}
