package attacks

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"doormat/world"
)

// errNothing says that a rule gives nothing for the facts it was given.
var errNothing = errors.New("gives nothing here")

// A firing is a rule and the facts that it is to be applied to.
type firing struct {
	rule  world.Rule
	ids   []int
	in    world.Input
	out   []world.Derived
	err   error // of the rule: it gives nothing
	fault error // the rule panicked
}

// Firings wait until there are maxFirings, or nothing else to do; fewFirings are
// not worth a second processor.
const (
	maxFirings = 1 << 10
	fewFirings = 1 << 6
)

// fires has a rule applied, at the latest before the saturation ends.
func (k *knowledge) fires(ctx context.Context, f firing) {
	if k.firings = append(k.firings, f); len(k.firings) == maxFirings {
		k.work(ctx)
	}
}

// work fires all that wait, on every processor, and records what they conclude in
// the order in which they were noted: nothing shows who did which.
func (k *knowledge) work(ctx context.Context) {
	list := k.firings
	k.firings = k.firings[:0]
	defer clear(list)
	for i := range list {
		k.load(&list[i])
	}
	apply(ctx, list)
	for i := range list {
		if ctx.Err() != nil || k.fault != nil {
			return // k.spend tells why
		}
		if list[i].fault == nil && list[i].err != nil {
			continue
		}
		k.record(&list[i])
	}
}

// load looks up the facts of a firing.
func (k *knowledge) load(f *firing) {
	f.in.Facts = make([]world.Fact, len(f.ids))
	for i, id := range f.ids {
		f.in.Facts[i] = k.facts[id].Fact
	}
}

// apply fires until ctx ends.
func apply(ctx context.Context, list []firing) {
	processors := runtime.GOMAXPROCS(0)
	if len(list) < fewFirings {
		processors = 1
	}
	var next atomic.Int64
	work := func() {
		for i := next.Add(1) - 1; i < int64(len(list)) && ctx.Err() == nil; i = next.Add(1) - 1 {
			list[i].do()
		}
	}
	var others sync.WaitGroup
	for range processors - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}

func (f *firing) do() {
	f.fault = guard(func() error {
		f.out, f.err = f.rule.Apply(f.in)
		return nil
	})
}

// fire applies a rule at once. An error of an opening rule means that these facts
// give nothing.
func (k *knowledge) fire(r world.Rule, ids []int, in world.Input) ([]int, error) {
	f := firing{rule: r, ids: ids, in: in}
	k.load(&f)
	if f.do(); f.fault == nil && f.err != nil {
		return nil, fmt.Errorf("rule %q: %w: %w", r.Name, errNothing, f.err)
	}
	return k.record(&f)
}

// record keeps what a firing concluded. A conclusion that breaks the rule's own
// promises is a fault of the design.
func (k *knowledge) record(f *firing) ([]int, error) {
	if f.fault != nil {
		k.fault = f.fault
		return nil, k.fault
	}
	var out []int
	whole := &derivation{f.rule.Name, f.ids}
	own := f.rule.Make && len(f.in.Text) > 0
	for _, d := range f.out {
		if f.rule.Make { // its text and randomness are the caller's
			d.Data = slices.Clone(d.Data)
		}
		e, err := k.conclude(f, whole, d)
		if err != nil {
			k.fault = fmt.Errorf("fault in the design: rule %q: %w", f.rule.Name, err)
			return nil, k.fault
		}
		if own { // made of what the script handed in
			e.own, e.loot = true, false
			k.mint(e.Fact)
		}
		if e.own = e.own || !e.loot && slices.ContainsFunc(e.parents(), func(p int) bool { return k.facts[p].own }); e.own {
			e.origin = Made
		}
		out = append(out, k.add(e))
	}
	return out, nil
}

// conclude makes an entry of a conclusion that rests on the whole of a firing, or
// on what it says.
func (k *knowledge) conclude(f *firing, whole *derivation, d world.Derived) (entry, error) {
	e := entry{Fact: d.Fact, how: whole}
	if !slices.Contains(f.rule.Gives, d.Kind) {
		return e, fmt.Errorf("it gave a %s, and says that it gives %v", d.Kind, f.rule.Gives)
	}
	if d.From != nil {
		e.how = &derivation{f.rule.Name, make([]int, len(d.From))}
		for i, at := range d.From {
			if at < 0 || at >= len(f.ids) {
				return e, fmt.Errorf("it rests on input %d of %d", at, len(f.ids))
			}
			e.how.parents[i] = f.ids[at]
		}
	}
	e.loot = slices.ContainsFunc(e.how.parents, func(p int) bool { return k.facts[p].loot })
	return e, nil
}
