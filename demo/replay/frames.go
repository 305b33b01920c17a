package replay

import (
	"maps"
	"slices"

	"doormat/attacks"
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
		add(p.scripted(step))
	}
	for i := range now {
		now[i] = now[i].after(nil, p.Conversation)
		now[i].Noticed = now[i].Cell.Noticed
		now[i].Forged = now[i].Cell.Forged
	}
	add(Step{Kind: Outcome, Title: "What came of it", Text: p.Header.Why})
}

// after is how things stand when a group of events has run, which may be nil.
func (f Frame) after(s *eventGroup, c *world.Conversation) Frame {
	f.Ran, f.Did, f.New = s != nil, nil, nil
	if s == nil {
		return f
	}
	f.Opened, f.Used = maps.Clone(f.Opened), slices.Clone(f.Used)
	for _, e := range s.events {
		f.Forged = e.Forged
		f.Noticed = f.Cell.Noticed[:min(e.Noticed, len(f.Cell.Noticed))]
		f.Posed = f.Posed || e.Posed
		f.Files, f.Calls, f.False = f.Files+len(e.Files), f.Calls+len(e.Calls), f.False+e.False
		for _, c := range e.Uses {
			if !slices.Contains(f.Used, c) {
				f.Used = append(f.Used, c)
			}
		}
		for _, k := range e.Opened {
			f.Opened[k] = true
		}
		f.New = append(f.New, e.Opened...)
	}
	f.Did = did(s.events)
	f.count(c)
	return f
}

// count sums up what is open.
func (f *Frame) count(c *world.Conversation) {
	f.Content = attacks.Tally(c, f.Cell.Trace.Settings.Target, f.Cell.At, f.Opened)
}
