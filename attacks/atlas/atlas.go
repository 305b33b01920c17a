// Package atlas finds every set of things that a passive adversary must get to read a message.
//
// Rows of the matrix are attacks that somebody thought of. Here nobody thinks of any. One
// honest run is surveyed: what every store of every principal yields at chosen moments, and
// what a tap has seen. Each of these is an [Event]. From everything at once all conclusions are
// drawn with the design's real cryptography, and every firing of every rule is noted, also of
// those whose conclusions were known already. That is a graph of facts, in which the sets of
// events that yield a fact follow from those of what it was concluded from (labels, label.go).
// A minimal set is one from which nothing can be left out; a maximal set is one that yields
// nothing, and would if anything were added. Package bdd holds such sets as decision diagrams and
// lists them ([bdd.Space.Minimal]).
//
// # Why there is no other
//
// The [Certificate] tries what was found: each minimal set is taken, all that follows from it is
// computed, and the message must be there; each maximal set is taken, and it must not. If more
// loot never gives less, a set that contains a minimal one reads the message, one that is contained
// in a maximal one does not, and every set is one or the other, since the maximal sets are the
// complements of the minimal sets of the dual function. Where a set answers otherwise, the graph
// has missed something; it is mended there, and everything is tried again (TestCertificate).
// That more never gives less is a property of the rules, which tests look for and nobody has
// proved (worldtest, TestIncrementalEqualsBatch in deduce).
//
// What is tried uses each firing of a rule with a fixed number of inputs that was computed once:
// rules are pure. It applies rules that combine, such as those that put shares together, anew to
// each set's own facts. Some sets of both kinds, or as many as
// one likes, are computed again from raw bytes and nothing else, and have to give the same facts,
// all of them ([Certificate.Recomputed]). TestEverySet does so with every set there is, and
// TestModels in demo compares with models that somebody wrote from the designs' pages alone.
//
// # What this cannot see
//
// The adversary is passive: it takes stores and taps. It hands out no keys, forges no orders
// and runs no programs, and nobody unlocks anything for it. It takes at the chosen moments
// only, and with the last of them the run ends, and what a tap sees of it. What a rule does not
// say, it does not know. [FindMeans] runs the attacks of the library that do more, on subsets of
// their needs, and package generic has an adversary who knows no design do what it can with two
// capabilities at most; neither proves that there is nothing else.
package atlas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"doormat/attacks"
	"doormat/attacks/bdd"
	"doormat/attacks/deduce"
	"doormat/attacks/truth"
	"doormat/world"
)

// An Event is a capability that an adversary gets: a store at a moment, or a tap, which runs
// from before the first message, and has no moment.
type Event struct {
	Capability world.Capability
	Moment     int
}

func (e Event) String() string {
	if e.Moment == 0 {
		return e.Capability.String()
	}
	return fmt.Sprintf("%s@%d", e.Capability, e.Moment)
}

// Sets is how many minimal, and how many maximal, sets of a goal are listed and tried, unless
// other numbers are asked for.
const Sets = 20000

// Moments are those that are usual: half of so many messages, rounded up, and the last.
func Moments(messages int) []int { return slices.Compact([]int{(messages + 1) / 2, messages}) }

// Nodes bounds the decision diagrams of one atlas.
const Nodes = 4 << 20

// An Atlas is what can be read of one arrangement, and by whom.
type Atlas struct {
	Design   world.Design
	Info     world.Info
	Settings world.Settings
	Moments  []int
	Events   []Event // the variables of functions, in order
	Again    int     // how many sets of each kind a certificate computes again from raw bytes
	Goals    []Goal
	Truth    *truth.Truth

	rules []world.Rule
	graph *graph
	loot  [][]int // by event: the ids of what it yields
	gates map[gateKey]*gate
	space *bdd.Space
	label []bdd.Func
}

type gateKey struct{ join, conclusion int }

