package generic

import (
	"fmt"
	"slices"

	"doormat/world"
)

// Shown is what an attack of the library reaches with which capabilities.
type Shown struct {
	Script string
	Needs  []string
	Goals  []string
	Fixes  bool // under settings of its own
}

// Missed is what an attack of the library reaches with at most two capabilities, and the adversary
// with none of the sets that these include.
type Missed struct {
	Script string   `json:"script"`
	Needs  []string `json:"needs"`
	Goals  []string `json:"goals"`
}

// Compare says which findings attacks of the library show, and what these reach and the adversary
// does not. Whose phone it is, and whose messages, makes no difference here: it is the same idea.
// So a goal is the past, the future, or a forgery.
func (r *Report) Compare(library []Shown, principals world.Principals) {
	kinds := kinds{principals}
	for i := range r.Findings {
		f := &r.Findings[i]
		shown := map[string]bool{}
		for _, s := range library {
			if !kinds.include(f.Needs, s.Needs) || s.Fixes {
				continue
			}
			for _, goal := range s.Goals {
				shown[idea(goal)] = true
			}
			if common(s.Goals, f.Goals) && !slices.Contains(f.Scripts, s.Script) {
				f.Scripts = append(f.Scripts, s.Script)
			}
		}
		for _, goal := range f.Goals {
			if !shown[idea(goal)] {
				f.Unscripted = append(f.Unscripted, goal)
			}
		}
		if len(f.Unscripted) > 0 {
			r.Unscripted++
		}
	}
	told := map[string]bool{}
	for _, s := range library {
		key := fmt.Sprint(s.Script, s.Needs)
		if len(s.Goals) == 0 || len(s.Needs) > 2 || told[key] {
			continue
		}
		told[key] = true
		if s.Fixes || slices.ContainsFunc(s.Needs, beyond) {
			r.Apart++
			continue
		}
		missed := slices.DeleteFunc(slices.Clone(s.Goals), func(goal string) bool {
			return slices.ContainsFunc(r.Findings, func(f Finding) bool {
				return kinds.include(s.Needs, f.Needs) && common([]string{goal}, f.Goals)
			})
		})
		if len(missed) > 0 {
			r.Missed = append(r.Missed, Missed{s.Script, s.Needs, missed})
		}
	}
}

// idea is a goal without whose messages it is about.
func idea(goal string) string {
	switch goal {
	case TargetPast, OthersPast:
		return "past"
	case TargetFuture, OthersFuture:
		return "future"
	}
	return goal
}

func common(some, others []string) bool {
	return slices.ContainsFunc(some, func(a string) bool {
		return slices.ContainsFunc(others, func(b string) bool { return idea(a) == idea(b) })
	})
}

// beyond tells that a capability is one that the adversary is never given.
func beyond(need string) bool {
	c, err := world.ParseCapability(need)
	return err != nil || c.Surface == world.Order || c.Principal == world.QuantumName
}

// kinds compares capabilities by the kinds of principals.
type kinds struct{ principals world.Principals }

// include tells whether some capabilities give all that others do. Each stands for one, but a
// jurisdiction for everybody who may be placed in one.
func (k kinds) include(some, others []string) bool {
	left := slices.Clone(some)
	for _, need := range others {
		at := slices.IndexFunc(left, func(have string) bool { return k.gives(have, need) })
		if at < 0 {
			return false
		}
		if c, err := world.ParseCapability(left[at]); err == nil && world.KindOf(c.Principal) != world.JurisdictionName {
			left = slices.Delete(left, at, at+1)
		}
	}
	return true
}

func (k kinds) gives(have, need string) bool {
	a, err1 := world.ParseCapability(have)
	b, err2 := world.ParseCapability(need)
	if err1 != nil || err2 != nil {
		return false
	}
	kind := world.KindOf(b.Principal)
	same := world.KindOf(a.Principal) == kind
	switch a.Surface {
	case world.Control:
		p, _ := k.principals.Named(kind)
		placed := world.KindOf(a.Principal) == world.JurisdictionName && a.Principal != b.Principal &&
			(p.Placed == world.BySetting || p.Placed != "" && a.Principal == world.JurisdictionName+":"+p.Placed)
		return (same && (kind != world.JurisdictionName || a.Principal == b.Principal) || placed) && b.Surface != world.Order
	case world.Tamper:
		return same
	}
	return same && a.Surface == b.Surface
}
