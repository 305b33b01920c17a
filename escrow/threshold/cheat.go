package threshold

import (
	"crypto/sha256"
	"fmt"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/escrow/restraint"
	"doormat/world"
)

// Names of the modified programs that a trustee may run in ceremonies.
const (
	BadShare  = "deal a bad share"
	StayAway  = "stay away"
	ChooseKey = "choose the key"
)

// Reprogram implements [world.Reprogrammable].
func (t *trustee) Reprogram(program string, _ []byte) error {
	switch program {
	case BadShare, StayAway, ChooseKey:
	case restraint.Object:
		t.objects = true
		return nil
	default:
		return fmt.Errorf("%s: no program %q", t.name, program)
	}
	t.program = program
	if program == StayAway {
		t.ceremonies = nil
	}
	return nil
}

// nextPost returns what the trustee, or its modified program, posts in phases 1 to 5.
func (t *trustee) nextPost(cs *ceremonyState, s *committee.Session) ([]byte, error) {
	phase := s.Audit.Phase()
	if t.program == ChooseKey && phase == ceremony.PhaseReveal && len(revealed(s)) < len(s.Dealers())-1 {
		return nil, nil // it waits until all others have revealed their commitments
	}
	raw, err := cs.trustee.Next(s.Audit, t.random)
	if err != nil || raw == nil {
		return nil, err
	}
	_, _, body, err := ceremony.Split(raw)
	switch {
	case err != nil:
		return nil, err
	case t.program == BadShare && phase == ceremony.PhaseDeal:
		body = t.corruptShare(body)
	case t.program == ChooseKey && phase == ceremony.PhaseReveal:
		body = t.rogueKey(s, body)
	default:
		return raw, nil
	}
	return ceremony.Forge(s.Roster, t.identity, phase, t.index, body)
}

// corruptShare flips a bit of the last share in a deal, or of the first one if the last is
// the dealer's own.
func (t *trustee) corruptShare(deal []byte) []byte {
	at := len(deal) - 1
	if t.index > 1 {
		const proof, ephemeral = 2 * group.Size, group.Size
		at = proof + ephemeral // where the first trustee's share begins
	}
	deal[at] ^= 1
	return deal
}

// rogueKey is the rogue key attack: it replaces the constant term of the trustee's polynomial
// such that the sum of all constants, which is the key, would be one of its own choice.
func (t *trustee) rogueKey(s *committee.Session, reveal []byte) []byte {
	wish := group.HashToScalar(suite, "doormat/threshold/rogue", []byte(t.name))
	constant := suite.Point().Mul(wish, nil)
	for author, body := range revealed(s) {
		other, err := group.DecodePoint(suite, body[sha256.Size:][:group.Size])
		if author != t.index && err == nil {
			constant.Sub(constant, other)
		}
	}
	copy(reveal[sha256.Size:], group.Bytes(constant)) // after the salt
	return reveal
}

// revealed gives the bodies of the reveal posts on the board, by author.
func revealed(s *committee.Session) map[int][]byte {
	found := map[int][]byte{}
	for _, raw := range s.Posts {
		phase, author, body, err := ceremony.Split(raw)
		if err == nil && phase == ceremony.PhaseReveal && len(body) >= sha256.Size+group.Size {
			found[author] = body
		}
	}
	return found
}

var _ world.Reprogrammable = (*trustee)(nil)
