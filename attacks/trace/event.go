package trace

import (
	"slices"

	"doormat/world"
)

// An Event is a call of a script and what came of it. Calls of one line that follow
// each other are one event.
type Event struct {
	Line   int    // in the script, 0 for what happened after its end
	Method string // such as "take"
	Text   string // the first call in words: "take(provider.store): 151 facts"
	Times  int    // how many calls
	Moment int    // messages typed when they had returned
	Days   int    // of rest after the last message

	Uses   []string // capabilities that were used, as in the cell's needs
	Gained []Gain   // loot and packets that came in meanwhile
	Opened []int    // messages whose first right claim is here, in the order of claims
	Files  []int    // the same of attachments, by number in the conversation from 1
	Calls  []int    // the same of calls of which the last utterance was claimed here
	False  int      // false claims, each once

	Posed bool // keys were handed out, or a session begun, in somebody else's name

	Smuggled int // claims of what the script had handed in or nobody had typed, each once

	Forged  int // forged messages on screens so far
	Noticed int // how many of the cell's Noticed had been noticed by then

	Heard int // what honest programs had noticed by then, the usual included
}

// A Gain is facts of one kind that came from one capability.
type Gain struct {
	Origin string
	Kind   world.Kind
	Facts  int
}

// Gain notes so many facts of loot for the event under way.
func (e *Event) Gain(origin string, kind world.Kind, facts int) {
	for i := range e.Gained {
		if g := &e.Gained[i]; g.Origin == origin && g.Kind == kind {
			g.Facts += facts
			return
		}
	}
	e.Gained = append(e.Gained, Gain{origin, kind, facts})
}

// Use notes that a capability was used.
func (e *Event) Use(capability string) {
	if !slices.Contains(e.Uses, capability) {
		e.Uses = append(e.Uses, capability)
	}
}

// maxEvents is how many events a trace has at most: what a longer loop does is
// counted with the last one.
const maxEvents = 10_000

// Append adds an event to those before it. It joins the last one if both are calls of one
// line, or if there are too many.
func Append(events []Event, e Event) []Event {
	if n := len(events); n > 0 {
		last := &events[n-1]
		if n == maxEvents || last.Line == e.Line && last.Method == e.Method {
			last.join(e)
			return events
		}
	}
	return append(events, e)
}

// join adds what came of a later call.
func (e *Event) join(later Event) {
	e.Times += later.Times
	e.Moment, e.Days, e.Forged, e.Heard = later.Moment, later.Days, later.Forged, later.Heard
	for _, c := range later.Uses {
		if !slices.Contains(e.Uses, c) {
			e.Uses = append(e.Uses, c)
		}
	}
	for _, g := range later.Gained {
		e.Gain(g.Origin, g.Kind, g.Facts)
	}
	e.Opened, e.Files, e.False = append(e.Opened, later.Opened...), append(e.Files, later.Files...),
		e.False+later.False
	e.Posed = e.Posed || later.Posed
	e.Calls, e.Smuggled = append(e.Calls, later.Calls...), e.Smuggled+later.Smuggled
}

// Date says of each event how much of the evidence was there by then; news are
// the places of that evidence in all that was noticed.
func Date(events []Event, news []int) {
	for i := range events {
		events[i].Noticed, _ = slices.BinarySearch(news, events[i].Heard)
	}
}
