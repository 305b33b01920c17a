package generic

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks"
	"doormat/world"
)

// others is how many accounts besides the target and its partner are tried. No two accounts write
// the same messages, so none stands for another.
const others = 1

// A way is a capability of one deployment, as a header may need it.
type way struct {
	need    world.Capability
	kind    string // of principals
	number  int    // of several that are counted, else 0
	count   string // how they are counted: those of one number in kinds of one count belong together
	members []string
}

// A field is all that may be tried of one deployment.
type field struct {
	ways     []way
	seats    []string            // jurisdictions by number
	programs map[string][]string // by capability: programs that it can have somebody run
}

// survey lists the capabilities of a deployment that the adversary may get. Left out are orders,
// quantum computers, accounts beyond the first three, and stores in which nothing lies at the moment.
func survey(ctx context.Context, lab *attacks.Lab, d world.Design) (*field, error) {
	surfaces, err := lab.Surfaces(d)
	if err != nil {
		return nil, err
	}
	empty, signs := map[string]bool{}, map[string]bool{}
	surveyed, err := lab.Survey(ctx, d, []int{lab.Settings.At}, func(_ int, loot []attacks.Loot) error {
		for _, l := range loot {
			empty[l.Capability.String()] = len(l.Facts) == 0
			signs[l.Capability.String()] = slices.ContainsFunc(l.Facts, func(f world.Fact) bool {
				return slices.ContainsFunc(d.Rules(), func(r world.Rule) bool {
					return r.Text == world.TextProgram && slices.Contains(r.Takes, f.Kind)
				})
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f := &field{programs: map[string][]string{}}
	if f.seats, err = surveyed.Settings.Seats(); err != nil {
		return nil, err
	}
	deploy, err := d.Setup(world.Config{Settings: surveyed.Settings, Accounts: lab.Conversation.Accounts,
		Seed: lab.Seed, Memo: lab.Memo})
	if err != nil {
		return nil, err
	}
	nodes := deploy()
	people := lab.Conversation.People(surveyed.Settings.Target)
	for _, c := range surfaces {
		if c.Surface == world.Order || c.Principal == world.QuantumName || empty[c.String()] {
			continue
		}
		w, tried, err := wayOf(c, d, surveyed.Settings, people)
		if err != nil {
			return nil, err
		}
		if !tried {
			continue
		}
		f.ways = append(f.ways, w)
		store := world.Capability{Principal: c.Principal, Surface: world.Store}
		for _, program := range d.Info().Programs {
			asked := w.kind == world.UserName && program.Name == world.ScanCodes
			asked = asked || runs(nodes, w.members, program.Name, surveyed.Settings.Target)
			if signs[store.String()] || c.Surface == world.Control && asked {
				f.programs[w.need.String()] = append(f.programs[w.need.String()], program.Name)
			}
		}
	}
	slices.SortFunc(f.ways, func(a, b way) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.need.Surface, b.need.Surface),
			cmp.Compare(a.number, b.number), cmp.Compare(a.need.Principal, b.need.Principal))
	})
	return f, nil
}

// wayOf names a capability as a header does; false for an account beyond those that are tried.
// people are the accounts, the target and its partner first.
func wayOf(c world.Capability, d world.Design, s world.Settings, people []string) (w way, tried bool, err error) {
	kind, which, _ := strings.Cut(c.Principal, ":")
	p, _ := d.Info().Principals.With(world.Everywhere()).Named(kind)
	w = way{need: c, kind: kind, members: []string{c.Principal}}
	switch {
	case kind == world.JurisdictionName:
		w.members, err = d.Info().Principals.Members(c.Principal, s, people)
	case p.Count == world.PerAccount:
		at := slices.Index(people, which)
		if at < 0 || at >= 2+others {
			return w, false, nil
		}
		w.need.Principal = kind + ":" + []string{"target", "partner", strconv.Itoa(at + 1)}[min(at, 2)]
	case p.Several():
		w.count = p.Count
		if w.number, err = strconv.Atoi(which); err != nil {
			err = fmt.Errorf("generic: %s: %w", c, err)
		}
	}
	return w, true, err
}

// runs tells whether a program of the design can be run by some of these principals.
func runs(nodes []world.Node, members []string, program, text string) bool {
	return slices.ContainsFunc(nodes, func(n world.Node) bool {
		r, ok := n.(world.Reprogrammable)
		return ok && slices.Contains(members, n.Name()) && r.Reprogram(program, []byte(text)) == nil
	})
}

// sets lists the sets of so many capabilities, one of those that differ by a renaming only. It tells
// how many there are of all.
func (f *field) sets(size int) (list [][]way, all int) {
	seen := map[string]bool{}
	take := func(set []way) {
		all++
		if key := f.canonical(set); !seen[key] {
			seen[key] = true
			list = append(list, set)
		}
	}
	for i, a := range f.ways {
		if size == 1 {
			take([]way{a})
			continue
		}
		for _, b := range f.ways[i+1:] {
			if !a.includes(b) && !b.includes(a) {
				take([]way{a, b})
			}
		}
	}
	return list, all
}

// includes tells that whoever has a has all that b gives, and more.
func (a way) includes(b way) bool {
	more := a.need.Surface == world.Control && b.need.Surface != world.Tap && b.need.Surface != world.Tamper ||
		a.need.Surface == world.Tamper && b.need.Surface == world.Tap
	return more && !slices.ContainsFunc(b.members, func(m string) bool { return !slices.Contains(a.members, m) })
}

// holds tells that packets wait for whoever has it.
func (a way) holds() bool {
	return a.need.Surface == world.Control || a.need.Surface == world.Tamper
}

// more tells whether each of some capabilities is one of others, or includes one, and none counts twice.
func (f *field) more(some, others []string) bool {
	if len(some) != len(others) {
		return false
	}
	has := func(a, b string) bool { return a == b || f.named(a).includes(f.named(b)) }
	return has(some[0], others[0]) && (len(some) == 1 || has(some[1], others[1])) ||
		len(some) == 2 && has(some[0], others[1]) && has(some[1], others[0])
}

func (f *field) named(need string) way {
	return f.ways[slices.IndexFunc(f.ways, func(w way) bool { return w.need.String() == need })]
}

// canonical names a set after renaming those who are counted: each gets the smallest number that
// nobody in the set has yet, and that is in the same jurisdiction where one is in the set.
func (f *field) canonical(set []way) string {
	placed := map[string]bool{}
	for _, w := range set {
		if place, ok := strings.CutPrefix(w.need.Principal, world.JurisdictionName+":"); ok {
			placed[place] = true
		}
	}
	class := func(count string, number int) string {
		if number < 1 || number > len(f.seats) || !placed[f.seats[number-1]] {
			return ""
		}
		return f.seats[number-1]
	}
	type member struct {
		count  string
		number int
	}
	renamed, used := map[member]int{}, map[member]bool{}
	var names []string
	for _, w := range set {
		m := member{w.count, w.number}
		if w.number > 0 && renamed[m] == 0 {
			at := 1
			for used[member{w.count, at}] || class(w.count, at) != class(w.count, w.number) {
				at++
			}
			renamed[m], used[member{w.count, at}] = at, true
		}
		name := w.need.String()
		if w.number > 0 {
			name = fmt.Sprintf("%s:%d.%s", w.kind, renamed[m], w.need.Surface)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func needs(set []way) (list []string) {
	for _, w := range set {
		list = append(list, w.need.String())
	}
	return list
}
