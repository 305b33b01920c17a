package generic

import (
	"context"
	"fmt"
	"slices"

	"doormat/attacks"
	"doormat/world"
)

// Goals of an adversary, as far as a cell of the matrix tells them apart: messages of the target's
// and of others, typed before the moment and after, and messages that nobody wrote and somebody
// was shown.
const (
	TargetPast   = "the target's past"
	TargetFuture = "the target's future"
	OthersPast   = "others' past"
	OthersFuture = "others' future"
	Forgery      = "a forged message"
)

// allGoals are in alphabetical order.
var allGoals = []string{Forgery, OthersFuture, OthersPast, TargetFuture, TargetPast}

// Goals tells which goals a cell reaches.
func Goals(c *attacks.Cell) []string {
	goals := []string{}
	for _, g := range []struct {
		name string
		got  int
	}{
		{TargetPast, c.Content.Target.Before}, {TargetFuture, c.Content.Target.After},
		{OthersPast, c.Content.Others.Before}, {OthersFuture, c.Content.Others.After},
		{Forgery, c.Forged},
	} {
		if g.got > 0 {
			goals = append(goals, g.name)
		}
	}
	return goals
}

// A Finding is a set of capabilities with which the adversary reached what it reaches with no
// part of it.
type Finding struct {
	Needs []string `json:"needs"`
	Goals []string `json:"goals"` // that no smaller set reached
	Plays []string `json:"plays"` // in which it did
	// Opens and Forged are the most messages that were opened, and that were believed and nobody
	// wrote, in one of these plays.
	Opens   int  `json:"opens"`
	Forged  int  `json:"forged"`
	Noticed bool `json:"noticed"` // somebody was warned in each of these plays
	// Scripts are attacks of the library that reach some of these goals with no more, and Unscripted
	// the goals that none reaches: see [Report.Compare].
	Scripts    []string `json:"scripts"`
	Unscripted []string `json:"unscripted"`
}

// A Report is what the search did and found.
type Report struct {
	Ran    bool `json:"ran"`
	Moment int  `json:"moment"`
	Single int  `json:"single"` // capabilities that were tried alone
	Pairs  int  `json:"pairs"`
	Tried  int  `json:"tried"` // of the pairs: the others can do no more than their parts
	// All is how many sets these stand for, which differ by a renaming only.
	All        int       `json:"all"`
	Runs       int       `json:"runs"`
	Findings   []Finding `json:"findings"`
	Unscripted int       `json:"unscripted"` // of the findings: a goal of theirs is shown by no attack
	Missed     []Missed  `json:"missed"`
	// Apart are how many attacks of the library reach something with at most two capabilities and are
	// not compared, since they bring orders, have a quantum computer or fix settings.
	Apart   int     `json:"apart"`
	Seconds float64 `json:"seconds"`
}

// Search runs the adversary with each set of at most two capabilities, from the moment that the
// lab's settings say, and notes what it reaches with it. Of sets that differ only by which of
// several trustees, or of others who are counted, is in it, one is run. With two, it tries the same,
// and of programs those that changed something when they ran alone.
func Search(ctx context.Context, lab *attacks.Lab, d world.Design) (*Report, error) {
	start := clock(lab)
	one := *lab
	one.Designs, one.Attacks, one.Progress, one.Ahead, one.Withhold = []world.Design{d}, nil, nil, nil, nil
	f, err := survey(ctx, &one, d)
	if err != nil {
		return nil, err
	}
	s := &search{ctx: ctx, lab: one, design: d, field: f, alone: map[string]*trace{},
		report: &Report{Ran: true, Moment: lab.Settings.At, Findings: []Finding{}, Missed: []Missed{}}}
	for size := 1; size <= 2; size++ {
		sets, all := f.sets(size)
		s.report.All += all
		if size == 1 {
			s.report.Single = len(sets)
		} else {
			s.report.Pairs = len(sets)
			sets = slices.DeleteFunc(sets, func(set []way) bool { return !s.together(set[0], set[1]) })
			s.report.Tried = len(sets)
		}
		if err := s.run(sets); err != nil {
			return nil, err
		}
	}
	s.report.Findings = s.weakest()
	s.report.Seconds = clock(lab) - start
	return s.report, nil
}

