package atlas

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"

	"doormat/attacks/deduce"
	"doormat/world"
)

// graph is all that follows from everything that could be taken: facts by id, and every firing
// of a rule that gave something.
//
// Opening rules are pure. What one gave for some facts it gives for the same facts at any time,
// and what it refused it refuses, so that a firing of a rule that takes a fixed number of facts
// is looked up here and not computed again. A rule that combines is another matter: it is
// applied to all facts of a kind that somebody has, and two people have not the same. It is
// applied again, to the bytes, for each set of facts that it meets ([graph.combine]).
type graph struct {
	know  *deduce.Knowledge
	steps []step
	joins []join
	steer [][]int32 // by fact: the steps that take it
	needs []int32   // by step: how many facts it takes
	tried map[string][]int
	mu    sync.Mutex // of tried
}

// step is a firing of a rule that takes a fixed number of facts.
type step struct {
	takes []int
	gives []int
}

// join is a rule that combines, with the facts of a fixed number that it takes, in the order
// of the rule, and all those that it could be given besides.
type join struct {
	rule  world.Rule
	takes []int
	all   []int
	gives map[int][]int // by conclusion: those of all that it rested on when all were there
}

// newGraph draws every conclusion from what is known and notes every firing.
func newGraph(know *deduce.Knowledge, saturate func() error) (*graph, error) {
	g := &graph{know: know, tried: map[string][]int{}}
	at := map[string]int{}
	know.Watch(func(f deduce.Firing) {
		r, _ := know.Rule(f.Rule)
		if r.All == "" {
			g.steps = append(g.steps, step{f.Facts, f.Gives})
			return
		}
		takes, all := f.Facts[:len(r.Takes)], f.Facts[len(r.Takes):]
		key := fmt.Sprint(f.Rule, takes, know.At(f.Facts[0]).Ref) // a rule may take nothing else
		i, ok := at[key]
		if !ok {
			i = len(g.joins)
			at[key] = i
			g.joins = append(g.joins, join{rule: r, takes: takes, gives: map[int][]int{}})
		}
		g.joins[i].all = all // the last time it is given the most
		for n, id := range f.Gives {
			g.joins[i].gives[id] = only(f.From[n], all)
		}
	})
	if err := saturate(); err != nil {
		return nil, err
	}
	know.Watch(nil)
	g.steer = make([][]int32, know.Len())
	for i, s := range g.steps {
		takes := unique(s.takes)
		g.needs = append(g.needs, int32(len(takes)))
		for _, id := range takes {
			g.steer[id] = append(g.steer[id], int32(i))
		}
	}
	return g, nil
}

// only are those of a list that are among others, in ascending order.
func only(list, among []int) []int {
	var out []int
	for _, id := range list {
		if slices.Contains(among, id) {
			out = append(out, id)
		}
	}
	return unique(out)
}

func unique(list []int) []int {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

// closure is everything that follows from some facts, by id.
func (g *graph) closure(taken []int) ([]bool, error) {
	w := g.walk()
	w.take(taken)
	return w.got, w.combine()
}

// combine applies a rule that combines to some of the facts that it could be given, in the
// order in which they became known, and lists what it gives.
func (g *graph) combine(i int, have []int) ([]int, error) {
	key := binary.AppendUvarint(nil, uint64(i))
	for _, id := range have {
		key = binary.AppendUvarint(key, uint64(id))
	}
	g.mu.Lock()
	known, ok := g.tried[string(key)]
	g.mu.Unlock()
	if ok {
		return known, nil
	}
	j := &g.joins[i]
	var in world.Input
	for _, id := range slices.Concat(j.takes, have) {
		in.Facts = append(in.Facts, g.know.At(id).Fact)
	}
	conclusions := []int{}
	out, err := j.rule.Apply(in)
	for _, d := range out {
		id, ok := g.know.Find(d.Fact)
		if err == nil && !ok {
			return nil, fmt.Errorf("rule %q gives for some facts what it does not give for more "+
				"of them: rules have to be monotone", j.rule.Name)
		}
		if err == nil {
			conclusions = append(conclusions, id)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tried[string(key)] = conclusions
	return conclusions, nil
}

// gives tells whether a rule that combines concludes something from some facts.
func (g *graph) gives(i, conclusion int, have []int) (bool, error) {
	list, err := g.combine(i, unique(have))
	return slices.Contains(list, conclusion), err
}

// conclusions lists what a join can give, in ascending order.
func (j *join) conclusions() []int { return slices.Sorted(maps.Keys(j.gives)) }
