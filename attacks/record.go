package attacks

import (
	"strings"

	"doormat/attacks/trace"
	"doormat/world"
)

// record ends the event under way: text describes the call that it was.
func (a *adversary) record(line int, method, text string) {
	e := a.now
	a.now = trace.Event{}
	e.Line, e.Method, e.Text, e.Times = line, method, text, 1
	e.Moment, e.Days, e.Forged, e.Heard = a.run.Moment(), a.held.days, a.run.forged,
		len(a.run.noticed)
	a.events = trace.Append(a.events, e)
}

// afterwards adds what happened after the script's end, if anything did.
func (a *adversary) afterwards() {
	var last trace.Event
	if n := len(a.events); n > 0 {
		last = a.events[n-1]
	}
	heard := len(a.run.noticed)
	if a.shared { // others may have rested longer
		heard = len(a.run.by(a.held.days))
	}
	if len(a.now.Gained) > 0 || a.run.Moment() > last.Moment || heard > last.Heard ||
		a.run.forged > last.Forged {
		a.record(0, "", "life goes on")
	}
}

// startRecording begins to keep what happens to a trial, if the lab wants that.
func (t *trial) startRecording() {
	if t.on.lab.Record {
		t.adv.rec = trace.NewRecording(t.adv.know, t.adv.claims)
		t.adv.takeSnapshot()
	}
}

// endHonest lives on to the end of an honest run and records it as it is, for attacks
// that are not applicable; where scripts read it, they decide at which moments.
func (d *deployment) endHonest(r *run, batch []*trial, read bool) error {
	end := len(d.truth.Conversation.Messages)
	if !d.lab.Record {
		return r.Advance(end)
	}
	var snapshots []trace.Snapshot
	moments := []int{r.Moment(), batch[0].settings.At, end}
	if read {
		moments = []int{end}
	}
	for _, moment := range moments {
		if err := r.Advance(moment); err != nil {
			return err
		}
		snapshots = append(snapshots, r.snapshot())
	}
	for _, t := range batch {
		t.undisturbed = &trace.Recording{Snapshots: snapshots, Journey: r.journeys[t.settings.At]}
	}
	return nil
}

// takeSnapshot keeps what all principals hold now in the recording, if there is one.
func (a *adversary) takeSnapshot() {
	if a.rec == nil {
		return
	}
	s := a.run.snapshot()
	if n := len(a.rec.Snapshots); n == 0 || a.rec.Snapshots[n-1].Moment < s.Moment {
		a.rec.Snapshots = append(a.rec.Snapshots, s)
	}
}

// snapshot counts what all principals hold now; adversaries who share the run share it.
func (r *run) snapshot() trace.Snapshot {
	at := when{r.Moment(), r.rested}
	if s, ok := r.snapshots[at]; ok {
		return s
	}
	s := trace.Snapshot{Moment: at.moment, Of: map[string][]trace.Holding{}}
	for _, name := range r.Net.Names() {
		if facts := r.Net.Node(name).Holdings(); !strings.HasPrefix(name,
			"user:") { // nobody copies what a person knows
			s.Of[name] = trace.Held(facts)
		}
	}
	if r.snapshots == nil {
		r.snapshots = map[when]trace.Snapshot{}
	}
	r.snapshots[at] = s
	return s
}

// follow notes the way of the messages that somebody wants to see travel.
func (r *run) follow(p world.Packet) {
	if p.From == world.Clock || p.From == world.Environment {
		r.arrived = r.Moment() // what follows has other causes
	}
	k := r.Moment()
	if hops, wanted := r.journeys[k]; wanted && k > r.arrived {
		r.journeys[k] = append(hops, trace.Hop{From: p.From, To: p.To,
			Bytes: len(p.Encode(r.Net.Now())), Private: p.Private()})
	}
}
