package attacks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"doormat/attacks/deduce"
	"doormat/world"
	"doormat/world/law"
)

// group is attacks on one design under settings that differ in At at most. Those
// that only read share one honest run: each script stops where it wants time to
// pass, and the run goes on to the earliest of these points.
type group struct {
	*site
	jobs     []job
	mu       sync.Mutex    // of honest, once the attacks that act run side by side
	honest   *run          // what was noticed when nobody attacked, for long enough; its nodes are gone
	journeys map[int][]Hop // of messages in the honest run, if the lab records

	undisturbed *Recording // of an honest run that no script reads, if the lab records
}

// trial is one attack on one design.
type trial struct {
	job
	header Header
	cell   *Cell
	adv    *adversary
	next   func() (when, bool)
	stop   func()
	err    error
	waits  when
}

// run finishes a cell for each attack: those that act, each in a task of its own.
// Whatever goes wrong is told in the cells that it concerns.
func (g *group) run(ctx context.Context, work *tasks, finish func(point int, c *Cell)) {
	var reading, acting, absent []*trial
	for _, j := range g.jobs {
		t := g.trial(j)
		if err := g.lab.names.Check(t.header); err != nil {
			t.cell.Error = err.Error()
			finish(t.point, t.cell)
			continue
		}
		why := t.settings.Check(g.truth.conv) // those of the lab are checked: these are a header's own
		if why == nil {
			if err := g.setUp(); err != nil {
				t.cell.Error = err.Error()
				finish(t.point, t.cell)
				continue
			}
			why = g.equip(t)
		}
		switch {
		case why != nil && errors.As(why, new(*nameError)):
			t.cell.Error = why.Error()
			finish(t.point, t.cell)
		case why != nil:
			g.absent(t, why)
			absent = append(absent, t)
		case acts(t.header):
			acting = append(acting, t)
		default:
			t.adv.shared = true
			reading = append(reading, t)
		}
	}
	broken := g.read(ctx, reading, len(acting) > 0, finish)
	for _, t := range absent {
		t.cell.Trace.Record = g.undisturbed
		finish(t.point, t.cell)
	}
	var runs []func()
	for _, t := range acting {
		runs = append(runs, func() {
			bounded, cancel := g.lab.bound(ctx)
			defer cancel()
			if broken == nil {
				g.alone(bounded, t)
			}
			g.close(t, broken)
			finish(t.point, t.cell)
			t.release()
		})
	}
	work.add(runs...)
}

// read finishes the cells of attacks that only read, as many over one honest run as there
// is room for. Somebody besides may want to know what an honest run is like.
func (g *group) read(ctx context.Context, reading []*trial, besides bool, finish func(point int, c *Cell)) (broken error) {
	parts := slices.Collect(slices.Chunk(reading, g.lab.together()))
	if len(parts) == 0 && (besides || g.lab.Record) {
		parts = [][]*trial{nil}
	}
	for _, part := range parts {
		bounded, cancel := g.lab.bound(ctx)
		err := world.Guard(func() error { return g.share(bounded, part) })
		for _, t := range part {
			g.close(t, err)
			finish(t.point, t.cell)
			t.release()
		}
		cancel()
		broken = cmp.Or(broken, err)
	}
	return broken
}

// release lets go of the run and of all that the adversary knew. What is shown of them
// is in the cell.
func (t *trial) release() { t.adv, t.next, t.stop = nil, nil, nil }

// acts reports whether an attack can change the course of a run: by a surface
// that it needs, or by sending what it makes.
func acts(h Header) bool {
	return len(h.Applies) > 0 || slices.ContainsFunc(h.Needs, func(need string) bool {
		return !strings.HasSuffix(need, "."+string(world.Store)) && !strings.HasSuffix(need, "."+string(world.Tap))
	})
}

func (g *group) trial(j job) *trial {
	h := j.technique.Header()
	return &trial{job: j, header: h, cell: &Cell{Design: g.design.Info().ID, Attack: h.ID,
		Needs: []string{}, Noticed: []Evidence{}, Disclosed: []Disclosure{}, Trace: Trace{Settings: j.settings}}}
}