// A Goal is something that an adversary may want to read.
type Goal struct {
	Name       string
	Message    int  // the number of the one message that it is, or 0
	Attachment int  // the number of the one attachment that it is, or 0
	Several    bool // it is several things, all of which have to be read

	facts    [][]int // the ids of the facts that are each thing, of which one is enough
	metadata bool    // the things are who wrote to whom and when
	function bdd.Func
}

// Explore surveys a design at some moments, in ascending order, and computes which events read
// what.
func Explore(ctx context.Context, lab *attacks.Lab, d world.Design, moments []int) (*Atlas, error) {
	if err := checkMoments(moments, len(lab.Conversation.Messages)); err != nil {
		return nil, err
	}
	a := &Atlas{Design: d, Info: d.Info(), Moments: moments, Again: Again, rules: d.Rules(), gates: map[gateKey]*gate{},
		space: bdd.New(Nodes)}
	know := deduce.New(a.rules, deduce.Budget{})
	yields := map[Event][]int{}
	surveyed, err := lab.Survey(ctx, d, moments, func(moment int, loot []attacks.Loot) error {
		for _, l := range loot {
			e := Event{l.Capability, moment}
			if l.Capability.Surface == world.Tap {
				e.Moment = 0
			}
			ids := []int{}
			for _, f := range l.Facts {
				ids = append(ids, know.Add(deduce.Entry{Fact: f, Origin: e.String(), Loot: true}))
			}
			yields[e] = ids // of a tap, that of the last moment is all
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.Settings, a.Truth = surveyed.Settings, surveyed.Truth
	for e := range yields {
		a.Events = append(a.Events, e)
	}
	slices.SortFunc(a.Events, compareEvents)
	for _, e := range a.Events {
		a.loot = append(a.loot, yields[e])
	}
	if a.graph, err = newGraph(know, func() error { return know.Saturate(ctx) }); err != nil {
		return nil, err
	}
	for i := range a.graph.joins {
		for conclusion, from := range a.graph.joins[i].gives {
			set, err := a.graph.shrink(i, conclusion, from)
			if err != nil {
				return nil, err
			}
			a.gates[gateKey{i, conclusion}] = &gate{sets: [][]int{set}}
		}
	}
	a.goals()
	return a, a.conclude()
}

// ErrMoments is wrapped when moments are not in the conversation, or not in order.
var ErrMoments = errors.New("moments")

func checkMoments(moments []int, messages int) error {
	if len(moments) == 0 {
		return fmt.Errorf("%w: none given, want at least one", ErrMoments)
	}
	for i, m := range moments {
		switch {
		case m < 1 || m > messages:
			return fmt.Errorf("%w: %d is not in the conversation: want 1 to %d", ErrMoments, m, messages)
		case i > 0 && m <= moments[i-1]:
			return fmt.Errorf("%w: %d after %d: want each later than the one before", ErrMoments, m,
				moments[i-1])
		}
	}
	return nil
}

// compareEvents puts next to each other what stands for each other: the moments of one
// principal, and the principals of one kind.
func compareEvents(a, b Event) int {
	kind, number := world.KindOf(a.Capability.Principal), world.KindOf(b.Capability.Principal)
	return cmp.Or(cmp.Compare(kind, number),
		cmp.Compare(len(a.Capability.Principal), len(b.Capability.Principal)), // 2 before 10
		cmp.Compare(a.Capability.String(), b.Capability.String()),
		cmp.Compare(a.Moment, b.Moment))
}

// conclude computes the functions of all goals.
func (a *Atlas) conclude() error {
	if err := a.labels(); err != nil {
		return err
	}
	for i := range a.Goals {
		g := &a.Goals[i]
		parts := make([]bdd.Func, len(g.facts))
		for n, ids := range g.facts {
			for _, id := range ids {
				parts[n] = a.space.Or(parts[n], a.label[id])
			}
		}
		if g.Several {
			g.function = a.space.And(parts...)
		} else {
			g.function = a.space.Or(parts...)
		}
	}
	return a.space.Err()
}
