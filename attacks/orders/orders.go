// Package orders keeps account of what a court's orders asked for and what they yielded.
//
// It counts whatever channel serves an order: trustees who answer, a user who unlocks a phone,
// a provider who hands over, an implant or a swapped key that the order allows. One rule holds
// for all of them, so that no design is measured by its own channel alone: what was obtained
// under an order is marked when it is obtained, and an order yielded a message if its text
// follows from that, alone or with other things that the agency has (TestLawful in attacks).
package orders

import (
	"context"
	"math"
	"time"

	"doormat/attacks/deduce"
	"doormat/world"
)

// A Docket is what was obtained under the orders of a run, and when.
type Docket struct {
	agency    *deduce.Knowledge // what an agency may use: what orders yielded, and its own
	adversary *deduce.Knowledge // what the adversary knows

	// When a fact came in under an order, in seconds since 1970, by its id in the knowledge
	// of the agency and, where the adversary has it as well, in the adversary's.
	agencyGot, adversaryGot map[int]int64

	warrants map[string]time.Time // capabilities that an order lets the adversary use, until when
	late     map[int]bool         // facts that the adversary got by these after that
}

// New is the docket of a run in which an adversary knows know, and an agency uses rules.
func New(know *deduce.Knowledge, rules []world.Rule, left deduce.Budget) *Docket {
	return &Docket{agency: deduce.New(rules, left), adversary: know,
		agencyGot: map[int]int64{}, adversaryGot: map[int]int64{}, warrants: map[string]time.Time{},
		late: map[int]bool{}}
}

// Obtained records what the agency got under an order, as fact id of the adversary's
// knowledge if the adversary has it as well, else -1.
func (d *Docket) Obtained(e deduce.Entry, id int, now time.Time) {
	note(d.agencyGot, d.agency.Add(e), now.Unix())
	if id >= 0 {
		note(d.adversaryGot, id, now.Unix())
	}
}

func note(when map[int]int64, id int, now int64) {
	if _, before := when[id]; !before {
		when[id] = now
	}
}

// Allow lets what the adversary gets by these capabilities count as obtained under an order,
// until that expires.
func (d *Docket) Allow(through []world.Capability, expiry time.Time) {
	for _, c := range through {
		d.warrants[c.String()] = expiry
	}
}

// Looted notes that the adversary got a fact by a capability: under an order that
// allows it, or when that has expired.
func (d *Docket) Looted(e deduce.Entry, id int, now time.Time) {
	switch expiry, ok := d.warrants[e.Origin]; {
	case !ok:
	case now.After(expiry):
		d.late[id] = true
	default:
		d.Obtained(e, id, now)
	}
}

// Yielded lists the messages whose text follows from what was obtained under orders, and when
// the last of it came in, in seconds since 1970. The agency's own file counts as far as it
// leads, whether or not a script claims what is in it: nobody knows what an agency looks at.
// message tells which message some bytes are the text of, 0 if none. claims are the facts by
// which the adversary read messages; they are none if it is not the agency.
func (d *Docket) Yielded(ctx context.Context, message func([]byte) int,
	claims map[int]int) (map[int]int64, error) {
	if err := d.agency.Saturate(ctx); err != nil {
		return nil, err
	}
	out := map[int]int64{}
	when := latest(d.agency, d.agencyGot, nil)
	for id := range d.agency.Len() {
		if k := message(d.agency.At(id).Data); k > 0 {
			out[k] = when[id]
		}
	}
	if len(claims) == 0 {
		return out, nil
	}
	when = latest(d.adversary, d.adversaryGot, d.late)
	for k, id := range claims {
		if _, before := out[k]; !before && when[id] > 0 && when[id] < never {
			out[k] = when[id]
		}
	}
	return out, nil
}

// Metadata lists the facts that say who wrote to whom and when and follow from what was obtained
// under orders: those of the agency's file and, if the adversary is the agency, those that rest
// on what it obtained by its own hands while an order allowed it.
func (d *Docket) Metadata(ctx context.Context, agency bool) (facts []world.Fact, err error) {
	if err := d.agency.Saturate(ctx); err != nil {
		return nil, err
	}
	for id := range d.agency.Len() {
		if f := d.agency.At(id).Fact; f.Kind == world.Metadata {
			facts = append(facts, f)
		}
	}
	if !agency || len(d.adversaryGot) == 0 {
		return facts, nil
	}
	when := latest(d.adversary, d.adversaryGot, d.late)
	for id := range d.adversary.Len() {
		f := d.adversary.At(id).Fact
		if f.Kind == world.Metadata && when[id] > 0 && when[id] < never {
			facts = append(facts, f)
		}
	}
	return facts, nil
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
