package attacks

import (
	"context"
	"slices"
	"time"

	"doormat/attacks/orders"
	"doormat/attacks/quantum"
	"doormat/attacks/trace"
	"doormat/attacks/truth"
	"doormat/world"
	"doormat/world/simulation"
)

// run is one deployment living through the conversation. It watches every link,
// the private ones too, and keeps what honest programs noticed and showed.
type run struct {
	*simulation.Simulation
	ctx      context.Context
	truth    *truth.Truth
	rested   int                     // days of rest after the last message
	taken    map[string]bool         // principals under the adversary's program
	silent   map[string]bool         // those of them whose program does nothing
	hold     func(world.Packet) bool // what a script does about packets, nil if nothing
	noticed  []Evidence
	heard    []time.Time // when, of each in noticed
	told     []Disclosure
	shown    map[display]int
	reached  map[display]time.Time // when a text first stood on a screen, whoever runs the device
	forged   []trace.Forgery
	foreign  bool // the packet that travels now is the adversary's
	asked    *orders.Asked
	watchers []func(world.Packet)
	obtained func([]world.Fact) // hears what the agency obtained under an order

	quantum *quantum.Computer // nil unless somebody was granted it
	typed   func()            // hears of each message that is typed
}

// display is a message on somebody's screen.
type display struct{ to, from, body string }

func newRun(ctx context.Context, t *truth.Truth, deploy world.Deploy) (*run, error) {
	r := &run{ctx: ctx, truth: t, taken: map[string]bool{}, silent: map[string]bool{},
		shown: map[display]int{}, reached: map[display]time.Time{}, asked: orders.NewAsked()}
	var err error
	if r.Simulation, err = simulation.New(ctx, t.Conversation, t.Said, deploy(),
		r.watch); err != nil {
		return nil, err
	}
	r.Speech = t.Spoken
	r.Intercept = func(p world.Packet) bool {
		return r.silent[p.To] || (r.hold != nil && r.hold(p))
	}
	return r, nil
}

// reach lives on to a point of the run.
func (r *run) reach(w when) error {
	if err := r.Advance(w.moment); err != nil || w.days <= r.rested {
		return err
	}
	days := w.days - r.rested
	r.rested = w.days
	return r.Rest(days)
}

// until is when so many days of rest after the last message are over.
func (r *run) until(days int) time.Time {
	messages := r.truth.Conversation.Messages
	return messages[len(messages)-1].Sent.AddDate(0, 0, days)
}

// by lists the evidence up to the last message and so many days of rest after it.
func (r *run) by(days int) []Evidence {
	end := r.until(days)
	n, _ := slices.BinarySearchFunc(r.heard, end, func(t, end time.Time) int {
		if t.After(end) {
			return 1
		}
		return -1
	})
	return r.noticed[:n]
}

// unseal rests until the court has published every order that it signed, and whoever else
// owes notice of one has given it, so that whoever is to learn of it does.
func (r *run) unseal() error {
	var last time.Time
	for _, name := range r.Net.Names() {
		keeper, ok := r.Net.Node(name).(interface{ SealedUntil() time.Time })
		if ok && keeper.SealedUntil().After(last) {
			last = keeper.SealedUntil()
		}
	}
	if last.IsZero() {
		return nil
	}
	days := int(last.Sub(r.Net.Now())/(24*time.Hour)) + 1 // it publishes at midnight
	return r.reach(when{r.Moment(), r.rested + max(days, 0) + 1})
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
	r.foreign = false
	for _, w := range r.watchers {
		w(p)
	}
	if p.Kind() == world.KindShown {
		r.screen(p)
	}
	if r.taken[p.From] || r.foreign {
		return
	}
	r.asked.Note(r.Net.Now(), p, r.truth.Conversation, r.Moment())
	if !p.Private() {
		return
	}
	switch p.Kind() {
	case world.KindObtained:
		if facts, err := world.UnpackFacts(p.Data, world.KindObtained); err == nil &&
			p.To == world.Law && r.obtained != nil {
			r.obtained(facts)
		}
	case world.KindWarning:
		if f, err := world.Unpack(p.Data, world.KindWarning, 1); err == nil {
			r.noticed = append(r.noticed, Evidence{p.From, string(f[0]), r.Moment()})
			r.heard = append(r.heard, r.Net.Now())
		}
	case world.KindNotice:
		r.notice(p)
	case world.KindShown, world.KindFile, world.KindHeard:
		to, isUser := world.AccountOf(p.To)
		f, err := world.Unpack(p.Data, p.Kind(), 2)
		if err == nil && isUser && p.From == world.DeviceOf(to) {
			r.show(display{to, string(f[0]), string(f[1])})
		}
	}
}

// notice keeps what somebody says in public that it learned by design.
func (r *run) notice(p world.Packet) {
	f, err := world.Unpack(p.Data, world.KindNotice, 2)
	if err != nil || p.To != world.Public {
		return
	}
	if since, err := world.ParseTime(f[1]); err == nil {
		hours := int(r.Net.Now().Sub(since) / time.Hour)
		r.told = append(r.told, Disclosure{p.From, string(f[0]), r.Moment(), hours})
	}
}

// screen notes what stands on a screen, also on that of a device which runs the
// adversary's program: a text that was typed is there, whoever put it there.
func (r *run) screen(p world.Packet) {
	to, isUser := world.AccountOf(p.To)
	f, err := world.Unpack(p.Data, world.KindShown, 2)
	if err != nil || !isUser || p.From != world.DeviceOf(to) {
		return
	}
	d := display{to, string(f[0]), string(f[1])}
	if _, before := r.reached[d]; !before {
		r.reached[d] = r.Net.Now()
	}
}

// delivered counts the messages that stood on the screens of all whom they were
// typed for, after so many days of rest.
func (r *run) delivered(days int) Delivered {
	typed := r.truth.Conversation.Messages[:r.Moment()]
	d := Delivered{Total: len(typed)}
	for i, m := range typed {
		if !slices.ContainsFunc(m.To, func(to string) bool {
			at, ok := r.reached[display{to, m.From, string(r.truth.Said[i].Body)}]
			return !ok || at.After(r.until(days))
		}) {
			d.Messages++
		}
	}
	return d
}

// happened tells whether a secret has been typed or said by now.
func (r *run) happened(s truth.Secret) bool { return r.truth.Happened(s, r.Moment(), r.Spoken()) }

// show counts what a device shows as forged, be it a message, a file or something said in a
// call, unless its user typed or said it for that reader, once.
func (r *run) show(d display) {
	r.shown[d]++
	s, said := r.truth.Find([]byte(d.body))
	if !said || !r.happened(s) || r.shown[d] > 1 || r.truth.Author(s) != d.from ||
		!r.truth.Meant(s, d.to) {
		r.forged = append(r.forged, trace.Forgery{From: d.from, To: d.to, Body: d.body})
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
