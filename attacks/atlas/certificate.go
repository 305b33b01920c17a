package atlas

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"doormat/attacks/bdd"
	"doormat/attacks/deduce"
	"doormat/world"
)

// A Certificate counts the sets that were tried. It is complete if all minimal and all maximal
// sets were, and none was refuted: then there is no other set under these rules and moments.
type Certificate struct {
	Opened     int  `json:"opened"`  // minimal sets that were taken and read the goal
	Closed     int  `json:"closed"`  // maximal sets that were taken and did not
	Refuted    int  `json:"refuted"` // sets that answered otherwise
	Complete   bool `json:"complete"`
	Mended     int  `json:"mended"`     // rounds in which a set answered otherwise, and the graph was mended
	Sets       int  `json:"sets"`       // different sets that were tried, for one goal or for several
	Recomputed int  `json:"recomputed"` // of these, sets of which all was computed again from raw bytes
}

// maxRounds bounds how often the graph is mended.
const maxRounds = 64

// Again is how many sets of each kind are computed again from raw bytes, unless other numbers are
// asked for.
const Again = 3

// trial is a set of events, and what it should read.
type trial struct {
	set    []bool
	opens  []int // goals of which it is a minimal set
	closes []int // goals of which it is a maximal set that reads nothing
	got    []bool
	key    []byte // the set packed, see [Atlas.alike]
}

// Certify tries the minimal and the maximal sets of all goals, mends what they refute and tries
// again. Of each goal it tries at most limit sets of a kind, and is not complete if there are
// more.
// Everything that follows from some of them, see [Atlas.Again], is computed again from raw bytes.
func (a *Atlas) Certify(ctx context.Context, limit int) (Certificate, error) {
	var c Certificate
	for c.Mended = 0; ; c.Mended++ {
		trials, complete := a.trials(limit)
		if err := a.try(ctx, trials); err != nil {
			return c, err
		}
		wrong := a.judge(trials, &c)
		c.Complete = complete && len(wrong) == 0
		if len(wrong) == 0 {
			var err error
			c.Recomputed, err = a.recompute(ctx, trials)
			return c, err
		}
		if c.Mended == maxRounds {
			return c, nil
		}
		if err := a.mend(wrong); err != nil {
			return c, err
		}
	}
}

// trials lists every set that is to be tried once, whatever goals it is tried for.
func (a *Atlas) trials(limit int) (list []*trial, complete bool) {
	complete = true
	seen := map[string]*trial{}
	of := func(set []bool) *trial {
		key := make([]byte, (len(set)+7)/8)
		for v, in := range set {
			if in {
				key[v/8] |= 1 << (v % 8)
			}
		}
		t := seen[string(key)]
		if t == nil {
			t = &trial{set: set}
			seen[string(key)], list = t, append(list, t)
		}
		return t
	}
	for i := range a.Goals {
		f := a.Goals[i].function
		minimal, maximal := 0, 0
		a.space.Minimal(f, func(events []int) bool {
			t := of(a.only(events))
			t.opens = append(t.opens, i)
			minimal++
			return minimal < limit
		})
		a.space.Minimal(a.space.Dual(f), func(events []int) bool {
			t := of(a.without(events))
			t.closes = append(t.closes, i)
			maximal++
			return maximal < limit
		})
		all := new(big.Int).Add(a.space.Count(f), a.space.Count(a.space.Dual(f)))
		complete = complete && all.Cmp(big.NewInt(int64(minimal+maximal))) == 0
	}
	return list, complete && a.space.Err() == nil
}

func (a *Atlas) only(events []int) []bool {
	set := make([]bool, len(a.Events))
	for _, v := range events {
		set[v] = true
	}
	return set
}

func (a *Atlas) without(events []int) []bool {
	set := a.only(events)
	for v := range set {
		set[v] = !set[v]
	}
	return set
}

// taken are the ids of what a set of events yields.
func (a *Atlas) taken(set []bool) []int {
	var ids []int
	for v, in := range set {
		if in {
			ids = append(ids, a.loot[v]...)
		}
	}
	return ids
}

// reads tells which goals some facts reach.
func (a *Atlas) reads(got []bool) []bool {
	out := make([]bool, len(a.Goals))
	for i := range a.Goals {
		g := &a.Goals[i]
		missing := func(ids []int) bool {
			return !slices.ContainsFunc(ids, func(id int) bool { return got[id] })
		}
		if g.Several {
			out[i] = !slices.ContainsFunc(g.facts, missing)
		} else {
			out[i] = slices.ContainsFunc(g.facts, func(ids []int) bool { return !missing(ids) })
		}
	}
	return out
}

