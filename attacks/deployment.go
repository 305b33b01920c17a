package attacks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"doormat/attacks/quantum"
	"doormat/attacks/technique"
	"doormat/attacks/truth"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/memo"
)

// deployment is a design set up under settings, for all trials of it under these, and
// what an honest run of it is like. Trials that only read share such a run: each script
// stops where it wants time to pass, and the run goes on to the earliest of these points.
type deployment struct {
	lab      *Lab
	truth    *truth.Truth
	design   world.Design
	settings world.Settings // without At
	memo     *memo.Memo

	once   sync.Once
	err    error
	deploy world.Deploy
	nodes  map[string]bool

	mu     sync.Mutex // of honest, since batches run side by side
	honest *run       // what was noticed when nobody attacked, for long enough; its nodes are gone
}

// setUp sets the design up, the first time.
func (d *deployment) setUp() error {
	d.once.Do(func() { d.err = world.Guard(d.build) })
	return d.err
}

func (d *deployment) build() error {
	var err error
	if d.deploy, err = d.design.Setup(d.config()); err != nil {
		return fmt.Errorf("design %s: set-up: %w", d.design.Info().ID, err)
	}
	d.nodes = names(d.deploy())
	for _, a := range d.truth.Conversation.Accounts {
		d.nodes[world.UserOf(a)] = true
	}
	d.nodes[world.QuantumName] = len(d.design.Info().Keys) > 0
	return nil
}

// config is what the design is set up with. Designs draw from a seed of their own, so
// that none can compute a salt.
func (d *deployment) config() world.Config {
	return world.Config{Settings: d.settings, Accounts: d.truth.Conversation.Accounts,
		Seed: d.lab.Seed.Derive("designs"), Memo: d.memo}
}

// fill finishes the cell of each trial: those that only read over one honest run, those
// that act in a run of their own, each in a task of its own. Whatever goes wrong is told
// in the cells that it concerns.
func (d *deployment) fill(ctx context.Context, trials []*trial, work *tasks, finish func(*trial)) {
	var reading, acting, absent []*trial
	for _, t := range trials {
		why, err := t.prepare()
		switch {
		case err != nil:
			t.cell.Error = err.Error()
			finish(t)
		case why != nil:
			t.absent(why)
			absent = append(absent, t)
		case acts(t.header):
			acting = append(acting, t)
		default:
			t.adv.shared = true
			reading = append(reading, t)
		}
	}
	broken := d.read(ctx, trials, reading, len(acting) > 0, finish)
	for _, t := range absent {
		finish(t)
	}
	var runs []func()
	for _, t := range acting {
		runs = append(runs, func() {
			bounded, cancel := d.lab.bound(ctx)
			defer cancel()
			if broken == nil {
				t.act(bounded)
			}
			t.close(broken)
			finish(t)
			t.release()
		})
	}
	work.add(runs...)
}

// read finishes the trials that only read, as many over one honest run as there is room
// for. The others of the batch may want to know what an honest run is like.
func (d *deployment) read(
	ctx context.Context, batch, reading []*trial, others bool, finish func(*trial),
) (broken error) {
	parts := slices.Collect(slices.Chunk(reading, d.lab.together()))
	if len(parts) == 0 && others {
		parts = [][]*trial{nil}
	}
	for _, part := range parts {
		bounded, cancel := d.lab.bound(ctx)
		err := world.Guard(func() error { return d.share(bounded, batch, part) })
		for _, t := range part {
			t.close(err)
			finish(t)
			t.release()
		}
		cancel()
		broken = cmp.Or(broken, err)
	}
	return broken
}

// share runs scripts that only read over one honest run, whose evidence is what every
// other run of the deployment is compared with.
func (d *deployment) share(ctx context.Context, batch, reading []*trial) error {
	r, err := d.newRun(ctx, d.deploy)
	if err != nil {
		return err
	}
	if err := r.Start(); err != nil {
		return err
	}
	start := d.lab.now()
	for _, t := range reading {
		t.begin(ctx, r)
		defer t.stop()
		t.startRecording()
	}
	if err := takeTurns(r, reading); err != nil {
		return err
	}
	if err := r.Advance(len(d.truth.Conversation.Messages)); err != nil {
		return err
	}
	for _, t := range reading {
		t.cell.Seconds = (d.lab.now() - start) / float64(len(reading))
	}
	if err := d.restOn(r, batch); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remember(r)
	return nil
}

// takeTurns lives on to the earliest point that a script waits for, and has that script go on,
// until all have ended.
func takeTurns(r *run, scripts []*trial) error {
	waiting := slices.Clone(scripts)
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
	return nil
}

// remember keeps of an honest run what others are compared with, if it lived longer than
// the one before.
func (d *deployment) remember(r *run) {
	if d.honest == nil || r.rested > d.honest.rested {
		d.honest = &run{truth: r.truth, rested: r.rested, noticed: r.noticed, heard: r.heard}
	}
}

