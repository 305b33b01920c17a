package rules

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Names of the making rules by which whoever copied a phone writes as somebody whose
// identity key is not needed.
const (
	StartSessionAs = "start a session as somebody else"
	WriteToGroup   = "write to a group"
)

func impersonationRules(envelope Enveloper, more world.Kind) []world.Rule {
	return []world.Rule{
		{Name: StartSessionAs,
			Doc: "Whoever copied somebody's signed prekey can start a session with that person " +
				"under anybody's identity (key-compromise impersonation): the arguments are the " +
				"stolen keys, a bundle of whom to be, and one of whom to write to.",
			Takes: kinds(wire.DeviceKeys, wire.Bundle, wire.Bundle), Gives: kinds(OwnSession),
			Poses: true,
			Apply: startSessionAs},
		{Name: WriteToGroup,
			Doc: "Whoever copied somebody's own sender key can write to the group in that name, " +
				"dated like another message: members check the sender key's signature and " +
				"nothing else.",
			Takes: kinds(wire.OwnSenderKey, wire.GroupView, world.Metadata), All: more,
			Text:  world.TextMessage,
			Gives: kinds(world.Outgoing),
			Apply: func(in world.Input) ([]world.Derived, error) {
				return writeToGroup(in, envelope)
			}},
	}
}

func startSessionAs(in world.Input) ([]world.Derived, error) {
	as, err1 := pqxdh.ParseBundle(in.Facts[1].Data)
	to, err2 := pqxdh.ParseBundle(in.Facts[2].Data)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	stolen, err := store.PartOf(in.Facts[0].Data, to.Signed.ID, 0, 0)
	if err != nil {
		return nil, err
	}
	if len(stolen.Signed) == 0 {
		return nil, fmt.Errorf("signed prekey %d was not there when the phone was copied",
			to.Signed.ID)
	}
	random := stream(in)
	agreed, m, err := pqxdh.InitiateAs(random, as, stolen.Signed[0], to)
	if err != nil {
		return nil, err
	}
	s, err := store.NewSession(random, in.Facts[1].Ref, in.Facts[2].Ref, agreed, m, to, nil)
	if err != nil {
		return nil, err
	}
	return world.Conclude(ownFact(s)), nil
}

func writeToGroup(in world.Input, envelope Enveloper) ([]world.Derived, error) {
	group, own, err := store.ParseOwnSenderKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	members, err := store.ParseView(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	author := slices.DeleteFunc(slices.Clone(members),
		func(a string) bool { return own.Given[a] != nil })
	if len(author) != 1 || in.Facts[1].Ref != group {
		return nil, errors.New("the sender key is not with all other members of the group")
	}
	m, err := world.ParseMeta(in.Facts[2].Data)
	if err != nil {
		return nil, err
	}
	m.ID, m.From, m.To, m.Group = hex.EncodeToString(in.Random[32:48]), author[0],
		othersThan(author[0], members), group
	secret, public, err := envelope.seal(in, in.Facts[3:], m, &wire.Content{Body: in.Text})
	if err != nil {
		return nil, err
	}
	sealed, err := own.Sender.Seal(secret, wire.Associated(wire.GroupData(group),
		wire.OpenHash(m, public, nil)))
	if err != nil {
		return nil, err
	}
	var out []world.Fact
	for _, to := range m.To {
		d := &wire.Delivery{Meta: m, Public: public, Group: sealed,
			Part: wire.Part{To: to, Identity: own.Given[to]}}
		out = append(out, outgoingFact(m.ID+"→"+to,
			world.Packet{From: world.Provider, To: world.DeviceOf(to), Data: d.Encode()}, m))
	}
	return world.Conclude(out...), nil
}

// othersThan sorts accounts, each once, without one.
func othersThan(without string, accounts []string) []string {
	list := slices.Compact(slices.Sorted(slices.Values(accounts)))
	return slices.DeleteFunc(list, func(a string) bool { return a == without })
}
