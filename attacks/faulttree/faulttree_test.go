package faulttree

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"doormat/attacks/bdd"
)

// drawTree makes a random tree over at most n events, with shared parts and constants. What rapid
// draws is small more often than not, so it draws a seed.
func drawTree(t *rapid.T, n int) *Tree {
	random := rand.New(rand.NewPCG(13, rapid.Uint64().Draw(t, "tree")))
	var parts []*Tree
	for i := range n {
		parts = append(parts, Event(fmt.Sprintf("trustee:%d.store", i)))
	}
	gate := func(size int) *Tree {
		under := []*Tree{}
		for range size {
			under = append(under, parts[random.IntN(len(parts))])
		}
		if random.IntN(8) == 0 {
			under = append(under, AtLeast(random.IntN(2))) // a constant
		}
		return AtLeast(1+random.IntN(len(under)), under...)
	}
	for range random.IntN(n) {
		parts = append(parts, gate(1+random.IntN(5)))
	}
	return gate(1 + random.IntN(8))
}

// truth is the tree's value for every set of events, by brute force.
func truth(tree *Tree) (events []string, holds []bool) {
	events = tree.Events()
	for mask := range 1 << len(events) {
		set := map[string]bool{}
		for i, name := range events {
			set[name] = mask>>i&1 == 1
		}
		holds = append(holds, tree.Holds(set))
	}
	return events, holds
}

// weight is the probability of exactly the events of the mask.
func weight(mask int, events []string, chances Chances) float64 {
	p := 1.0
	for i, name := range events {
		if mask>>i&1 == 1 {
			p *= chances[name]
		} else {
			p *= 1 - chances[name]
		}
	}
	return p
}

func bruteMinimal(events []string, holds []bool) [][]string {
	sets := [][]string{}
	for mask, h := range holds {
		set, minimal := []string{}, h
		for i, name := range events {
			if mask>>i&1 == 1 {
				set = append(set, name)
				minimal = minimal && !holds[mask&^(1<<i)]
			}
		}
		if minimal {
			sets = append(sets, set)
		}
	}
	return sets
}

func drawChances(t *rapid.T, events []string) Chances {
	chances := Chances{}
	for _, name := range events {
		chances[name] = rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64Range(0, 1e-6),
			rapid.SampledFrom([]float64{0, 1})).Draw(t, name)
	}
	return chances
}

func TestAgainstAllAssignments(t *testing.T) {
	large := 0
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 12)
		events, holds := truth(tree)
		d, err := tree.Diagram()
		require.NoError(t, err)
		minimal := bruteMinimal(events, holds)
		sets, err := d.MinimalSets(len(minimal))
		require.NoError(t, err)
		require.ElementsMatch(t, minimal, sets)
		require.True(t, slices.IsSortedFunc(sets, func(a, b []string) int { return len(a) - len(b) }))
		if len(minimal) > 4 {
			large++
		}
		count, err := d.CountMinimalSets()
		require.NoError(t, err)
		require.Zero(t, count.Cmp(big.NewInt(int64(len(minimal)))), "counted %v", count)

		chances := drawChances(t, events)
		p, err := d.Probability(chances)
		require.NoError(t, err)
		want, decides := 0.0, map[string]float64{}
		for mask, h := range holds {
			if h {
				want += weight(mask, events, chances)
			}
		}
		require.InDelta(t, want, p, 1e-12)
		importance, err := d.Importance(chances)
		require.NoError(t, err)
		for i, name := range events {
			sure := Chances{name: 1}
			for _, other := range events {
				if other != name {
					sure[other] = chances[other]
				}
			}
			for mask, h := range holds {
				if h && !holds[mask&^(1<<i)] {
					decides[name] += weight(mask|1<<i, events, sure)
				}
			}
			require.InDelta(t, decides[name], importance[name], 1e-12, name)
		}
		require.Len(t, importance, len(events))
	})
	if !testing.Short() { // which draws few
		require.Greater(t, large, 10, "trees with many minimal sets were among them")
	}
}

