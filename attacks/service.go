package attacks

import (
	"context"
	"math"
	"time"

	"doormat/attacks/deduce"
	"doormat/world"
)

// What a court's order yields is counted for whatever channel serves it: trustees who
// answer, a user who unlocks a phone, a provider who hands over, an implant or a
// swapped key that the order allows. One rule holds for all of them, so that no design
// is measured by its own channel alone: what was obtained under an order is marked when
// it is obtained, and an order yielded a message if its text follows from that, alone
// or with other things that the agency has.

// docket is what was obtained under orders, and when: by id in the agency's knowledge
// and, where the adversary is the agency or sits in it, in the adversary's.
type docket struct {
	agency, adversary map[int]int64        // seconds since 1970
	warrants          map[string]time.Time // capabilities that an order lets the adversary use, until when
	late              map[int]bool         // facts got by these when the order had expired
}

// obtained records what the agency got under an order, as fact id of the adversary's
// knowledge if the adversary has it as well, else -1.
func (a *adversary) obtained(e deduce.Entry, id int) {
	now := a.run.Net.Now().Unix()
	note(a.docket.agency, a.lawful.Add(e), now)
	if id >= 0 {
		note(a.docket.adversary, id, now)
	}
}

func note(when map[int]int64, id int, now int64) {
	if _, before := when[id]; !before {
		when[id] = now
	}
}

// allow lets what the adversary gets by these capabilities count as obtained under the
// order that has just been signed, until it expires.
func (a *adversary) allow(through []world.Capability) {
	for _, c := range through {
		a.docket.warrants[c.String()] = a.run.expiry
	}
}

// looted notes that the adversary got a fact by a capability: under an order that
// allows it, or when that has expired.
func (a *adversary) looted(e deduce.Entry, id int) {
	switch expiry, ok := a.docket.warrants[e.Origin]; {
	case !ok:
	case a.run.Net.Now().After(expiry):
		a.docket.late[id] = true
	default:
		a.obtained(e, id)
	}
}

// service counts what orders yielded: the messages in their scope, those of them that
// the agency read with what was obtained under them, and those that it could read
// beyond. apart is how many messages the adversary recovered that no order yielded.
func (a *adversary) service(ctx context.Context) (l Lawful, apart int, err error) {
	yielded, err := a.yielded(ctx)
	if err != nil {
		return l, 0, err
	}
	var longest time.Duration
	for k := 1; k <= a.run.Moment(); k++ { // what was never typed, nobody could serve
		since, asked := a.run.asked[k]
		at, got := yielded[k]
		switch {
		case asked && got && a.opened[k]:
			l.Served++
			longest = max(longest, time.Unix(at, 0).Sub(since))
		case !asked && got:
			l.Beyond++
		case a.opened[k] && !got:
			apart++
		}
		if asked {
			l.Asked++
		}
	}
	l.DelayHours = int(longest / time.Hour)
	return l, apart, nil
}

// yielded lists the messages whose text follows from what was obtained under orders,
// and when the last of it came in. The agency's own file counts as far as it leads,
// whether or not a script claims what is in it: nobody knows what an agency looks at.
func (a *adversary) yielded(ctx context.Context) (map[int]int64, error) {
	if err := a.lawful.Saturate(ctx); err != nil {
		return nil, err
	}
	out := map[int]int64{}
	when := latest(a.lawful, a.docket.agency, nil)
	for id := range a.lawful.Len() {
		if k := a.run.truth.number[string(a.lawful.At(id).Data)]; k > 0 {
			out[k] = when[id]
		}
	}
	if !a.agency {
		return out, nil
	}
	when = latest(a.know, a.docket.adversary, a.docket.late)
	for k, id := range a.claims {
		if _, before := out[k]; !before && when[id] > 0 && when[id] < never {
			out[k] = when[id]
		}
	}
	return out, nil
}

// never is later than whatever counts.
const never = math.MaxInt64

// latest is, by fact, when the last of the marked facts came that it rests on: 0 if it
// rests on none, never if it rests on one that came late. Parents stand before their
// children.
func latest(k *deduce.Knowledge, marked map[int]int64, late map[int]bool) []int64 {
	when := make([]int64, k.Len())
	for id := range k.Len() {
		when[id] = marked[id]
		if when[id] == 0 && late[id] {
			when[id] = never
		}
		for _, p := range k.At(id).Parents() {
			when[id] = max(when[id], when[p])
		}
	}
	return when
}
