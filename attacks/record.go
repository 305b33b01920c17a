package attacks

import "doormat/attacks/trace"

// record ends the event under way: text describes the call that it was.
func (a *adversary) record(line int, method, text string) {
	e := a.now
	a.now = trace.Event{}
	e.Line, e.Method, e.Text, e.Times = line, method, text, 1
	e.Moment, e.Days, e.Forged, e.Heard = a.run.Moment(), a.held.days, len(a.run.forged),
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
		len(a.run.forged) > last.Forged {
		a.record(0, "", "life goes on")
	}
}

// startRecording begins to keep what a trial knows and claims, if the lab wants that.
func (t *trial) startRecording() {
	if t.on.lab.Record {
		t.adv.rec = trace.NewRecording(t.adv.know, t.adv.claims)
	}
}
