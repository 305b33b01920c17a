package threshold

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"doormat/escrow/ceremony"
	"doormat/escrow/tdh2"
	"doormat/world"
)

// These rules let a holder of fewer than t shares complete what trustees answered
// under an order: t-1 answers and one stolen share open the messages that were
// asked for, and no others.

func verifyShare(in world.Input) ([]world.Derived, error) {
	commitments, err := parseCommittee(in.Facts[0].Data)
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
	return world.Conclude(world.Fact{Kind: KeyShare, Ref: keyOfEpoch(in.Facts[0].Ref),
		Data: world.Pack(0, in.Facts[0].Data, in.Facts[1].Data)}), nil
}

func readAnswer(in world.Input) ([]world.Derived, error) {
	p, err := parsePartial(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	i, err := parseItem(p.item)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: Asked, Ref: i.keyID, Data: p.item}), nil
}

func answerWithShare(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, 0, 2)
	if err != nil {
		return nil, err
	}
	commitments, err := parseCommittee(f[0])
	if err != nil {
		return nil, err
	}
	s, err := ceremony.ParseShare(f[1])
	if err != nil {
		return nil, err
	}
	i, err := parseItem(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	checked, err := checkItem(i, commitments.Key())
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
	return world.Conclude(world.Fact{Kind: Partial, Ref: i.meta.ID, Data: partialData(f[0], i, p)}), nil
}

const partialTag = 'p'

// partialData carries with a partial decryption what is needed to verify it.
func partialData(committee []byte, i *item, p *tdh2.Partial) []byte {
	return world.Pack(partialTag, committee, i.encode(), p.Bytes())
}

// claimedPartial is a partial decryption with the committee and the item that it claims to be
// for, none of them verified.
type claimedPartial struct{ committee, item, partial []byte }

func parsePartial(data []byte) (*claimedPartial, error) {
	f, err := world.Unpack(data, partialTag, 3)
	if err != nil {
		return nil, fmt.Errorf("partial decryption: %w", err)
	}
	return &claimedPartial{f[0], f[1], f[2]}, nil
}
