package faulttree

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
)

// An Estimate is what a simulation found.
type Estimate struct {
	Trials, Hits int     // hits: trials in which the outcome came about
	Probability  float64 // hits by trials
	Error        float64 // how far off it may be: see [Tree.Simulate]
}

// errors of an estimate are multiples of its standard deviation.
const deviations = 4

// newEstimate states as error four standard deviations and 16 trials. By Bernstein's inequality
// the second term is what rare outcomes need, of which a simulation may see none.
func newEstimate(hits, trials int) Estimate {
	n, p := float64(trials), float64(hits)/float64(trials)
	return Estimate{trials, hits, p, deviations*math.Sqrt(p*(1-p)/n) + deviations*deviations/n}
}

// lanes is how many trials one step makes, one in each bit of a word.
const lanes = 64

// Simulate draws independent events with these chances and evaluates the tree, as often as
// trials says, rounded up to a multiple of 64. The true probability is within Error of what is
// found, but for one simulation in a thousand at most. It needs no diagram, so it is a second
// opinion; and it sees rare outcomes only in proportionally many trials.
func (t *Tree) Simulate(chances Chances, random *rand.Rand, trials int) (Estimate, error) {
	if trials < 1 {
		return Estimate{}, fmt.Errorf("%d trials, want at least 1", trials)
	}
	events := t.Events()
	p, err := chances.of(events)
	if err != nil {
		return Estimate{}, err
	}
	steps, hits := (trials+lanes-1)/lanes, 0
	nodes := t.flat(events)
	drawn, values := make([]uint64, len(events)), make([]uint64, len(nodes))
	for range steps {
		for i := range p {
			drawn[i] = draw(p[i], random)
		}
		hits += bits.OnesCount64(evaluate(nodes, drawn, values))
	}
	return newEstimate(hits, steps*lanes), nil
}

// draw gives a word in which each bit is set with probability p: it compares a random fraction
// for each bit with p, one binary digit after the other, until all differ.
func draw(p float64, random *rand.Rand) uint64 {
	if p >= 1 {
		return ^uint64(0)
	}
	var set uint64
	for open := ^uint64(0); open != 0 && p > 0; {
		p *= 2
		digit := random.Uint64()
		if p >= 1 {
			p--
			set |= open &^ digit
			open &= digit
		} else {
			open &^= digit
		}
	}
	return set
}

// a flatNode is a node whose parts are found by number: events among those drawn, trees among
// those before it.
type flatNode struct {
	gate     gate
	event, k int
	under    []int
}

func (t *Tree) flat(events []string) []flatNode {
	level, number := map[string]int{}, map[*Tree]int{}
	for i, name := range events {
		level[name] = i
	}
	var nodes []flatNode
	t.visit(func(u *Tree) {
		n := flatNode{gate: u.gate, event: level[u.name], k: u.k}
		for _, v := range u.under {
			n.under = append(n.under, number[v])
		}
		number[u] = len(nodes)
		nodes = append(nodes, n)
	})
	return nodes
}

// evaluate gives the value of the last node in each lane.
func evaluate(nodes []flatNode, drawn, values []uint64) uint64 {
	for i, n := range nodes {
		switch n.gate {
		case event:
			values[i] = drawn[n.event]
		case always:
			values[i] = ^uint64(0)
		case never:
			values[i] = 0
		case atLeast:
			values[i] = reach(n, values)
		}
	}
	return values[len(values)-1]
}

// reach counts in each lane: counts[j] is set where more than j of the trees hold.
func reach(n flatNode, values []uint64) uint64 {
	counts := make([]uint64, n.k)
	for _, u := range n.under {
		v := values[u]
		for j := n.k - 1; j > 0; j-- {
			counts[j] |= counts[j-1] & v
		}
		counts[0] |= v
	}
	return counts[n.k-1]
}