func TestFromDiagram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 8)
		d, err := tree.Diagram()
		require.NoError(t, err)
		trees := FromDiagram(d.space, func(v int) string { return d.events[v] }, d.top, bdd.True, d.top)
		require.Same(t, trees[0], trees[2])
		require.Equal(t, Always(), trees[1])
		events, holds := truth(tree)
		for mask, h := range holds {
			set := map[string]bool{}
			for i, name := range events {
				set[name] = mask>>i&1 == 1
			}
			require.Equal(t, h, trees[0].Holds(set))
		}
	})
}

func TestShare(t *testing.T) {
	make := func(name string) *Tree {
		return Or(And(Event("a"), Event("b")), AtLeast(2, Event("a"), Event("b"), Event(name)))
	}
	shared := Share([]*Tree{make("c"), make("c"), make("d"), Event("a"), Never()})
	require.Same(t, shared[0], shared[1])
	require.NotSame(t, shared[0], shared[2])
	require.Same(t, shared[0].under[0], shared[2].under[0], "so are their parts")
	require.Same(t, shared[0].under[0].under[0], shared[3])
	rapid.Check(t, func(t *rapid.T) {
		trees := []*Tree{drawTree(t, 6), drawTree(t, 6)}
		for i, tree := range Share(trees) {
			before, holds := truth(trees[i])
			after, same := truth(tree)
			require.Equal(t, before, after)
			require.Equal(t, holds, same)
		}
	})
}

func TestReplace(t *testing.T) {
	tree := AtLeast(2, Event("a"), Event("b"), And(Event("c"), Event("a")))
	for _, c := range []struct {
		a    *Tree
		want [][]string
	}{
		{Never(), [][]string{}},
		{Always(), [][]string{{"b"}, {"c"}}},
		{Event("x"), [][]string{{"x", "b"}, {"x", "c"}}},
		{Or(Event("x"), Event("b")), [][]string{{"b"}, {"x", "c"}}},
	} {
		replaced := tree.Replace(func(name string) *Tree {
			if name == "a" {
				return c.a
			}
			return Event(name)
		})
		d, err := replaced.Diagram()
		require.NoError(t, err)
		sets, err := d.MinimalSets(9)
		require.NoError(t, err)
		require.ElementsMatch(t, c.want, sets)
	}
}

// The mixture is what brute force over the shared events finds.
func TestMixture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 8)
		events, holds := truth(tree)
		chances := drawChances(t, events)
		shared := func(name string) bool { return name < "trustee:4" }
		parts, err := tree.Mixture(shared, chances)
		require.NoError(t, err)
		of := map[string]*Part{} // by the shared events that happened
		for mask, h := range holds {
			key, own, given := "", 1.0, 1.0
			for i, name := range events {
				p := chances[name]
				if mask>>i&1 == 0 {
					p = 1 - p
				}
				if shared(name) {
					given *= p
					key += fmt.Sprint(mask >> i & 1)
				} else {
					own *= p
				}
			}
			if of[key] == nil {
				of[key] = &Part{Weight: given}
			}
			if h {
				of[key].Chance += own
			}
		}
		for moment := range 4 { // weights of chances that differ in rounding only may be apart
			want, got := 0.0, 0.0
			for _, p := range of {
				want += p.Weight * math.Pow(p.Chance, float64(moment))
			}
			for _, p := range parts {
				got += p.Weight * math.Pow(p.Chance, float64(moment))
			}
			require.InDelta(t, want, got, 1e-9)
		}
		require.True(t, slices.IsSortedFunc(parts, func(a, b Part) int { return cmp.Compare(a.Chance, b.Chance) }))
	})
}

// A quorum's diagram is small, however many sets it has, and its probability is the binomial.
func TestQuorum(t *testing.T) {
	under, chances := []*Tree{}, Chances{}
	for i := range 40 {
		name := fmt.Sprintf("trustee:%d.store", i)
		under, chances[name] = append(under, Event(name)), 0.05
	}
	d, err := AtLeast(20, under...).Diagram()
	require.NoError(t, err)
	count, err := d.CountMinimalSets()
	require.NoError(t, err)
	require.Equal(t, new(big.Int).Binomial(40, 20), count)
	_, err = d.MinimalSets(1000)
	require.ErrorIs(t, err, ErrTooMany)
	require.EqualError(t, err, "too many minimal sets to list: 137846528820, and the limit is 1000")
	p, err := d.Probability(chances)
	require.NoError(t, err)
	want := 0.0
	for k := 20; k <= 40; k++ {
		ways, _ := new(big.Float).SetInt(new(big.Int).Binomial(40, int64(k))).Float64()
		want += ways * math.Pow(0.05, float64(k)) * math.Pow(0.95, float64(40-k))
	}
	require.InEpsilon(t, want, p, 1e-12, "a probability of %g loses no digits", want)
}

