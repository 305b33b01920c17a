package rules

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"errors"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// What a quantum computer is good for against messages that were recorded: it breaks
// X25519 and Ed25519, and every public key travels in the clear. It does not break
// ML-KEM-768, whose secret goes into the root of every session (PQXDH, section 3.3), so
// what hangs on that root stays closed. TestHarvest shows that this one secret is what
// keeps it closed.

// SolvedKey is the private half of a key in somebody's bundle, found from the public one.
const SolvedKey world.Kind = "solved key" // name of its kind, public and private half; Ref the account

// KeyKinds are those of devices, agencies and whatever signs, for every design that is
// built on such devices.
func KeyKinds() []world.KeyKind {
	return []world.KeyKind{
		{Name: "X25519", Drawn: 32, Private: asDrawn, Public: func(private []byte) ([]byte, error) {
			key, err := ecdh.X25519().NewPrivateKey(private)
			if err != nil {
				return nil, err
			}
			return key.PublicKey().Bytes(), nil
		}},
		{Name: "Ed25519", Drawn: ed25519.SeedSize, Private: asDrawn,
			Public: func(private []byte) ([]byte, error) {
				if len(private) != ed25519.SeedSize {
					return nil, errors.New("not an Ed25519 seed")
				}
				return ed25519.NewKeyFromSeed(private).Public().(ed25519.PublicKey), nil
			}},
	}
}

func asDrawn(drawn []byte) ([]byte, error) { return drawn, nil }

// quantumRules say where public keys are to be seen, and what their private halves make.
func quantumRules() []world.Rule {
	return []world.Rule{
		{Name: "find public keys in a bundle",
			Doc: "A bundle shows the identity, the signed prekey and a one-time prekey of its " +
				"owner. (Its ML-KEM key is none that a quantum computer breaks.)",
			Takes: kinds(wire.Bundle), Gives: kinds(world.PublicKey), Apply: keysOfBundle},
		{Name: "find public keys in an initial message",
			Doc:   "An initial message shows the identity of who begins, and the ephemeral key.",
			Takes: kinds(Initial), Gives: kinds(world.PublicKey), Apply: keysOfInitial},
		{Name: "find the ratchet key of a message",
			Doc:   "A ratchet header shows the sender's present ratchet key.",
			Takes: kinds(Turn), Gives: kinds(world.PublicKey), Apply: ratchetKey},
		UsePrivateKey(),
		{Name: "put private keys together",
			Doc: "The private halves of a bundle's identity and signed prekey, and of its " +
				"one-time prekey, are device keys: all but those of ML-KEM.",
			Takes: kinds(wire.Bundle), All: SolvedKey, Gives: kinds(wire.DeviceKeys),
			Apply: putTogether},
	}
}

func keysOfBundle(in world.Input) ([]world.Derived, error) {
	b, err := pqxdh.ParseBundle(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	facts := append(identityKeys(in.Facts[0].Ref, b.Identity),
		x25519(in.Facts[0].Ref, b.Signed.Key))
	if b.OneTime.ID != 0 {
		facts = append(facts, x25519(in.Facts[0].Ref, b.OneTime.Key))
	}
	return world.Conclude(facts...), nil
}

func identityKeys(owner string, p pqxdh.IdentityPublic) []world.Fact {
	return []world.Fact{world.SeenKey{Kind: "Ed25519", Public: p.Signing[:], Owner: owner}.Fact(),
		x25519(owner, p.Exchange)}
}

func x25519(owner string, key [32]byte) world.Fact {
	return world.SeenKey{Kind: "X25519", Public: key[:], Owner: owner}.Fact()
}

func keysOfInitial(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, 0, 2)
	if err != nil {
		return nil, err
	}
	m, err := pqxdh.ParseInitialMessage(f[1])
	if err != nil {
		return nil, err
	}
	return world.Conclude(append(identityKeys(string(f[0]), m.Identity),
		x25519(string(f[0]), m.Ephemeral))...), nil
}

func ratchetKey(in world.Input) ([]world.Derived, error) {
	c, err := parseSealed(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(x25519(in.Facts[0].Ref, [32]byte(c.header.Ratchet))), nil
}

const solvedTag = 'z'

// UsePrivateKey is the rule that makes a [SolvedKey] of what a quantum computer found.
func UsePrivateKey() world.Rule {
	return world.Rule{Name: "use a private key",
		Doc:   "The private half of somebody's key serves as well as if it had been stolen.",
		Takes: []world.Kind{world.PublicKey, world.PrivateKey}, Gives: []world.Kind{SolvedKey},
		Apply: solved}
}

// solved believes a private half only if the public one follows from it.
func solved(in world.Input) ([]world.Derived, error) {
	k, err := world.ParseSeenKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	kind, err := world.FindKind(KeyKinds(), k.Kind)
	if err != nil {
		return nil, err
	}
	public, err := kind.Public(in.Facts[1].Data)
	if err != nil || !bytes.Equal(public, k.Public) {
		return nil, errors.New("the private half of another key")
	}
	return world.Conclude(world.Fact{Kind: SolvedKey, Ref: k.Owner,
		Data: world.Pack(solvedTag, []byte(k.Kind), k.Public, in.Facts[1].Data)}), nil
}

// putTogether makes the keys of a device out of what is known of a bundle. What is
// missing is missing: without the ML-KEM key they answer no handshake. A one-time prekey
// makes another fact and replaces none, since more facts must not conclude less.
func putTogether(in world.Input) ([]world.Derived, error) {
	b, err := pqxdh.ParseBundle(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	signing, at1 := FindSolved(in.Facts, "Ed25519", b.Identity.Signing)
	exchange, at2 := FindSolved(in.Facts, "X25519", b.Identity.Exchange)
	signed, at3 := FindSolved(in.Facts, "X25519", b.Signed.Key)
	if signing == nil || exchange == nil || signed == nil {
		return nil, errors.New("a private half is missing")
	}
	identity, err := pqxdh.NewIdentity(bytes.NewReader(slices.Concat(signing, exchange)))
	if err != nil {
		return nil, err
	}
	prekey, err := pqxdh.NewSignedPrekey(bytes.NewReader(signed), b.Signed.ID)
	if err != nil {
		return nil, err
	}
	account, from := in.Facts[0].Ref, []int{0, at1, at2, at3}
	k := store.KeysOf(identity, prekey)
	out := []world.Derived{{Fact: world.Fact{Kind: wire.DeviceKeys, Ref: account, Data: k.Encode()},
		From: from}}
	once, at4 := FindSolved(in.Facts, "X25519", b.OneTime.Key)
	if once == nil {
		return out, nil
	}
	p, err := pqxdh.NewOneTimePrekey(bytes.NewReader(once), b.OneTime.ID)
	if err != nil {
		return out, nil
	}
	k = store.KeysOf(identity, prekey, p)
	return append(out, world.Derived{Fact: world.Fact{Kind: wire.DeviceKeys, Ref: account,
		Data: k.Encode()},
		From: append(slices.Clone(from), at4)}), nil
}

// FindSolved gives the private half of a key among all facts but the first, and which one has it.
func FindSolved(facts []world.Fact, kind string, public [32]byte) (private []byte, at int) {
	for i, f := range facts[1:] {
		s, err := world.Unpack(f.Data, solvedTag, 3)
		if err == nil && string(s[0]) == kind && bytes.Equal(s[1], public[:]) && len(s[2]) == 32 {
			return s[2], i + 1
		}
	}
	return nil, 0
}
