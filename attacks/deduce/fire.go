package deduce

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"doormat/world"
)

// ErrNothing says that a rule gives nothing for the facts it was given. That is its
// normal answer to facts that have nothing to do with each other.
var ErrNothing = errors.New("gives nothing here")

// A Firing is a rule that was applied, and gave something.
type Firing struct {
	Rule  string
	Facts []int   // the ids of all that it was applied to
	Gives []int   // the ids of what it concluded
	From  [][]int // From[i] are those of Facts that Gives[i] rests on
}

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

// enqueue has a rule applied, at the latest before the saturation ends.
func (k *Knowledge) enqueue(ctx context.Context, f firing) {
	if k.firings = append(k.firings, f); len(k.firings) == maxFirings {
		k.fireAll(ctx)
	}
}

// fireAll fires all that wait, on every processor, and records what they conclude in
// the order in which they were noted: nothing shows who did which.
func (k *Knowledge) fireAll(ctx context.Context) {
	list := k.firings
	k.firings = k.firings[:0]
	defer clear(list)
	for i := range list {
		k.load(&list[i])
	}
	runAll(ctx, list)
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
func (k *Knowledge) load(f *firing) {
	f.in.Facts = make([]world.Fact, len(f.ids))
	for i, id := range f.ids {
		f.in.Facts[i] = k.facts[id].Fact
	}
}

// runAll computes firings, on every processor, until ctx ends.
func runAll(ctx context.Context, list []firing) {
	processors := runtime.GOMAXPROCS(0)
	if len(list) < fewFirings {
		processors = 1
	}
	var next atomic.Int64
	work := func() {
		for i := next.Add(1) - 1; i < int64(len(list)) && ctx.Err() == nil; i = next.Add(1) - 1 {
			list[i].run()
		}
	}
	var others sync.WaitGroup
	for range processors - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}

func (f *firing) run() {
	f.fault = world.Guard(func() error {
		f.out, f.err = f.rule.Apply(f.in)
		return nil
	})
}

// taken says in words what a rule takes.
func taken(r world.Rule) string {
	var words []string
	for _, kind := range r.Takes {
		words = append(words, "one "+string(kind))
	}
	if r.All != "" {
		words = append(words, "any number of "+string(r.All))
	}
	return strings.Join(words, ", then ")
}

// Fits checks facts that a rule is to be applied to by name: it takes these kinds, in
// order, and a rule that opens joins facts of one reference.
func (k *Knowledge) Fits(r world.Rule, ids []int) error {
	if err := k.Check(ids...); err != nil {
		return err
	}
	if len(ids) < len(r.Takes) || (len(ids) > len(r.Takes) && r.All == "") {
		return fmt.Errorf("it takes %s: %d facts were given", taken(r), len(ids))
	}
	for i, id := range ids {
		want, f := r.All, k.facts[id]
		if i < len(r.Takes) {
			want = r.Takes[i]
		}
		if f.Kind != want {
			return fmt.Errorf("argument %d is a %s, want a %s", i+1, f.Kind, want)
		}
		if first := k.facts[ids[0]]; !r.Make && f.Ref != first.Ref {
			return fmt.Errorf("argument %d is of %q and the first of %q: it joins facts of one ref",
				i+1, f.Ref, first.Ref)
		}
	}
	return nil
}

// Apply applies one rule at once to facts that fit it, and gives the ids of what it
// concludes. Text, randomness and the time, which only a making rule takes, are the caller's. An
// error that wraps [ErrNothing] means that these facts give nothing.
func (k *Knowledge) Apply(
	ctx context.Context, r world.Rule, ids []int, text, random []byte,
	now time.Time,
) ([]int, error) {
	if !k.spend(ctx) {
		return nil, k.fault
	}
	f := firing{rule: r, ids: ids, in: world.Input{Text: text, Random: random, Now: now}}
	k.load(&f)
	if f.run(); f.fault == nil && f.err != nil {
		return nil, fmt.Errorf("rule %q: %w: %w", r.Name, ErrNothing, f.err)
	}
	return k.record(&f)
}

// record keeps what a firing concluded. A conclusion that breaks the rule's own
// promises is a fault of the design.
func (k *Knowledge) record(f *firing) ([]int, error) {
	if f.fault != nil {
		k.fault = f.fault
		return nil, k.fault
	}
	var out []int
	var from [][]int
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
			e.Own, e.Loot, e.said = true, false, true
			k.mint(e.Fact)
		}
		fromOwn := slices.ContainsFunc(e.Parents(), func(p int) bool { return k.facts[p].Own })
		if e.Own = e.Own || !e.Loot && fromOwn; e.Own {
			e.Origin = Made
		}
		out, from = append(out, k.add(e)), append(from, e.Parents())
	}
	if k.watch != nil && len(out) > 0 {
		k.watch(Firing{f.rule.Name, f.ids, out, from})
	}
	return out, nil
}

// conclude makes an entry of a conclusion that rests on the whole of a firing, or
// on what it says.
func (k *Knowledge) conclude(f *firing, whole *derivation, d world.Derived) (Entry, error) {
	e := Entry{Fact: d.Fact, how: whole}
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
	e.Loot = k.anyLoot(e.how.parents)
	return e, nil
}
