package threshold

import (
	"fmt"

	"doormat/escrow/ceremony"
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
	c := t.board.state()
	var out []world.Packet
	for _, h := range c.signedPosts[min(t.postsSeen, len(c.signedPosts)):] {
		if h.author != t.index || t.ownPosts[h.post] {
			continue // its own, or a copy of one, which anybody can post again
		}
		which := "its identity"
		if h.former {
			which = "an identity that it has given up"
		}
		out = append(out, t.warnOnce(fmt.Sprintf("somebody else posts in its name in the "+
			"ceremony for %s, with %s: the key is stolen",
			h.session, which))...)
		if s := c.open[h.session]; s != nil && !h.former && s.audit.Phase() == h.phase {
			out = append(out, t.contest(s)...)
		}
	}
	t.postsSeen = len(c.signedPosts)
	return out
}

// contest posts something different for the same phase, so that the seat is excluded as one
// that contradicts itself.
func (t *trustee) contest(s *session) []world.Packet {
	raw, err := ceremony.Contest(s.roster, t.identity, s.audit.Phase(), t.index)
	if err != nil || t.program != "" || s.audit.Phase() >= ceremony.PhaseConfirm || t.ownPosts[sum(raw)] {
		return nil
	}
	return []world.Packet{t.post(s.name, raw)}
}

// reportLostSeat warns, once, that the committee lists an identity for this trustee which it
// does not have. It can do nothing about that: only the listed key can sign for the seat.
func (t *trustee) reportLostSeat() []world.Packet {
	c := t.board.state()
	if c.nextRoster.Identities[t.index-1].Equal(t.identity.Public()) {
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
