package threshold

import (
	"errors"
	"time"

	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
)

// question is what a trustee has been asked, once it knows that it will answer.
type question struct {
	request.Question
	signed *law.Signed // the order, nil if somebody else has checked it
	order  law.Order
}

// covers reports whether the order names a message. If somebody else has checked the order,
// nobody knows here what it names.
func (q *question) covers(i *request.Item) bool { return q.signed == nil || q.order.Covers(i.Meta) }

// open sends partial decryptions of the messages in a question, sealed to the agency, or has
// somebody else do so. It warns of those that it refuses. What is too much for this hour waits.
func (t *trustee) open(now time.Time, q *question) (out []world.Packet) {
	if t.pass != nil {
		return t.pass(q)
	}
	var facts []world.Fact
	warnings := map[string]bool{}
	for at, i := range q.Items {
		if !t.guard.ready(now) && !t.guard.again(q, i) {
			t.guard.postpone(now, q, q.Items[at:])
			break
		}
		f, err := t.partial(q, i)
		if errors.Is(err, errDestroyed) {
			continue // the order may well cover it, but nobody can open it any more
		}
		if err == nil {
			t.guard.count(q, i)
			facts = append(facts, f)
		} else if what := "refused a message: " + err.Error(); !warnings[what] {
			warnings[what] = true
			out = append(out, world.Warn(t.name, what))
		}
	}
	if len(facts) == 0 {
		return out
	}
	sealed, err := request.SealAnswer(t.random, t.identity, q.Agency, q.Info, facts)
	if err != nil {
		return out
	}
	return append(out, world.Packet{From: t.name, To: q.Asker, Data: sealed})
}
