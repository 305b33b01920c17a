package atlas

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/attackstest"
	"doormat/attacks/bdd"
	"doormat/attacks/deduce"
	"doormat/attacks/generic"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"
)

// splitToy is the toy with its key in shares: any two trustees have it between them. A share is
// kept in two copies, and two copies of one share are one share.
type splitToy struct {
	worldtest.Toy
	combine func(world.Input) ([]world.Derived, error) // for a broken rule
}

const toyShare world.Kind = "toy share"

func (s splitToy) Info() world.Info {
	info := s.Toy.Info()
	info.Kinds = append(info.Kinds, toyShare)
	return info
}

type sharing struct{ world.Node }

func (s sharing) Holdings() (out []world.Fact) {
	for _, f := range s.Node.Holdings() {
		if f.Kind != worldtest.ToyKey || world.KindOf(s.Name()) != world.TrusteeName {
			out = append(out, f)
			continue
		}
		for _, copied := range "ab" {
			out = append(out, world.Fact{Kind: toyShare, Ref: f.Ref,
				Data: slices.Concat([]byte{s.Name()[len("trustee:")], byte(copied)}, f.Data)})
		}
	}
	return out
}

func (s splitToy) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := s.Toy.Setup(env)
	return func() (nodes []world.Node) {
		for _, n := range deploy() {
			nodes = append(nodes, sharing{n})
		}
		return nodes
	}, err
}

func twoOf(in world.Input) ([]world.Derived, error) {
	for i, f := range in.Facts {
		if f.Data[0] != in.Facts[0].Data[0] {
			return []world.Derived{{Fact: world.Fact{Kind: worldtest.ToyKey, Ref: f.Ref, Data: f.Data[2:]},
				From: []int{0, i}}}, nil
		}
	}
	return nil, errors.New("shares of one trustee")
}

func (s splitToy) Rules() []world.Rule {
	apply := s.combine
	if apply == nil {
		apply = twoOf
	}
	return append(s.Toy.Rules(), world.Rule{Name: "put toy shares together", Doc: "Two shares are the key.",
		All: toyShare, Gives: []world.Kind{worldtest.ToyKey}, Apply: apply})
}

// What the functions say of each set of events is what follows from the set's own bytes, for all
// sets there are.
func TestEverySet(t *testing.T) {
	a, err := Explore(t.Context(), attackstest.ToyLab(), splitToy{}, []int{4})
	require.NoError(t, err)
	c, err := a.Certify(t.Context(), 1000)
	require.NoError(t, err)
	require.True(t, c.Complete)
	require.Zero(t, c.Refuted)
	require.Equal(t, 1, c.Mended, "one firing shows one pair of trustees")
	require.Len(t, a.Events, 8, "three phones, three trustees, provider and tap")
	for set := range 1 << len(a.Events) {
		in := func(v int) bool { return set>>v&1 == 1 }
		var facts []world.Fact
		for v, ids := range a.loot {
			for _, id := range ids {
				if in(v) {
					facts = append(facts, a.graph.know.At(id).Fact)
				}
			}
		}
		all, err := deduce.Saturate(t.Context(), a.rules, facts)
		require.NoError(t, err)
		got := make([]bool, a.graph.know.Len())
		for _, f := range all {
			id, ok := a.graph.know.Find(f)
			require.True(t, ok)
			got[id] = true
		}
		for i, reads := range a.reads(got) {
			require.Equal(t, reads, a.space.Holds(a.Goals[i].function, in), "%s by set %b", a.Goals[i].Name, set)
		}
	}
}

