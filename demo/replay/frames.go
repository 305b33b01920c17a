package replay

import (
	"maps"
	"slices"

	"doormat/attacks"
	"doormat/attacks/trace"
	"doormat/world"
)

// tell makes the steps.
func (p *Replay) tell() {
	now := make([]Frame, len(p.Result.Cells))
	var designs [][]eventGroup
	for i := range p.Result.Cells {
		c := &p.Result.Cells[i]
		now[i] = Frame{Cell: c, Opened: map[int]bool{}}
		now[i].count(p.Conversation)
		now[i].look()
		designs = append(designs, eventGroups(c.Trace.Events))
	}
	add := func(s Step) {
		s.Frames = slices.Clone(now)
		p.Steps = append(p.Steps, s)
	}
	add(Step{Kind: Opening, Title: p.Conversation.Title, Text: p.opening()})
	add(Step{Kind: Means, Title: p.means(), Text: p.Header.Happens})
	for _, step := range align(designs) {
		for i := range now {
			now[i] = now[i].after(step.of[i], p.Conversation)
		}
		live(now)
		add(p.scripted(step))
	}
	for i := range now {
		now[i] = now[i].after(nil, p.Conversation)
		now[i].Noticed = now[i].Cell.Noticed
		now[i].Forged = now[i].Cell.Forged
		if rec := now[i].Cell.Trace.Record; rec != nil && len(rec.Snapshots) > 0 {
			now[i].Moment = len(p.Conversation.Messages)
			now[i].look()
		}
	}
	add(Step{Kind: Outcome, Title: "What came of it", Text: p.Header.Why})
}

// live lets time pass where the attack is not applicable as it does beside it.
func live(now []Frame) {
	moment := 0
	for i := range now {
		moment = max(moment, now[i].Moment)
	}
	for i := range now {
		if !now[i].Cell.Applicable {
			now[i].Moment = moment
			now[i].look()
		}
	}
}

// after is how things stand when a group of events has run, which may be nil.
func (f Frame) after(s *eventGroup, c *world.Conversation) Frame {
	f.Ran, f.Did, f.New = s != nil, nil, nil
	if s == nil {
		return f
	}
	f.Opened, f.Used, f.Gained = maps.Clone(f.Opened), slices.Clone(f.Used), slices.Clone(f.Gained)
	for _, e := range s.events {
		f.Moment, f.Days, f.Forged = e.Moment, e.Days, e.Forged
		f.Noticed = f.Cell.Noticed[:min(e.Noticed, len(f.Cell.Noticed))]
		f.Posed = f.Posed || e.Posed
		f.Files, f.Calls, f.False = f.Files+len(e.Files), f.Calls+len(e.Calls), f.False+e.False
		for _, c := range e.Uses {
			if !slices.Contains(f.Used, c) {
				f.Used = append(f.Used, c)
			}
		}
		for _, g := range e.Gained {
			f.gain(g)
		}
		for _, k := range e.Opened {
			f.Opened[k] = true
		}
		f.New = append(f.New, e.Opened...)
	}
	f.Did = did(s.events)
	f.count(c)
	f.look()
	return f
}

func (f *Frame) gain(g trace.Gain) {
	for i := range f.Gained {
		if f.Gained[i].Origin == g.Origin && f.Gained[i].Kind == g.Kind {
			f.Gained[i].Facts += g.Facts
			return
		}
	}
	f.Gained = append(f.Gained, g)
}

// look finds what the principals held last.
func (f *Frame) look() {
	rec := f.Cell.Trace.Record
	if rec == nil {
		return
	}
	for i := range rec.Snapshots {
		if f.Snapshot == nil || rec.Snapshots[i].Moment <= f.Moment {
			f.Snapshot = &rec.Snapshots[i]
		}
	}
}

// count sums up what is open.
func (f *Frame) count(c *world.Conversation) {
	f.Content = attacks.Tally(c, f.Cell.Trace.Settings.Target, f.Cell.At, f.Opened)
}
