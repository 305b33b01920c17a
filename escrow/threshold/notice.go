package threshold

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
)

// The parameter that says who gives notice of an order, and its values.
const (
	Notice         = "notice"
	NoticeCourt    = "court"
	NoticeTrustees = "trustees"
)

func noticeParameter() world.Parameter {
	return world.OwnWord(Notice, "who gives notice when an order has been secret for ninety days: the "+
		"court, to whom it names, or each trustee that answered it as well, to whoever wrote or "+
		"received what it was asked about",
		NoticeCourt, NoticeTrustees)
}

// promised is the notice that a trustee owes of one order. A court that signs nothing, because
// its key was stolen, gives none.
type promised struct {
	order    [32]byte // hash of it, as signed
	name     string   // of the case
	since    time.Time
	accounts map[string]bool
}

func (p *promised) due() time.Time { return p.since.Add(law.SealingPeriod) }

// promise notes whom to tell of a question that is about to be answered: those whom the order
// names and those whose messages are in it. They are in the log of requests as well.
func (t *trustee) promise(now time.Time, s *law.Signed, items []*request.Item) {
	if !t.tells {
		return
	}
	hash := sha256.Sum256(s.Bytes)
	at := slices.IndexFunc(t.promises, func(p *promised) bool { return p.order == hash })
	if at < 0 {
		at = len(t.promises)
		t.promises = append(t.promises, &promised{hash, s.Order.Case, now, map[string]bool{}})
	}
	of := t.promises[at].accounts
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

// SealedUntil is when the last notice is due that it owes, the zero time if it owes none.
func (t *trustee) SealedUntil() time.Time {
	if len(t.promises) == 0 {
		return time.Time{}
	}
	return t.promises[len(t.promises)-1].due()
}

// Wakes implements [world.Waker]: notice is given on the first night after it is due.
func (t *trustee) Wakes() time.Time {
	if len(t.promises) == 0 {
		return time.Time{}
	}
	return t.promises[0].due()
}

// giveNotice tells users of orders whose sealing period is over.
func (t *trustee) giveNotice(now time.Time) (out []world.Packet) {
	for len(t.promises) > 0 && !now.Before(t.promises[0].due()) {
		p := t.promises[0]
		t.promises = t.promises[1:]
		for _, account := range slices.Sorted(maps.Keys(p.accounts)) {
			out = append(out, world.Notice(t.name, world.UserOf(account), t.name+" gave notice that "+
				"it answered an order in "+p.name+" about messages which this account wrote or "+
				"received, or which names it", p.since))
		}
	}
	return out
}
