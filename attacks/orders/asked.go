package orders

import (
	"time"

	"doormat/world"
	"doormat/world/law"
)

// Asked is what the honest agency asked for in a run, under orders that the court signed and in
// emergencies without one. It is what a docket is held against.
type Asked struct {
	Signed int               // orders that the court signed and handed out
	Expiry time.Time         // of the last of these
	Since  map[int]time.Time // messages in scope, typed or still to come, and when each was asked for
	Named  map[string]bool   // accounts that are named
}

// NewAsked is one in which nothing has been asked for.
func NewAsked() *Asked { return &Asked{Since: map[int]time.Time{}, Named: map[string]bool{}} }

// Note notes what a packet of the court or of the agency asks for now: of a conversation of which
// so many messages are typed the messages that the order covers and, if its window is still open,
// those to come.
func (a *Asked) Note(now time.Time, p world.Packet, c *world.Conversation, typed int) {
	switch {
	case world.KindOf(p.From) == world.Court && p.Kind() == law.KindSigned:
		if s, err := law.ParseSigned(p.Data); err == nil && !s.Order.Forbids {
			a.Signed++
			a.Expiry = s.Order.Expiry
			a.note(now, s.Order, c, typed)
		}
	case world.KindOf(p.From) == world.Agency && p.Kind() == law.KindEmergency:
		f, err := world.Unpack(p.Data, law.KindEmergency, 1)
		if err != nil {
			return
		}
		if o, err := law.ParseApplication(f[0]); err == nil {
			a.note(now, o, c, typed)
		}
	}
}

// note keeps for each message when it was asked for first.
func (a *Asked) note(now time.Time, o law.Order, c *world.Conversation, typed int) {
	messages := c.Messages
	if !o.Until.After(now) {
		messages = messages[:typed]
	}
	for _, account := range o.Accounts {
		a.Named[account] = true
	}
	for i, m := range messages {
		_, before := a.Since[i+1]
		if !before && o.Covers(world.Meta{From: m.From, To: m.To, Group: m.Group,
			Sent: m.Sent}) {
			a.Since[i+1] = now
		}
	}
}
