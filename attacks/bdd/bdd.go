// Package bdd computes with monotone Boolean functions, as reduced ordered binary decision
// diagrams (Bryant, "Graph-Based Algorithms for Boolean Function Manipulation", IEEE
// Transactions on Computers, 1986).
//
// A function says for each set of variables whether the set is enough: to read a message,
// say. It is monotone if more is never worse, and then two lists say all of it: the minimal
// sets that are enough, and the maximal sets that are not. A diagram holds functions that
// have far more minimal sets than anybody could list: 7 of 13 in one of two epochs has over
// ten thousand, and a few hundred nodes. Equal functions are one [Func] of a [Space], so
// that a search for a fixed point sees at once when it is done (TestCanonical).
//
// Minimal sets are found as in Rauzy, "New algorithms for fault trees analysis", Reliability
// Engineering & System Safety, 1993: as a zero-suppressed diagram, in which they are counted
// without being listed. TestBruteForce holds every operation against all assignments.
package bdd

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// A Func is a function of a [Space]. Two of one space are equal if and only if they are the
// same function.
type Func int32

// The constant functions: no set is enough, and every set is.
const (
	False Func = 0
	True  Func = 1
)

// ErrSize says that a space has more nodes than it was made for.
var ErrSize = errors.New("decision diagram: too large")

// node decides about one variable: lo is what is left without it, hi with it. That of a
// diagram of sets is read in the same way: lo are the sets without it, hi those with it.
type node struct {
	v      int32
	lo, hi Func
}

// A Space holds functions of variables, which are numbered from 0. The order of the numbers
// is that of the diagram: variables that belong together should be neighbours.
type Space struct {
	nodes []node
	limit int
	err   error

	functions, sets map[node]Func
	and, or, less   map[[2]Func]Func
	dual, minimal   map[Func]Func
}

// New makes a space of at most so many nodes, over 1. When there is no more room, functions
// are wrong from then on, and [Space.Err] says so.
func New(limit int) *Space {
	leaf := node{v: 1<<31 - 1}
	return &Space{
		nodes: []node{leaf, leaf}, limit: limit,
		functions: map[node]Func{}, sets: map[node]Func{},
		and: map[[2]Func]Func{}, or: map[[2]Func]Func{}, less: map[[2]Func]Func{},
		dual:    map[Func]Func{False: True, True: False},
		minimal: map[Func]Func{False: False, True: True},
	}
}

// Err is [ErrSize] if the space was ever full: then nothing that it says counts.
func (s *Space) Err() error { return s.err }

// make gives the one node of its content in a table of nodes.
func (s *Space) make(table map[node]Func, n node) Func {
	if f, ok := table[n]; ok {
		return f
	}
	if len(s.nodes) >= s.limit {
		s.err = fmt.Errorf("%w: more than %d nodes", ErrSize, s.limit)
		return False
	}
	f := Func(len(s.nodes))
	s.nodes = append(s.nodes, n)
	table[n] = f
	return f
}

// function is the node of a function, which needs none where the variable changes nothing.
func (s *Space) function(v int32, lo, hi Func) Func {
	if lo == hi {
		return lo
	}
	return s.make(s.functions, node{v, lo, hi})
}

// Var is the function that is true if variable v is in the set.
func (s *Space) Var(v int) Func { return s.function(int32(v), False, True) }

// And is true where all are.
func (s *Space) And(list ...Func) Func {
	all := True
	for _, f := range list {
		all = s.binary(s.and, True, all, f)
	}
	return all
}

// Or is true where at least one is.
func (s *Space) Or(list ...Func) Func {
	some := False
	for _, f := range list {
		some = s.binary(s.or, False, some, f)
	}
	return some
}

// binary is "and" or "or", which differ in the constant that changes nothing.
func (s *Space) binary(done map[[2]Func]Func, neutral, f, g Func) Func {
	switch {
	case f == g || g == neutral:
		return f
	case f == neutral:
		return g
	case f <= True || g <= True:
		return True - neutral // the other constant, which decides
	case f > g:
		f, g = g, f
	}
	key := [2]Func{f, g}
	if known, ok := done[key]; ok {
		return known
	}
	v, a, b := s.split(f, g)
	result := s.function(v, s.binary(done, neutral, a.lo, b.lo), s.binary(done, neutral, a.hi, b.hi))
	done[key] = result
	return result
}

// split decides two functions by the first variable of either.
func (s *Space) split(f, g Func) (v int32, a, b node) {
	a, b = s.nodes[f], s.nodes[g]
	v = min(a.v, b.v)
	if a.v != v {
		a = node{v, f, f}
	}
	if b.v != v {
		b = node{v, g, g}
	}
	return v, a, b
}

// AtLeast is true where at least k of the list are.
func (s *Space) AtLeast(k int, list ...Func) Func {
	count := make([]Func, k+1) // count[i]: at least i of those so far
	count[0] = True
	for _, f := range list {
		for i := k; i > 0; i-- {
			count[i] = s.Or(count[i], s.And(count[i-1], f))
		}
	}
	return count[k]
}

// Holds tells whether the set of the variables for which in is true is enough.
func (s *Space) Holds(f Func, in func(v int) bool) bool {
	for f > True {
		if n := s.nodes[f]; in(int(n.v)) {
			f = n.hi
		} else {
			f = n.lo
		}
	}
	return f == True
}

// Dual is true for a set if f is false for all that is not in the set. The complements of its
// minimal sets are the maximal sets that are not enough for f.
func (s *Space) Dual(f Func) Func {
	if d, ok := s.dual[f]; ok {
		return d
	}
	n := s.nodes[f]
	d := s.function(n.v, s.Dual(n.hi), s.Dual(n.lo))
	s.dual[f] = d
	return d
}