// What is looked up for a set is all that follows from its bytes, for sets of any size, and
// each kind of guess about a rule is corrected by the certificate.
func TestCertificate(t *testing.T) {
	explore := func() *Atlas {
		a, err := Explore(t.Context(), attackstest.ToyLab(), splitToy{}, []int{2, 4})
		require.NoError(t, err)
		return a
	}
	a := explore()
	want, err := a.Certify(t.Context(), 1000)
	require.NoError(t, err)
	require.True(t, want.Complete)
	require.Equal(t, 2*Again, want.Recomputed)
	for v := range a.Events {
		set := make([]bool, len(a.Events))
		for w := range set {
			set[w] = w%(v+1) != 0
		}
		require.NoError(t, a.again(t.Context(), set))
	}

	lax := explore() // as if one share were enough, or none
	for _, g := range lax.gates {
		g.atLst = []atLeast{{1, [][]int{lax.graph.joins[0].all}}}
	}
	require.NoError(t, lax.conclude())
	got, err := lax.Certify(t.Context(), 1000)
	require.NoError(t, err)
	require.Greater(t, got.Mended, want.Mended)
	got.Mended = want.Mended
	require.Equal(t, want, got)

	few, err := explore().Certify(t.Context(), 2)
	require.NoError(t, err)
	require.False(t, few.Complete, "two sets of each kind are not all")

	stuck := a // a set answers otherwise, and no gate is to blame
	stuck.Goals[0].function = bdd.True
	_, err = stuck.Certify(t.Context(), 1000)
	require.ErrorIs(t, err, errUnmended)

	fickle := splitToy{combine: func(in world.Input) ([]world.Derived, error) {
		if len(in.Facts) == 4 { // two trustees, and not three
			return world.Conclude(world.Fact{Kind: worldtest.ToyKey, Ref: "other", Data: []byte("new")}), nil
		}
		return twoOf(in)
	}}
	a, err = Explore(t.Context(), attackstest.ToyLab(), fickle, []int{4})
	require.NoError(t, err)
	_, err = a.Certify(t.Context(), 1000)
	require.ErrorContains(t, err, "rules have to be monotone")
}

// What is found for a set by going on from another one is what is found for it alone.
func TestWalk(t *testing.T) {
	a, err := Explore(t.Context(), attackstest.ToyLab(), splitToy{}, []int{4})
	require.NoError(t, err)
	var trials []*trial
	for set := range 1 << len(a.Events) {
		one := &trial{set: make([]bool, len(a.Events))}
		for v := range one.set {
			one.set[v] = set>>v&1 == 1
		}
		trials = append(trials, one)
	}
	require.NoError(t, a.try(t.Context(), trials))
	reads := map[string]bool{}
	for _, one := range trials {
		got, err := a.graph.closure(a.taken(one.set))
		require.NoError(t, err)
		require.Equal(t, a.reads(got), one.got, "%v", one.set)
		reads[fmt.Sprint(one.got)] = true
	}
	require.Greater(t, len(reads), 5, "sets differ in what they read")
}

// Shapes stand for all minimal sets and for no other, and so does the tree that is made of them.
func TestTree(t *testing.T) {
	for _, moments := range [][]int{{4}, {2, 4}, {1, 2, 3}} {
		a, err := Explore(t.Context(), attackstest.ToyLab(), splitToy{}, moments)
		require.NoError(t, err)
		_, err = a.Certify(t.Context(), 1000)
		require.NoError(t, err)
		for i := range a.Goals {
			g, sets := &a.Goals[i], 0
			for _, s := range a.Shapes(g) {
				sets += s.Sets
			}
			require.EqualValues(t, a.space.Count(g.function).Int64(), sets, g.Name)
			tree := a.Tree(g)
			for set := range 1 << 7 {
				in, names := map[int]bool{}, map[string]bool{}
				for v, e := range a.Events {
					if set*2654435761>>v&1 == 1 {
						in[v], names[e.String()] = true, true
					}
				}
				require.Equal(t, a.space.Holds(g.function, func(v int) bool { return in[v] }), tree.Holds(names), g.Name)
			}
		}
	}
}

// Trees of messages say of each set what the functions say, and are one where these are.
func TestMessages(t *testing.T) {
	a, err := Explore(t.Context(), attackstest.ToyLab(), splitToy{}, []int{2, 4})
	require.NoError(t, err)
	trees := a.Messages()
	require.Len(t, trees, 4)
	for i, tree := range trees {
		require.Equal(t, fmt.Sprint("message ", i+1), a.Goals[i].Name)
		for j := range trees {
			require.Equal(t, a.Goals[i].function == a.Goals[j].function, tree == trees[j])
		}
		for set := range 1 << 7 {
			names := map[string]bool{}
			in := func(v int) bool { return set*2654435761>>v&1 == 1 }
			for v, e := range a.Events {
				names[e.String()] = in(v)
			}
			require.Equal(t, a.space.Holds(a.Goals[i].function, in), tree.Holds(names))
		}
	}
}

