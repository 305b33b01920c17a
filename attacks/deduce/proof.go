package deduce

import (
	"context"
	"maps"
	"slices"

	"doormat/world"
)

// A Step is one line of a proof: a fact, and the rule and earlier steps that
// give it, or for loot the capability that yielded it.
type Step struct {
	Fact    world.Fact
	Rule    string // "" for loot
	Origin  string // for loot the capability, [Made] for what holds bytes of the adversary's own
	Parents []int  // positions in the proof, each before this one
}

// Made is the origin of what an adversary made of bytes that its script handed in, and of
// packets that it sent: it is never loot.
const Made = "made by the adversary"

// Taken reports whether a step is loot, where a proof begins.
func (s Step) Taken() bool { return s.Rule == "" && s.Origin != Made }

// A Proof derives its last step from loot. Nothing can be left out of it: without
// any one piece of its loot, the rest of its loot does not give the conclusion.
// A proof that rests on something the adversary made is kept whole.
type Proof []Step

// Prove extracts the proof of a fact. Rules are monotone, so what a longer proof
// could not do without, a shorter one cannot either: each piece of loot is tried
// once.
func (k *Knowledge) Prove(ctx context.Context, id int) (Proof, error) {
	steps := k.Derivation(id)
	if slices.ContainsFunc(steps, func(s Step) bool { return k.rules[s.Rule].Make }) {
		return steps, nil
	}
	needed := map[string]bool{}
	for i := 0; i < len(steps); {
		key := string(world.EncodeFacts([]world.Fact{steps[i].Fact}))
		if steps[i].Rule != "" || needed[key] {
			i++
			continue
		}
		shorter, err := k.without(ctx, steps, i)
		if err != nil {
			return nil, err
		}
		if shorter == nil {
			needed[key] = true
			continue
		}
		steps, i = shorter, 0
	}
	return steps, nil
}

// Derive proves, as far as loot and opening rules allow, facts of a kind: one proof
// each, as it was first concluded, see [Knowledge.Derivation]. loot is steps without a
// rule. It serves those who measure what a derivation costs.
func Derive(
	ctx context.Context, rules []world.Rule, loot []Step, kind world.Kind,
) ([]Proof, error) {
	k := New(rules, Budget{})
	for _, s := range loot {
		k.Add(Entry{Fact: s.Fact, Origin: s.Origin, Loot: true})
	}
	err := k.Saturate(ctx)
	var proofs []Proof
	for _, id := range k.byKind[kind] {
		proofs = append(proofs, k.Derivation(id))
	}
	return proofs, err
}

// Derivation lists all that a fact rests on as it was first concluded, in the order in
// which it became known. [Knowledge.Prove] leaves out what is not needed.
func (k *Knowledge) Derivation(id int) Proof {
	needed := map[int]bool{id: true}
	stack := []int{id}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, p := range k.facts[top].Parents() {
			if !needed[p] {
				needed[p] = true
				stack = append(stack, p)
			}
		}
	}
	ids := slices.Sorted(maps.Keys(needed))
	steps := make(Proof, len(ids))
	for i, n := range ids {
		e := &k.facts[n]
		steps[i] = Step{Fact: e.Fact, Rule: e.rule(), Origin: e.Origin}
		if !e.Loot && !e.Derived() {
			steps[i].Origin = Made
		}
		for _, p := range e.Parents() {
			at, _ := slices.BinarySearch(ids, p)
			steps[i].Parents = append(steps[i].Parents, at)
		}
	}
	return steps
}

// without proves the conclusion again from the proof's loot less step i, or
// returns nil if that cannot be done.
func (k *Knowledge) without(ctx context.Context, steps Proof, i int) (Proof, error) {
	var rules []world.Rule
	for _, name := range k.Rules() {
		rules = append(rules, k.rules[name])
	}
	less := New(rules, Budget{})
	for j, s := range steps {
		if j != i && s.Rule == "" {
			less.Add(Entry{Fact: s.Fact, Origin: s.Origin, Loot: s.Taken(), Own: !s.Taken()})
		}
	}
	if err := less.Saturate(ctx); err != nil {
		return nil, err
	}
	goal := steps[len(steps)-1].Fact
	for _, id := range less.byKind[goal.Kind] {
		f := less.facts[id]
		if f.Ref == goal.Ref && string(f.Data) == string(goal.Data) && f.Loot {
			return less.Derivation(id), nil
		}
	}
	return nil, nil
}
