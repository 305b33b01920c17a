package directory

import (
	"maps"
	"slices"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// LastSeen is when the phone of each account last sent a message, to the minute. A provider shows
// it to its users. It keeps one time for each account, whatever the mailbox keeps, and nothing of
// whom the account wrote to.
type LastSeen map[string]time.Time

// Note notes that the phone of an account has just sent a message.
func (s LastSeen) Note(now time.Time, account string) { s[account] = now.Truncate(time.Minute) }

// Facts lists when accounts were last seen.
func (s LastSeen) Facts() (facts []world.Fact) {
	for _, account := range slices.Sorted(maps.Keys(s)) {
		facts = append(facts, world.Fact{Kind: wire.LastSeen, Ref: account,
			Data: world.Time(s[account])})
	}
	return facts
}

// Under lists the same of the accounts that an order names, if it was within its time.
func (s LastSeen) Under(order law.Order) []world.Fact {
	return slices.DeleteFunc(s.Facts(), func(f world.Fact) bool {
		at := s[f.Ref]
		return !slices.Contains(order.Accounts, f.Ref) || at.Before(order.From) ||
			at.After(order.Until)
	})
}