// Repeat runs the adversary once more with the set of a finding, in the plays in which it reached its
// goals, and gives what of the finding it finds. It does not compare with the library.
func Repeat(ctx context.Context, lab *attacks.Lab, d world.Design, f Finding) (Finding, error) {
	again := Finding{Needs: f.Needs, Goals: []string{}, Plays: []string{}, Noticed: true,
		Scripts: f.Scripts, Unscripted: f.Unscripted}
	known := []play{stolen, own, answers, replays, drops}
	for _, program := range d.Info().Programs {
		known = append(known, running(program.Name)...)
	}
	one := *lab
	one.Designs, one.Attacks, one.Progress, one.Ahead, one.Withhold = []world.Design{d}, nil, nil, nil, nil
	for i, p := range known {
		if slices.Contains(f.Plays, p.name) {
			one.Attacks = append(one.Attacks, newAdversary(fmt.Sprint("generic-", i+1), d, f.Needs, p))
			again.Plays = append(again.Plays, p.name)
		}
	}
	result, err := one.Run(ctx)
	if err != nil {
		return again, err
	}
	for i := range result.Cells {
		c := &result.Cells[i]
		if c.Error != "" {
			return again, fmt.Errorf("generic: %s with %v: %s", again.Plays[i], f.Needs, c.Error)
		}
		again.add(c, slices.DeleteFunc(Goals(c), func(goal string) bool { return !slices.Contains(f.Goals, goal) }))
	}
	again.sort()
	slices.SortFunc(again.Plays, func(a, b string) int { return slices.Index(f.Plays, a) - slices.Index(f.Plays, b) })
	return again, nil
}

// add notes what a cell reaches that no smaller set did.
func (f *Finding) add(c *attacks.Cell, goals []string) {
	f.Goals = append(f.Goals, goals...)
	f.Opens = max(f.Opens, c.Content.Target.Recovered+c.Content.Others.Recovered)
	f.Forged = max(f.Forged, c.Forged)
	f.Noticed = f.Noticed && len(c.Noticed) > 0
}

func (f *Finding) sort() {
	slices.Sort(f.Goals)
	f.Goals = slices.Compact(f.Goals)
}

func clock(lab *attacks.Lab) float64 {
	if lab.Clock == nil {
		return 0
	}
	return lab.Clock()
}

// search is what was found so far.
type search struct {
	ctx    context.Context
	lab    attacks.Lab
	design world.Design
	field  *field
	report *Report
	alone  map[string]*trace // by set
}

// trace is what sets of one capability left behind.
type trace struct {
	goals    []string
	programs []string            // those that changed something
	ready    map[world.Kind]bool // kinds of facts that it had in the end
	mute     map[string]bool     // in whose names it had packets to send, and might not speak
}

// together tells whether two capabilities may do more than each alone. They do if a rule takes
// kinds of facts that neither has and both have between them, or if with one there are packets to
// send in the name of somebody whom the other holds. Otherwise the adversary would do with both just
// what it does with each.
func (s *search) together(a, b way) bool {
	x, y := s.of(a), s.of(b)
	if slices.Equal(goalsOf(x, y), allGoals) {
		return false // there is nothing left to find
	}
	speaks := func(t *trace, w way) bool {
		for name := range t.mute {
			alike := w.count != "" && world.KindOf(name) == w.kind // any number stands for any other
			if w.need.Surface == world.Tamper ||
				w.need.Surface == world.Control && (alike || slices.Contains(w.members, name)) {
				return true
			}
		}
		return false
	}
	return speaks(x, b) || speaks(y, a) || slices.ContainsFunc(s.design.Rules(), func(r world.Rule) bool {
		takes := r.Takes
		if r.All != "" && !r.Make {
			takes = append(slices.Clone(takes), r.All)
		}
		has := func(sets ...*trace) bool {
			return !slices.ContainsFunc(takes, func(k world.Kind) bool {
				return !slices.ContainsFunc(sets, func(t *trace) bool { return t.ready[k] })
			})
		}
		return has(x, y) && !has(x) && !has(y)
	})
}

// of gives what one capability left behind, or one like it.
func (s *search) of(w way) *trace { return s.alone[s.field.canonical([]way{w})] }

// goalsOf lists what both reach, in order, each once.
func goalsOf(list ...*trace) (goals []string) {
	for _, t := range list {
		goals = append(goals, t.goals...)
	}
	slices.Sort(goals)
	return slices.Compact(goals)
}

