package attacks

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"doormat/world"
)

// knowledge is what one adversary knows: facts that it looted, and facts that
// follow from them by the design's rules, each with its parents. It never sees
// the ground truth.
type knowledge struct {
	rules  map[string]world.Rule
	uses   map[world.Kind][]use // opening rules by the kinds they take
	facts  []entry
	ids    map[[32]byte]int
	at     map[place][]int // facts by kind and ref, processed ones only
	byKind map[world.Kind][]int
	next   int              // facts below next have been processed
	dirty  []meeting        // combining rules to run again
	marked map[meeting]bool // the same as a set
	left   budget
	fault  error // why nothing more can be concluded: a broken rule, the budget, the context
}

type place struct {
	kind world.Kind
	ref  string
}

type use struct {
	rule     string
	position int // in Takes; -1 for All
}

type meeting struct{ rule, ref string } // of facts that a combining rule takes together

// entry is a fact and how the adversary came by it.
type entry struct {
	world.Fact
	rule    string // "" for loot and for facts of the adversary's own
	parents []int
	origin  string // for loot: the capability
	loot    bool   // is loot, or has loot among its ancestors
}

// budget is what one adversary may still learn and compute. A long real chat
// stays far below; what feeds itself, or multiplies, ends.
type budget struct{ facts, bytes, work int }

var fullBudget = budget{facts: 4 << 20, bytes: 2 << 30, work: 64 << 20}

var errBudget = errors.New("saturate: too many facts or too many ways to combine them: what was taken is too much, or feeds itself")

// errNothing says that a rule gives nothing for the facts it was given.
var errNothing = errors.New("gives nothing here")

func newKnowledge(rules []world.Rule, left budget) *knowledge {
	k := &knowledge{
		rules: map[string]world.Rule{}, uses: map[world.Kind][]use{}, ids: map[[32]byte]int{},
		at: map[place][]int{}, byKind: map[world.Kind][]int{}, marked: map[meeting]bool{}, left: left,
	}
	for _, r := range rules {
		k.rules[r.Name] = r
		if r.Make {
			continue
		}
		for i, kind := range r.Takes {
			k.uses[kind] = append(k.uses[kind], use{r.Name, i})
		}
		if r.All != "" {
			k.uses[r.All] = append(k.uses[r.All], use{r.Name, -1})
		}
	}
	return k
}

// add records a fact and returns its id. Equal facts are one: a fact that is
// known keeps its origin and its derivation.
func (k *knowledge) add(e entry) int {
	key := sha256.Sum256(world.Pack(0, []byte(e.Kind), []byte(e.Ref), e.Data))
	if id, ok := k.ids[key]; ok {
		if e.loot && !k.facts[id].loot {
			k.facts[id].origin = e.origin
			k.lootedToo(id)
		}
		return id
	}
	id := len(k.facts)
	e.Data = slices.Clone(e.Data)
	k.facts = append(k.facts, e)
	k.ids[key] = id
	k.byKind[e.Kind] = append(k.byKind[e.Kind], id)
	k.left.facts--
	k.left.bytes -= len(e.Ref) + len(e.Data)
	return id
}

// lootedToo notes that a fact that was the adversary's own turned up as loot, so
// that what follows from it rests on loot.
func (k *knowledge) lootedToo(id int) {
	k.facts[id].loot = true
	for i := id + 1; i < len(k.facts); i++ { // children come after their parents
		e := &k.facts[i]
		e.loot = e.loot || slices.ContainsFunc(e.parents, func(p int) bool { return k.facts[p].loot })
	}
}

// saturate draws every conclusion that opening rules allow.
func (k *knowledge) saturate(ctx context.Context) error {
	for k.spend(ctx) && (k.next < len(k.facts) || len(k.dirty) > 0) {
		if k.next < len(k.facts) {
			k.process(ctx, k.next)
			k.next++
			continue
		}
		m := k.dirty[0]
		k.dirty = k.dirty[1:]
		delete(k.marked, m)
		k.join(ctx, k.rules[m.rule], m.ref, -1, 0)
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

// process tries every rule that takes the new fact with what is known already.
// Combining rules wait until nothing else is left to do, so that they run on
// whole groups.
func (k *knowledge) process(ctx context.Context, id int) {
	f := k.facts[id].Fact
	p := place{f.Kind, f.Ref}
	k.at[p] = append(k.at[p], id)
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

// join applies r to every combination of facts with that ref in which position
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
			_, _ = k.fire(r, append(slices.Clone(chosen), k.at[place{r.All, ref}]...), world.Input{})
			return
		}
		if i == fixed {
			chosen[i] = id
			choose(i + 1)
			return
		}
		for _, candidate := range k.at[place{r.Takes[i], ref}] {
			if i < fixed && candidate == id {
				continue // the same fact at both places is tried once
			}
			chosen[i] = candidate
			choose(i + 1)
		}
	}
	choose(0)
}

// fire applies a rule and records what it concludes. An error of an opening rule
// means that these facts give nothing; a conclusion that breaks the rule's own
// promises is a fault of the design.
func (k *knowledge) fire(r world.Rule, ids []int, in world.Input) ([]int, error) {
	for _, id := range ids {
		in.Facts = append(in.Facts, k.facts[id].Fact)
	}
	derived, err := r.Apply(in)
	if err != nil {
		return nil, fmt.Errorf("rule %q: %w: %w", r.Name, errNothing, err)
	}
	var out []int
	for _, d := range derived {
		e, err := k.conclude(r, ids, d)
		if err != nil {
			k.fault = fmt.Errorf("fault in the design: rule %q: %w", r.Name, err)
			return nil, k.fault
		}
		out = append(out, k.add(e))
	}
	return out, nil
}

func (k *knowledge) conclude(r world.Rule, ids []int, d world.Derived) (entry, error) {
	e := entry{Fact: d.Fact, rule: r.Name, parents: ids}
	if !slices.Contains(r.Gives, d.Kind) {
		return e, fmt.Errorf("it gave a %s, and says that it gives %v", d.Kind, r.Gives)
	}
	if d.From != nil {
		e.parents = make([]int, len(d.From))
		for i, at := range d.From {
			if at < 0 || at >= len(ids) {
				return e, fmt.Errorf("it rests on input %d of %d", at, len(ids))
			}
			e.parents[i] = ids[at]
		}
	}
	e.loot = slices.ContainsFunc(e.parents, func(p int) bool { return k.facts[p].loot })
	return e, nil
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
	for i, e := range k.facts {
		out[i] = e.Fact
	}
	return out, err
}
