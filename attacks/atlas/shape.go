package atlas

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"doormat/world"
)

// A Shape is many minimal sets that are one idea: the provider's store and those of any three of
// five trustees is one shape, of ten sets at one moment and of many more at several. Sets are
// folded only where all that the text says is among them, so that a shape leaves nothing out and
// adds nothing.
type Shape struct {
	Text   string   `json:"text"`
	Parts  []string `json:"parts"` // all of which are needed; Text joins them
	Sets   int      `json:"sets"`
	Script string   `json:"script"` // an attack of the library that needs just this, "" for none

	cast  cast // of every set
	slots []slot
}

// slot is a part of a shape: some principals of one kind, used in one way.
type slot struct {
	kind    string // "trustee", "device", "provider"
	surface world.Surface
	k       int      // how many principals
	choices []string // each choice of them, as their numbers or names joined by "+"
	// The moments fall into classes: all k are taken within one of them, each at any moment of
	// it. No class: it has no moment.
	classes [][]int
}

// size is how many sets a slot stands for.
func (s slot) size() int {
	if len(s.classes) == 0 {
		return len(s.choices)
	}
	ways := 0
	for _, class := range s.classes {
		w := 1
		for range s.k {
			w *= len(class)
		}
		ways += w
	}
	return ways * len(s.choices)
}

// Shapes folds the minimal sets of a goal. Those of fewest parts come first, and of these those
// of most sets. They are all listed on the way: who has more than can be listed, see
// [GoalSets.Minimal], does not ask.
func (a *Atlas) Shapes(g *Goal) []Shape {
	var sets [][]int
	a.space.Minimal(g.function, func(set []int) bool {
		sets = append(sets, slices.Clone(set))
		return true
	})
	out := []Shape{}
	fold(0, sets, []func(set []int) string{
		func(set []int) string { return string(a.castOf(set)) },
		func(set []int) string { return string(a.castOf(set)) + a.momentsOfOne(set) },
		func(set []int) string { return string(a.castOf(set)) + a.momentsOfAll(set) },
		func(set []int) string { return fmt.Sprint(set) },
	}, func(level int, group [][]int) bool {
		s := a.shape(group, level > 1)
		size, taken := 1, 0
		for _, part := range s.slots {
			size *= part.size()
			taken += part.k
		}
		// Each set takes one event of each principal, so it is one of those that the text says; they
		// are as many, so they are these.
		fits := size == len(group) &&
			!slices.ContainsFunc(group, func(set []int) bool { return len(set) != taken })
		if fits {
			s.cast = a.castOf(group[0])
			for _, part := range s.slots {
				s.Parts = append(s.Parts, a.who(part)+a.when(part))
			}
			s.Text = strings.Join(s.Parts, "; and ")
			out = append(out, s)
		}
		return fits
	})
	slices.SortStableFunc(out, func(x, y Shape) int {
		return cmp.Or(cmp.Compare(len(x.slots), len(y.slots)), cmp.Compare(y.Sets, x.Sets), cmp.Compare(x.Text, y.Text))
	})
	return out
}

// fold groups sets by the first key, and each group that does not fit by the next.
func fold(level int, sets [][]int, keys []func([]int) string, fits func(level int, group [][]int) bool) {
	groups := map[string][][]int{}
	for _, set := range sets {
		key := keys[level](set)
		groups[key] = append(groups[key], set)
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		if !fits(level, groups[key]) {
			fold(level+1, groups[key], keys, fits)
		}
	}
}

// use is a kind of principals, used in one way.
func (a *Atlas) use(v int) (use, who string) {
	c := a.Events[v].Capability
	kind := world.KindOf(c.Principal)
	who, _ = strings.CutPrefix(c.Principal, kind+":")
	return kind + "." + string(c.Surface), who
}

// A cast says how many principals of which kinds are used in which way, whoever they are and
// whenever: "1 provider.store, 3 trustee.store".
type cast string

func (a *Atlas) castOf(set []int) cast {
	var list []world.Capability
	for _, v := range set {
		list = append(list, a.Events[v].Capability)
	}
	return newCast(list)
}

func newCast(list []world.Capability) cast {
	who := map[string]map[string]bool{}
	for _, c := range list {
		use := world.KindOf(c.Principal) + "." + string(c.Surface)
		if who[use] == nil {
			who[use] = map[string]bool{}
		}
		who[use][c.Principal] = true
	}
	var out []string
	for _, use := range slices.Sorted(maps.Keys(who)) {
		out = append(out, fmt.Sprint(len(who[use]), " ", use))
	}
	return cast(strings.Join(out, ", "))
}

// words says a cast for people.
func (c cast) words(principals world.Principals) string {
	var parts []string
	for part := range strings.SplitSeq(string(c), ", ") {
		n, use, _ := strings.Cut(part, " ")
		kind, surface, _ := strings.Cut(use, ".")
		p, _ := principals.Named(kind)
		switch {
		case surface == string(world.Tap):
			parts = append(parts, "a tap on the network")
		case !p.Several():
			parts = append(parts, "the store of the "+kind)
		case n == "1":
			parts = append(parts, "the store of one "+kind)
		default:
			parts = append(parts, "the stores of "+n+" "+kind+"s")
		}
	}
	return strings.Join(parts, " and ")
}

