package threshold

import (
	"crypto/sha256"
	"fmt"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/world"
)

// This file is what a trustee does about a thief of its identity. It cannot keep the thief
// from signing, and nobody notices that a key was copied. But a ceremony is held in public:
// what the thief posts stands on the board, where the owner reads it. A thief who races for a
// seat can take it, if the owner does not post in time, or block it, if the owner does, and
// is seen either way (Canetti, Halevi and Herzberg, "Maintaining authenticated communication in
// the presence of break-ins", J. Cryptology 2000).

// reportForgedPosts looks on the board for posts that are signed in this trustee's name and
// that it did not make. It warns the public of them, and has its own seat excluded from a
// ceremony in which the thief might otherwise get a share.
func (t *trustee) reportForgedPosts() []world.Packet {
	c := t.board.State()
	var out []world.Packet
	for _, h := range c.SignedPosts[min(t.postsSeen, len(c.SignedPosts)):] {
		if h.Author != t.index || t.ownPosts[h.Post] {
			continue // its own, or a copy of one, which anybody can post again
		}
		which := "its identity"
		if h.Former {
			which = "an identity that it has given up"
		}
		out = append(out, t.warnOnce(fmt.Sprintf("somebody else posts in its name in the "+
			"ceremony for %s, with %s: the key is stolen",
			h.Session, which))...)
		if s := c.Open[h.Session]; s != nil && !h.Former && s.Audit.Phase() == h.Phase {
			out = append(out, t.contest(s)...)
		}
	}
	t.postsSeen = len(c.SignedPosts)
	return out
}

// contest posts something different for the same phase, so that the seat is excluded as one
// that contradicts itself.
func (t *trustee) contest(s *committee.Session) []world.Packet {
	raw, err := ceremony.Contest(s.Roster, t.identity, s.Audit.Phase(), t.index)
	if err != nil || t.program != "" || s.Audit.Phase() >= ceremony.PhaseConfirm || t.ownPosts[sha256.Sum256(raw)] {
		return nil
	}
	return []world.Packet{t.post(s.Name, raw)}
}

// reportLostSeat warns, once, that the committee lists an identity for this trustee which it
// does not have. It can do nothing about that: only the listed key can sign for the seat.
func (t *trustee) reportLostSeat() []world.Packet {
	c := t.board.State()
	if c.NextRoster.Identities[t.index-1].Equal(t.identity.Public()) {
		return nil
	}
	return t.warnOnce("its seat is taken: the committee lists an identity for it that it did not make")
}

// warnOnce warns the public, unless it has done so before with the same words.
func (t *trustee) warnOnce(what string) []world.Packet {
	if t.warned[what] || t.program != "" {
		return nil
	}
	t.warned[what] = true
	return []world.Packet{world.Warn(t.name, what)}
}
