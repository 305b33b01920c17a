package attacks

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"doormat/world"
)

func fact(kind world.Kind, ref, data string) world.Fact {
	return world.Fact{Kind: kind, Ref: ref, Data: []byte(data)}
}

// conclude is a rule that gives kind out, under the ref of its first input, with
// the data of all inputs in order.
func conclude(name string, takes []world.Kind, all, out world.Kind) world.Rule {
	return world.Rule{Name: name, Takes: takes, All: all, Gives: []world.Kind{out},
		Apply: func(in world.Input) ([]world.Derived, error) {
			data := name
			for _, f := range in.Facts {
				data += " " + string(f.Data)
			}
			return world.Conclude(fact(out, in.Facts[0].Ref, data)), nil
		}}
}

func follows(t require.TestingT, rules []world.Rule, facts ...world.Fact) []string {
	all, err := Saturate(context.Background(), rules, facts)
	require.NoError(t, err)
	var out []string
	for _, f := range all[min(len(facts), len(all)):] {
		out = append(out, fmt.Sprintf("%s %q %s", f.Kind, f.Ref, f.Data))
	}
	slices.Sort(out)
	return out
}

func TestJoins(t *testing.T) {
	pair := []world.Rule{conclude("r", []world.Kind{"a", "b"}, "", "c")}
	require.Equal(t, []string{`c "1" r x y`}, follows(t, pair, fact("a", "1", "x"), fact("b", "1", "y"), fact("b", "2", "z")),
		"facts join on equal refs only")
	require.Equal(t, []string{`c "1" r v y`, `c "1" r x y`}, follows(t, pair, fact("b", "1", "y"), fact("a", "1", "x"), fact("a", "1", "v")))

	twice := []world.Rule{conclude("r", []world.Kind{"a", "a"}, "", "c")}
	require.Equal(t, []string{`c "1" r x x`, `c "1" r x y`, `c "1" r y x`, `c "1" r y y`},
		follows(t, twice, fact("a", "1", "x"), fact("a", "1", "y")), "each ordered pair, a fact with itself too")

	calls := 0
	counted := conclude("r", []world.Kind{"a", "a", "b"}, "", "c")
	inner := counted.Apply
	counted.Apply = func(in world.Input) ([]world.Derived, error) { calls++; return inner(in) }
	follows(t, []world.Rule{counted}, fact("a", "1", "x"), fact("b", "1", "p"), fact("a", "1", "y"), fact("b", "1", "q"), fact("a", "1", "z"))
	require.Equal(t, 3*3*2, calls, "no combination is tried twice")
}

func TestCombining(t *testing.T) {
	two := conclude("open", []world.Kind{"box"}, "share", "open box")
	inner := two.Apply
	two.Apply = func(in world.Input) ([]world.Derived, error) {
		if len(in.Facts) < 3 {
			return nil, errors.New("too few shares")
		}
		in.Facts = in.Facts[:1]
		d, err := inner(in)
		d[0].From = []int{0, 1, 2}
		return d, err
	}
	box, one, another, third := fact("box", "1", "x"), fact("share", "1", "s"), fact("share", "1", "t"), fact("share", "1", "u")
	require.Empty(t, follows(t, []world.Rule{two}, box, one, fact("share", "2", "t")))
	require.Equal(t, []string{`open box "1" open x`}, follows(t, []world.Rule{two}, one, box, another))

	k := newKnowledge([]world.Rule{two}, fullBudget)
	for _, f := range []world.Fact{one, box, another, third} {
		k.add(entry{Fact: f, origin: "store", loot: true})
	}
	require.NoError(t, k.saturate(context.Background()))
	require.Equal(t, []int{1, 0, 2}, k.facts[4].parents(), "only what it rests on")
	p, err := k.proof(context.Background(), 4)
	require.NoError(t, err)
	require.Len(t, p, 4)
	k.add(entry{Fact: fact("share", "1", "v")})
	require.NoError(t, k.saturate(context.Background()))
	require.Len(t, k.facts, 6, "the same conclusion is one fact")
}