// judge counts, for each goal, and lists the sets that answered otherwise.
func (a *Atlas) judge(trials []*trial, c *Certificate) (wrong []*trial) {
	c.Opened, c.Closed, c.Refuted, c.Sets = 0, 0, 0, len(trials)
	for _, t := range trials {
		before := c.Refuted
		for _, i := range t.opens {
			if t.got[i] {
				c.Opened++
			} else {
				c.Refuted++
			}
		}
		for _, i := range t.closes {
			if !t.got[i] {
				c.Closed++
			} else {
				c.Refuted++
			}
		}
		if c.Refuted > before {
			wrong = append(wrong, t)
		}
	}
	return wrong
}

// errUnmended says that sets answered otherwise and nothing was found to mend.
var errUnmended = errors.New("atlas: a set of events answers otherwise than its parts: a rule is not " +
	"pure, or not monotone")

// mend corrects the guesses about rules that combine, as the sets that answered otherwise show
// them, and computes all functions again.
func (a *Atlas) mend(wrong []*trial) error {
	mended := false
	for _, t := range wrong {
		got, err := a.graph.closure(a.taken(t.set))
		if err != nil {
			return err
		}
		for i := range a.graph.joins {
			more, err := a.mendJoin(i, got)
			if err != nil {
				return err
			}
			mended = mended || more
		}
		if mended {
			break // the others may be mended by the same
		}
	}
	if !mended {
		return errUnmended
	}
	return a.conclude()
}

// mendJoin compares what a rule that combines gives for the facts that were reached with what
// its gate says of them.
func (a *Atlas) mendJoin(i int, got []bool) (mended bool, err error) {
	j := &a.graph.joins[i]
	if slices.ContainsFunc(j.takes, func(id int) bool { return !got[id] }) {
		return false, nil
	}
	have := slices.DeleteFunc(slices.Clone(j.all), func(id int) bool { return !got[id] })
	for _, conclusion := range j.conclusions() {
		gives, err := a.graph.gives(i, conclusion, have)
		if err != nil {
			return mended, err
		}
		t := a.gates[gateKey{i, conclusion}]
		says := t.label(a.space, func(id int) bdd.Func {
			if got[id] {
				return bdd.True
			}
			return bdd.False
		}) == bdd.True
		switch {
		case gives && !says:
			if err := a.graph.refine(t, i, conclusion, have); err != nil {
				return mended, err
			}
			mended = true
		case says && !gives:
			t.atLst, t.exact, mended = nil, true, true
		}
	}
	return mended, nil
}

// recompute draws from raw bytes, with no help of what was computed before, all conclusions of
// a few sets of each kind, and compares them with what was looked up.
func (a *Atlas) recompute(ctx context.Context, trials []*trial) (int, error) {
	minimal := slices.DeleteFunc(slices.Clone(trials), func(t *trial) bool { return len(t.opens) == 0 })
	maximal := slices.DeleteFunc(slices.Clone(trials), func(t *trial) bool { return len(t.closes) == 0 })
	n := 0
	for _, list := range [][]*trial{minimal, maximal} {
		some := min(a.Again, len(list))
		for i := range some { // spread over the list, the first and the last among them
			t := list[i*(len(list)-1)/max(1, some-1)]
			if err := a.again(ctx, t.set); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// again saturates what a set of events yields, and compares.
func (a *Atlas) again(ctx context.Context, set []bool) error {
	ids := a.taken(set)
	var facts []world.Fact
	for _, id := range ids {
		facts = append(facts, a.graph.know.At(id).Fact)
	}
	all, err := deduce.Saturate(ctx, a.rules, facts)
	if err != nil {
		return err
	}
	looked, err := a.graph.closure(ids)
	if err != nil {
		return err
	}
	computed := map[int]bool{}
	for _, f := range all {
		id, ok := a.graph.know.Find(f)
		if !ok || !looked[id] {
			return fmt.Errorf("atlas: %s %q follows from raw bytes and was not found", f.Kind, f.Ref)
		}
		computed[id] = true
	}
	for id, got := range looked {
		if got && !computed[id] {
			e := a.graph.know.At(id)
			return fmt.Errorf("atlas: %s %q was found and does not follow from raw bytes", e.Kind, e.Ref)
		}
	}
	return nil
}
