package atlas

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/generic"
	"doormat/attacks/technique"
	"doormat/world"
)

// A Means is what an attack of the library that does more than copy and listen needs, as it was
// found and not as its header says: without any one of these it opens no message and has none
// believed that nobody wrote.
type Means struct {
	Script  string   `json:"script"`
	Needs   []string `json:"needs"`
	Goals   []string `json:"goals"`   // names of package generic
	Opens   int      `json:"opens"`   // messages
	Forged  int      `json:"forged"`  // messages that were believed
	Noticed bool     `json:"noticed"` // somebody was warned
	// Fixes are the settings that the attack fixes, as "name value": it speaks of another deployment.
	Fixes []string `json:"fixes"`
}

// FindMeans runs the attacks of the lab that take over programs, tamper or bring orders, on the
// subsets of their needs, from all of them down to those from which nothing can be left out.
// Whoever has more does no worse, so what a set does without no larger set is asked for again.
// Of trustees and others of whom any will do, one is left out for all. It says nothing of what
// nobody scripted. Apart are those sets that are minimal for a message that nobody wrote.
func FindMeans(ctx context.Context, lab *attacks.Lab, d world.Design) (means, forging []Means, err error) {
	m := search{ctx: ctx, lab: *lab, done: map[string]bool{}}
	m.lab.Designs, m.lab.Progress, m.lab.Ahead = []world.Design{d}, nil, nil
	waiting := map[string][]technique.Technique{} // by what is withheld
	for _, t := range lab.Attacks {
		if h := t.Header(); h.Kind != "control" && !Passive(h) {
			waiting[""] = append(waiting[""], t)
		}
	}
	for len(waiting) > 0 {
		next := map[string][]technique.Technique{}
		for _, withheld := range slices.Sorted(maps.Keys(waiting)) {
			if err := m.try(withheld, waiting[withheld], next); err != nil {
				return nil, nil, err
			}
		}
		waiting = next
	}
	forges := slices.DeleteFunc(slices.Clone(m.works), func(one Means) bool { return one.Forged == 0 })
	return minimal(m.works), minimal(forges), nil
}

// search is what was found so far.
type search struct {
	ctx   context.Context
	lab   attacks.Lab
	done  map[string]bool // what was asked for: attack, and what is withheld
	works []Means
}

// try runs attacks with something withheld, and notes for those that work what to leave out next.
func (m *search) try(withheld string, list []technique.Technique, next map[string][]technique.Technique) error {
	m.lab.Attacks, m.lab.Withhold = list, nil
	if withheld != "" {
		m.lab.Withhold = strings.Split(withheld, ", ")
	}
	r, err := m.lab.Run(m.ctx)
	if err != nil {
		return fmt.Errorf("atlas: without %s: %w", withheld, err)
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		opens := c.Content.Target.Recovered + c.Content.Others.Recovered
		if !c.Applicable || c.Error != "" || opens+c.Forged == 0 {
			continue
		}
		needs := slices.DeleteFunc(world.Written(c.Needs), func(need string) bool {
			return slices.Contains(m.lab.Withhold, need)
		})
		at := slices.IndexFunc(list, func(t technique.Technique) bool { return t.Header().ID == c.Attack })
		h := list[at].Header()
		m.works = append(m.works, Means{c.Attack, needs, generic.Goals(c), opens, c.Forged, len(c.Noticed) > 0,
			fixes(h, m.lab.Settings, m.lab.Designs[0].Info())})
		tried := map[string]bool{}
		for _, need := range needs {
			kind := need
			if c, err := world.ParseCapability(need); err == nil {
				p, _ := m.lab.Designs[0].Info().Principals.Named(world.KindOf(c.Principal))
				if p.Several() && p.Count != world.PerAccount {
					kind = p.Name + "." + string(c.Surface)
				}
			}
			if tried[kind] {
				continue
			}
			tried[kind] = true
			less := slices.Sorted(slices.Values(append(slices.Clone(m.lab.Withhold), need)))
			key := strings.Join(less, ", ")
			if !m.done[c.Attack+": "+key] {
				m.done[c.Attack+": "+key] = true
				next[key] = append(next[key], list[at])
			}
		}
	}
	return nil
}

// fixes are the settings of its own under which an attack runs in an arrangement, none if they are
// what the lab has anyway.
func fixes(h technique.Header, base world.Settings, arrangement world.Info) []string {
	theirs, err1 := h.Override(base, arrangement)
	usual, err2 := (&technique.Header{}).Override(base, arrangement)
	if err1 == nil && err2 == nil && theirs == usual {
		return []string{}
	}
	return append([]string{}, h.FixesIn(base, arrangement)...)
}

// minimal leaves out every set that contains another of the same attack.
func minimal(works []Means) []Means {
	out := []Means{}
	for _, one := range works {
		if !slices.ContainsFunc(works, func(other Means) bool {
			return other.Script == one.Script && len(other.Needs) < len(one.Needs) && within(other.Needs, one.Needs)
		}) {
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b Means) int { return len(a.Needs) - len(b.Needs) })
	return out
}

// within tells whether all of some are among others.
func within(some, others []string) bool {
	return !slices.ContainsFunc(some, func(one string) bool { return !slices.Contains(others, one) })
}

// Forging lists the sets of capabilities with which a message was believed that nobody wrote, and
// that contain none of the others: from what attacks need, and from what the generic adversary
// found, if it ran. They are minimal among the sets that were tried, and nobody proves that there
// are no others. A set under settings that an attack fixes leaves out no set without.
func Forging(forging []Means, report *generic.Report) []Means {
	all := slices.Clone(forging)
	for _, f := range report.Findings {
		if slices.Contains(f.Goals, generic.Forgery) {
			all = append(all, Means{"", f.Needs, []string{generic.Forgery}, f.Opens, f.Forged, f.Noticed, []string{}})
		}
	}
	out := []Means{}
	for i, one := range all {
		if !slices.ContainsFunc(all[:i], func(same Means) bool {
			return len(same.Needs) == len(one.Needs) && within(same.Needs, one.Needs) && slices.Equal(same.Fixes, one.Fixes)
		}) && !slices.ContainsFunc(all, func(less Means) bool {
			return len(less.Fixes) == 0 && len(less.Needs) < len(one.Needs) && within(less.Needs, one.Needs)
		}) {
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b Means) int { return len(a.Needs) - len(b.Needs) })
	return out
}
