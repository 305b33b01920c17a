package atlas

import (
	"doormat/attacks/bdd"
)

// labels computes for each fact which sets of events yield it: the function that is true for
// these. A base fact's is the disjunction of the events that yield it, a conclusion's the
// disjunction over all firings of the conjunction of what they take. That is the label of an
// assumption-based truth maintenance system (de Kleer, "An assumption-based TMS", Artificial
// Intelligence 28, 1986), and the why-provenance of a Datalog fact (Green, Karvounarakis and
// Tannen, "Provenance semirings", PODS 2007), absorbed: a set that contains another is none of
// its own. Functions only grow, so that the computation ends at the least fixed point, in
// circles too.
func (a *Atlas) labels() error {
	n := a.graph.know.Len()
	a.label = make([]bdd.Func, n)
	queued, queue := make([]bool, n), []int{}
	raise := func(id int, f bdd.Func) {
		if f = a.space.Or(a.label[id], f); f == a.label[id] {
			return
		}
		a.label[id] = f
		if !queued[id] {
			queued[id], queue = true, append(queue, id)
		}
	}
	all := func(takes []int) bdd.Func {
		f := bdd.True
		for _, id := range takes {
			f = a.space.And(f, a.label[id])
		}
		return f
	}
	for v, facts := range a.loot {
		for _, id := range facts {
			raise(id, a.space.Var(v))
		}
	}
	at := make([][]int, n) // by fact: the joins that it matters to
	for i := range a.graph.joins {
		j := &a.graph.joins[i]
		for _, id := range unique(append(unique(j.takes), j.all...)) {
			at[id] = append(at[id], i)
		}
	}
	waiting := map[int]bool{} // joins, which are looked at when nothing else is left to do
	for len(queue) > 0 || len(waiting) > 0 {
		for len(queue) > 0 {
			id := queue[0]
			queue, queued[id] = queue[1:], false
			for _, s := range a.graph.steer[id] {
				f := all(a.graph.steps[s].takes)
				for _, conclusion := range a.graph.steps[s].gives {
					raise(conclusion, f)
				}
			}
			for _, i := range at[id] {
				waiting[i] = true
			}
			if err := a.space.Err(); err != nil {
				return err
			}
		}
		for i := range a.graph.joins {
			if !waiting[i] {
				continue
			}
			delete(waiting, i)
			j := &a.graph.joins[i]
			takes := all(j.takes)
			for _, conclusion := range j.conclusions() {
				enough := a.gates[gateKey{i, conclusion}].label(a.space,
					func(id int) bdd.Func { return a.label[id] })
				raise(conclusion, a.space.And(takes, enough))
			}
		}
	}
	return a.space.Err()
}
