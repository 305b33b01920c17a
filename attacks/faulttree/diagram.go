package faulttree

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// MaxNodes is how many nodes a diagram may have, and how many its minimal sets: about 100 MB
// each.
const MaxNodes = 1 << 20

// ErrTooLarge is wrapped when a diagram would have more than [MaxNodes] nodes.
var ErrTooLarge = errors.New("too large")

// The two leaves of every diagram. In one of minimal sets, no is the family without a set, and
// yes the family whose only set is empty.
const (
	no  = 0
	yes = 1
)

// a node asks for the event at its level and leads to low if it does not happen, to high if it
// does. Levels grow on the way down; those of leaves are beyond all events.
type node struct{ level, low, high int }

// A Diagram is a reduced ordered binary decision diagram of one tree.
type Diagram struct {
	events []string // by level
	table  table
	top    int

	minimal *families // made when it is first asked for
}

// a table holds nodes without a double. A node stands behind those that it leads to.
type table struct {
	nodes  []node
	number map[node]int
	what   string // for the error
}

func newTable(levels int, what string) table {
	leaf := node{level: levels}
	return table{nodes: []node{leaf, leaf}, number: map[node]int{}, what: what}
}

// tooLarge unwinds to where a diagram is asked for.
type tooLarge struct{ error }

func (t *table) find(n node) int {
	if id, ok := t.number[n]; ok {
		return id
	}
	if len(t.nodes) >= MaxNodes {
		panic(tooLarge{fmt.Errorf("%w: %s has more than %d nodes", ErrTooLarge, t.what, MaxNodes)})
	}
	t.nodes = append(t.nodes, n)
	t.number[n] = len(t.nodes) - 1
	return len(t.nodes) - 1
}

// recovered turns a table that grew too large into an error.
func recovered(err *error) {
	switch r := recover().(type) {
	case nil:
	case tooLarge:
		*err = r.error
	default:
		panic(r)
	}
}

// Diagram builds the diagram of the tree. Events are asked for in the order of [Tree.Events]:
// what stands together in the tree should be close in the diagram. It fails with [ErrTooLarge]
// beyond [MaxNodes] nodes.
func (t *Tree) Diagram() (d *Diagram, err error) {
	defer recovered(&err)
	events := t.Events()
	d = &Diagram{events: events, table: newTable(len(events), "the decision diagram")}
	level := map[string]int{}
	for i, name := range events {
		level[name] = i
	}
	b := builder{&d.table, map[[3]int]int{}}
	made := map[*Tree]int{}
	t.visit(func(u *Tree) {
		switch u.gate {
		case never:
			made[u] = no
		case always:
			made[u] = yes
		case event:
			made[u] = d.table.find(node{level[u.name], no, yes})
		case atLeast:
			var under []int
			for _, v := range u.under {
				under = append(under, made[v])
			}
			made[u] = b.atLeast(u.k, under)
		}
	})
	d.top = made[t]
	return d, nil
}

type builder struct {
	*table
	known map[[3]int]int // results of ite
}

// atLeast adds one tree after the other from the last: counts[j] is "at least j of those added".
func (b builder) atLeast(k int, under []int) int {
	counts := make([]int, k+1)
	counts[0] = yes
	for _, u := range slices.Backward(under) {
		for j := k; j > 0; j-- {
			counts[j] = b.ite(u, counts[j-1], counts[j])
		}
	}
	return counts[k]
}

// ite is "if f then g, else h", the one operation from which all others are made (Bryant 1986;
// Brace, Rudell and Bryant 1990).
func (b builder) ite(f, g, h int) int {
	switch {
	case f == yes || g == h:
		return g
	case f == no:
		return h
	case g == yes && h == no:
		return f
	}
	key := [3]int{f, g, h}
	if id, ok := b.known[key]; ok {
		return id
	}
	level := min(b.nodes[f].level, b.nodes[g].level, b.nodes[h].level)
	low := b.ite(b.below(f, level, false), b.below(g, level, false), b.below(h, level, false))
	high := b.ite(b.below(f, level, true), b.below(g, level, true), b.below(h, level, true))
	id := low
	if low != high {
		id = b.find(node{level, low, high})
	}
	b.known[key] = id
	return id
}

// below is where f leads once it is known whether the event at the level happens.
func (b builder) below(f, level int, happens bool) int {
	n := b.nodes[f]
	switch {
	case n.level != level:
		return f
	case happens:
		return n.high
	}
	return n.low
}

// Nodes is how many nodes the diagram has besides its leaves.
func (d *Diagram) Nodes() int { return len(d.reached()) }

// reached lists the nodes under the top, those below first; building leaves others behind.
func (d *Diagram) reached() []int {
	seen := map[int]bool{}
	var walk func(int)
	walk = func(id int) {
		if id <= yes || seen[id] {
			return
		}
		seen[id] = true
		walk(d.table.nodes[id].low)
		walk(d.table.nodes[id].high)
	}
	walk(d.top)
	return slices.Sorted(maps.Keys(seen))
}

// Events lists the names of the tree's events, in the order of [Tree.Events].
func (d *Diagram) Events() []string { return slices.Clone(d.events) }

// Probability is that of the outcome if events are independent: exact but for rounding, since
// only positive numbers are added.
func (d *Diagram) Probability(chances Chances) (float64, error) {
	p, err := chances.of(d.events)
	if err != nil {
		return 0, err
	}
	return d.probabilities(p)[d.top], nil
}

// probabilities are those of all nodes by number.
func (d *Diagram) probabilities(p []float64) map[int]float64 {
	of := map[int]float64{no: 0, yes: 1}
	for _, id := range d.reached() {
		n := d.table.nodes[id]
		of[id] = (1-p[n.level])*of[n.low] + p[n.level]*of[n.high]
	}
	return of
}

// Importance is Birnbaum's, for each event: the probability of the outcome if the event is
// certain, less that if it is impossible. It is the probability that the event decides.
func (d *Diagram) Importance(chances Chances) (map[string]float64, error) {
	p, err := chances.of(d.events)
	if err != nil {
		return nil, err
	}
	of, ways := d.probabilities(p), map[int]float64{d.top: 1}
	importance := map[string]float64{}
	for _, name := range d.events {
		importance[name] = 0
	}
	for _, id := range slices.Backward(d.reached()) {
		n := d.table.nodes[id]
		ways[n.low] += ways[id] * (1 - p[n.level])
		ways[n.high] += ways[id] * p[n.level]
		importance[d.events[n.level]] += ways[id] * (of[n.high] - of[n.low])
	}
	return importance, nil
}
