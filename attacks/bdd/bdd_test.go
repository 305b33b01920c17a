package bdd

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const variables = 8

// draw builds a random monotone function in a space, and beside it a table of its values for
// all sets of variables.
func draw(t *rapid.T, s *Space, depth int) (Func, []bool) {
	table := make([]bool, 1<<variables)
	if depth == 0 || rapid.IntRange(0, 4).Draw(t, "leaf") == 0 {
		v := rapid.IntRange(-2, variables-1).Draw(t, "variable")
		for set := range table {
			table[set] = v == -1 || v >= 0 && set>>v&1 == 1
		}
		return map[bool]Func{true: Func(v + 2), false: s.Var(max(v, 0))}[v < 0], table
	}
	var list []Func
	var tables [][]bool
	for range rapid.IntRange(0, 4).Draw(t, "parts") {
		f, values := draw(t, s, depth-1)
		list, tables = append(list, f), append(tables, values)
	}
	kind := rapid.IntRange(0, 2).Draw(t, "gate")
	k := []int{len(list), 1, rapid.IntRange(0, 4).Draw(t, "k")}[kind]
	for set := range table {
		n := 0
		for _, values := range tables {
			if values[set] {
				n++
			}
		}
		table[set] = n >= k
	}
	return []func() Func{func() Func { return s.And(list...) }, func() Func { return s.Or(list...) },
		func() Func { return s.AtLeast(k, list...) }}[kind](), table
}

// Every operation agrees with all assignments: values, minimal sets, the dual, probability.
func TestBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(1 << 20)
		f, table := draw(t, s, 3)
		all := 1<<variables - 1
		chance := func(v int) float64 { return 0.1 + 0.1*float64(v) }
		dual, wantP, minimal := s.Dual(f), 0.0, map[string]bool{}
		for set, want := range table {
			in := func(v int) bool { return set>>v&1 == 1 }
			require.Equal(t, want, s.Holds(f, in))
			require.Equal(t, !table[all&^set], s.Holds(dual, in))
			p, smallest, list := 1.0, want, []int{}
			for v := range variables {
				p *= map[bool]float64{true: chance(v), false: 1 - chance(v)}[in(v)]
				if in(v) {
					list = append(list, v)
					smallest = smallest && !table[set&^(1<<v)]
				}
			}
			if want {
				wantP += p
			}
			if smallest {
				minimal[fmt.Sprint(list)] = true
			}
		}
		require.InDelta(t, wantP, s.Probability(f, chance), 1e-12)
		require.Equal(t, int64(len(minimal)), s.Count(f).Int64())
		s.Minimal(f, func(set []int) bool {
			require.True(t, minimal[fmt.Sprint(slices.Clone(set))], "%v", set)
			delete(minimal, fmt.Sprint(set))
			return true
		})
		require.Empty(t, minimal)
		v, matters := rapid.IntRange(0, variables-1).Draw(t, "variable"), false
		for set, want := range table {
			matters = matters || want != table[set^(1<<v)]
		}
		require.Equal(t, matters, slices.Contains(s.Support(f), v))
		require.NoError(t, s.Err())
	})
}

// However a function was put together, it is the same number.
func TestCanonical(t *testing.T) {
	s := New(1 << 16)
	var vars []Func
	for v := range 5 {
		vars = append(vars, s.Var(v))
	}
	var sets []Func
	for set := range 1 << 5 {
		if bits.OnesCount(uint(set)) != 3 {
			continue
		}
		f := True
		for v := range 5 {
			if set>>v&1 == 1 {
				f = s.And(f, vars[v])
			}
		}
		sets = append(sets, f)
	}
	require.Equal(t, s.AtLeast(3, vars...), s.Or(sets...))
	require.Equal(t, s.AtLeast(3, vars...), s.Dual(s.AtLeast(3, vars...)), "3 of 5 is its own dual")
	require.EqualValues(t, 10, s.Count(s.Or(sets...)).Int64())
}

// 7 of 13 in each of two epochs is small as a diagram, and has many minimal sets.
func TestLarge(t *testing.T) {
	s := New(1 << 16)
	var epochs []Func
	for e := range 2 {
		var vars []Func
		for v := range 13 {
			vars = append(vars, s.Var(2*v+e))
		}
		epochs = append(epochs, s.AtLeast(7, vars...))
	}
	f := s.And(s.Or(epochs...), s.Or(s.Var(26), s.Var(27), s.Var(28)))
	require.EqualValues(t, 3*2*1716, s.Count(f).Int64())
	p := s.Probability(epochs[0], func(int) float64 { return 0.5 })
	require.Less(t, math.Abs(p-0.5), 1e-12)
	require.NoError(t, s.Err())
}

// A space that is full says so.
func TestFull(t *testing.T) {
	s := New(10)
	var vars []Func
	for v := range 9 {
		vars = append(vars, s.Var(v))
	}
	s.AtLeast(4, vars...)
	require.ErrorIs(t, s.Err(), ErrSize)
}