// Probability is how likely it is that f is true if each variable is, independently, with
// chance(v).
func (s *Space) Probability(f Func, chance func(v int) float64) float64 {
	return s.probabilities(f, chance)[f]
}

// probabilities are those of f and of everything below it.
func (s *Space) probabilities(f Func, chance func(v int) float64) map[Func]float64 {
	known := map[Func]float64{False: 0, True: 1}
	var of func(Func) float64
	of = func(f Func) float64 {
		if p, ok := known[f]; ok {
			return p
		}
		n := s.nodes[f]
		c := chance(int(n.v))
		p := (1-c)*of(n.lo) + c*of(n.hi)
		known[f] = p
		return p
	}
	of(f)
	return known
}

// Birnbaum is how likely it is that variable v decides f, for each v of its [Space.Support], if
// each variable is in the set with chance(v): the probability of f with v less that without it
// (Birnbaum, "On the importance of different components in a multicomponent system", 1969).
func (s *Space) Birnbaum(f Func, chance func(v int) float64) map[int]float64 {
	of := s.probabilities(f, chance)
	reached := map[Func]float64{f: 1} // how likely it is to come by a node, from the top
	importance := map[int]float64{}
	for _, g := range slices.Backward(slices.Sorted(maps.Keys(of))) {
		if g <= True {
			break
		}
		n := s.nodes[g]
		c := chance(int(n.v))
		importance[int(n.v)] += reached[g] * (of[n.hi] - of[n.lo])
		reached[n.lo] += reached[g] * (1 - c)
		reached[n.hi] += reached[g] * c
	}
	return importance
}

// Reach is how likely each function is to be what is left of f once all variables below v are
// decided, each in the set with chance(v). The likelihoods add up to 1.
func (s *Space) Reach(f Func, v int, chance func(v int) float64) map[Func]float64 {
	reached, left := map[Func]float64{f: 1}, map[Func]float64{}
	of := s.probabilities(f, chance) // its keys are what can be come by
	for _, g := range slices.Backward(slices.Sorted(maps.Keys(of))) {
		n := s.nodes[g]
		switch p := reached[g]; {
		case p == 0:
		case n.v >= int32(v):
			left[g] = p
		default:
			c := chance(int(n.v))
			reached[n.lo] += p * (1 - c)
			reached[n.hi] += p * c
		}
	}
	return left
}

// Node is what a function that is no constant says of its first variable: what is left of it
// without v, and what is left with it.
func (s *Space) Node(f Func) (v int, without, with Func) {
	n := s.nodes[f]
	return int(n.v), n.lo, n.hi
}

// Support lists the variables on which f depends, in ascending order.
func (s *Space) Support(f Func) []int {
	seen, vars, top := map[Func]bool{}, map[int]bool{}, 0
	var walk func(Func)
	walk = func(f Func) {
		if f <= True || seen[f] {
			return
		}
		seen[f] = true
		n := s.nodes[f]
		vars[int(n.v)], top = true, max(top, int(n.v))
		walk(n.lo)
		walk(n.hi)
	}
	walk(f)
	var list []int
	for v := range top + 1 {
		if vars[v] {
			list = append(list, v)
		}
	}
	return list
}

// Count is how many minimal sets a function has.
func (s *Space) Count(f Func) *big.Int {
	known := map[Func]*big.Int{False: big.NewInt(0), True: big.NewInt(1)}
	var of func(Func) *big.Int
	of = func(z Func) *big.Int {
		if c, ok := known[z]; ok {
			return c
		}
		n := s.nodes[z]
		c := new(big.Int).Add(of(n.lo), of(n.hi))
		known[z] = c
		return c
	}
	return of(s.minimalSets(f))
}

// Minimal yields the minimal sets of a function, each as its variables in ascending order,
// until yield returns false. The slice is good until the next one.
func (s *Space) Minimal(f Func, yield func(set []int) bool) {
	var set []int
	var walk func(Func) bool
	walk = func(z Func) bool {
		switch z {
		case False:
			return true
		case True:
			return yield(set)
		}
		n := s.nodes[z]
		set = append(set, int(n.v))
		more := walk(n.hi)
		set = set[:len(set)-1]
		return more && walk(n.lo)
	}
	walk(s.minimalSets(f))
}

// minimalSets is the diagram of the minimal sets of a function: those without its first
// variable, and those with it that are not enough without. What is enough without it is enough
// with it, so a minimal set of hi that contains one of lo is that one.
func (s *Space) minimalSets(f Func) Func {
	if z, ok := s.minimal[f]; ok {
		return z
	}
	n := s.nodes[f]
	lo := s.minimalSets(n.lo)
	z := s.family(n.v, lo, s.without(s.minimalSets(n.hi), lo))
	s.minimal[f] = z
	return z
}

// family is the node of a family of sets, which needs none where no set has the variable.
func (s *Space) family(v int32, lo, hi Func) Func {
	if hi == False {
		return lo
	}
	return s.make(s.sets, node{v, lo, hi})
}

// without are the sets of family y that are not in family z.
func (s *Space) without(y, z Func) Func {
	switch {
	case y == z:
		return False
	case y == False || z == False:
		return y
	}
	key := [2]Func{y, z}
	if known, ok := s.less[key]; ok {
		return known
	}
	a, b := s.nodes[y], s.nodes[z]
	var result Func
	switch {
	case a.v < b.v:
		result = s.family(a.v, s.without(a.lo, z), a.hi)
	case a.v > b.v:
		result = s.without(y, b.lo)
	default:
		result = s.family(a.v, s.without(a.lo, b.lo), s.without(a.hi, b.hi))
	}
	s.less[key] = result
	return result
}
