package rules

import (
	"bytes"
	"errors"
	"slices"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/world"
)

// The escrow field is TDH2 over ristretto255: discrete logarithms, and nothing beside
// them. The committee's key travels to every phone in its certificate, and whoever
// computes its logarithm opens what was ever sealed under it, shares or no shares, also
// after the key was rotated and destroyed. That the ratchet beside the field is safe from
// a quantum computer (see package e2ee) does not help: both carry the same seed.

// Ristretto255 is the kind of a committee's key, and of the keys of its ceremonies.
func Ristretto255() world.KeyKind {
	return world.KeyKind{Name: "ristretto255", Drawn: 64,
		Private: func(drawn []byte) ([]byte, error) {
			x, err := group.RandomScalar(suite, bytes.NewReader(drawn))
			if err != nil {
				return nil, err
			}
			return group.Bytes(x), nil
		},
		Public: func(private []byte) ([]byte, error) {
			x, err := group.DecodeScalar(suite, private)
			if err != nil {
				return nil, err
			}
			return group.Bytes(suite.Point().Mul(x, nil)), nil
		}}
}

func quantumRules() []world.Rule {
	return []world.Rule{
		{Name: "find a committee's public key", Doc: "A certificate shows the committee key that it is for.",
			Takes: kinds(committee.Certificate), Gives: kinds(world.PublicKey), Apply: publicCommitteeKey},
		{Name: "use a committee's private key",
			Doc:   "The logarithm of a committee's public key is the secret that t shares make up.",
			Takes: kinds(world.PublicKey, world.PrivateKey), Gives: kinds(committee.CommitteeKey), Apply: useCommitteeKey},
	}
}

func publicCommitteeKey(in world.Input) ([]world.Derived, error) {
	c, err := ceremony.ParseCertificate(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	key := group.Bytes(c.Key())
	return world.Conclude(world.SeenKey{Kind: Ristretto255().Name, Public: key,
		Owner: committee.KeyOfEpoch(in.Facts[0].Ref)}.Fact()), nil
}

func useCommitteeKey(in world.Input) ([]world.Derived, error) {
	k, err := world.ParseSeenKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	public, err := Ristretto255().Public(in.Facts[1].Data)
	if err != nil || k.Kind != Ristretto255().Name || committee.KeyNumber(k.Owner) == 0 || !slices.Equal(public, k.Public) {
		return nil, errors.New("not the private half of a committee key")
	}
	return world.Conclude(world.Fact{Kind: committee.CommitteeKey, Ref: k.Owner, Data: in.Facts[1].Data}), nil
}
