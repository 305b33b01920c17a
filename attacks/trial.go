package attacks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"doormat/attacks/deduce"
	"doormat/attacks/orders"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/world"
)

// trial is one attack on one deployment at a point of a sweep: a technique becomes a
// trial, which runs, alone or beside others, and fills a cell.
type trial struct {
	technique technique.Technique
	header    technique.Header
	on        *deployment
	settings  world.Settings // as the attack's header overrides those of the point
	base      world.Settings // those of the point
	point     int
	cell      *Cell

	adv   *adversary
	next  func() (when, bool) // lets a script that only reads go on to its next pause
	stop  func()
	waits when  // where it paused
	err   error // of the script
}

func newTrial(on *deployment, of technique.Technique, s, base world.Settings, point int) *trial {
	h := of.Header()
	return &trial{technique: of, header: h, on: on, settings: s, base: base, point: point,
		cell: &Cell{Design: on.design.Info().ID, Attack: h.ID, Needs: []world.Capability{},
			Noticed: []Evidence{}, Disclosed: []Disclosure{},
			Trace: trace.Trace{Principals: on.design.Info().Principals, Settings: s}}}
}

// prepare sets up what the trial needs. It says why the attack is not applicable, if it
// is not; an error is something else that keeps it from being tried.
func (t *trial) prepare() (absent, err error) {
	if err := t.on.lab.names.Check(t.header); err != nil {
		return nil, err
	}
	// The lab's own settings have been checked: these are as the header changes them.
	if why := t.settings.Check(t.on.truth.Conversation); why != nil {
		return fmt.Errorf("the settings do not allow it: %w", why), nil
	}
	if err := t.on.setUp(); err != nil {
		return nil, err
	}
	why := t.equip()
	if errors.As(why, new(*nameError)) {
		return nil, why
	}
	return why, nil
}

// equip prepares the adversary; an error means that the attack is not applicable.
func (t *trial) equip() error {
	d := t.on
	needs, err := d.applicable(t.header, t.settings)
	if err != nil {
		return err
	}
	rules := d.design.Rules()
	know := deduce.New(rules, d.lab.left)
	t.adv = &adversary{
		know: know, docket: orders.New(know, rules, d.lab.left),
		calls:  cmp.Or(d.lab.calls, technique.MaxCalls),
		header: t.header, settings: t.settings, design: d.design.Info().Of(),
		principals: d.design.Info().Principals,
		packetName: d.design.Info().PacketName, names: d.lab.names,
		touched: map[string]bool{}, needs: needs, withheld: map[world.Capability]bool{},
		random: d.lab.Seed.Stream("adversary " + t.header.ID),
	}
	principals, used := map[string]bool{}, map[string]bool{}
	for _, c := range needs {
		t.cell.Needs = append(t.cell.Needs, c)
		principals[c.Principal] = true
		for _, name := range d.behind(c, t.settings) {
			used[name] = true
		}
		t.adv.withheld[c] = slices.Contains(d.lab.Withhold, c.String())
	}
	t.cell.Applicable, t.cell.Parties, t.cell.Principals = true, len(principals), len(used)
	return nil
}

// absent fills the cell of an attack that is not applicable: what the harness found
// missing is the reason. That it is expected needs no writing.
func (t *trial) absent(why error) {
	t.cell.Missing = strings.TrimPrefix(why.Error(), world.ErrNotApplicable.Error()+": ")
	t.cell.Why = t.cell.Missing
	info := t.on.design.Info()
	want, err := t.technique.Expect(technique.Keys(info),
		technique.NewView(t.on.truth.Conversation, t.settings, info))
	switch {
	case err != nil:
		t.cell.Error = err.Error()
	case want.NotApplicable || want.Unstated:
		t.cell.Expected = true
	default:
		t.cell.Trace.Surprise = "expected an outcome, and the attack is not applicable: " +
			t.cell.Missing
	}
}

// begin starts a script as a coroutine that stops wherever time must pass.
func (t *trial) begin(ctx context.Context, r *run) {
	t.adv.run = r
	t.adv.init()
	t.next, t.stop = iter.Pull(func(yield func(when) bool) {
		t.adv.pause = func(w when) error {
			if w.moment < r.Moment() || w.moment > len(r.truth.Conversation.Messages) {
				return fmt.Errorf("moment %d: want one from %d (now) to %d (the end)", w.moment,
					r.Moment(), len(r.truth.Conversation.Messages))
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

// act gives an attack that acts a run of its own.
func (t *trial) act(ctx context.Context) {
	start := t.on.lab.now()
	t.err = world.Guard(func() error {
		r, err := t.ownRun(ctx)
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
		t.startRecording()
		if err := r.comply(t.adv); err != nil {
			return err
		}
		if t.script(ctx); t.err != nil {
			return t.err
		}
		if err := r.Advance(len(t.on.truth.Conversation.Messages)); err != nil { // life goes on after the script
			return err
		}
		return r.unseal()
	})
	t.cell.Seconds = t.on.lab.now() - start
}

// ownRun is a run for this trial alone.
func (t *trial) ownRun(ctx context.Context) (*run, error) {
	if hasQuantum(t.adv.needs) {
		return t.on.observedRun(ctx)
	}
	return t.on.newRun(ctx, t.on.deploy)
}

// release lets go of the run and of all that the adversary knew. What is shown of them
// is in the cell.
func (t *trial) release() { t.adv, t.next, t.stop = nil, nil, nil }
