package attacks

import (
	"context"
	"iter"
	"slices"

	"doormat/world"
)

// saturate draws every conclusion that opening rules allow.
func (k *knowledge) saturate(ctx context.Context) error {
	for k.spend(ctx) {
		switch {
		case k.next < len(k.facts):
			k.process(ctx, k.next)
			k.next++
		case len(k.firings) > 0:
			k.work(ctx)
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
func (k *knowledge) spend(ctx context.Context) bool {
	k.left.work--
	switch {
	case k.fault != nil:
	case ctx.Err() != nil:
		k.fault = context.Cause(ctx)
	case k.left.work < 0 || k.left.facts < 0 || k.left.bytes < 0:
		k.fault = errBudget
	}
	return k.fault == nil
}

// process notes every rule that takes the new fact, with what is known already.
// Combining rules wait until nothing else is left to do, so that they run on
// whole groups.
func (k *knowledge) process(ctx context.Context, id int) {
	f := k.facts[id].Fact
	k.settle(id)
	for _, u := range k.uses[f.Kind] {
		r := k.rules[u.rule]
		if r.All == "" {
			k.join(ctx, r, f.Ref, u.position, id)
			continue
		}
		if m := (meeting{r.Name, f.Ref}); !k.marked[m] {
			k.marked[m] = true
			k.dirty = append(k.dirty, m)
		}
	}
}

// settle puts a fact at the end of its place.
func (k *knowledge) settle(id int) {
	f := &k.facts[id]
	p := place{k.name(string(f.Kind)), k.name(f.Ref)}
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
func (k *knowledge) each(kind world.Kind, ref string) iter.Seq[int] {
	return func(yield func(int) bool) {
		c, some := k.at[place{k.name(string(kind)), k.name(ref)}]
		for id := c.first; some && yield(int(id)); id = k.facts[id].after {
			some = id != c.last
		}
	}
}

// join notes r for every combination of facts with that ref in which position
// fixed (unless -1) is taken by fact id, and earlier positions hold older facts,
// so that no combination is tried twice.
func (k *knowledge) join(ctx context.Context, r world.Rule, ref string, fixed, id int) {
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
			k.fires(ctx, firing{rule: r, ids: ids})
			return
		}
		if i == fixed {
			chosen[i] = id
			choose(i + 1)
			return
		}
		for candidate := range k.each(r.Takes[i], ref) {
			if i < fixed && candidate == id {
				continue // the same fact at both places is tried once
			}
			chosen[i] = candidate
			choose(i + 1)
		}
	}
	choose(0)
}

// Saturate lists facts and all that follows from them by the opening rules, in
// the order in which it becomes known. It serves tests that ask what some loot
// is worth without a script.
func Saturate(ctx context.Context, rules []world.Rule, facts []world.Fact) ([]world.Fact, error) {
	k := newKnowledge(rules, fullBudget)
	for _, f := range facts {
		k.add(entry{Fact: f, loot: true})
	}
	err := k.saturate(ctx)
	out := make([]world.Fact, len(k.facts))
	for i := range k.facts {
		out[i] = k.facts[i].Fact
	}
	return out, err
}
