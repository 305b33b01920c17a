package atlas

import (
	"slices"

	"doormat/attacks/bdd"
)

// A gate says which of the facts that a rule combines are enough for one conclusion: any of
// some sets, or at least so many of some groups of facts, of each of which one counts. It is a
// guess, made from a few applications of the rule. The certificate finds out where it is wrong,
// and what it finds makes it better.
type gate struct {
	sets  [][]int
	atLst []atLeast
	exact bool // no more groups are to be guessed: a guess was wrong
}

type atLeast struct {
	k      int
	groups [][]int
}

// label is the function of a gate.
func (t *gate) label(space *bdd.Space, of func(id int) bdd.Func) bdd.Func {
	all := bdd.False
	for _, set := range t.sets {
		f := bdd.True
		for _, id := range set {
			f = space.And(f, of(id))
		}
		all = space.Or(all, f)
	}
	for _, a := range t.atLst {
		var list []bdd.Func
		for _, group := range a.groups {
			one := bdd.False
			for _, id := range group {
				one = space.Or(one, of(id))
			}
			list = append(list, one)
		}
		all = space.Or(all, space.AtLeast(a.k, list...))
	}
	return all
}

// maxSwaps bounds how many exchanges of one fact for another are tried to guess a gate.
const maxSwaps = 1 << 12

// refine adds to a gate what it misses: some facts are enough, and it says that they are not.
func (g *graph) refine(t *gate, i, conclusion int, have []int) error {
	set, err := g.shrink(i, conclusion, have)
	if err != nil {
		return err
	}
	t.sets = append(t.sets, set)
	others := slices.DeleteFunc(slices.Clone(g.joins[i].all), func(id int) bool {
		return slices.Contains(set, id)
	})
	if t.exact || len(set) == 0 || len(set)*len(others) > maxSwaps {
		return nil
	}
	a, err := g.exchange(i, conclusion, set, others)
	if err != nil || a == nil {
		return err
	}
	t.atLst = append(t.atLst, *a)
	return nil
}

// shrink leaves out of some facts that are enough all that is not needed.
func (g *graph) shrink(i, conclusion int, have []int) ([]int, error) {
	set := unique(have)
	for at := 0; at < len(set); {
		less := slices.Delete(slices.Clone(set), at, at+1)
		enough, err := g.gives(i, conclusion, less)
		switch {
		case err != nil:
			return nil, err
		case enough:
			set = less
		default:
			at++
		}
	}
	return set, nil
}

// exchange guesses a gate from a minimal set: which other facts can stand for one of it? A fact
// that can stand for any of them is one more of their kind, as another trustee's share is. One
// that can stand for one only is the same once more, as a share that was kept twice is.
func (g *graph) exchange(i, conclusion int, set, others []int) (*atLeast, error) {
	a := &atLeast{k: len(set)}
	for _, id := range set {
		a.groups = append(a.groups, []int{id})
	}
	var more []int
	for _, id := range others {
		var standsFor []int
		for at := range set {
			swapped := slices.Clone(set)
			swapped[at] = id
			enough, err := g.gives(i, conclusion, swapped)
			if err != nil {
				return nil, err
			}
			if enough {
				standsFor = append(standsFor, at)
			}
		}
		switch {
		case len(standsFor) == 1 && len(set) > 1:
			a.groups[standsFor[0]] = append(a.groups[standsFor[0]], id)
		case len(standsFor) == len(set):
			more = append(more, id)
		}
	}
	for _, id := range more {
		if err := g.join(a, i, conclusion, set, id); err != nil {
			return nil, err
		}
	}
	if len(a.groups) == len(set) && !slices.ContainsFunc(a.groups, func(group []int) bool { return len(group) > 1 }) {
		return nil, nil
	}
	return a, nil
}

// join puts a fact that can stand for any of a set into the group of those that are the same,
// or into one of its own.
func (g *graph) join(a *atLeast, i, conclusion int, set []int, id int) error {
	for n := len(set); n < len(a.groups) && len(set) > 1; n++ {
		both := append(slices.Clone(set[2:]), a.groups[n][0], id)
		differ, err := g.gives(i, conclusion, both)
		if err != nil {
			return err
		}
		if !differ {
			a.groups[n] = append(a.groups[n], id)
			return nil
		}
	}
	a.groups = append(a.groups, []int{id})
	return nil
}
