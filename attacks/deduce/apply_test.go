package deduce

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// made is a making rule that puts the script's text into a packet.
var made = world.Rule{Name: "make", Takes: []world.Kind{"a"}, Gives: []world.Kind{world.Outgoing}, Make: true,
	Apply: func(in world.Input) ([]world.Derived, error) {
		return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: "m", Data: in.Text}), nil
	}}

// look says who wrote a packet that was made.
var look = world.Rule{Name: "look", Takes: []world.Kind{world.Outgoing}, Gives: []world.Kind{world.Metadata},
	Apply: func(in world.Input) ([]world.Derived, error) {
		return world.Conclude(world.Fact{Kind: world.Metadata, Ref: in.Facts[0].Ref, Data: in.Facts[0].Data}), nil
	}}

// Applying one rule by name takes facts that exist, of its kinds and of one reference,
// and tells "gives nothing" from a fault.
func TestApply(t *testing.T) {
	ctx := context.Background()
	pair := conclude("pair", []world.Kind{"a", "b"}, "", "c")
	never := conclude("never", []world.Kind{"a"}, "", "c")
	never.Apply = func(world.Input) ([]world.Derived, error) { return nil, errors.New("not this one") }
	k := New([]world.Rule{pair, never, made}, Budget{})
	require.ErrorContains(t, k.Check(0), "nothing is known yet")
	a, b := k.Add(Entry{Fact: fact("a", "1", "x"), Loot: true}), k.Add(Entry{Fact: fact("b", "1", "y"), Loot: true})
	other := k.Add(Entry{Fact: fact("b", "2", "z"), Loot: true})
	require.Equal(t, []string{"make", "never", "pair"}, k.Rules())

	for _, c := range []struct {
		ids  []int
		want string
	}{
		{[]int{a}, "1 facts were given"},
		{[]int{a, b, b}, "3 facts were given"},
		{[]int{b, a}, "argument 1 is a b, want a a"},
		{[]int{a, other}, `argument 2 is of "2" and the first of "1"`},
		{[]int{a, 3}, "fact 3 does not exist: want 0 to 2"},
		{[]int{-1, b}, "fact -1 does not exist"},
	} {
		require.ErrorContains(t, k.Fits(pair, c.ids), c.want)
	}
	require.NoError(t, k.Fits(pair, []int{a, b}))
	ids, err := k.Apply(ctx, pair, []int{a, b}, nil, nil, time.Time{})
	require.NoError(t, err)
	require.Equal(t, []int{3}, ids)
	require.Equal(t, []int{a, b}, k.At(3).Parents())
	_, err = k.Apply(ctx, never, []int{a}, nil, nil, time.Time{})
	require.ErrorIs(t, err, ErrNothing)
	require.ErrorContains(t, err, `rule "never": gives nothing here: not this one`)

	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = k.Apply(ended, pair, []int{a, b}, nil, nil, time.Time{})
	require.ErrorIs(t, err, context.Canceled)
}

// What a script makes of its own text is no loot, whatever it was made with, and what a
// packet of its own says of itself nobody learns from it. What it made of loot alone is.
func TestMade(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name  string
		text  string
		heard bool // the metadata was known before
		own   bool
		learn int
	}{
		{"of its own text", "hello", false, true, 0},
		{"of nothing of its own", "", false, false, 1},
		{"of its own text, about a message that it heard of", "hello", true, true, 1},
	} {
		k := New([]world.Rule{made, look}, Budget{})
		a := k.Add(Entry{Fact: fact("a", "1", "x"), Origin: "store", Loot: true})
		if c.heard {
			k.Add(Entry{Fact: fact(world.Metadata, "m", "A to B"), Origin: "tap", Loot: true})
			require.NoError(t, k.Saturate(ctx))
		}
		ids, err := k.Apply(ctx, made, []int{a}, []byte(c.text), nil, time.Time{})
		require.NoError(t, err)
		e := k.At(ids[0])
		require.Equal(t, []bool{c.own, !c.own}, []bool{e.Own, e.Loot}, c.name)
		require.Equal(t, c.own, e.Origin == Made, c.name)
		require.False(t, !c.own && !k.Computed(ids[0]), c.name)
		learnt, err := k.FromLoot(ctx, world.Metadata)
		require.NoError(t, err)
		require.Len(t, learnt, c.learn, c.name)
	}

	k := New([]world.Rule{made, look}, Budget{})
	own := k.Add(Entry{Fact: fact("a", "1", "x")})
	ids, err := k.Apply(ctx, made, []int{own}, []byte("hello"), nil, time.Time{})
	require.NoError(t, err)
	require.False(t, k.Computed(own), "no rule gave it")
	require.False(t, k.Computed(ids[0]), "it is what the script handed in")
	require.NoError(t, k.Saturate(ctx))
	require.True(t, k.Computed(2), "read from a packet, even of its own")
	require.True(t, k.At(2).Own && !k.At(2).Loot)

	// What it was made with turns up as loot later: the text is the script's all the same,
	// and so it is in the other order, above.
	k = New([]world.Rule{made, look}, Budget{})
	own = k.Add(Entry{Fact: fact("a", "1", "x")})
	ids, err = k.Apply(ctx, made, []int{own}, []byte("hello"), nil, time.Time{})
	require.NoError(t, err)
	require.NoError(t, k.Saturate(ctx))
	require.Equal(t, own, k.Add(Entry{Fact: fact("a", "1", "x"), Origin: "store", Loot: true}))
	require.True(t, k.At(own).Loot)
	for _, id := range []int{ids[0], 2} { // the packet, and what is read in it
		require.Equal(t, []bool{true, false}, []bool{k.At(id).Own, k.At(id).Loot}, "fact %d", id)
	}

	// A key that was stolen reads the packet, so the conclusion rests on loot, and still
	// says no more than what the script wrote.
	with := look
	with.Takes = []world.Kind{world.Outgoing, "key"}
	k = New([]world.Rule{made, with}, Budget{})
	own = k.Add(Entry{Fact: fact("a", "1", "x")})
	_, err = k.Apply(ctx, made, []int{own}, []byte("hello"), nil, time.Time{})
	require.NoError(t, err)
	k.Add(Entry{Fact: fact("key", "m", "k"), Origin: "store", Loot: true})
	learnt, err := k.FromLoot(ctx, world.Metadata)
	require.NoError(t, err)
	require.True(t, k.At(3).Loot)
	require.Empty(t, learnt)
}