// equip prepares the adversary; an error means that the attack is not applicable.
func (g *group) equip(t *trial) error {
	needs, err := g.applicable(t.header, t.settings)
	if err != nil {
		return err
	}
	rules := g.design.Rules()
	t.adv = &adversary{
		know: deduce.New(rules, g.lab.left), lawful: deduce.New(rules, g.lab.left),
		header: t.header, settings: t.settings, design: g.design.Info().ID,
		names: g.lab.names, touched: map[string]bool{}, needs: needs, withheld: map[world.Capability]bool{}, random: g.lab.Seed.Stream("adversary " + t.header.ID),
	}
	principals, used := map[string]bool{}, map[string]bool{}
	for _, c := range needs {
		t.cell.Needs = append(t.cell.Needs, c.String())
		principals[c.Principal] = true
		for _, name := range g.behind(c, t.settings) {
			used[name] = true
		}
		t.adv.withheld[c] = slices.Contains(g.lab.Withhold, c.String())
	}
	t.cell.Applicable, t.cell.Parties, t.cell.Principals = true, len(principals), len(used)
	return nil
}

// behind lists the nodes of this deployment behind a capability; the network is one.
func (g *group) behind(c world.Capability, s world.Settings) []string {
	if c.Principal == world.NetworkName {
		return []string{world.NetworkName}
	}
	members, err := world.Members(c.Principal, s, g.truth.conv.People(s.Target))
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(members, func(name string) bool { return !g.nodes[name] })
}

// applicable resolves the needs of an attack. An error wraps
// world.ErrNotApplicable and names what the design lacks.
func (g *group) applicable(h Header, s world.Settings) ([]world.Capability, error) {
	if missing := lacks(g.design, h); missing != "" {
		return nil, fmt.Errorf("%w: %s", world.ErrNotApplicable, missing)
	}
	needs, err := world.Expand(h.Needs, s)
	if err != nil {
		return nil, err
	}
	people := g.truth.conv.People(s.Target)
	for _, c := range needs {
		if c.Principal == world.NetworkName {
			continue
		}
		if err := somebody(c, people); err != nil {
			return nil, err
		}
		members, err := world.Members(c.Principal, s, people)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(members, func(m string) bool { return g.nodes[m] }) {
			return nil, fmt.Errorf("%w: there is no such principal as %s", world.ErrNotApplicable, c.Principal)
		}
	}
	return needs, nil
}

// absent is a cell of an attack that is not applicable: what the harness found missing is
// the reason. That it is expected needs no writing.
func (g *group) absent(t *trial, why error) {
	t.cell.Missing = strings.TrimPrefix(why.Error(), world.ErrNotApplicable.Error()+": ")
	t.cell.Why = t.cell.Missing
	want, err := t.technique.Expect(keysOf(g.design.Info()), newView(g.truth.conv, t.settings))
	switch {
	case err != nil:
		t.cell.Error = err.Error()
	case want.NotApplicable || want.Unstated:
		t.cell.Expected = true
	default:
		t.cell.Trace.Surprise = "expected an outcome, and the attack is not applicable: " + t.cell.Missing
	}
}

// share runs scripts that only read over one honest run, whose evidence is what
// every other run of the group is compared with.
func (g *group) share(ctx context.Context, trials []*trial) error {
	r, err := g.newRun(ctx, g.deploy)
	if err != nil {
		return err
	}
	if g.lab.Record {
		r.journeys = map[int][]Hop{}
		for _, j := range g.jobs {
			r.journeys[j.settings.At] = nil
		}
	}
	if err := r.Start(); err != nil {
		return err
	}
	start := g.lab.now()
	for _, t := range trials {
		t.begin(ctx, r)
		defer t.stop()
		g.recording(t)
	}
	waiting := slices.Clone(trials)
	for len(waiting) > 0 {
		slices.SortStableFunc(waiting, func(a, b *trial) int {
			return cmp.Or(a.waits.moment-b.waits.moment, a.waits.days-b.waits.days)
		})
		if err := r.reach(waiting[0].waits); err != nil {
			return err
		}
		more := true
		if waiting[0].waits, more = waiting[0].next(); !more {
			waiting = waiting[1:]
		}
	}
	if err := g.endRun(r, len(trials) > 0); err != nil {
		return err
	}
	g.journeys = r.journeys
	for _, t := range trials {
		t.cell.Seconds = (g.lab.now() - start) / float64(len(trials))
	}
	if err := g.restOn(r); err != nil {
		return err
	}
	g.remember(r)
	return nil
}