// run tries sets of one size.
func (s *search) run(sets [][]way) error {
	of := map[string]int{} // the set that an adversary has
	players := map[string]*adversary{}
	s.lab.Attacks = nil
	for i, set := range sets {
		for n, p := range s.plays(set) {
			a := newAdversary(fmt.Sprintf("generic-%d-%d", i+1, n+1), s.design, needs(set), p)
			of[a.header.ID], players[a.header.ID] = i, a
			s.lab.Attacks = append(s.lab.Attacks, a)
		}
	}
	if len(s.lab.Attacks) == 0 {
		return nil
	}
	s.report.Runs += len(s.lab.Attacks)
	result, err := s.lab.Run(s.ctx)
	if err != nil {
		return err
	}
	cells := make([][]*attacks.Cell, len(sets))
	for i := range result.Cells {
		c := &result.Cells[i]
		if c.Error != "" {
			a := players[c.Attack]
			return fmt.Errorf("generic: %s with %v: %s", a.play.name, a.header.Needs, c.Error)
		}
		cells[of[c.Attack]] = append(cells[of[c.Attack]], c)
	}
	for i, set := range sets {
		s.judge(set, cells[i], players)
	}
	return nil
}

// plays lists what is tried with a set.
func (s *search) plays(set []way) []play {
	list := []play{stolen, own}
	for _, w := range set {
		programs := s.field.programs[w.need.String()]
		if len(set) > 1 {
			programs = s.of(w).programs
		}
		for _, program := range programs {
			for _, p := range running(program) {
				if !slices.Contains(list, p) && (p.own || len(set) == 1) {
					list = append(list, p)
				}
			}
		}
	}
	if slices.ContainsFunc(set, way.holds) {
		list = append(list, answers, replays, drops)
	}
	return list
}

// weakest leaves out findings that only have more of somebody than another one with the same goals:
// control of a phone instead of a copy of it, a jurisdiction instead of its provider.
func (s *search) weakest() []Finding {
	out := []Finding{}
	for _, f := range s.report.Findings {
		if !slices.ContainsFunc(s.report.Findings, func(other Finding) bool {
			same := s.field.more(other.Needs, f.Needs) // then the one that says it in fewer words
			shorter := len(fmt.Sprint(other.Needs)) < len(fmt.Sprint(f.Needs))
			return s.field.more(f.Needs, other.Needs) && (!same || shorter) &&
				!slices.ContainsFunc(f.Goals, func(goal string) bool { return !slices.Contains(other.Goals, goal) })
		}) {
			out = append(out, f)
		}
	}
	return out
}

// judge notes what a set reaches, and what of it no part of it did.
func (s *search) judge(set []way, cells []*attacks.Cell, players map[string]*adversary) {
	found := Finding{Needs: needs(set), Goals: []string{}, Plays: []string{}, Noticed: true,
		Scripts: []string{}, Unscripted: []string{}}
	left := &trace{ready: map[world.Kind]bool{}, mute: map[string]bool{}}
	var before []string
	for _, w := range set {
		if len(set) > 1 {
			before = append(before, s.of(w).goals...)
		}
	}
	for _, c := range cells { // in the order of plays
		a := players[c.Attack]
		fresh := slices.DeleteFunc(Goals(c), func(goal string) bool { return slices.Contains(before, goal) })
		if program := a.play.program; program != "" && !slices.Contains(left.programs, program) &&
			left.moved(a, fresh) {
			left.programs = append(left.programs, a.play.program)
		}
		left.goals = append(left.goals, Goals(c)...)
		for kind, ready := range a.ready {
			left.ready[kind] = left.ready[kind] || ready
		}
		for name := range a.mute {
			left.mute[name] = true
		}
		if len(fresh) > 0 {
			found.Plays = append(found.Plays, a.play.name)
			found.add(c, fresh)
		}
	}
	if len(set) == 1 {
		s.alone[s.field.canonical(set)] = left
	}
	if len(found.Goals) > 0 {
		found.sort()
		s.report.Findings = append(s.report.Findings, found)
	}
}

// moved tells whether an adversary got further than others with the same set before it.
func (t *trace) moved(a *adversary, goals []string) bool {
	for kind, ready := range a.ready {
		if ready && !t.ready[kind] {
			return true
		}
	}
	return slices.ContainsFunc(goals, func(goal string) bool { return !slices.Contains(t.goals, goal) })
}
