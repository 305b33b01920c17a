package atlas

import (
	"bytes"
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A walk finds what follows from one set of facts after another. From each it goes back to what the
// next has in common with it, so that of many sets that are much alike each costs little.
type walk struct {
	graph   *graph
	got     []bool  // by fact
	reached []int   // in this order
	done    int     // how many of these were looked at
	missing []int32 // by step: how many facts it still lacks
}

func (g *graph) walk() *walk {
	return &walk{graph: g, got: make([]bool, g.know.Len()), missing: slices.Clone(g.needs)}
}

func (w *walk) reach(ids []int) {
	for _, id := range ids {
		if !w.got[id] {
			w.got[id] = true
			w.reached = append(w.reached, id)
		}
	}
}

// take adds facts, and what follows from them without rules that combine.
func (w *walk) take(ids []int) {
	w.reach(ids)
	for ; w.done < len(w.reached); w.done++ {
		for _, i := range w.graph.steer[w.reached[w.done]] {
			if w.missing[i]--; w.missing[i] == 0 {
				w.reach(w.graph.steps[i].gives)
			}
		}
	}
}

// back forgets all that was reached after the first n facts.
func (w *walk) back(n int) {
	for _, id := range w.reached[n:] {
		w.got[id] = false
		for _, i := range w.graph.steer[id] {
			w.missing[i]++
		}
	}
	w.reached, w.done = w.reached[:n], n
}

// combine adds what follows by rules that combine, and from that.
func (w *walk) combine() error {
	given := make([]int, len(w.graph.joins)) // how many each was given the last time, over 1
	var have []int
	for before := -1; before < len(w.reached); {
		before = len(w.reached)
		for i := range w.graph.joins {
			j := &w.graph.joins[i]
			if slices.ContainsFunc(j.takes, func(id int) bool { return !w.got[id] }) {
				continue
			}
			have = have[:0]
			for _, id := range j.all {
				if w.got[id] {
					have = append(have, id)
				}
			}
			if given[i] == len(have)+1 {
				continue
			}
			given[i] = len(have) + 1
			conclusions, err := w.graph.combine(i, have)
			if err != nil {
				return err
			}
			w.take(conclusions)
		}
	}
	return nil
}

// some is how many sets one processor tries before it takes others.
const some = 512

// try computes what follows from each set, on every processor, and keeps whether it reads each goal.
func (a *Atlas) try(ctx context.Context, trials []*trial) error {
	events := a.alike(trials)
	parts := slices.Collect(slices.Chunk(trials, some))
	errs := make([]error, len(parts))
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(parts)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				errs[i] = a.tryPart(parts[i], events)
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return cmp.Or(errs...)
}

// tryPart walks from one set to the next, in this order of events.
func (a *Atlas) tryPart(part []*trial, events []int) error {
	w := a.graph.walk()
	at := []int{0} // how much was reached with the first events of the order, none at first
	for i, t := range part {
		same := 0
		for i > 0 && t.set[events[same]] == part[i-1].set[events[same]] {
			same++ // no two sets are equal
		}
		at = at[:same+1]
		w.back(at[same])
		for _, v := range events[same:] {
			if t.set[v] {
				w.take(a.loot[v])
			}
			at = append(at, len(w.reached))
		}
		if err := w.combine(); err != nil {
			return err
		}
		t.got = a.reads(w.got)
	}
	return nil
}

// alike sorts sets so that neighbours have much in common, and gives the order of events in which
// they do: first those that few sets differ in.
func (a *Atlas) alike(trials []*trial) []int {
	in := make([]int, len(a.Events))
	for _, t := range trials {
		for v, taken := range t.set {
			if taken {
				in[v]++
			}
		}
	}
	events := make([]int, len(a.Events))
	for v := range events {
		events[v] = v
	}
	slices.SortStableFunc(events, func(v, w int) int {
		return cmp.Compare(min(in[v], len(trials)-in[v]), min(in[w], len(trials)-in[w]))
	})
	for _, t := range trials {
		t.key = bits(t.set, events)
	}
	slices.SortFunc(trials, func(t, u *trial) int { return bytes.Compare(t.key, u.key) })
	return events
}

// bits packs a set, in this order of events.
func bits(set []bool, events []int) []byte {
	key := make([]byte, (len(set)+7)/8)
	for i, v := range events {
		if set[v] {
			key[i/8] |= 128 >> (i % 8)
		}
	}
	return key
}
