// Package replay tells one attack step by step: what the script does, line by line,
// and what each design has lost by then. Stage, terminal and report show the same
// replay, so that none of them can tell another story than the numbers.
//
// It computes nothing about security. A replay is made from the [attacks.Result]
// that text and JSON come from, and from its traces; TestFramesAgree holds that what
// the last frame shows is what the result counted, for every attack of the library.
package replay

import (
	"context"
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/attacks/technique"
	"doormat/world"
)

// A Replay is one attack on every design of a result, step by step.
type Replay struct {
	Header       technique.Header
	Script       []string // the lines of the script; line 1 is Script[0]
	Result       *attacks.Result
	Conversation *world.Conversation
	Steps        []Step // opening, means, those of the script, outcome
}

// A Kind says what a step is about.
type Kind string

const (
	Opening Kind = "opening" // who talks, and how a message travels
	Means   Kind = "means"   // what the adversary may use; the room guesses here
	Script  Kind = "script"  // lines of the script
	After   Kind = "after"   // life goes on after the script's end
	Outcome Kind = "outcome" // what the harness counted
)

// A Step is what a speaker shows at once.
type Step struct {
	Kind   Kind
	Title  string
	Text   string  // a sentence or two, "" if the title says it
	From   int     // lines of the script that run, 0 for none
	To     int     // the last of them
	Frames []Frame // in the order of the result's designs: how things stand after the step
}

// A Frame is how things stand in one design. All but Ran, Did and New is so far.
type Frame struct {
	Cell    *attacks.Cell
	Ran     bool     // the step did something in this design
	Did     []string // what it did, in words
	Used    []string // capabilities that were used, as in Cell.Needs
	New     []int    // messages opened by this step, in the order of claims
	Opened  map[int]bool
	Content attacks.Content // what Opened counts
	Files   int
	Calls   int
	False   int
	Forged  int
	Posed   bool // keys went out, or a session began, in somebody else's name
	Noticed []attacks.Evidence
}

// Run runs one attack on every design of the lab and makes the replay.
func Run(ctx context.Context, lab *attacks.Lab, t technique.Technique) (*Replay, error) {
	l := *lab
	l.Attacks, l.Record = []technique.Technique{t}, true
	r, err := l.Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("replay: attack %s: %w", t.Header().ID, err)
	}
	return New(r, t, l.Conversation), nil
}

// New makes a replay of the cells of t in a result, which may hold other attacks.
func New(r *attacks.Result, t technique.Technique, c *world.Conversation) *Replay {
	one := *r
	one.Attacks, one.Cells = nil, nil
	for _, a := range r.Attacks {
		if a.ID == t.Header().ID {
			one.Attacks = append(one.Attacks, a)
		}
	}
	for _, cell := range r.Cells {
		if cell.Attack == t.Header().ID {
			one.Cells = append(one.Cells, cell)
		}
	}
	p := &Replay{Header: t.Header(), Script: lines(t.Source()), Result: &one, Conversation: c}
	p.tell()
	return p
}

func lines(source string) []string { return strings.Split(strings.TrimRight(source, "\n"), "\n") }

// Settings are the run's as the attack's header overrides them. What a column fixes besides
// stands in its row of the result.
func (p *Replay) Settings() world.Settings {
	s, err := p.Header.Override(p.Result.Settings, world.Info{})
	if err != nil { // the header was read with it
		return p.Result.Settings
	}
	return s
}

// Prove opens a claim of a design, by its place in the result's designs: the proof of
// message k, folded for reading. The run must have been recorded.
func (p *Replay) Prove(ctx context.Context, design, k int) (deduce.Proof, error) {
	if design < 0 || design >= len(p.Result.Cells) {
		return nil, fmt.Errorf("replay: there is no design %d", design)
	}
	rec := p.Result.Cells[design].Trace.Record
	if rec == nil {
		return nil, fmt.Errorf("replay: message %d: no run of %s was recorded that claimed it", k,
			p.Header.ID)
	}
	return rec.Prove(ctx, k)
}
