package attacks

import (
	"context"
	"slices"

	"doormat/world"
	"doormat/world/law"
)

// run is one deployment living through the conversation. It watches every link,
// the private ones too, and keeps what honest programs noticed and showed.
type run struct {
	*world.Play
	ctx      context.Context
	truth    *truth
	rested   int                     // days of rest after the last message
	before   int                     // evidence from before the rest
	taken    map[string]bool         // principals under the adversary's program
	silent   map[string]bool         // those of them whose program does nothing
	hold     func(world.Packet) bool // what a script does about packets, nil if nothing
	noticed  []Evidence
	shown    map[display]int
	forged   int
	asked    map[int]bool // messages in scope of orders that the court signed, typed or still to come
	watchers []func(world.Packet)
	obtained func([]world.Fact) // hears what the agency obtained under an order

	typed    func()         // hears of each message that is typed
	stocks   map[when]Stock // what a recording wants: who held what, and how messages travel
	journeys map[int][]Hop
	arrived  int // the last message of which nothing travels any more
}

// display is a message on somebody's screen.
type display struct{ to, from, body string }

func newRun(ctx context.Context, t *truth, deploy world.Deploy) (*run, error) {
	r := &run{ctx: ctx, truth: t, taken: map[string]bool{}, silent: map[string]bool{}, shown: map[display]int{}, asked: map[int]bool{}}
	var err error
	if r.Play, err = world.NewPlay(ctx, t.conv, t.said, deploy(), r.watch); err != nil {
		return nil, err
	}
	r.Intercept = func(p world.Packet) bool { return r.silent[p.To] || (r.hold != nil && r.hold(p)) }
	return r, nil
}

// reach lives on to a point of the run.
func (r *run) reach(w when) error {
	if err := r.Advance(w.moment); err != nil || w.days <= r.rested {
		return err
	}
	if r.rested == 0 {
		r.before = len(r.noticed)
	}
	days := w.days - r.rested
	r.rested = w.days
	return r.Rest(days)
}

// atEnd lists the evidence up to the last message.
func (r *run) atEnd() []Evidence {
	if r.rested == 0 {
		return r.noticed
	}
	return r.noticed[:r.before]
}

// comply tells the principals whose order surface is granted that lawful process
// may be answered. Whoever is not told refuses.
func (r *run) comply(a *adversary) error {
	for _, c := range a.needs {
		if c.Surface != world.Order || a.withheld[c] {
			continue
		}
		for _, name := range a.members(c) {
			a.answering[name] = c.String()
			r.Net.Post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
		}
	}
	return r.Settle()
}

// watch keeps the evidence: what programs that are not taken over say and show.
func (r *run) watch(p world.Packet) {
	if r.typed != nil && p.Kind() == world.KindTyped {
		r.typed()
	}
	if r.journeys != nil {
		r.follow(p)
	}
	for _, w := range r.watchers {
		w(p)
	}
	if r.taken[p.From] {
		return
	}
	if p.From == "court" && p.Kind() == law.KindSigned {
		r.ordered(p)
	}
	if !p.Private() {
		return
	}
	switch p.Kind() {
	case world.KindObtained:
		if f, err := world.Unpack(p.Data, world.KindObtained, 1); err == nil && p.To == world.Law && r.obtained != nil {
			if facts, err := world.ParseFacts(f[0]); err == nil {
				r.obtained(facts)
			}
		}
	case world.KindWarning:
		if f, err := world.Unpack(p.Data, world.KindWarning, 1); err == nil {
			r.noticed = append(r.noticed, Evidence{p.From, string(f[0]), r.Moment()})
		}
	case world.KindShown, world.KindFile:
		to, isUser := world.AccountOf(p.To)
		f, err := world.Unpack(p.Data, p.Kind(), 2)
		if err == nil && isUser && p.From == world.DeviceOf(to) {
			r.show(display{to, string(f[0]), string(f[1])})
		}
	}
}

// ordered notes the messages that an order of the honest court covers: those typed
// so far and, if its window is still open, those to come.
func (r *run) ordered(p world.Packet) {
	s, err := law.ParseSigned(p.Data)
	if err != nil {
		return
	}
	messages := r.truth.conv.Messages
	if !s.Order.Until.After(r.Net.Now()) {
		messages = messages[:r.Moment()]
	}
	for i, m := range messages {
		if s.Order.Covers(world.Meta{From: m.From, To: m.To, Group: m.Group, Sent: m.Sent}) {
			r.asked[i+1] = true
		}
	}
}

// show counts a message or file on a screen as forged unless its user typed it for
// that reader, once.
func (r *run) show(d display) {
	r.shown[d]++
	k := r.truth.number[d.body]
	if i := r.truth.file[d.body]; i > 0 {
		k = r.truth.owner[i-1]
	}
	if k == 0 || k > r.Moment() || r.shown[d] > 1 {
		r.forged++
		return
	}
	if m := r.truth.conv.Messages[k-1]; m.From != d.from || !slices.Contains(m.To, d.to) {
		r.forged++
	}
}

// news lists the evidence of r that an honest run of the same settings lacks, and
// where it stands in all of r's.
func (r *run) news(honest []Evidence) (list []Evidence, places []int) {
	usual := map[Evidence]int{}
	for _, e := range honest {
		usual[e]++
	}
	list = []Evidence{}
	for i, e := range r.noticed {
		if usual[e] > 0 {
			usual[e]--
			continue
		}
		list, places = append(list, e), append(places, i)
	}
	return list, places
}