// Pairs that are all named before their partners make the diagram double with each pair.
func TestTooLarge(t *testing.T) {
	var first, second, pairs []*Tree
	for i := range 24 {
		first, second = append(first, Event(fmt.Sprint("a", i))), append(second, Event(fmt.Sprint("b", i)))
		pairs = append(pairs, And(first[i], second[i]))
	}
	_, err := Or(And(first...), And(second...), Or(pairs...)).Diagram()
	require.ErrorIs(t, err, bdd.ErrSize)
	require.EqualError(t, err, "decision diagram: too large: more than 262144 nodes")
	_, err = Or(pairs...).Diagram()
	require.NoError(t, err)
}

func TestConstants(t *testing.T) {
	for tree, want := range map[*Tree]float64{Always(): 1, Never(): 0, Or(): 0, And(): 1, AtLeast(0, Event("a")): 1,
		AtLeast(2, Event("a")): 0, Or(Event("a"), Always()): 1, And(Event("a"), Never()): 0} {
		require.Equal(t, map[float64]gate{0: never, 1: always}[want], tree.gate)
		require.Empty(t, tree.Events())
		d, err := tree.Diagram()
		require.NoError(t, err)
		p, err := d.Probability(nil)
		require.NoError(t, err)
		require.Equal(t, want, p)
		sets, err := d.MinimalSets(1)
		require.NoError(t, err)
		require.Len(t, sets, int(want), "that of always is the empty set")
		estimate, err := tree.Simulate(nil, rand.New(rand.NewPCG(1, 1)), 1)
		require.NoError(t, err)
		require.Equal(t, int(want)*64, estimate.Hits)
	}
	require.Equal(t, event, Or(Event("a"), Never()).gate)
}

func TestRefusedChances(t *testing.T) {
	tree := And(Event("a"), Event("b"))
	d, err := tree.Diagram()
	require.NoError(t, err)
	for _, c := range []struct {
		chances Chances
		why     string
	}{
		{Chances{"a": 1}, `event "b" has no probability`},
		{Chances{"a": 1, "b": 1.5}, `event "b": its probability is 1.5, want 0 to 1`},
		{Chances{"a": -0.1, "b": 1}, `event "a": its probability is -0.1, want 0 to 1`},
		{Chances{"a": math.NaN(), "b": 1}, `event "a": its probability is NaN, want 0 to 1`},
	} {
		_, err := d.Probability(c.chances)
		require.EqualError(t, err, c.why)
		_, err = d.Importance(c.chances)
		require.EqualError(t, err, c.why)
		_, err = tree.Simulate(c.chances, rand.New(rand.NewPCG(1, 1)), 64)
		require.EqualError(t, err, c.why)
		require.EqualError(t, tree.WriteOpenPSA(&bytes.Buffer{}, "", c.chances), c.why)
	}
	_, err = tree.Simulate(Chances{"a": 0, "b": 0}, rand.New(rand.NewPCG(1, 1)), 0)
	require.EqualError(t, err, "0 trials, want at least 1")
}

// A simulation agrees with the diagram within the error that it states.
func TestSimulate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 9)
		d, err := tree.Diagram()
		require.NoError(t, err)
		chances := drawChances(t, d.Events())
		p, err := d.Probability(chances)
		require.NoError(t, err)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		estimate, err := tree.Simulate(chances, random, 10_000)
		require.NoError(t, err)
		require.Equal(t, 10_048, estimate.Trials)
		// It is off by more now and then, and this is tried often.
		require.InDelta(t, p, estimate.Probability, 2*estimate.Error)
	})
}

