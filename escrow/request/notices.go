package request

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// Notices are those that a trustee owes: of each order that it answered, to whom the order names
// and to whoever wrote or received what it was asked about. They hold no more than its log of
// requests. A court that signed nothing, because its key was stolen, gives no notice.
type Notices struct{ owed []*notice } // oldest first

type notice struct {
	order    [32]byte // hash of it, as signed
	name     string   // of the case
	since    time.Time
	accounts map[string]bool
}

func (n *notice) due() time.Time { return n.since.Add(law.SealingPeriod) }

// Promise notes whom to tell of a question that is about to be answered.
func (n *Notices) Promise(now time.Time, s *law.Signed, items []*Item) {
	hash := sha256.Sum256(s.Bytes)
	at := slices.IndexFunc(n.owed, func(o *notice) bool { return o.order == hash })
	if at < 0 {
		at = len(n.owed)
		n.owed = append(n.owed, &notice{hash, s.Order.Case, now, map[string]bool{}})
	}
	of := n.owed[at].accounts
	for _, account := range s.Order.Accounts {
		of[account] = true
	}
	for _, i := range items {
		if !s.Order.Covers(i.Meta) {
			continue
		}
		of[i.Meta.From] = true
		for _, to := range i.Meta.To {
			of[to] = true
		}
	}
}

// SealedUntil is when the last notice is due that is owed, the zero time if none is.
func (n *Notices) SealedUntil() time.Time {
	if len(n.owed) == 0 {
		return time.Time{}
	}
	return n.owed[len(n.owed)-1].due()
}

// Wakes implements [world.Waker]: notice is given on the first night after it is due.
func (n *Notices) Wakes() time.Time {
	if len(n.owed) == 0 {
		return time.Time{}
	}
	return n.owed[0].due()
}

// Give tells users, in the name of a trustee, of orders whose sealing period is over.
func (n *Notices) Give(now time.Time, trustee string) (out []world.Packet) {
	for len(n.owed) > 0 && !now.Before(n.owed[0].due()) {
		o := n.owed[0]
		n.owed = n.owed[1:]
		for _, account := range slices.Sorted(maps.Keys(o.accounts)) {
			out = append(out, world.Notice(trustee, world.UserOf(account), trustee+" gave notice "+
				"that it answered an order in "+o.name+" about messages which this account wrote or "+
				"received, or which names it", o.since))
		}
	}
	return out
}
