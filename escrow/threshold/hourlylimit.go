package threshold

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"time"

	"doormat/escrow/request"
	"doormat/world"
)

// guard bounds how much a hardware node opens in an hour. A nil guard bounds nothing. What it has
// opened for a key once, it opens again for that key without counting: nobody learns more by
// it, and nobody uses up an hour by repeating what others asked.
type guard struct {
	rate  int
	since time.Time // when the hour began
	left  int       // of this hour
	queue []*waiting

	opened, before map[[32]byte]bool // items and the keys for which they were opened, in two generations
}

// waiting is what was too much for its hour.
type waiting struct {
	*question
	since  time.Time
	passed int // messages that were opened meanwhile for questions which did not wait
}

// maxOpened bounds each generation of what a guard remembers.
const maxOpened = 1 << 16

// ready reports whether one more message may be opened now.
func (g *guard) ready(now time.Time) bool {
	if g == nil {
		return true
	}
	if g.since.IsZero() || now.Sub(g.since) >= time.Hour {
		g.left, g.since = g.rate, now
	}
	return g.left > 0
}

// key says what is opened, and for whom.
func (g *guard) key(q *question, i *request.Item) [32]byte {
	return sha256.Sum256(world.Pack(0, q.Agency, i.Encode()))
}

// again reports whether an item was opened for this key before.
func (g *guard) again(q *question, i *request.Item) bool {
	if g == nil {
		return false
	}
	key := g.key(q, i)
	return g.opened[key] || g.before[key]
}

// count takes note of an item that was opened.
func (g *guard) count(q *question, i *request.Item) {
	if g == nil || g.again(q, i) {
		return
	}
	g.left--
	for _, w := range g.queue {
		w.passed++
	}
	if g.opened == nil || len(g.opened) >= maxOpened {
		g.opened, g.before = map[[32]byte]bool{}, g.opened
	}
	g.opened[g.key(q, i)] = true
}

// maxQueue bounds the questions that wait for their hour.
const maxQueue = 256

// postpone keeps what is too much for this hour until the next midnight, once.
func (g *guard) postpone(now time.Time, q *question, rest []*request.Item) {
	same := func(w *waiting) bool {
		return w.Asker == q.Asker && bytes.Equal(w.Agency, q.Agency) && bytes.Equal(w.Info, q.Info)
	}
	if len(g.queue) >= maxQueue || slices.ContainsFunc(g.queue, same) {
		return
	}
	later := *q
	later.Items = rest
	g.queue = append(g.queue, &waiting{&later, now, 0})
}

// resumeQueue opens what has waited, and nothing under an order that has expired meanwhile. A
// question has the hours since it was asked, less what was opened in them for others: it has
// been worked through in these hours, and the answers leave together. Nothing of that is left for
// a question that is asked now.
func (t *trustee) resumeQueue(now time.Time) (out []world.Packet) {
	if t.guard == nil || len(t.guard.queue) == 0 {
		return nil
	}
	g := t.guard
	g.ready(now) // begins this hour
	queue, left, used := g.queue, g.left, 0
	g.queue = nil
	for _, w := range queue {
		if w.signed != nil && now.After(w.order.Expiry) {
			continue
		}
		hours := min(int(now.Sub(w.since)/time.Hour), maxHours)
		g.left = max(0, g.rate*hours-used-w.passed)
		allowed := g.left
		out = append(out, t.open(now, w.question)...)
		used += allowed - g.left
	}
	g.left = left
	return out
}

// maxHours bounds the hours that a question collects: hardware is woken every night.
const maxHours = 24
