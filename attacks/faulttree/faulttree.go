// Package faulttree computes with fault trees: monotone formulas that say which sets of
// basic events bring about one outcome, such as "somebody reads message 1".
//
// A [Tree] is an event, or a gate over other trees: all of them ([And]), any of them ([Or]),
// at least k of them ([AtLeast]). There is no "not", so a larger set of events never brings
// about less. Trees share subtrees, and two events of one name are one event, so a tree is a
// graph and may be far smaller than the formula that it stands for. An outcome that nothing
// brings about, or that needs nothing, is a tree too: [Never] and [Always]. Fault trees and
// their minimal cut sets are those of the Fault Tree Handbook (Vesely, Goldberg, Roberts and
// Haasl, NUREG-0492, 1981).
//
// # Decision diagrams
//
// [Tree.Diagram] turns a tree into a decision diagram (package attacks/bdd), in which a gate
// "at least k of n" over single events takes about k times n nodes, while it has as many
// minimal sets as there are ways to choose k of n. From the diagram follow, exactly:
//
//   - [Diagram.MinimalSets], the sets from which no event can be left out, which are counted
//     without being listed;
//   - [Diagram.Probability], of independent events;
//   - [Diagram.Importance], by how much the outcome's probability would rise if one event went
//     from impossible to certain.
//
// Diagrams of some formulas are large whatever one does, so there is a limit, [MaxNodes], and
// an error that says so. TestAgainstAllAssignments compares all of this with the truth table
// of random trees.
//
// # Second opinions
//
// [Tree.Simulate] draws events at random and evaluates the tree, without a diagram.
// [Tree.WriteOpenPSA] writes the exchange format of probabilistic safety assessment, which
// other programs read; TestScram holds that one of them finds the same probability.
package faulttree

import (
	"fmt"
	"slices"
)

type gate int

const (
	event gate = iota
	atLeast
	never
	always
)

// A Tree is a monotone formula over named events. It never changes, so trees may share parts
// and be used by several goroutines.
type Tree struct {
	gate  gate
	name  string  // of an event
	k     int     // of a gate: how many of under bring it about, 1 to len(under)
	under []*Tree // at least two, none of them constant
}

// Never is the outcome that no event brings about, Always the one that needs none.
func Never() *Tree { return &Tree{gate: never} }

// Always is the outcome that needs no event.
func Always() *Tree { return &Tree{gate: always} }

// Event is the outcome that one basic event brings about. Events of one name are one event.
func Event(name string) *Tree { return &Tree{gate: event, name: name} }

// And needs all of under; it is [Always] if there are none.
func And(under ...*Tree) *Tree { return AtLeast(len(under), under...) }

// Or needs any of under; it is [Never] if there are none.
func Or(under ...*Tree) *Tree { return AtLeast(1, under...) }

// AtLeast needs k of under, [Always] if k is not positive and [Never] if there are not so many.
// Constants among them are counted at once, so no gate stands over a constant.
func AtLeast(k int, under ...*Tree) *Tree {
	var open []*Tree
	for _, u := range under {
		switch u.gate {
		case always:
			k--
		case never:
		default:
			open = append(open, u)
		}
	}
	switch {
	case k <= 0:
		return Always()
	case k > len(open):
		return Never()
	case len(open) == 1:
		return open[0]
	}
	return &Tree{gate: atLeast, k: k, under: open}
}

// Events lists the names of all events of the tree, each once, in the order in which they are
// met from left to right.
func (t *Tree) Events() []string {
	var names []string
	seen := map[string]bool{}
	t.visit(func(u *Tree) {
		if u.gate == event && !seen[u.name] {
			seen[u.name] = true
			names = append(names, u.name)
		}
	})
	return names
}

// visit shows every node once, those below a gate before it.
func (t *Tree) visit(show func(*Tree)) {
	seen := map[*Tree]bool{}
	var walk func(*Tree)
	walk = func(u *Tree) {
		if seen[u] {
			return
		}
		seen[u] = true
		for _, v := range u.under {
			walk(v)
		}
		show(u)
	}
	walk(t)
}

// Replace gives the tree with a tree in place of each of its events, for instance one that says
// what may have caused it, or a constant where it is known whether it happened.
func (t *Tree) Replace(by func(event string) *Tree) *Tree {
	events, made := map[string]*Tree{}, map[*Tree]*Tree{}
	t.visit(func(u *Tree) {
		switch u.gate {
		case event:
			if events[u.name] == nil {
				events[u.name] = by(u.name)
			}
			made[u] = events[u.name]
		case atLeast:
			var under []*Tree
			for _, v := range u.under {
				under = append(under, made[v])
			}
			made[u] = AtLeast(u.k, under...)
		default:
			made[u] = u
		}
	})
	return made[t]
}

// Share gives the same trees, but those that look the same are one, and so are their parts.
func Share(trees []*Tree) []*Tree {
	number, made, known := map[*Tree]int{}, map[*Tree]*Tree{}, map[string]*Tree{}
	shared := make([]*Tree, len(trees))
	for i, t := range trees {
		t.visit(func(u *Tree) {
			if made[u] != nil {
				return
			}
			looks, same := fmt.Sprint(u.gate, " ", u.k, " ", u.name), *u
			same.under = nil
			for _, v := range u.under {
				looks += fmt.Sprint(" ", number[made[v]])
				same.under = append(same.under, made[v])
			}
			if known[looks] == nil {
				known[looks], number[&same] = &same, len(known)
			}
			made[u] = known[looks]
		})
		shared[i] = made[t]
	}
	return shared
}

// Holds reports whether the events of the set, and no others, bring the outcome about.
func (t *Tree) Holds(set map[string]bool) bool {
	holds := map[*Tree]bool{}
	t.visit(func(u *Tree) {
		switch u.gate {
		case always:
			holds[u] = true
		case event:
			holds[u] = set[u.name]
		case atLeast:
			n := 0
			for _, v := range u.under {
				if holds[v] {
					n++
				}
			}
			holds[u] = n >= u.k
		}
	})
	return holds[t]
}

// Chances are the probabilities of events, by name, each from 0 to 1.
type Chances map[string]float64

// of lists the chances of events, in their order.
func (c Chances) of(events []string) ([]float64, error) {
	list := make([]float64, len(events))
	for i, name := range events {
		p, ok := c[name]
		if !ok {
			return nil, fmt.Errorf("event %q has no probability", name)
		}
		if !(p >= 0 && p <= 1) { // not a number is refused as well
			return nil, fmt.Errorf("event %q: its probability is %v, want 0 to 1", name, p)
		}
		list[i] = p
	}
	return list, nil
}

// words says what a gate needs.
func (t *Tree) words() string {
	switch t.k {
	case 1:
		return "any of"
	case len(t.under):
		return "all of"
	}
	return fmt.Sprintf("at least %d of %d", t.k, len(t.under))
}

// numbered gives each gate its number, the top 1, and lists them from the top.
func (t *Tree) numbered() (gates []*Tree, number map[*Tree]int) {
	t.visit(func(u *Tree) {
		if u.gate == atLeast {
			gates = append(gates, u)
		}
	})
	slices.Reverse(gates)
	number = map[*Tree]int{}
	for i, g := range gates {
		number[g] = i + 1
	}
	return gates, number
}
