package faulttree

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"doormat/attacks/bdd"
)

// MaxNodes is how many nodes a diagram may have, with those of its minimal sets and those that
// were needed on the way: about a hundred megabytes.
const MaxNodes = 1 << 18

// ErrTooMany is wrapped when there are more minimal sets than were asked for.
var ErrTooMany = errors.New("too many")

// A Diagram is the decision diagram of one tree. It is for one goroutine at a time.
type Diagram struct {
	events []string // by the number of their variable
	space  *bdd.Space
	top    bdd.Func
}

// Diagram builds the diagram of the tree. Events are asked for in the order of [Tree.Events]:
// what stands together in the tree should be close in the diagram. It fails with [bdd.ErrSize]
// beyond [MaxNodes] nodes.
func (t *Tree) Diagram() (*Diagram, error) { return t.diagram(t.Events()) }

// diagram asks for events in the order given.
func (t *Tree) diagram(events []string) (*Diagram, error) {
	d := &Diagram{events: events, space: bdd.New(MaxNodes)}
	number := map[string]int{}
	for i, name := range d.events {
		number[name] = i
	}
	made := map[*Tree]bdd.Func{}
	t.visit(func(u *Tree) {
		switch u.gate {
		case never:
			made[u] = bdd.False
		case always:
			made[u] = bdd.True
		case event:
			made[u] = d.space.Var(number[u.name])
		case atLeast:
			var under []bdd.Func
			for _, v := range slices.Backward(u.under) { // what is asked last is built first
				under = append(under, made[v])
			}
			made[u] = d.space.AtLeast(u.k, under...)
		}
	})
	d.top = made[t]
	return d, d.space.Err()
}

// Events lists the names of the tree's events, in the order of [Tree.Events].
func (d *Diagram) Events() []string { return slices.Clone(d.events) }

// Needed gives the same outcome as a tree that names no event on which it does not depend, such
// as b in "a, or a and b".
func (t *Tree) Needed() (*Tree, error) {
	d, err := t.Diagram()
	if err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	for _, v := range d.space.Support(d.top) {
		needed[d.events[v]] = true
	}
	return t.Replace(func(name string) *Tree {
		if !needed[name] {
			return Never()
		}
		return Event(name)
	}), nil
}

// Probability is that of the outcome if events are independent: exact but for rounding, since
// only positive numbers are added.
func (d *Diagram) Probability(chances Chances) (float64, error) {
	p, err := chances.of(d.events)
	if err != nil {
		return 0, err
	}
	return d.space.Probability(d.top, func(v int) float64 { return p[v] }), nil
}

// Importance is Birnbaum's, for each event: the probability of the outcome if the event is
// certain, less that if it is impossible. It is the probability that the event decides.
func (d *Diagram) Importance(chances Chances) (map[string]float64, error) {
	p, err := chances.of(d.events)
	if err != nil {
		return nil, err
	}
	of := d.space.Birnbaum(d.top, func(v int) float64 { return p[v] })
	importance := map[string]float64{}
	for i, name := range d.events {
		importance[name] = of[i]
	}
	return importance, nil
}

// CountMinimalSets counts the minimal sets, exactly and without listing them.
func (d *Diagram) CountMinimalSets() (*big.Int, error) {
	n := d.space.Count(d.top)
	return n, d.space.Err()
}

// MinimalSets lists the minimal sets, the smallest first, events in the order of
// [Tree.Events]. That of [Always] is the empty set, and [Never] has none. It fails with
// [ErrTooMany] if there are more than limit.
func (d *Diagram) MinimalSets(limit int) ([][]string, error) {
	n, err := d.CountMinimalSets()
	if err != nil {
		return nil, err
	}
	if n.Cmp(big.NewInt(int64(limit))) > 0 {
		return nil, fmt.Errorf("%w minimal sets to list: %v, and the limit is %d", ErrTooMany, n, limit)
	}
	var sets [][]string
	d.space.Minimal(d.top, func(vars []int) bool {
		set := []string{}
		for _, v := range vars {
			set = append(set, d.events[v])
		}
		sets = append(sets, set)
		return true
	})
	slices.SortStableFunc(sets, func(a, b []string) int { return len(a) - len(b) })
	return sets, nil
}

// A Part of a mixture: with this weight, the outcome has this chance.
type Part struct{ Weight, Chance float64 }

// Mixture says what the outcome's probability becomes once it is known which of the events
// happened for which shared is true, and how likely that is: by ascending chance, each chance
// once, weights that add up to 1. If shared events strike many at once, and the others each of
// them alone, then this says how their fates go together.
func (t *Tree) Mixture(shared func(event string) bool, chances Chances) ([]Part, error) {
	events := t.Events()
	first := slices.DeleteFunc(slices.Clone(events), func(e string) bool { return !shared(e) })
	own := slices.DeleteFunc(events, shared)
	d, err := t.diagram(slices.Concat(first, own))
	if err != nil {
		return nil, err
	}
	p, err := chances.of(d.events)
	if err != nil {
		return nil, err
	}
	chance := func(v int) float64 { return p[v] }
	weights := map[float64]float64{}
	for left, weight := range d.space.Reach(d.top, len(first), chance) {
		weights[d.space.Probability(left, chance)] += weight
	}
	var parts []Part
	for _, c := range slices.Sorted(maps.Keys(weights)) {
		parts = append(parts, Part{weights[c], c})
	}
	return parts, nil
}

// FromDiagram gives the trees of monotone functions, which share what the functions share, with
// event's names for variables. Such a tree has no gate "at least k of n", and no more than two
// gates for each node of the diagram.
func FromDiagram(space *bdd.Space, event func(v int) string, functions ...bdd.Func) []*Tree {
	made := map[bdd.Func]*Tree{bdd.False: Never(), bdd.True: Always()}
	var of func(bdd.Func) *Tree
	of = func(f bdd.Func) *Tree {
		if made[f] == nil {
			v, without, with := space.Node(f)
			made[f] = Or(And(Event(event(v)), of(with)), of(without))
		}
		return made[f]
	}
	trees := make([]*Tree, len(functions))
	for i, f := range functions {
		trees[i] = of(f)
	}
	return trees
}
