package e2ee

import (
	"slices"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// An order may name a time that is still to come. A provider that answers it then
// hands over what passes, message by message, until that time is over or the order
// expires: it keeps no copy, so it does not matter what the mailbox keeps.

// addStandingOrder remembers an order whose window has not closed.
func (p *Provider) addStandingOrder(now time.Time, order law.Order) {
	if order.Until.After(now) {
		p.standingOrders = append(p.standingOrders, order)
	}
}

// dropExpiredOrders forgets orders whose time is over.
func (p *Provider) dropExpiredOrders(now time.Time) {
	p.standingOrders = slices.DeleteFunc(p.standingOrders,
		func(o law.Order) bool { return now.After(o.Until) || now.After(o.Expiry) })
}

// intercept hands over a message that has just come, with its chunks, if an open
// order covers it.
func (p *Provider) intercept(now time.Time, u *wire.Upload) []world.Packet {
	if !p.underOrder(now, u.Meta) {
		return nil
	}
	return []world.Packet{produced(append([]world.Fact{u.Fact()},
		p.blobs.Under(func(m world.Meta) bool { return m.ID == u.Meta.ID })...))}
}

// underOrder reports whether an open order covers a message, or a frame that is described
// like one.
func (p *Provider) underOrder(now time.Time, m world.Meta) bool {
	p.dropExpiredOrders(now)
	return slices.ContainsFunc(p.standingOrders, func(o law.Order) bool { return o.Covers(m) })
}

// standingOrderFacts is what a thief of the provider learns of open orders: who is under
// one, and for which time.
func (p *Provider) standingOrderFacts() []world.Fact {
	var facts []world.Fact
	for _, o := range p.standingOrders {
		for _, account := range o.Accounts {
			facts = append(facts, world.Fact{Kind: law.OrderTarget, Ref: account, Data: o.Encode()})
		}
	}
	return facts
}

func produced(facts []world.Fact) world.Packet {
	return world.Packet{From: world.Provider, To: world.Agency,
		Data: world.Pack(law.KindProduced, world.EncodeFacts(facts))}
}
