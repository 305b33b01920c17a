package e2ee

import (
	"maps"
	"slices"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// A provider shows its users when each of them was last seen. It keeps one time for each account,
// to the minute, whatever the mailbox keeps, and nothing of whom the account wrote to.

// sawAccount notes that the phone of an account has just sent a message.
func (p *Provider) sawAccount(now time.Time, account string) {
	p.seen[account] = now.Truncate(time.Minute)
}

// seenFacts lists when accounts were last seen.
func (p *Provider) seenFacts() (facts []world.Fact) {
	for _, account := range slices.Sorted(maps.Keys(p.seen)) {
		facts = append(facts, world.Fact{Kind: wire.LastSeen, Ref: account, Data: world.Time(p.seen[account])})
	}
	return facts
}

// seenUnder lists the same of the accounts that an order names, if it was within its time.
func (p *Provider) seenUnder(order law.Order) []world.Fact {
	return slices.DeleteFunc(p.seenFacts(), func(f world.Fact) bool {
		at := p.seen[f.Ref]
		return !slices.Contains(order.Accounts, f.Ref) || at.Before(order.From) || at.After(order.Until)
	})
}