// The stated error is not larger than it must be: half of it is too little now and then.
func TestStatedError(t *testing.T) {
	tree, random := AtLeast(2, Event("a"), Event("b"), Event("c")), rand.New(rand.NewPCG(13, 5))
	chances, worst := Chances{"a": 0.3, "b": 0.5, "c": 0.7}, 0.0
	d, err := tree.Diagram()
	require.NoError(t, err)
	p, err := d.Probability(chances)
	require.NoError(t, err)
	for range 200 {
		estimate, err := tree.Simulate(chances, random, 10_000)
		require.NoError(t, err)
		worst = max(worst, math.Abs(estimate.Probability-p)/estimate.Error)
	}
	require.Less(t, worst, 1.0)
	require.Greater(t, worst, 0.5)
}

func TestWriteMermaid(t *testing.T) {
	var b strings.Builder
	shared := AtLeast(2, Event("trustee:1.store"), Event("trustee:2.store"), Event("trustee:3.store"))
	tree := Or(Event(`device "a"`), And(Event("network.tap"), shared))
	require.NoError(t, tree.WriteMermaid(&b, "message 1 is read"))
	require.Equal(t, `flowchart TD
  top["message 1 is read"]
  event1(["device #quot;a#quot;"])
  event2(["network.tap"])
  event3(["trustee:1.store"])
  event4(["trustee:2.store"])
  event5(["trustee:3.store"])
  gate1{{"any of"}}
  gate2{{"all of"}}
  gate3{{"at least 2 of 3"}}
  top --- gate1
  gate1 --- event1
  gate1 --- gate2
  gate2 --- event2
  gate2 --- gate3
  gate3 --- event3
  gate3 --- event4
  gate3 --- event5
`, b.String())
	for tree, want := range map[*Tree]string{Always(): "always[\"nothing is needed\"] --> top\n",
		Never(): "never[\"nothing does\"] --> top\n", Event("a"): "top --- event1\n"} {
		b.Reset()
		require.NoError(t, tree.WriteMermaid(&b, "x"))
		require.Contains(t, b.String(), want)
	}
}

func TestWriteOpenPSA(t *testing.T) {
	tree := Or(Event("device:a.store"), Event("device:a-store"), AtLeast(2, Event("x<"), Event("y"), Event("z")))
	var b bytes.Buffer
	require.NoError(t, tree.WriteOpenPSA(&b, "a & b", Chances{"device:a.store": 0.1, "device:a-store": 1e-9, "x<": 0, "y": 1, "z": 0.5}))
	var read struct {
		Tree struct {
			Label string `xml:"label"`
			Gates []struct {
				Name string `xml:"name,attr"`
			} `xml:"define-gate"`
		} `xml:"define-fault-tree"`
		Events []struct {
			Name  string `xml:"name,attr"`
			Label string `xml:"label"`
			Float struct {
				Value float64 `xml:"value,attr"`
			} `xml:"float"`
		} `xml:"model-data>define-basic-event"`
	}
	require.NoError(t, xml.Unmarshal(b.Bytes(), &read))
	require.Equal(t, "a & b", read.Tree.Label)
	require.Len(t, read.Tree.Gates, 2)
	require.Equal(t, "event_device_a_store", read.Events[0].Name)
	require.Equal(t, "event_device_a_store__2", read.Events[1].Name)
	require.Equal(t, 1e-9, read.Events[1].Float.Value)
	require.Equal(t, "x<", read.Events[2].Label)
	require.Contains(t, b.String(), `<atleast min="2">`)
}

// What changes nothing goes, and nothing else does: the outcome stays, and each event decides
// somewhere.
func TestNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 6)
		less, err := tree.Needed()
		require.NoError(t, err)
		events, holds := truth(tree)
		decides := map[string]bool{}
		for mask := range holds {
			set := map[string]bool{}
			for i, name := range events {
				set[name] = mask>>i&1 == 1
				if holds[mask] != holds[mask|1<<i] {
					decides[name] = true
				}
			}
			require.Equal(t, holds[mask], less.Holds(set))
		}
		require.ElementsMatch(t, slices.Collect(maps.Keys(decides)), less.Events())
	})
}
