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
	served  bool   // rests on what an order through the court yielded
}

const maxFacts = 4 << 20

var errBudget = errors.New("saturate: more than 4194304 facts: what was taken is too much, or feeds itself")

func newKnowledge(rules []world.Rule) *knowledge {
	k := &knowledge{
		rules: map[string]world.Rule{}, uses: map[world.Kind][]use{}, ids: map[[32]byte]int{},
		at: map[place][]int{}, byKind: map[world.Kind][]int{}, marked: map[meeting]bool{},
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

// add records a fact and returns its id. A fact that is known keeps its first
// origin: equal facts are one.
func (k *knowledge) add(e entry) int {
	h := sha256.New()
	h.Write(world.Pack(0, []byte(e.Kind), []byte(e.Ref), e.Data))
	var key [32]byte
	h.Sum(key[:0])
	if id, ok := k.ids[key]; ok {
		return id
	}
	id := len(k.facts)
	e.Data = slices.Clone(e.Data)
	k.facts = append(k.facts, e)
	k.ids[key] = id
	k.byKind[e.Kind] = append(k.byKind[e.Kind], id)
	return id
}

// saturate draws every conclusion that opening rules allow.
func (k *knowledge) saturate(ctx context.Context) error {
	for k.next < len(k.facts) || len(k.dirty) > 0 {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if len(k.facts) > maxFacts {
			return errBudget
		}
		if k.next < len(k.facts) {
			k.process(k.next)
			k.next++
			continue
		}
		m := k.dirty[0]
		k.dirty = k.dirty[1:]
		delete(k.marked, m)
		k.join(k.rules[m.rule], m.ref, -1, 0)
	}
	return nil
}

// process tries every rule that takes the new fact with what is known already.
// Combining rules wait until nothing else is left to do, so that they run on
// whole groups.
func (k *knowledge) process(id int) {
	f := k.facts[id].Fact
	p := place{f.Kind, f.Ref}
	k.at[p] = append(k.at[p], id)
	for _, u := range k.uses[f.Kind] {
		r := k.rules[u.rule]
		if r.All == "" {
			k.join(r, f.Ref, u.position, id)
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
func (k *knowledge) join(r world.Rule, ref string, fixed, id int) {
	chosen := make([]int, len(r.Takes))
	var choose func(i int)
	choose = func(i int) {
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
// means that these facts give nothing.
func (k *knowledge) fire(r world.Rule, ids []int, in world.Input) ([]int, error) {
	for _, id := range ids {
		in.Facts = append(in.Facts, k.facts[id].Fact)
	}
	derived, err := r.Apply(in)
	if err != nil {
		return nil, fmt.Errorf("rule %q: %w", r.Name, err)
	}
	var out []int
	for _, d := range derived {
		e := entry{Fact: d.Fact, rule: r.Name, parents: ids}
		if d.From != nil {
			e.parents = make([]int, len(d.From))
			for i, at := range d.From {
				e.parents[i] = ids[at]
			}
		}
		for _, p := range e.parents {
			e.loot = e.loot || k.facts[p].loot
			e.served = e.served || k.facts[p].served
		}
		out = append(out, k.add(e))
	}
	return out, nil
}
