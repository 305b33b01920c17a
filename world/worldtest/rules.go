package worldtest

import (
	"flag"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"doormat/world"
)

// draws is on how many inputs a rule is tried, unless -rapid.checks says another number, as
// .ci/run does. Designs share most of their rules, so each is tried on a hundred and more by
// all of them.
const draws = "12"

// rules checks that each rule is documented, can get its inputs from somewhere, is pure, and
// does not panic whatever its inputs are.
func (b *bench) rules(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		require.NoError(t, f.Value.Set(draws))
		defer func() { require.NoError(t, f.Value.Set(f.DefValue)) }()
	}
	rules := b.design.Rules()
	require.NotEmpty(t, rules)
	pool := b.pool(t)
	known, names := map[world.Kind]bool{world.Outgoing: true}, map[string]bool{}
	for kind := range pool {
		known[kind] = true
	}
	known[world.PrivateKey] = len(b.design.Info().Keys) > 0 // the harness grants it
	for _, r := range rules {
		require.False(t, names[r.Name], "two rules %q", r.Name)
		names[r.Name] = true
		for _, kind := range r.Gives {
			known[kind] = true
		}
	}
	for _, r := range rules {
		t.Run(r.Name, func(t *testing.T) {
			require.NotEmpty(t, r.Name)
			require.NotEmpty(t, r.Doc)
			require.NotEmpty(t, r.Gives)
			require.NotNil(t, r.Apply)
			if !r.Make {
				require.True(t, len(r.Takes) > 0 || r.All != "",
					"an opening rule without inputs would run by itself")
				require.NotContains(t, r.Gives, world.Outgoing,
					"only a making rule builds what a script sends")
			} else {
				require.NotContains(t, r.Gives, world.Plaintext,
					"who makes a message does not read one")
				require.NotContains(t, r.Gives, world.Metadata)
			}
			for _, kind := range append(slices.Clone(r.Takes), r.All) {
				require.True(t, kind == "" || known[kind], "nothing gives a %s", kind)
			}
			rapid.Check(t, func(t *rapid.T) { tryRule(t, r, pool) })
		})
	}
}

// pool gathers real facts: what everybody holds at several moments and what
// travels, also when all answer lawful process, and what follows in two steps.
func (b *bench) pool(t *testing.T) map[world.Kind][]world.Fact {
	r := b.start(t, b.deploy, b.conv)
	pool := map[world.Kind][]world.Fact{}
	seen := map[string]bool{}
	add := func(f world.Fact) {
		key := string(world.EncodeFacts([]world.Fact{f}))
		if !seen[key] && len(pool[f.Kind]) < 300 {
			seen[key] = true
			pool[f.Kind] = append(pool[f.Kind], f)
		}
	}
	for _, name := range r.Net.Names() {
		r.inject(t, world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
	}
	for _, moment := range []int{1, 4, 7, 8, len(b.conv.Messages)} {
		require.NoError(t, r.Advance(moment))
		if moment == 8 {
			r.apply(t, len(b.conv.Messages)) // what is still to come is in it
		}
		for _, name := range r.Net.Names() {
			for _, f := range r.Net.Node(name).Holdings() {
				add(f)
			}
		}
	}
	other := b.otherForm(t)
	for _, name := range other.Net.Names() {
		for _, f := range other.Net.Node(name).Holdings() {
			add(f)
		}
	}
	for i, p := range r.public() {
		add(world.Fact{Kind: world.Observed, Ref: string(world.Int(int64(i))),
			Data: p.Encode(r.Net.Now())})
	}
	for range 2 {
		for _, rule := range b.design.Rules() {
			if !rule.Make && len(rule.Takes) == 1 {
				for _, f := range slices.Clone(pool[rule.Takes[0]]) {
					derived, _ := rule.Apply(world.Input{Facts: []world.Fact{f}})
					for _, d := range derived {
						add(d.Fact)
					}
				}
			}
		}
	}
	return pool
}

// otherForm is a run, after its first message, of what a design can be besides: with locked phones,
// and each of its own parameters that has words at the last of them.
func (b *bench) otherForm(t *testing.T) *run {
	other := *b
	other.settings.Lock = world.LockOn
	for _, p := range b.design.Info().Parameters {
		if words := p.Choices(); len(words) > 0 && !p.Number() {
			other.settings.Own = other.settings.Own.With(p.Name, words[len(words)-1])
		}
	}
	r := other.start(t, other.setUp(t, 1), b.conv)
	require.NoError(t, r.Advance(1))
	return r
}

// tryRule applies r twice to drawn inputs.
func tryRule(t *rapid.T, r world.Rule, pool map[world.Kind][]world.Fact) {
	kinds := slices.Clone(r.Takes)
	if r.All != "" {
		for range rapid.IntRange(0, 4).Draw(t, "all") {
			kinds = append(kinds, r.All)
		}
	}
	ref := rapid.SampledFrom([]string{"", "a", "0"}).Draw(t, "ref")
	var facts []world.Fact
	for _, kind := range kinds {
		f := world.Fact{Kind: kind, Ref: ref, Data: drawData(t, pool, kind)}
		if real := pool[kind]; len(real) > 0 && rapid.Bool().Draw(t, "whole") {
			f = rapid.SampledFrom(real).Draw(t, "fact")
		}
		facts = append(facts, f)
	}
	in := input(r, facts)
	got, err := r.Apply(in)
	require.Equal(t, input(r, facts), in, "the rule changes its inputs")
	again, errAgain := r.Apply(input(r, facts))
	require.Equal(t, err == nil, errAgain == nil, "the rule is not pure")
	require.Equal(t, got, again, "the rule is not pure")
	if r.Make && r.Text == world.TextUnread {
		in := input(r, facts)
		in.Text = []byte("another text")
		other, _ := r.Apply(in)
		require.Equal(t, got, other, "the rule reads a text, and does not say what for")
	}
	for _, d := range got {
		require.Contains(t, r.Gives, d.Kind)
		for _, at := range d.From {
			require.True(t, at >= 0 && at < len(facts), "rests on input %d of %d", at, len(facts))
		}
	}
}

// input copies facts, so that a rule can spoil nothing but its own.
func input(r world.Rule, facts []world.Fact) world.Input {
	in := world.Input{Facts: []world.Fact{}}
	for _, f := range facts {
		in.Facts = append(in.Facts, world.Fact{Kind: f.Kind, Ref: f.Ref,
			Data: append([]byte{}, f.Data...)})
	}
	if r.Make {
		in.Text, in.Random = []byte("hello"), make([]byte, 64)
	}
	return in
}

// drawData gives bytes of no meaning, or real bytes of the kind or of another one,
// whole or spoilt.
func drawData(t *rapid.T, pool map[world.Kind][]world.Fact, kind world.Kind) []byte {
	source := pool[kind]
	if len(source) == 0 || rapid.IntRange(0, 4).Draw(t, "other") == 0 {
		source = pool[rapid.SampledFrom(slices.Sorted(maps.Keys(pool))).Draw(t, "kind")]
	}
	if len(source) == 0 || rapid.IntRange(0, 4).Draw(t, "random") == 0 {
		return rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes")
	}
	data := slices.Clone(rapid.SampledFrom(source).Draw(t, "fact").Data)
	switch at := rapid.IntRange(0, max(len(data)-1, 0)).Draw(t, "at"); rapid.IntRange(0, 2).Draw(t,
		"spoil") {
	case 0:
		return data[:at]
	case 1:
		if len(data) > 0 {
			data[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
	}
	return data
}
