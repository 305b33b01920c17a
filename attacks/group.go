package attacks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"doormat/world"
)

// group is the attacks on one design under the same settings. Those that only
// read share one honest run: each script stops where it wants time to pass, and
// the run goes on to the earliest of these points.
type group struct {
	lab      *Lab
	truth    *truth
	design   world.Design
	settings world.Settings
	attacks  []Technique

	deploy world.Deploy
	nodes  map[string]bool
	honest []Evidence
}

// trial is one attack on one design.
type trial struct {
	technique Technique
	header    Header
	cell      *Cell
	adv       *adversary
	next      func() (when, bool)
	stop      func()
	err       error
	waits     when
}

func (g *group) run(ctx context.Context, finish func([]*Cell)) error {
	if err := g.settings.Check(g.truth.conv); err != nil {
		return fmt.Errorf("settings of %s: %w", g.attacks[0].Header().ID, err)
	}
	env := world.Environment{Settings: g.settings, Accounts: g.truth.conv.Accounts, Seed: g.lab.Seed}
	var err error
	if g.deploy, err = g.design.Setup(env); err != nil {
		return fmt.Errorf("design %s: set-up: %w", g.design.Info().ID, err)
	}
	g.nodes = names(g.deploy())
	for _, a := range g.truth.conv.Accounts {
		g.nodes[world.UserOf(a)] = true
	}
	var reading, acting []*trial
	var absent []*Cell
	for _, a := range g.attacks {
		t, err := g.trial(a)
		switch {
		case err != nil:
			absent = append(absent, t.cell)
		case acts(t.adv.needs):
			acting = append(acting, t)
		default:
			reading = append(reading, t)
		}
	}
	finish(absent)
	cells, err := g.share(ctx, reading)
	if err != nil {
		return err
	}
	finish(cells)
	for _, t := range acting {
		cell, err := g.alone(ctx, t)
		if err != nil {
			return err
		}
		finish([]*Cell{cell})
	}
	return nil
}

// acts reports whether needs can change the course of a run.
func acts(needs []world.Capability) bool {
	return slices.ContainsFunc(needs, func(c world.Capability) bool {
		return c.Surface != world.Store && c.Surface != world.Tap
	})
}

// trial prepares a cell; an error means that the attack is not applicable, and
// the cell says so.
func (g *group) trial(a Technique) (*trial, error) {
	h := a.Header()
	info := g.design.Info()
	t := &trial{technique: a, header: h, cell: &Cell{
		Design: info.ID, Attack: h.ID, Needs: []string{}, Noticed: []Evidence{}, Trace: Trace{Settings: g.settings},
	}}
	needs, err := g.applicable(h)
	if err != nil {
		g.absent(t, err)
		return t, err
	}
	t.adv = &adversary{
		know: newKnowledge(g.design.Rules()), header: h, settings: g.settings, design: info.ID,
		needs: needs, withheld: map[world.Capability]bool{}, random: g.lab.Seed.Stream("adversary " + h.ID),
	}
	principals := map[string]bool{}
	for _, c := range needs {
		t.cell.Needs = append(t.cell.Needs, c.String())
		principals[c.Principal] = true
		t.adv.withheld[c] = slices.Contains(g.lab.Withhold, c.String())
	}
	t.cell.Applicable, t.cell.Parties = true, len(principals)
	return t, nil
}

// applicable resolves the needs of an attack. An error wraps
// world.ErrNotApplicable and names what the design lacks.
func (g *group) applicable(h Header) ([]world.Capability, error) {
	needs, err := world.Expand(h.Needs, g.settings)
	if err != nil {
		return nil, err
	}
	for _, c := range needs {
		if c.Principal == world.NetworkName {
			continue
		}
		members, err := world.Members(c.Principal, g.settings, g.truth.conv.Partner(g.settings.Target))
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(members, func(m string) bool { return g.nodes[m] }) {
			return nil, fmt.Errorf("%w: there is no such principal as %s", world.ErrNotApplicable, c.Principal)
		}
	}
	rules := g.design.Rules()
	for _, name := range h.Applies {
		if !slices.ContainsFunc(rules, func(r world.Rule) bool { return r.Name == name }) &&
			!slices.ContainsFunc(g.design.Info().Programs, func(p world.Program) bool { return p.Name == name }) {
			return nil, fmt.Errorf("%w: the design has no rule or program %q", world.ErrNotApplicable, name)
		}
	}
	return needs, nil
}

func (g *group) absent(t *trial, why error) {
	t.cell.At = 0
	want, err := t.technique.Expect(keysOf(g.design.Info()), newView(g.truth.conv, g.settings))
	switch {
	case err != nil:
		t.cell.Error = err.Error()
	case want.NotApplicable:
		t.cell.Expected, t.cell.Why = true, want.Why
		return
	default:
		t.cell.Trace.Surprise = "expected an outcome, and the attack is not applicable"
	}
	t.cell.Why = strings.TrimPrefix(why.Error(), world.ErrNotApplicable.Error()+": ")
}

