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

// DropExpired forgets orders whose time is over.
func (s *Standing) DropExpired(now time.Time) {
	*s = slices.DeleteFunc(*s,
		func(o law.Order) bool { return now.After(o.Until) || now.After(o.Expiry) })
}

// Cover reports whether an open order covers a message, or a frame that is described like one.
func (s *Standing) Cover(now time.Time, m world.Meta) bool {
	s.DropExpired(now)
	return slices.ContainsFunc(*s, func(o law.Order) bool { return o.Covers(m) })
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

// Produced is the packet in which the provider hands over facts.
func Produced(facts []world.Fact) world.Packet {
	return world.Packet{From: world.Provider, To: world.Agency,
		Data: world.Pack(law.KindProduced, world.EncodeFacts(facts))}
}
