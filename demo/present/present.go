// Package present tells the story of doormat in a terminal, for those who speak from
// one: attacks as acts, acts as screens, screens that a key turns.
//
// A [Show] is a state machine. Keys go in, a screen comes out, and neither knows of
// a terminal, a clock or a file; acts may be handed in while it is under way, since
// each takes a moment to run. Four small drivers use it: [Show.Play] with keys and a
// clock, [Show.Print] for pipes, [Show.Record] for a recording in the format of
// asciinema (asciicast v2, https://docs.asciinema.org/manual/asciicast/v2/), and
// tests.
//
// What a screen says comes from a [replay.Replay], which is made of the same result
// as text and JSON. Nothing about security is computed here, and nothing is said by
// colour alone: each state has a glyph and a word. A screen fits 70 columns and 20
// rows, for letters that the last row of a hall can read. TestScreensFit holds that
// for every attack of the library, TestNumbers that the screens show what was counted.
package present

import (
	"time"

	"doormat/attacks"
	"doormat/demo/replay"
	"doormat/world"
)

// The smallest terminal that a screen fits.
const (
	Width  = 70
	Height = 20
)

// Pace is how long a step of a script stays when nobody presses a key; screens with
// more to read stay longer.
const Pace = 2500 * time.Millisecond

// MaxDesigns is how many designs stand beside each other.
const MaxDesigns = 2

// A Talk is what a show is about, before anything has run.
type Talk struct {
	Conversation *world.Conversation
	BuiltIn      bool // the conversation is that of package story
	Settings     world.Settings
	Seed         uint64
	Designs      []world.Info // at most MaxDesigns
	Acts         []attacks.Header
}

// A Show is a talk under way.
type Show struct {
	talk   Talk
	acts   []act
	at     place
	auto   bool // it goes on by itself
	paused bool
	help   bool
	bare   bool // nobody presses keys, so none are offered
	asking int  // the question that the room answers, -1 for none
}

// act is an attack of the show. Until it has run, replay and err are nil.
type act struct {
	replay *replay.Replay
	err    error
	views  []view
	guess  map[int]attacks.Level // by question
}

// place is where a show is: act 0 is the opening, the one after the last the closing.
type place struct{ act, view int }

// New begins a show at its opening. One with auto goes on by itself.
func New(t Talk, auto bool) *Show {
	s := &Show{talk: t, acts: make([]act, len(t.Acts)), auto: auto, asking: -1}
	for i := range s.acts {
		s.acts[i].guess = map[int]attacks.Level{}
	}
	return s
}

// Ran is what came of running an act, counted from 0.
type Ran struct {
	Act    int
	Replay *replay.Replay
	Err    error
}

// Take hands an act in.
func (s *Show) Take(r Ran) {
	a := &s.acts[r.Act]
	a.replay, a.err = r.Replay, r.Err
	if r.Err == nil {
		a.views = views(r.Replay)
	}
}

// Cells are those of all acts that have run, or the error of the first that did not.
func (s *Show) Cells() (list []attacks.Cell, err error) {
	for _, a := range s.acts {
		if a.err != nil {
			return nil, a.err
		}
		if a.replay != nil {
			list = append(list, a.replay.Result.Cells...)
		}
	}
	return list, nil
}

// kind is what a screen of an act is about.
type kind int

const (
	means   kind = iota // what the adversary may use; the room guesses
	script              // lines of the script
	outcome             // what was counted
	why                 // the lesson
	really              // where it happened, and the source
)

// view is a screen of an act. Steps of the script are those of the replay.
type view struct {
	kind kind
	step int
}

func views(p *replay.Replay) []view {
	var list []view
	for i, s := range p.Steps {
		switch s.Kind {
		case replay.Means:
			list = append(list, view{means, i})
		case replay.Script, replay.After:
			list = append(list, view{script, i})
		case replay.Outcome:
			list = append(list, view{outcome, i}, view{why, i}, view{really, i})
		}
	}
	return list
}