// momentsOfOne says when a set takes what there is one of.
func (a *Atlas) momentsOfOne(set []int) (out string) {
	for _, v := range set {
		if p, _ := a.Info.Principals.Named(world.KindOf(a.Events[v].Capability.Principal)); !p.Several() {
			out += " " + a.Events[v].String()
		}
	}
	return out
}

// momentsOfAll says when a set takes what, whoever of a kind it is.
func (a *Atlas) momentsOfAll(set []int) string {
	var out []string
	for _, v := range set {
		use, _ := a.use(v)
		out = append(out, fmt.Sprint(" ", use, "@", a.Events[v].Moment))
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

// shape describes sets of one cast. Where it is told to, what is taken at different moments
// stands in slots of its own.
func (a *Atlas) shape(group [][]int, byMoment bool) Shape {
	s := Shape{Sets: len(group)}
	parts := map[string]*slot{}
	together := map[string]map[[2]int]bool{} // by part: moments that occur in one set
	for _, set := range group {
		in := map[string][]int{}
		for _, v := range set {
			use, _ := a.use(v)
			if byMoment {
				use = fmt.Sprint(use, a.Events[v].Moment)
			}
			in[use] = append(in[use], v)
		}
		for use, events := range in {
			if parts[use] == nil {
				c := a.Events[events[0]].Capability
				parts[use] = &slot{kind: world.KindOf(c.Principal), surface: c.Surface}
				together[use] = map[[2]int]bool{}
			}
			p, who := parts[use], map[string]bool{}
			for _, v := range events {
				_, name := a.use(v)
				who[name] = true
				for _, w := range events {
					together[use][[2]int{a.Events[v].Moment, a.Events[w].Moment}] = true
				}
			}
			p.k = len(who)
			if text := strings.Join(slices.Sorted(maps.Keys(who)), "+"); !slices.Contains(p.choices, text) {
				p.choices = append(p.choices, text)
			}
		}
	}
	for _, use := range slices.Sorted(maps.Keys(parts)) {
		p := parts[use]
		slices.Sort(p.choices)
		p.classes = classes(a.Moments, together[use])
		s.slots = append(s.slots, *p)
	}
	return s
}

// classes puts moments that occur in one set into one class.
func classes(moments []int, together map[[2]int]bool) (list [][]int) {
	for _, m := range moments {
		if !together[[2]int{m, m}] {
			continue
		}
		at := slices.IndexFunc(list, func(class []int) bool { return together[[2]int{class[0], m}] })
		if at < 0 {
			list = append(list, []int{m})
			continue
		}
		list[at] = append(list[at], m)
	}
	return list
}

// everybody lists the numbers of all principals of a slot's kind, if any so many of them are
// enough: then nobody of the kind is special.
func (a *Atlas) everybody(s slot) (all []string) {
	p, _ := a.Info.Principals.Named(s.kind)
	if p.Count == world.PerAccount || !p.Several() {
		return nil
	}
	for v, e := range a.Events {
		use, who := a.use(v)
		if use == s.kind+"."+string(s.surface) && e.Moment == s.classes[0][0] {
			all = append(all, who)
		}
	}
	if len(s.choices) != choose(len(all), s.k) {
		return nil
	}
	return all
}

func (a *Atlas) who(s slot) string {
	switch p, _ := a.Info.Principals.Named(s.kind); {
	case s.surface == world.Tap:
		return "a tap on the network"
	case !p.Several():
		return "the store of the " + s.kind
	}
	if all := a.everybody(s); all != nil {
		return fmt.Sprintf("the stores of any %d of %d %ss", s.k, len(all), s.kind)
	}
	if s.k == 1 {
		return "the store of " + s.kind + " " + strings.Join(s.choices, " or ")
	}
	var choices []string
	for _, c := range s.choices {
		choices = append(choices, strings.ReplaceAll(c, "+", " and "))
	}
	return fmt.Sprintf("the stores of %ss %s", s.kind, strings.Join(choices, ", or "))
}

// when says within which moments a slot is taken.
func (a *Atlas) when(s slot) string {
	var spans []string
	for _, class := range s.classes {
		spans = append(spans, listed(class))
	}
	switch {
	case len(s.classes) == 0:
		return ""
	case s.k == 1:
		return " at moment " + strings.Join(spans, " or ")
	case len(s.classes) > 1:
		return ", all at moment " + strings.Join(spans, ", or all at ")
	case len(s.classes[0]) > 1:
		return ", each at moment " + spans[0]
	}
	return " at moment " + spans[0]
}

func listed(list []int) string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, " or ")
}

// choose is how many ways there are to choose k of n.
func choose(n, k int) int {
	ways := 1
	for i := range k {
		ways = ways * (n - i) / (i + 1)
	}
	return ways
}
