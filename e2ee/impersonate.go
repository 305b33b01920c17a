package e2ee

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/senderkey"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Names of the making rules by which whoever copied a phone writes as somebody whose
// identity key is not needed.
const (
	StartSessionAs = "start a session as somebody else"
	WriteToGroup   = "write to a group"
)

func impersonationRules(envelope func(random io.Reader, more []world.Fact) (wire.Envelope, error), more world.Kind) []world.Rule {
	kinds := func(k ...world.Kind) []world.Kind { return k }
	return []world.Rule{
		{Name: StartSessionAs,
			Doc: "Whoever copied somebody's signed prekey can start a session with that person " +
				"under anybody's identity (key-compromise impersonation): the arguments are the " +
				"stolen keys, a bundle of whom to be, and one of whom to write to.",
			Takes: kinds(wire.DeviceKeys, wire.Bundle, wire.Bundle), Gives: kinds(OwnSession), Apply: startSessionAs},
		{Name: WriteToGroup,
			Doc: "Whoever copied somebody's own sender key can write to the group in that name, " +
				"dated like another message: members check the sender key's signature and " +
				"nothing else.",
			Takes: kinds(wire.OwnSenderKey, wire.GroupView, world.Metadata), All: more, Gives: kinds(world.Outgoing),
			Apply: func(in world.Input) ([]world.Derived, error) { return writeToGroup(in, envelope) }},
	}
}

func startSessionAs(in world.Input) ([]world.Derived, error) {
	stolen, err1 := parseKeyStore(in.Facts[0].Data)
	as, err2 := pqxdh.ParseBundle(in.Facts[1].Data)
	to, err3 := pqxdh.ParseBundle(in.Facts[2].Data)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(stolen.signed, func(p *pqxdh.SignedPrekey) bool { return p.ID() == to.Signed.ID })
	if i < 0 {
		return nil, fmt.Errorf("signed prekey %d was not there when the phone was copied", to.Signed.ID)
	}
	random := stream(in)
	agreed, m, err := pqxdh.InitiateAs(random, as, stolen.signed[i], to)
	if err != nil {
		return nil, err
	}
	state, err := ratchet.NewInitiator(random, agreed.Secret, to.Signed.Key)
	if err != nil {
		return nil, err
	}
	initial := m.Bytes()
	s := &session{own: in.Facts[1].Ref, peer: in.Facts[2].Ref, identity: to.Identity, state: state,
		ad: digest(agreed.AssociatedData), id: sessionID(initial), initial: initial}
	return world.Conclude(s.ownFact()), nil
}

func writeToGroup(in world.Input, envelope func(io.Reader, []world.Fact) (wire.Envelope, error)) ([]world.Derived, error) {
	group, sender, given, err := parseOwnChain(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	view, err := world.Unpack(in.Facts[1].Data, viewTag, 4)
	if err != nil {
		return nil, err
	}
	members, err := world.ParseStrings(view[0])
	if err != nil {
		return nil, err
	}
	author := slices.DeleteFunc(slices.Clone(members), func(a string) bool { return given[a] != nil })
	if len(author) != 1 || in.Facts[1].Ref != group {
		return nil, errors.New("the sender key is not with all other members of the group")
	}
	m, err := world.ParseMeta(in.Facts[2].Data)
	if err != nil {
		return nil, err
	}
	m.ID, m.From, m.To, m.Group = hexOf(in.Random[32:48]), author[0], others(members, author[0]), group
	around, err := envelope(stream(in), in.Facts[3:])
	if err != nil {
		return nil, err
	}
	secret, public, err := around.Seal(m, (&wire.Content{Body: in.Text}).Encode())
	if err != nil {
		return nil, err
	}
	sealed, err := sender.Seal(secret, wire.Associated(wire.GroupData(group), wire.OpenHash(m, public, nil)))
	if err != nil {
		return nil, err
	}
	var out []world.Fact
	for _, to := range m.To {
		d := &wire.Delivery{Meta: m, Public: public, Group: sealed, Part: wire.Part{To: to, Identity: given[to]}}
		out = append(out, outgoingFact(m.ID+"→"+to,
			world.Packet{From: world.Provider, To: world.DeviceOf(to), Data: d.Encode()}, m))
	}
	return world.Conclude(out...), nil
}

// parseOwnChain reads an own sender key: its group, the key, and who has it.
func parseOwnChain(data []byte) (group string, sender *senderkey.Sender, given map[string][]byte, err error) {
	f, err := world.Unpack(data, ownChainTag, 3)
	if err != nil {
		return "", nil, nil, err
	}
	if sender, err = senderkey.UnmarshalSender(f[1]); err != nil {
		return "", nil, nil, err
	}
	list, err := world.UnpackList(f[2], 0)
	if err != nil {
		return "", nil, nil, err
	}
	given = map[string][]byte{}
	for _, item := range list {
		g, err := world.Unpack(item, givenTag, 2)
		if err != nil {
			return "", nil, nil, err
		}
		given[string(g[0])] = g[1]
	}
	return string(f[0]), sender, given, nil
}
