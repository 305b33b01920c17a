package directory

import (
	"slices"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// An order may name a time that is still to come. A provider that answers it then
// hands over what passes, message by message, until that time is over or the order
// expires: it keeps no copy, so it does not matter what the mailbox keeps.

// Standing are the orders that were answered, and are not over.
type Standing []law.Order

// Add remembers an order whose window has not closed.
func (s *Standing) Add(now time.Time, order law.Order) {
	if order.Until.After(now) {
		*s = append(*s, order)
	}
}

// DropExpired forgets orders whose time is over, or which the court here forbids by now.
func (s *Standing) DropExpired(now time.Time, r *law.Register) {
	*s = slices.DeleteFunc(*s, func(o law.Order) bool {
		return now.After(o.Until) || now.After(o.Expiry) || r.Forbidden(o, now)
	})
}

// Agencies lists, each once, those with an open order that covers a message, or a frame that is
// described like one.
func (s *Standing) Agencies(now time.Time, r *law.Register, m world.Meta) (names []string) {
	s.DropExpired(now, r)
	for _, o := range *s {
		if o.Covers(m) && !slices.Contains(names, o.AgencyName()) {
			names = append(names, o.AgencyName())
		}
	}
	return names
}

// Facts is what a thief of the provider learns of open orders: who is under one, and for which
// time.
func (s Standing) Facts() (facts []world.Fact) {
	for _, o := range s {
		for _, account := range o.Accounts {
			facts = append(facts, world.Fact{Kind: law.OrderTarget, Ref: account, Data: o.Encode()})
		}
	}
	return facts
}

// Produced is the packet in which the provider hands over facts to an agency.
func Produced(agency string, facts []world.Fact) world.Packet {
	return world.Packet{From: world.Provider, To: agency,
		Data: world.Pack(law.KindProduced, world.EncodeFacts(facts))}
}
