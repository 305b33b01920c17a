package faulttree

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// ErrTooMany is wrapped when there are more minimal sets than were asked for.
var ErrTooMany = errors.New("too many")

// families are the minimal sets of a diagram as a zero-suppressed diagram: a node is the sets
// of low, and those of high with the event at its level added to each.
type families struct {
	table
	of    *Diagram
	top   int
	known map[int]int    // minimal sets of a node of the decision diagram
	left  map[[2]int]int // results of without
}

func (d *Diagram) families() (f *families, err error) {
	if d.minimal != nil {
		return d.minimal, nil
	}
	defer recovered(&err)
	f = &families{table: newTable(len(d.events), "the diagram of minimal sets"), of: d,
		known: map[int]int{no: no, yes: yes}, left: map[[2]int]int{}}
	f.top = f.minimal(d.top)
	d.minimal = f
	return f, nil
}

// minimal gives the minimal sets of a node: those without its event, and, with it, those of
// high that are not enough without it.
func (f *families) minimal(id int) int {
	if made, ok := f.known[id]; ok {
		return made
	}
	n := f.of.table.nodes[id]
	low := f.minimal(n.low)
	made := f.with(n.level, low, f.without(f.minimal(n.high), n.low))
	f.known[id] = made
	return made
}

// with is a node, or only low where no set has the event.
func (f *families) with(level, low, high int) int {
	if high == no {
		return low
	}
	return f.find(node{level, low, high})
}

// without gives the sets that do not bring about what the node of the decision diagram says.
func (f *families) without(sets, id int) int {
	switch {
	case id == yes || sets == no:
		return no
	case id == no:
		return sets
	}
	key := [2]int{sets, id}
	if made, ok := f.left[key]; ok {
		return made
	}
	s, n := f.nodes[sets], f.of.table.nodes[id]
	var made int
	switch {
	case n.level < s.level: // none of the sets has the event
		made = f.without(sets, n.low)
	case n.level > s.level:
		made = f.with(s.level, f.without(s.low, id), f.without(s.high, id))
	default:
		made = f.with(s.level, f.without(s.low, n.low), f.without(s.high, n.high))
	}
	f.left[key] = made
	return made
}

// CountMinimalSets counts the minimal sets, exactly and without listing them.
func (d *Diagram) CountMinimalSets() (*big.Int, error) {
	f, err := d.families()
	if err != nil {
		return nil, err
	}
	return f.counts()[f.top], nil
}

// counts says how many sets each node has. Nodes stand behind those that they lead to.
func (f *families) counts() []*big.Int {
	counts := []*big.Int{big.NewInt(0), big.NewInt(1)}
	for _, n := range f.nodes[yes+1:] {
		counts = append(counts, new(big.Int).Add(counts[n.low], counts[n.high]))
	}
	return counts
}

// MinimalSets lists the minimal sets, the smallest first, events in the order of
// [Tree.Events]. That of [Always] is the empty set, and [Never] has none. It fails with
// [ErrTooMany] if there are more than limit.
func (d *Diagram) MinimalSets(limit int) ([][]string, error) {
	f, err := d.families()
	if err != nil {
		return nil, err
	}
	if n := f.counts()[f.top]; n.Cmp(big.NewInt(int64(limit))) > 0 {
		return nil, fmt.Errorf("%w minimal sets to list: %v, and the limit is %d", ErrTooMany, n, limit)
	}
	var sets [][]string
	var walk func(id int, set []string)
	walk = func(id int, set []string) {
		switch id {
		case no:
		case yes:
			sets = append(sets, slices.Clone(set))
		default:
			n := f.nodes[id]
			walk(n.high, append(set, d.events[n.level]))
			walk(n.low, set)
		}
	}
	walk(f.top, []string{})
	slices.SortStableFunc(sets, func(a, b []string) int { return len(a) - len(b) })
	return sets, nil
}