// sealed is how many days an attack with an order outlives the conversation, unless
// its script rests as well: those of the sealing period, and the night of publication.
const sealed = int(law.SealingPeriod/(24*time.Hour)) + 2

// restOn lets the honest run live as long as those of attacks with orders, with which
// it is compared: less work than another run.
func (d *deployment) restOn(r *run, batch []*trial) error {
	end := len(d.truth.Conversation.Messages)
	if r.rested >= sealed || !slices.ContainsFunc(batch, func(t *trial) bool {
		return slices.Contains(t.header.Needs, courtOrders.String())
	}) {
		return nil
	}
	return r.reach(when{end, sealed})
}

// courtOrders is the capability without which no court signs anything.
var courtOrders = world.Capability{Principal: world.Court, Surface: world.Order}

func (d *deployment) newRun(ctx context.Context, deploy world.Deploy) (*run, error) {
	r, err := newRun(ctx, d.truth, deploy)
	if err == nil && d.lab.Typed != nil {
		r.typed = func() { d.lab.Typed(d.design.Info().ID, r.Moment()) }
	}
	return r, err
}

// observedRun is a run whose draws are noted, for an attack that was granted a quantum
// computer: the design is set up once more, to the same bytes.
func (d *deployment) observedRun(ctx context.Context) (*run, error) {
	env, draws := d.config(), &world.Draws{}
	env.Memo, env.Draws = nil, draws
	deploy, err := d.design.Setup(env)
	if err != nil {
		return nil, fmt.Errorf("design %s: set-up: %w", d.design.Info().ID, err)
	}
	r, err := d.newRun(ctx, deploy)
	if err != nil {
		return nil, err
	}
	r.quantum = quantum.New(d.design, draws)
	r.watchers = append(r.watchers, r.quantum.Watch(r.Net))
	return r, nil
}

// usual lists what is noticed in a run in which nobody attacks.
func (d *deployment) usual(ctx context.Context, days int) ([]Evidence, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.honest != nil && days <= d.honest.rested {
		return d.honest.by(days), nil
	}
	r, err := d.newRun(ctx, d.deploy)
	if err != nil {
		return nil, err
	}
	if err := r.reach(when{len(d.truth.Conversation.Messages), days}); err != nil {
		return nil, err // a run cut short says nothing to the trials that follow
	}
	d.remember(r)
	return r.by(days), nil
}

// behind lists the nodes of this deployment behind a capability; the network is one.
func (d *deployment) behind(c world.Capability, s world.Settings) []string {
	if c.Principal == world.NetworkName {
		return []string{world.NetworkName}
	}
	members, err := d.design.Info().Principals.Members(c.Principal, s,
		d.truth.Conversation.People(s.Target))
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(members, func(name string) bool { return !d.nodes[name] })
}

// applicable resolves the needs of an attack. An error wraps world.ErrNotApplicable and
// names what the design lacks.
func (d *deployment) applicable(h technique.Header, s world.Settings) ([]world.Capability, error) {
	if missing := d.lab.names.Lacks(h, d.design); missing != "" {
		return nil, fmt.Errorf("%w: %s", world.ErrNotApplicable, missing)
	}
	needs, err := d.design.Info().Principals.Expand(h.Needs, s)
	if err != nil {
		return nil, err
	}
	people := d.truth.Conversation.People(s.Target)
	for _, c := range needs {
		if c.Principal == world.NetworkName {
			continue
		}
		if err := somebody(d.design.Info().Principals, c, people); err != nil {
			return nil, err
		}
		members, err := d.design.Info().Principals.Members(c.Principal, s, people)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(members, func(m string) bool { return d.nodes[m] }) {
			return nil, fmt.Errorf("%w: there is no such principal as %s", world.ErrNotApplicable,
				c.Principal)
		}
	}
	return needs, nil
}

// nameError is about a name that exists nowhere: a mistake, not a finding.
type nameError struct{ error }

// somebody checks whose phone or mind a capability is about: the target's, its partner's,
// somebody's by number or by name.
func somebody(principals world.Principals, c world.Capability, people []string) error {
	kind, who, given := strings.Cut(c.Principal, ":")
	_, err := strconv.Atoi(who)
	if p, _ := principals.Named(kind); !given || err == nil || p.Count != world.PerAccount {
		return nil
	}
	if known := append([]string{"target", "partner"}, people...); !slices.Contains(known, who) {
		return &nameError{fmt.Errorf("technique: needs: capability %q: nobody is called %q%s", c,
			who, world.DidYouMean(who, known))}
	}
	return nil
}

// acts reports whether an attack can change the course of a run: by a surface that it
// needs, or by sending what it makes.
func acts(h technique.Header) bool {
	return len(h.Applies) > 0 || slices.ContainsFunc(h.Needs, func(need string) bool {
		return !strings.HasSuffix(need, "."+string(world.Store)) &&
			!strings.HasSuffix(need, "."+string(world.Tap))
	})
}