func TestProvenance(t *testing.T) {
	k := newKnowledge([]world.Rule{conclude("r", []world.Kind{"a"}, "", "b"), conclude("s", []world.Kind{"b"}, "", "c")}, fullBudget)
	own := k.add(entry{Fact: fact("a", "1", "x")})
	require.NoError(t, k.saturate(context.Background()))
	require.False(t, k.facts[2].loot, "what rests on the adversary's own is not loot")
	require.Equal(t, own, k.add(entry{Fact: fact("a", "1", "x"), origin: "store", loot: true}), "equal facts are one")
	for _, e := range k.facts {
		require.True(t, e.loot, "what turns up as loot is loot, and so is what follows from it")
	}
	data := []byte("y")
	k.add(entry{Fact: world.Fact{Kind: "a", Ref: "2", Data: data}})
	data[0] = 'z'
	require.Equal(t, "y", string(k.facts[3].Data), "a store that changes later changes no loot")
}

// What follows, in which order and from what, does not depend on how many
// processors there are.
func TestProcessors(t *testing.T) {
	rules := []world.Rule{
		conclude("pair", []world.Kind{"a", "b"}, "", "c"),
		conclude("both", []world.Kind{"b"}, "a", "d"),
		conclude("last", []world.Kind{"c", "d"}, "", "e"),
	}
	on := func(processors int) []entry {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		k := newKnowledge(rules, fullBudget)
		for i := range 4 * maxFirings {
			k.add(entry{Fact: fact([]world.Kind{"a", "b"}[i%2], fmt.Sprint(i/6), fmt.Sprint(i)), loot: i%5 > 0})
		}
		require.NoError(t, k.saturate(context.Background()))
		return k.facts
	}
	one, four := on(1), on(4)
	require.Greater(t, len(one), 20*maxFirings)
	require.Equal(t, one, four)
}

// A rule that panics on any processor is a fault, and ends the saturation.
func TestPanicsAreFaults(t *testing.T) {
	bad := conclude("bad", []world.Kind{"a"}, "", "b")
	bad.Apply = func(in world.Input) ([]world.Derived, error) {
		if in.Facts[0].Ref == "100" {
			panic("one hundred")
		}
		return nil, errors.New("nothing")
	}
	k := newKnowledge([]world.Rule{bad}, fullBudget)
	for i := range 3 * fewFirings {
		k.add(entry{Fact: fact("a", fmt.Sprint(i), "x"), loot: true})
	}
	require.ErrorContains(t, k.saturate(context.Background()), "one hundred")
	require.ErrorContains(t, k.saturate(context.Background()), "one hundred", "it stays so")
}

// Bytes that a rule cuts out of its input are kept once, and whoever appends to
// them writes elsewhere.
func TestSharedBytes(t *testing.T) {
	cut := world.Rule{Name: "cut", Takes: []world.Kind{"a"}, Gives: []world.Kind{"b"}, Apply: func(in world.Input) ([]world.Derived, error) {
		return world.Conclude(world.Fact{Kind: "b", Ref: "1", Data: in.Facts[0].Data[:2]}), nil
	}}
	k := newKnowledge([]world.Rule{cut}, fullBudget)
	k.add(entry{Fact: fact("a", "1", "xyz"), loot: true})
	require.NoError(t, k.saturate(context.Background()))
	whole, part := k.facts[0].Data, k.facts[1].Data
	require.Same(t, &whole[0], &part[0])
	_ = append(part, '!')
	require.Equal(t, "xyz", string(whole))
}

// A proof is minimal even if the first derivation was not.
func TestMinimalProof(t *testing.T) {
	rules := []world.Rule{
		conclude("long", []world.Kind{"a", "b", "c"}, "", "goal"),
		{Name: "short", Takes: []world.Kind{"c"}, Gives: []world.Kind{"goal"}, Apply: func(in world.Input) ([]world.Derived, error) {
			return world.Conclude(fact("goal", "1", "long x y z")), nil
		}},
	}
	k := newKnowledge(rules, fullBudget)
	for _, f := range []world.Fact{fact("a", "1", "x"), fact("b", "1", "y"), fact("c", "1", "z")} {
		k.add(entry{Fact: f, origin: "store", loot: true})
	}
	require.NoError(t, k.saturate(context.Background()))
	p, err := k.proof(context.Background(), 3)
	require.NoError(t, err)
	require.Len(t, p, 2)
	require.Equal(t, "short", p[1].Rule)
	require.Equal(t, []int{0}, p[1].Parents)
}

