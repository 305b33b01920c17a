package threshold

import (
	"crypto/ed25519"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// objects is what a machine passes on to hardware that is to object to orders.
const objects = 2

// Alarm implements [world.Timer].
func (t *trustee) Alarm() time.Time { return t.period.Alarm() }

// wake answers the requests whose objection period is over.
func (t *trustee) wake(now time.Time) (out []world.Packet) {
	for _, p := range t.period.Due(now) {
		out = append(out, t.answer(now, p)...)
	}
	return out
}

// object tells the other trustees, and the public, that this one objects to an order. A machine
// whose hardware only counts cannot sign that, and answers nothing.
func (t *trustee) object(s *law.Signed) (out []world.Packet) {
	if !t.objects || t.identity == nil {
		return nil
	}
	data := law.Object(s.Record, t.name, t.identity)
	for i := range t.board.State().NextRoster.Identities {
		if i+1 != t.index {
			out = append(out, world.Packet{From: t.name, To: world.Trustee(i + 1), Data: data})
		}
	}
	return append(out, t.warnOnce("objects to an order")...)
}

// objector is the key under which somebody objects to orders, nil for who has no say.
func (t *trustee) objector(by string) ed25519.PublicKey {
	if by == law.JudgeName {
		return t.judge
	}
	for i, key := range t.register.Courts {
		if by == world.Numbered(world.Court, i+1) {
			return key
		}
	}
	for i, key := range t.board.State().NextRoster.Identities {
		if by == world.Trustee(i+1) {
			return key
		}
	}
	return nil
}