// remember keeps of an honest run what others are compared with, if it lived longer than
// the one before.
func (g *group) remember(r *run) {
	if g.honest == nil || r.rested > g.honest.rested {
		g.honest = &run{truth: r.truth, rested: r.rested, noticed: r.noticed, heard: r.heard}
	}
}

// sealed is how many days an attack with an order outlives the conversation, unless
// its script rests as well: those of the sealing period, and the night of publication.
const sealed = int(law.SealingPeriod/(24*time.Hour)) + 2

// restOn lets the honest run live as long as those of attacks with orders, with which
// it is compared: less work than another run.
func (g *group) restOn(r *run) error {
	end := len(g.truth.conv.Messages)
	if r.rested >= sealed || !slices.ContainsFunc(g.jobs, func(j job) bool {
		return slices.Contains(j.technique.Header().Needs, courtOrders.String())
	}) {
		return nil
	}
	return r.reach(when{end, sealed})
}

// courtOrders is the capability without which no court signs anything.
var courtOrders = world.Capability{Principal: world.Court, Surface: world.Order}

func (g *group) newRun(ctx context.Context, deploy world.Deploy) (*run, error) {
	r, err := newRun(ctx, g.truth, deploy)
	if err == nil && g.lab.Typed != nil {
		r.typed = func() { g.lab.Typed(g.design.Info().ID, r.Moment()) }
	}
	return r, err
}

// runFor is a run for one attack. If it was granted a quantum computer, the design is set
// up once more, to the same bytes, and what is drawn is noted.
func (g *group) runFor(ctx context.Context, t *trial) (*run, error) {
	if !hasQuantum(t.adv.needs) {
		return g.newRun(ctx, g.deploy)
	}
	env, draws := g.environment(), &world.Draws{}
	env.Memo, env.Draws = nil, draws
	deploy, err := g.design.Setup(env)
	if err != nil {
		return nil, fmt.Errorf("design %s: set-up: %w", g.design.Info().ID, err)
	}
	r, err := g.newRun(ctx, deploy)
	if err != nil {
		return nil, err
	}
	r.quantum = newQuantum(g.design, draws)
	r.watchers = append(r.watchers, r.quantum.watch(r.Net))
	return r, nil
}

// usual lists what is noticed in a run in which nobody attacks.
func (g *group) usual(ctx context.Context, days int) ([]Evidence, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.honest != nil && days <= g.honest.rested {
		return g.honest.by(days), nil
	}
	r, err := g.newRun(ctx, g.deploy)
	if err != nil {
		return nil, err
	}
	if err := r.reach(when{len(g.truth.conv.Messages), days}); err != nil {
		return nil, err // a run cut short says nothing to the trials that follow
	}
	g.remember(r)
	return r.by(days), nil
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
		t.script(ctx)
	})
}

// script runs the technique to its end, whatever that is.
func (t *trial) script(ctx context.Context) {
	t.err = world.Guard(func() error { return t.technique.Run(ctx, t.adv) })
	if err := world.Guard(t.adv.held.release); t.err == nil { // it may have left a loop open
		t.err = err
	}
}

// alone gives an attack that acts a run of its own.
func (g *group) alone(ctx context.Context, t *trial) {
	start := g.lab.now()
	t.err = world.Guard(func() error {
		r, err := g.runFor(ctx, t)
		if err != nil {
			return err
		}
		if !t.header.AtSetUp {
			if err := r.Start(); err != nil {
				return err
			}
		}
		t.adv.run = r
		t.adv.init()
		t.adv.pause = r.reach
		g.recording(t)
		if err := r.comply(t.adv); err != nil {
			return err
		}
		if t.script(ctx); t.err != nil {
			return t.err
		}
		if err := r.Advance(len(g.truth.conv.Messages)); err != nil { // life goes on after the script
			return err
		}
		t.adv.takeStock()
		return r.unseal()
	})
	t.cell.Seconds = g.lab.now() - start
}
