package rules

import (
	"crypto/sha256"
	"math/rand/v2"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/world"
)

// These rules let a holder of fewer than t shares complete what trustees answered
// under an order: t-1 answers and one stolen share open the messages that were
// asked for, and no others.

func verifyShare(in world.Input) ([]world.Derived, error) {
	commitments, err := committee.ParseFact(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	s, err := ceremony.ParseShare(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	if err := commitments.Verify(s); err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: KeyShare, Ref: committee.KeyOfEpoch(in.Facts[0].Ref),
		Data: world.Pack(0, in.Facts[0].Data, in.Facts[1].Data)}), nil
}

func readAnswer(in world.Input) ([]world.Derived, error) {
	p, err := request.ParsePartial(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	i, err := request.ParseItem(p.Item)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: Asked, Ref: i.KeyID, Data: p.Item}), nil
}

func answerWithShare(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, 0, 2)
	if err != nil {
		return nil, err
	}
	commitments, err := committee.ParseFact(f[0])
	if err != nil {
		return nil, err
	}
	s, err := ceremony.ParseShare(f[1])
	if err != nil {
		return nil, err
	}
	i, err := request.ParseItem(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	checked, err := request.CheckItem(i, commitments.Key())
	if err != nil {
		return nil, err
	}
	// A rule draws nothing: the nonce of the proof follows from the inputs, of
	// which the share is secret.
	nonce := rand.NewChaCha8(sha256.Sum256(world.Pack(0, in.Facts[0].Data, in.Facts[1].Data)))
	p, err := checked.Partial(s, nonce)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: request.Partial, Ref: i.Meta.ID, Data: request.EncodePartial(f[0], i, p)}), nil
}
