package deduce

import (
	"context"
	"iter"
	"slices"

	"doormat/world"
)

// Saturate draws every conclusion that opening rules allow, and those that follow from
// these. An error says why it could not go on: a rule is broken, the budget is used up,
// or ctx ended. It stays so.
func (k *Knowledge) Saturate(ctx context.Context) error {
	for k.spend(ctx) {
		switch {
		case k.next < len(k.facts):
			k.process(ctx, k.next)
			k.next++
		case len(k.firings) > 0:
			k.fireAll(ctx)
		case len(k.dirty) > 0:
			m := k.dirty[0]
			k.dirty = k.dirty[1:]
			delete(k.marked, m)
			k.join(ctx, k.rules[m.rule], m.ref, -1, 0)
		default:
			return nil
		}
	}
	return k.fault
}

// spend pays for one step; false means that there is nothing left to pay with.
func (k *Knowledge) spend(ctx context.Context) bool {
	k.left.Work--
	switch {
	case k.fault != nil:
	case ctx.Err() != nil:
		k.fault = context.Cause(ctx)
	case k.left.Work < 0 || k.left.Facts < 0 || k.left.Bytes < 0:
		k.fault = errBudget
	}
	return k.fault == nil
}

// process notes every rule that takes the new fact, with what is known already.
// Combining rules wait until nothing else is left to do, so that they run on
// whole groups.
func (k *Knowledge) process(ctx context.Context, id int) {
	f := k.facts[id].Fact
	k.settle(id)
	for _, u := range k.uses[f.Kind] {
		r := k.rules[u.rule]
		if r.All == "" {
			k.join(ctx, r, f.Ref, u.position, id)
			continue
		}
		if m := (pendingJoin{r.Name, f.Ref}); !k.marked[m] {
			k.marked[m] = true
			k.dirty = append(k.dirty, m)
		}
	}
}

// settle puts a fact at the end of the chain of its kind and reference.
func (k *Knowledge) settle(id int) {
	f := &k.facts[id]
	p := refKey{k.name(string(f.Kind)), k.name(f.Ref)}
	c, some := k.at[p]
	if some {
		k.facts[c.last].after = int32(id)
	} else {
		c.first = int32(id)
	}
	c.last = int32(id)
	k.at[p] = c
}

// each yields the processed facts of a kind and ref.
func (k *Knowledge) each(kind world.Kind, ref string) iter.Seq[int] {
	return func(yield func(int) bool) {
		c, some := k.at[refKey{k.name(string(kind)), k.name(ref)}]
		for id := c.first; some && yield(int(id)); id = k.facts[id].after {
			some = id != c.last
		}
	}
}

// join notes r for every combination of facts with that ref in which position
// fixed (unless -1) is taken by fact id, and earlier positions hold older facts,
// so that no combination is tried twice.
func (k *Knowledge) join(ctx context.Context, r world.Rule, ref string, fixed, id int) {
	chosen := make([]int, len(r.Takes))
	var choose func(i int)
	choose = func(i int) {
		if !k.spend(ctx) {
			return
		}
		if i == len(r.Takes) {
			ids := slices.Clone(chosen)
			if r.All != "" {
				ids = slices.AppendSeq(ids, k.each(r.All, ref))
			}
			k.enqueue(ctx, firing{rule: r, ids: ids})
			return
		}
		if i == fixed {
			chosen[i] = id
			choose(i + 1)
			return
		}
		for candidate := range k.each(r.Takes[i], ref) {
			if i < fixed && candidate == id {
				continue // the same fact in both positions is tried once
			}
			chosen[i] = candidate
			choose(i + 1)
		}
	}
	choose(0)
}

// Saturate lists facts and all that follows from them by the opening rules, in
// the order in which it becomes known. It serves those who ask what some loot is
// worth without a script.
func Saturate(ctx context.Context, rules []world.Rule, facts []world.Fact) ([]world.Fact, error) {
	k := New(rules, Budget{})
	for _, f := range facts {
		k.Add(Entry{Fact: f, Loot: true})
	}
	err := k.Saturate(ctx)
	out := make([]world.Fact, len(k.facts))
	for i := range k.facts {
		out[i] = k.facts[i].Fact
	}
	return out, err
}
