package restraint

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// A Period is how long a trustee waits before it answers an order for the first time, and what it
// hears meanwhile. The nil Period waits for nobody.
//
// It begins when the trustee is first shown the order, in the log, and it is kept by the trustee's
// own clock. The log's time would be a few hours earlier, and it is what witnesses sign: whoever
// has the keys of enough of them would date an entry back, and wait for nobody. When it begins,
// the trustee tells the court, and the second judge where one signs. Each has a list of what it
// signed, and objects to what is not on it; then the order is never answered. A trustee may
// object as well, for reasons of its own. That is a delay and no veto, for else each of n could
// stop every order: the others wait for one period more, once, in which judges may still object,
// and the public is told. Who says nothing agrees: a court that is cut off, or whose machine runs
// somebody else's program, objects to nothing.
type Period struct {
	Length  time.Duration
	Asked   []string // who is told that an order waits; of several courts the one that signed it
	waiting []*pending
}

// pending is an order in its period, or after it.
type pending struct {
	record   []byte // in the log
	until    time.Time
	expiry   time.Time      // of the order
	asked    []string       // who may stop it
	requests []world.Packet // that wait
	delayed  bool           // a trustee has objected
	stopped  string         // who has objected for good, "" if nobody
}

// maxRequests bounds what waits under one order. More is asked in vain until the period is over.
const maxRequests = 16

// Admit tells whether an order is answered now, and what there is to say about it. If it has to
// wait, it keeps the request.
func (p *Period) Admit(now time.Time, trustee string, s *law.Signed,
	request world.Packet) (bool, []world.Packet) {
	if p == nil {
		return true, nil
	}
	p.waiting = slices.DeleteFunc(p.waiting, func(w *pending) bool { return now.After(w.expiry) })
	w := p.find(s.Record)
	var out []world.Packet
	if w == nil {
		w = &pending{record: s.Record, until: now.Add(p.Length), expiry: s.Order.Expiry}
		p.waiting = append(p.waiting, w)
		for _, name := range p.Asked {
			if name == world.Court {
				name = s.Order.CourtName()
			}
			w.asked = append(w.asked, name)
			out = append(out, world.Packet{From: trustee, To: name,
				Data: law.Pending(s.Record, s.Bytes)})
		}
	}
	switch {
	case w.stopped != "":
		return false, append(out, w.refusal(trustee))
	case !now.Before(w.until):
		return true, out
	}
	same := func(q world.Packet) bool {
		return q.From == request.From && bytes.Equal(q.Data, request.Data)
	}
	if len(w.requests) < maxRequests && !slices.ContainsFunc(w.requests, same) {
		w.requests = append(w.requests, request)
	}
	return false, out
}

func (p *Period) find(record []byte) *pending {
	for _, w := range p.waiting {
		if bytes.Equal(w.record, record) {
			return w
		}
	}
	return nil
}

func (w *pending) refusal(trustee string) world.Packet {
	return world.Warn(trustee, "refused a request: the "+w.stopped+" objects to the order")
}

// Hear takes an objection to an order that waits. key gives the key under which somebody signs, nil
// for those whose word counts for nothing. An objection to what does not wait is too late.
func (p *Period) Hear(now time.Time, trustee string, data []byte,
	key func(by string) ed25519.PublicKey) []world.Packet {
	if p == nil {
		return nil
	}
	o, err := law.ParseObjection(data)
	if err != nil || !o.SignedBy(key(o.By)) {
		return nil
	}
	w := p.find(o.Record)
	if w == nil || w.stopped != "" || !now.Before(w.until) {
		return nil
	}
	if slices.Contains(w.asked, o.By) {
		w.stopped, w.requests = o.By, nil
		return []world.Packet{w.refusal(trustee)}
	}
	if w.delayed {
		return nil
	}
	w.delayed = true
	w.until = w.until.Add(p.Length)
	return []world.Packet{world.Warn(trustee, fmt.Sprintf("answers an order %d hours later, since "+
		"%s objects to it", int(p.Length/time.Hour), o.By))}
}

// Alarm implements [world.Timer]: when the next request is due.
func (p *Period) Alarm() (next time.Time) {
	if p == nil {
		return next
	}
	for _, w := range p.waiting {
		if len(w.requests) > 0 && (next.IsZero() || w.until.Before(next)) {
			next = w.until
		}
	}
	return next
}

// Due gives the requests whose time has come.
func (p *Period) Due(now time.Time) (out []world.Packet) {
	if p == nil {
		return nil
	}
	for _, w := range p.waiting {
		if !now.Before(w.until) {
			out, w.requests = append(out, w.requests...), nil
		}
	}
	return out
}
