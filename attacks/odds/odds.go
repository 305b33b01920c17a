// Package odds turns what would be enough to read messages into how likely that is, under
// probabilities that somebody else gives.
//
// A [Case] is one arrangement: for each message a fault tree over capabilities such as
// "device:alice.store" and "network.tap", which says which sets of them open it. [Inputs] are the
// probabilities that each kind of capability falls into somebody's hands in a year. They are the
// reader's: this package has none, and [Inputs.Missing] names what the trees ask for and nobody
// has given. [Published] are the few figures that somebody has counted, to choose from. The
// methods are those of the Fault Tree Handbook (Vesely and others, NUREG-0492, 1981); package
// attacks/faulttree does the arithmetic.
//
// # Years
//
// The messages are written in the first year, and the question is whether they have been read by
// the end of the last. What a store holds can be copied in any year, so a store that falls with
// probability p in a year has fallen within y years with probability 1-(1-p)^y. Trees may tell
// moments of the conversation apart ("trustee:2.store@36"): they divide the first year into equal
// parts, and from the last moment on stores stay as they were then (TestMoments). A tap copies what
// travels, so it counts in the first year only; of other things the words [First] and [Later] say
// which fall is meant.
//
// Trustees, and whoever else sits where the setting puts them, hold shares, and shares of one epoch
// only can be put together. If shares never change, all years are one epoch; with a yearly refresh
// each year is one; with a yearly rotation the key of the first year is destroyed at the end of
// the second (TestYears, TestQuorum).
//
// years.go holds these rules, odds.go the sums, quorum.go the closed form.
//
// Capabilities fall independently, but for common causes. One takes in any year everybody of
// those who sit: one flaw in the program that all of them run. Another takes everything that users
// have of their own: one flaw in the program of all phones (TestCommonCauses).
//
// # What comes out
//
// [Case.Row] gives four probabilities ([Goals]): that a given message is read, any of the
// target's, all of the target's, all of this chat; each by a decision diagram, exactly, and by
// simulation, which does not use it (TestSimulated). It says which kind of capability decides most
// for the given message ([Weight]), with which trustees the ways past phones are as likely again as
// the phones ([BreakEven]), and what follows for many users who share provider and trustees and have
// phones of their own ([Crowd]). [Quorum] is t of n trustees alone, in closed form.
//
// None of it is a forecast. Trees come from one conversation and a list of capabilities, chances
// from whoever gave them.
package odds

import (
	"fmt"
	"math/rand/v2"

	"doormat/attacks/faulttree"
	"doormat/world"
)

// A Case is an arrangement with what opens each of its messages.
type Case struct {
	Design     string
	Principals world.Principals  // as declared
	Messages   []*faulttree.Tree // over capabilities, each at a moment or at any
	Moments    []int             // those that events name, in ascending order
	Targets    func(int) bool    // whether message i, from 0, is one of the target's
	LeftOut    []LeftOut         // attacks that speak of another deployment
	// Every set of stores and taps that opens something, or just does not, was tried on real bytes,
	// and none answered otherwise.
	Complete bool
}

// LeftOut is an attack that fixes settings which are not those of the case.
type LeftOut struct {
	Attack string   `json:"attack"`
	Fixes  []string `json:"fixes"` // as "name value"
}

// Goals are probabilities, each from 0 to 1.
type Goals struct {
	Message    float64 `json:"message"`    // that the given message is read
	Any        float64 `json:"any"`        // that any of the target's messages is
	Target     float64 `json:"target"`     // that all of the target's are
	Everything float64 `json:"everything"` // that all of this chat are
}

// each shows the goals one after the other.
func (g *Goals) each() [4]*float64 {
	return [4]*float64{&g.Message, &g.Any, &g.Target, &g.Everything}
}

// A Row is what is likely in one arrangement within so many years.
type Row struct {
	Design string `json:"design"`
	Goals
	Simulated Goals       `json:"simulated"`
	Error     Goals       `json:"error"`     // of these; see [faulttree.Tree.Simulate]
	Matters   []Weight    `json:"matters"`   // for the message, the most important first
	BreakEven []BreakEven `json:"breakeven"` // for each kind that holds shares
	Crowd     Crowd       `json:"crowd"`
	Assumed   []string    `json:"assumed"` // principals whom nothing here can get at
	LeftOut   []LeftOut   `json:"left_out"`
	Complete  bool        `json:"complete"` // of the [Case]; if not, there may be other ways in
}

// Trials of each simulation.
const Trials = 1 << 17

// A Report is rows for one number of years, and whose numbers went in.
type Report struct {
	Years  int    `json:"years"`
	Inputs Inputs `json:"inputs"`
	Rows   []Row  `json:"rows"`
	// Quorums are t of n for the chance of trustees, empty if none is given.
	Quorums []Quorum `json:"quorums"`
}

// NewReport computes a row for each case.
func NewReport(cases []Case, in Inputs, years int, seed uint64) (Report, error) {
	r := Report{Years: years, Inputs: in, Rows: []Row{}, Quorums: in.quorums()}
	for _, c := range cases {
		row, err := c.Row(in, years, seed)
		if err != nil {
			return r, err
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}

// Tree is the fault tree of the given message within so many years, and the chances of its events.
func (c Case) Tree(in Inputs, years int) (*faulttree.Tree, faulttree.Chances) {
	s := c.spread(in, years)
	return s.trees[in.Message-1], s.chances(in)
}

// Row computes one row, within so many years. The seed decides what the simulation draws, and
// nothing else.
func (c Case) Row(in Inputs, years int, seed uint64) (Row, error) {
	row := Row{Design: c.Design, Assumed: []string{}, LeftOut: append([]LeftOut{}, c.LeftOut...),
		Complete: c.Complete}
	for _, p := range c.Principals {
		if len(p.Surfaces) == 0 {
			row.Assumed = append(row.Assumed, p.Name)
		}
	}
	if err := c.row(&row, in, years, seed); err != nil {
		return row, fmt.Errorf("odds of %s, years %d: %w", c.Design, years, err)
	}
	return row, nil
}

func (c Case) row(row *Row, in Inputs, years int, seed uint64) (err error) {
	if in.Message < 1 || in.Message > len(c.Messages) {
		return fmt.Errorf("there is no message %d, they are numbered 1 to %d", in.Message,
			len(c.Messages))
	}
	s := c.spread(in, years)
	goals, chances := s.goals(in.Message-1), s.chances(in)
	random := rand.New(rand.NewPCG(seed, uint64(years)))
	simulated, margin, exact := row.Simulated.each(), row.Error.each(), row.each()
	for i, tree := range goals {
		d, err := tree.Diagram()
		if err != nil {
			return err
		}
		if *exact[i], err = d.Probability(chances); err != nil {
			return err
		}
		e, err := tree.Simulate(chances, random, Trials)
		if err != nil {
			return err
		}
		*simulated[i], *margin[i] = e.Probability, e.Error
		if i > 0 {
			continue
		}
		if row.Matters, err = s.weigh(d, chances); err != nil {
			return err
		}
	}
	if row.BreakEven, err = s.breakEven(in, goals); err != nil {
		return err
	}
	row.Crowd, err = s.crowd(goals[0], in)
	return err
}