func TestBudget(t *testing.T) {
	grow := []world.Rule{conclude("r", []world.Kind{"a"}, "", "a")}
	k := newKnowledge(grow, budget{facts: 100, bytes: 1 << 20, work: 1000})
	k.add(entry{Fact: fact("a", "1", "x")})
	require.ErrorIs(t, k.saturate(context.Background()), errBudget)
	ctx, cancel := context.WithCancelCause(context.Background())
	slow := conclude("r", []world.Kind{"a", "a", "a"}, "", "b")
	slow.Apply = func(world.Input) ([]world.Derived, error) {
		cancel(errors.New("enough"))
		return nil, errors.New("nothing")
	}
	k = newKnowledge([]world.Rule{slow}, fullBudget)
	for i := range 300 { // 27 million combinations
		k.add(entry{Fact: fact("a", "1", fmt.Sprint(i))})
	}
	require.ErrorContains(t, k.saturate(ctx), "enough")
	require.Greater(t, k.left.work, fullBudget.work-10_000, "it stopped in the middle of a join")
}

// In random systems of rules, facts that come one at a time give what they give
// together, in any order, and more facts give no less.
func TestIncrementalEqualsBatch(t *testing.T) {
	kinds := []world.Kind{"a", "b", "c", "d", "e"}
	rapid.Check(t, func(t *rapid.T) {
		var rules []world.Rule
		for i := range rapid.IntRange(1, 4).Draw(t, "rules") {
			takes := rapid.SliceOfN(rapid.SampledFrom(kinds[:4]), 1, 3).Draw(t, "takes")
			deepest := slices.Max(takes) // a rule gives a later kind, so that all ends
			out := kinds[slices.Index(kinds, deepest)+1]
			r := conclude(fmt.Sprint("r", i), takes, "", out)
			if rapid.Bool().Draw(t, "combines") { // monotone: it counts up to what it needs
				need := rapid.IntRange(1, 2).Draw(t, "need")
				r.All = takes[len(takes)-1]
				n := len(takes)
				r.Apply = func(in world.Input) ([]world.Derived, error) {
					if len(in.Facts) < n+need {
						return nil, errors.New("too few")
					}
					return world.Conclude(fact(out, in.Facts[0].Ref, r.Name)), nil
				}
			} else {
				r.Apply = func(in world.Input) ([]world.Derived, error) {
					return world.Conclude(fact(out, in.Facts[0].Ref, r.Name+string(in.Facts[0].Data[:1]))), nil
				}
			}
			rules = append(rules, r)
		}
		draw := rapid.Custom(func(t *rapid.T) world.Fact {
			return fact(rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.SampledFrom([]string{"1", "2"}).Draw(t, "ref"),
				rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "data"))
		})
		facts := rapid.SliceOfN(draw, 0, 12).Draw(t, "facts")
		batch := set(t, rules, facts)
		require.Equal(t, batch, set(t, rules, rapid.Permutation(facts).Draw(t, "order")))

		k := newKnowledge(rules, fullBudget)
		for i, f := range facts {
			k.add(entry{Fact: f, origin: "store", loot: true})
			require.NoError(t, k.saturate(context.Background()))
			require.Equal(t, set(t, rules, facts[:i+1]), keys(k), "after fact %d", i+1)
		}
		for id, e := range k.facts {
			if !e.derived() {
				continue
			}
			p, err := k.proof(context.Background(), id)
			require.NoError(t, err)
			var loot []world.Fact
			for _, s := range p {
				if s.Rule == "" {
					loot = append(loot, s.Fact)
				}
			}
			goal := key(e.Fact)
			require.True(t, set(t, rules, loot)[goal])
			for i := range loot {
				require.False(t, set(t, rules, slices.Delete(slices.Clone(loot), i, i+1))[goal], "a piece can be left out")
			}
		}
	})
}

func key(f world.Fact) string { return string(world.EncodeFacts([]world.Fact{f})) }

func set(t require.TestingT, rules []world.Rule, facts []world.Fact) map[string]bool {
	all, err := Saturate(context.Background(), rules, facts)
	require.NoError(t, err)
	out := map[string]bool{}
	for _, f := range all {
		out[key(f)] = true
	}
	return out
}

func keys(k *knowledge) map[string]bool {
	out := map[string]bool{}
	for _, e := range k.facts {
		out[key(e.Fact)] = true
	}
	return out
}
