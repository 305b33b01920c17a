package deduce

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

	k := New([]world.Rule{two}, Budget{})
	for _, f := range []world.Fact{one, box, another, third} {
		k.Add(Entry{Fact: f, Origin: "store", Loot: true})
	}
	require.NoError(t, k.Saturate(context.Background()))
	require.Equal(t, []int{1, 0, 2}, k.facts[4].Parents(), "only what it rests on")
	p, err := k.Prove(context.Background(), 4)
	require.NoError(t, err)
	require.Len(t, p, 4)
	k.Add(Entry{Fact: fact("share", "1", "v")})
	require.NoError(t, k.Saturate(context.Background()))
	require.Len(t, k.facts, 6, "the same conclusion is one fact")
}

func TestProvenance(t *testing.T) {
	k := New([]world.Rule{conclude("r", []world.Kind{"a"}, "", "b"), conclude("s", []world.Kind{"b"}, "", "c")}, Budget{})
	own := k.Add(Entry{Fact: fact("a", "1", "x")})
	require.NoError(t, k.Saturate(context.Background()))
	require.False(t, k.facts[2].Loot, "what rests on the adversary's own is not loot")
	require.Equal(t, own, k.Add(Entry{Fact: fact("a", "1", "x"), Origin: "store", Loot: true}), "equal facts are one")
	for _, e := range k.facts {
		require.True(t, e.Loot, "what turns up as loot is loot, and so is what follows from it")
	}
	data := []byte("y")
	k.Add(Entry{Fact: world.Fact{Kind: "a", Ref: "2", Data: data}})
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
	on := func(processors int) []Entry {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		k := New(rules, Budget{})
		for i := range 4 * maxFirings {
			k.Add(Entry{Fact: fact([]world.Kind{"a", "b"}[i%2], fmt.Sprint(i/6), fmt.Sprint(i)), Loot: i%5 > 0})
		}
		require.NoError(t, k.Saturate(context.Background()))
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
	k := New([]world.Rule{bad}, Budget{})
	for i := range 3 * fewFirings {
		k.Add(Entry{Fact: fact("a", fmt.Sprint(i), "x"), Loot: true})
	}
	require.ErrorContains(t, k.Saturate(context.Background()), "one hundred")
	require.ErrorContains(t, k.Saturate(context.Background()), "one hundred", "it stays so")
}

// Bytes that a rule cuts out of its input are kept once, and whoever appends to
// them writes elsewhere.
func TestSharedBytes(t *testing.T) {
	cut := world.Rule{Name: "cut", Takes: []world.Kind{"a"}, Gives: []world.Kind{"b"}, Apply: func(in world.Input) ([]world.Derived, error) {
		return world.Conclude(world.Fact{Kind: "b", Ref: "1", Data: in.Facts[0].Data[:2]}), nil
	}}
	k := New([]world.Rule{cut}, Budget{})
	k.Add(Entry{Fact: fact("a", "1", "xyz"), Loot: true})
	require.NoError(t, k.Saturate(context.Background()))
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
	k := New(rules, Budget{})
	for _, f := range []world.Fact{fact("a", "1", "x"), fact("b", "1", "y"), fact("c", "1", "z")} {
		k.Add(Entry{Fact: f, Origin: "store", Loot: true})
	}
	require.NoError(t, k.Saturate(context.Background()))
	p, err := k.Prove(context.Background(), 3)
	require.NoError(t, err)
	require.Len(t, p, 2)
	require.Equal(t, "short", p[1].Rule)
	require.Equal(t, []int{0}, p[1].Parents)
}

func TestBudget(t *testing.T) {
	grow := []world.Rule{conclude("r", []world.Kind{"a"}, "", "a")}
	k := New(grow, Budget{Facts: 100, Bytes: 1 << 20, Work: 1000})
	k.Add(Entry{Fact: fact("a", "1", "x")})
	require.ErrorIs(t, k.Saturate(context.Background()), errBudget)
	ctx, cancel := context.WithCancelCause(context.Background())
	slow := conclude("r", []world.Kind{"a", "a", "a"}, "", "b")
	slow.Apply = func(world.Input) ([]world.Derived, error) {
		cancel(errors.New("enough"))
		return nil, errors.New("nothing")
	}
	k = New([]world.Rule{slow}, Budget{})
	for i := range 300 { // 27 million combinations
		k.Add(Entry{Fact: fact("a", "1", fmt.Sprint(i))})
	}
	require.ErrorContains(t, k.Saturate(ctx), "enough")
	require.Greater(t, k.left.Work, fullBudget.Work-10_000, "it stopped in the middle of a join")
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

		k := New(rules, Budget{})
		for i, f := range facts {
			k.Add(Entry{Fact: f, Origin: "store", Loot: true})
			require.NoError(t, k.Saturate(context.Background()))
			require.Equal(t, set(t, rules, facts[:i+1]), keys(k), "after fact %d", i+1)
		}
		for id, e := range k.facts {
			if !e.Derived() {
				continue
			}
			p, err := k.Prove(context.Background(), id)
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

func keys(k *Knowledge) map[string]bool {
	out := map[string]bool{}
	for _, e := range k.facts {
		out[key(e.Fact)] = true
	}
	return out
}