// As many sets as a shape would stand for are not enough to be one: two copies of one phone at
// different moments are not a phone at any of three moments.
func TestNoShapeByCountAlone(t *testing.T) {
	a, err := Explore(t.Context(), attackstest.ToyLab(), splitToy{}, []int{1, 2, 3})
	require.NoError(t, err)
	var phone []bdd.Func
	for v, e := range a.Events {
		if e.Capability.String() == "device:A.store" {
			phone = append(phone, a.space.Var(v))
		}
	}
	require.Len(t, phone, 3)
	g := &Goal{Name: "two copies", function: a.space.AtLeast(2, phone...)}
	shapes := a.Shapes(g)
	require.Len(t, shapes, 3)
	for _, s := range shapes {
		require.Equal(t, 1, s.Sets)
		require.Len(t, s.Parts, 2)
	}
	require.False(t, a.Tree(g).Holds(map[string]bool{"device:A.store@2": true}))
}

// Shapes say what they are, and name the attack that shows it.
func TestMake(t *testing.T) {
	load := func(name string, src []byte) (technique.Technique, error) { return script.Load(name, src) }
	lab := attackstest.LoadToys(t, attackstest.ToyLab(), load,
		attackstest.ToyScript(`"provider.store", "trustee:1..t.store"`, "", attackstest.OpensAll, `
adv.advance(adv.at)
for i in range(1, adv.t + 1):
    adv.take("trustee:%d.store" % i)
adv.advance(adv.end)
adv.take("provider.store")
adv.saturate()
for text in adv.facts("plaintext"):
    adv.claim(text)
`))
	now := 0.0
	lab.Clock = func() float64 { now++; return now }
	a, doc, err := Make(t.Context(), lab, splitToy{}, []int{2, 4}, 1000, Again)
	require.NoError(t, err)
	require.Len(t, doc.Spent, 4)
	var spent float64
	for _, s := range doc.Spent {
		require.Positive(t, s.Seconds, s.Part)
		spent += s.Seconds
	}
	require.Equal(t, doc.Seconds, spent+1, "the clock was read once more")
	require.Equal(t, len(a.Events), doc.Capabilities)
	require.Equal(t, "message 1", doc.Goals[0].Goal)
	texts := map[string]string{}
	for _, s := range doc.Goals[0].Shapes {
		texts[s.Text] = s.Script
	}
	require.Equal(t, map[string]string{
		"the store of device A or B at moment 2 or 4":                                                              "",
		"the store of device C at moment 2 or 4; and a tap on the network":                                         "",
		"the store of device C at moment 2 or 4; and the store of the provider at moment 2 or 4":                   "",
		"a tap on the network; and the stores of any 2 of 3 trustees, each at moment 2 or 4":                       "",
		"the store of the provider at moment 2 or 4; and the stores of any 2 of 3 trustees, each at moment 2 or 4": "sample",
	}, texts)
	require.Equal(t, 4, doc.Unscripted)
}

// A design's moments have to be in the conversation, and in order.
func TestMomentsRefused(t *testing.T) {
	for _, moments := range [][]int{nil, {0}, {5}, {4, 2}, {2, 2}} {
		_, err := Explore(t.Context(), attackstest.ToyLab(), worldtest.Toy{}, moments)
		require.ErrorContains(t, err, "moments", "%v", moments)
	}
}

// Of an attack that asks for more than it uses, what it uses is found; an attack that needs all
// that it asks for needs it, and what does not work is no means.
func TestFindMeans(t *testing.T) {
	load := func(name string, src []byte) (technique.Technique, error) { return script.Load(name, src) }
	steal := `
adv.advance(adv.at)
adv.take("trustee:1.store")
adv.advance(adv.end)
adv.take("provider.store")
adv.take("device:target.store")
adv.saturate()
for text in adv.facts("plaintext"):
    adv.claim(text)
`
	lab := attackstest.LoadToys(t, attackstest.ToyLab(), load,
		attackstest.ToyScript(`"provider.store", "trustee:1.store", "device:target.store", "user:target.order"`, "",
			attackstest.OpensAll, steal),
		attackstest.ToyScript(`"provider.store"`, "", attackstest.OpensNothing, `adv.take("provider.store")`))
	list, forging, err := FindMeans(t.Context(), lab, worldtest.Toy{})
	require.NoError(t, err)
	require.Equal(t, []Means{
		{Script: "sample", Needs: []string{"device:target.store"}, Opens: 3, Fixes: []string{},
			Goals: []string{generic.TargetPast, generic.TargetFuture}},
		{Script: "sample", Needs: []string{"provider.store", "trustee:1.store"}, Opens: 4, Fixes: []string{},
			Goals: []string{generic.TargetPast, generic.TargetFuture, generic.OthersFuture}},
	}, list)
	require.Empty(t, forging)
}
