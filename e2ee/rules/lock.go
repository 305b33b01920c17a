package rules

import (
	"fmt"
	"slices"

	"doormat/e2ee/lock"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Names of rules: OpenStore decrypts a sealed store, GuessPasscode makes a packet that types a
// passcode.
const (
	OpenStore     = "open a sealed store"
	GuessPasscode = "guess a passcode"
)

// FoundBesides lets the rule that opens a sealed store among these give facts of more kinds:
// those that a design's extension keeps on devices.
func FoundBesides(rules []world.Rule, kinds ...world.Kind) []world.Rule {
	for i, r := range rules {
		if r.Name == OpenStore {
			found := append(slices.Clone(r.Gives), kinds...)
			rules[i].Gives, rules[i].Apply = found, openStore(found)
		}
	}
	return rules
}

// LockRules say how a locked device's bytes are read, on which these kinds of facts are found.
func LockRules(found ...world.Kind) []world.Rule {
	return []world.Rule{
		{Name: "search the passcode",
			Doc: "With the secret of a phone's secure element all passcodes can be tried, 10,000 " +
				"at most: nobody counts.",
			Takes: kinds(wire.SealedStore, wire.ElementKey), Gives: kinds(wire.StoreKey),
			Apply: searchPasscode},
		{Name: OpenStore, Doc: "The key that the passcode unwraps opens all that is on the phone.",
			Takes: kinds(wire.SealedStore, wire.StoreKey), Gives: found, Apply: openStore(found)},
	}
}

func searchPasscode(in world.Input) ([]world.Derived, error) {
	key, err := lock.Search(in.Facts[0], in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: wire.StoreKey, Ref: in.Facts[0].Ref, Data: key}), nil
}

// openStore decrypts a store. Who holds its key could have sealed anything: what no device
// holds is refused.
func openStore(found []world.Kind) func(world.Input) ([]world.Derived, error) {
	return func(in world.Input) ([]world.Derived, error) {
		facts, err := lock.Open(in.Facts[0], in.Facts[1].Data)
		if err != nil {
			return nil, err
		}
		for _, f := range facts {
			if !slices.Contains(found, f.Kind) {
				return nil, fmt.Errorf("sealed store: a fact of kind %q, which no device holds",
					f.Kind)
			}
		}
		return world.Conclude(facts...), nil
	}
}

// GuessRule is the making rule that types a passcode.
func GuessRule() world.Rule {
	return world.Rule{Name: GuessPasscode, Make: true,
		Doc:   "Whoever has a locked phone in hand can type a passcode (text).",
		Takes: kinds(wire.SealedStore), Gives: kinds(world.Outgoing), Text: world.TextGuess,
		Apply: guessPasscode}
}

// guessPasscode types text as the passcode of a phone that one has in hand.
func guessPasscode(in world.Input) ([]world.Derived, error) {
	wrapped, err := lock.Wrapped(in.Facts[0])
	if err != nil {
		return nil, err
	}
	p := world.Packet{From: world.Outsider, To: world.ElementOf(in.Facts[0].Ref),
		Data: world.Pack(wire.KindGuess, wrapped, in.Text)}
	return world.Conclude(outgoingFact(in.Facts[0].Ref, p, world.Meta{})), nil
}