// share runs scripts that only read over one honest run, whose evidence is what
// every other run of the group is compared with.
func (g *group) share(ctx context.Context, trials []*trial) ([]*Cell, error) {
	r, err := newRun(ctx, g.truth, g.deploy)
	if err != nil {
		return nil, err
	}
	start := g.lab.now()
	for _, t := range trials {
		t.begin(ctx, r)
		defer t.stop()
	}
	waiting := slices.Clone(trials)
	for len(waiting) > 0 {
		slices.SortStableFunc(waiting, func(a, b *trial) int {
			return cmp.Or(a.waits.moment-b.waits.moment, a.waits.days-b.waits.days)
		})
		if err := r.reach(waiting[0].waits); err != nil {
			return nil, err
		}
		more := true
		if waiting[0].waits, more = waiting[0].next(); !more {
			waiting = waiting[1:]
		}
	}
	if err := r.Advance(len(g.truth.conv.Messages)); err != nil {
		return nil, err
	}
	g.honest = r.noticed
	var cells []*Cell
	for _, t := range trials {
		cells = append(cells, g.judge(t))
		t.cell.Seconds = (g.lab.now() - start) / float64(len(trials))
	}
	return cells, nil
}

// begin starts a script as a coroutine that stops wherever time must pass.
func (t *trial) begin(ctx context.Context, r *run) {
	t.adv.run = r
	t.adv.init()
	t.next, t.stop = iter.Pull(func(yield func(when) bool) {
		t.adv.pause = func(w when) error {
			if w.moment < r.Moment() || w.moment > len(r.truth.conv.Messages) {
				return fmt.Errorf("moment %d: want one from %d (now) to %d (the end)", w.moment, r.Moment(), len(r.truth.conv.Messages))
			}
			if !yield(w) {
				return errors.New("the run was ended")
			}
			return nil
		}
		t.err = t.technique.Run(ctx, t.adv)
	})
}

// alone gives an attack that acts a run of its own.
func (g *group) alone(ctx context.Context, t *trial) (*Cell, error) {
	start := g.lab.now()
	r, err := newRun(ctx, g.truth, g.deploy)
	if err != nil {
		return nil, err
	}
	t.adv.run = r
	t.adv.init()
	t.adv.pause = r.reach
	if t.err = r.comply(t.adv); t.err == nil {
		t.err = t.technique.Run(ctx, t.adv)
	}
	if t.err == nil { // life goes on after the script
		t.err = r.Advance(len(g.truth.conv.Messages))
	}
	cell := g.judge(t)
	cell.Seconds = g.lab.now() - start
	return cell, nil
}

// judge fills the cell from what the script did and what honest programs saw.
func (g *group) judge(t *trial) *Cell {
	a, c := t.adv, t.cell
	c.At = a.at()
	c.Content = g.truth.content(g.settings.Target, c.At, a.opened)
	c.Metadata = Count{g.truth.metadata(a.derived(world.Metadata)), len(g.truth.conv.Messages)}
	c.Forged, c.FalseClaims = a.run.forged, len(a.wrong)
	c.Noticed = a.run.news(g.honest)
	c.Lawful = Lawful{len(a.run.asked), 0}
	for k := range a.served {
		if a.run.asked[k] {
			c.Lawful.Served++
		}
	}
	c.Trace.Calls = a.calls
	for k := range a.opened {
		c.Trace.Opened = append(c.Trace.Opened, k)
	}
	slices.Sort(c.Trace.Opened)
	if t.err != nil {
		c.Error = t.err.Error()
		return c
	}
	g.compare(t)
	g.prove(t)
	return c
}

func (g *group) compare(t *trial) {
	want, err := t.technique.Expect(keysOf(g.design.Info()), newView(g.truth.conv, g.settings))
	switch {
	case err != nil:
		t.cell.Error = err.Error()
	case want.NotApplicable:
		t.cell.Why, t.cell.Trace.Surprise = want.Why, "expected not to be applicable, and it is"
	default:
		t.cell.Why, t.cell.Trace.Surprise = want.Why, want.met(t.cell)
		t.cell.Expected = t.cell.Trace.Surprise == ""
	}
}

// prove keeps the proof of the first right claim.
func (g *group) prove(t *trial) {
	a := t.adv
	if a.proven < 0 {
		return
	}
	proof, err := a.know.proof(a.run.ctx, a.proven)
	if err != nil {
		t.cell.Error = err.Error()
		return
	}
	t.cell.Trace.Proof = proof
	t.cell.Trace.FirstOpen = g.truth.number[string(a.know.facts[a.proven].Data)]
}

// derived saturates and lists the facts of a kind that rest on loot.
func (a *adversary) derived(kind world.Kind) []world.Fact {
	if err := a.know.saturate(a.run.ctx); err != nil {
		return nil // the script met the same limit, or the run was cancelled
	}
	var facts []world.Fact
	for _, id := range a.know.byKind[kind] {
		if a.know.facts[id].loot {
			facts = append(facts, a.know.facts[id].Fact)
		}
	}
	return facts
}
