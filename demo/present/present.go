// Package present tells the story of doormat in a terminal, for those who speak from
// one: attacks as acts, acts as screens, screens that a key turns.
//
// A [Show] is a model of bubbletea (https://charm.land/bubbletea), which keeps the
// terminal: [Show.Update] takes keys, the clock and acts that have run, and
// [Show.Screen] is what it looks like then, without knowing of a terminal. So
// [Show.Print] for pipes, [Show.Record] for a recording in the format of asciinema
// (asciicast v2, https://docs.asciinema.org/manual/asciicast/v2/) and tests show the
// same screens.
//
// What a screen says comes from the beats of a [replay.Replay], which is made of the same
// result as text and JSON. Nothing about security is computed here, and nothing is said by
// colour alone: each state has a glyph and a word. A screen fits 70 columns and 20
// rows, for letters that the last row of a hall can read. TestScreensFit holds that
// for every attack of the library, TestNumbers that the screens show what was counted.
package present

import (
	"time"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/wall"
	"doormat/world"
)

// The smallest terminal that a screen fits.
const (
	Width  = 70
	Height = 20
)

// Pace is how long a screen stays when nobody presses a key: the whole story takes two minutes.
const Pace = 6500 * time.Millisecond

// MaxDesigns is how many designs stand beside each other.
const MaxDesigns = 3

// A Talk is what a show is about, before anything has run.
type Talk struct {
	Conversation *world.Conversation
	Story        *story.Story // whose conversation it is, nil of an imported one
	Settings     world.Settings
	Seed         uint64
	Designs      []world.Info // at most MaxDesigns
	Acts         []technique.Header
	Cards        map[int]Card // by their places among acts, where an act's header stays empty
	Title        string       // over the opening, "" for the usual one
	Run          func(act int) Ran
	Auto         bool // it goes on by itself
	Pace         time.Duration
}

// A Card is what a lesson shows between acts: a text, a question to the room.
type Card interface {
	Heading() string
	Corner() string           // a few words at the top right
	Lines(width int) []string // under the heading; texts from outside
	Press(key string) bool    // takes a key, and reports whether it was one of the card's
	Keys() string             // that it takes, "" for none
}

// A Show is a talk under way.
type Show struct {
	Talk
	acts          []act
	at            place
	paused, help  bool
	bare          bool // nobody presses keys, so none are offered
	asking        int  // the design about which the room is asked, -1 for none
	width, height int
	timed         place // the screen whose time runs
	turn          turn  // the clock's last order; those before it are void
}

// act is an attack of the show. Until it has run, replay and err are nil.
type act struct {
	replay *replay.Replay
	err    error
	beats  []wall.Beat
	guess  map[int]summary.State // by design
}

// place is where a show is: act 0 is the opening, the one after the last the closing.
type place struct{ act, beat int }

// New begins a show at its opening.
func New(t Talk) *Show {
	s := &Show{Talk: t, acts: make([]act, len(t.Acts)), asking: -1, timed: nowhere}
	s.width, s.height = 80, 24
	for i := range s.acts {
		s.acts[i].guess = map[int]summary.State{}
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
	if a.replay, a.err = r.Replay, r.Err; r.Err != nil {
		return
	}
	t := wall.Teller{Replay: r.Replay, Slogans: map[string]string{}, Invented: s.Story != nil}
	for _, d := range s.Designs {
		t.Slogans[d.ID] = d.Slogan
	}
	if s.Story != nil {
		t.Telling = s.Story.Telling()
	}
	a.beats = t.Tell()
}

// Cell is that of an act in a design, nil until the act has run.
func (s *Show) Cell(act int, design string) *attacks.Cell {
	if p := s.acts[act].replay; p != nil {
		for i := range p.Result.Cells {
			if c := &p.Result.Cells[i]; c.Design == design {
				return c
			}
		}
	}
	return nil
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
