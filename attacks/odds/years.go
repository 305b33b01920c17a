package odds

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"doormat/attacks/faulttree"
	"doormat/world"
)

// within is the probability that what happens with probability p in a year has happened after
// so many. It keeps the digits of small ones.
func within(p float64, years int) float64 {
	return -math.Expm1(float64(years) * math.Log1p(-p))
}

// capabilities lists those of all trees, each once.
func (c Case) capabilities() (list []string) {
	seen := map[string]bool{}
	for _, tree := range c.Messages {
		for _, name := range tree.Events() {
			if !seen[name] {
				seen[name] = true
				list = append(list, name)
			}
		}
	}
	return list
}

// A role is how a capability's holder stands to users.
type role int

const (
	shared role = iota // strikes all who use the service
	own                // a user's own: strikes that user
	seated             // holds a share, with others, where the setting puts it
)

// roleOf follows from the declaration.
func (c Case) roleOf(capability string) role {
	dot := max(0, strings.LastIndexByte(capability, '.'))
	p, _ := c.Principals.Named(world.KindOf(capability[:dot]))
	switch {
	case p.Count == world.PerAccount:
		return own
	case p.Placed == world.BySetting:
		return seated
	}
	return shared
}

// fleeting tells whether a capability counts only while messages travel.
func fleeting(capability string) bool {
	c, err := world.ParseCapability(capability)
	return err == nil && (c.Surface == world.Tap || c.Surface == world.Tamper)
}

// A happening is a capability that falls within some years.
type happening struct {
	capability string // or the common cause
	years      int
}

// A spread is a case over some years: trees over what happens in them.
type spread struct {
	Case
	trees  []*faulttree.Tree // by message
	events map[string]happening
}

// chances are those of what happens. What has no probability is left out, and computing with it
// fails.
func (s *spread) chances(in Inputs) faulttree.Chances {
	chances := faulttree.Chances{}
	for name, h := range s.events {
		if h.capability == commonCause {
			chances[name] = within(in.Common, h.years)
		} else if p, given := in.chance(h.capability); given {
			chances[name] = within(p, h.years)
		}
	}
	return chances
}

// an epoch is years in which shares stay as they are.
type epoch struct {
	name  string // after the events in it, "" if there is only one
	years int
}

// epochs lists those in which shares of the first year's key exist.
func (in Inputs) epochs(years int) (list []epoch) {
	lives := years
	if in.Rotate {
		lives = min(years, 2) // the key before the newest is kept, and no older one
	}
	if !in.Refresh || lives == 1 {
		return []epoch{{"", lives}}
	}
	for y := range lives {
		list = append(list, epoch{fmt.Sprintf(" in year %d", y+1), 1})
	}
	return list
}

// commonCause is the event that takes everybody who holds shares.
const commonCause = "common cause"

// spread says what within the years opens each message.
func (c Case) spread(in Inputs, years int) *spread {
	s := &spread{Case: c, events: map[string]happening{}}
	made := map[*faulttree.Tree]*faulttree.Tree{}
	for _, tree := range c.Messages {
		if made[tree] == nil {
			made[tree] = s.over(tree, in, years)
		}
		s.trees = append(s.trees, made[tree])
	}
	return s
}

// over is what opens one message: what its tree says, with shares of any one epoch.
func (s *spread) over(tree *faulttree.Tree, in Inputs, years int) *faulttree.Tree {
	epochs := in.epochs(years)
	if !slices.ContainsFunc(tree.Events(), func(e string) bool { return s.roleOf(e) == seated }) {
		epochs = epochs[:1]
	}
	var any []*faulttree.Tree
	for _, e := range epochs {
		any = append(any, tree.Replace(func(capability string) *faulttree.Tree {
			switch {
			case s.roleOf(capability) == seated && in.Common > 0:
				return faulttree.Or(s.event(capability+e.name, capability, e.years),
					s.event(commonCause+e.name, commonCause, e.years))
			case s.roleOf(capability) == seated:
				return s.event(capability+e.name, capability, e.years)
			case fleeting(capability):
				return s.event(capability, capability, 1)
			}
			return s.event(capability, capability, years)
		}))
	}
	return faulttree.Or(any...)
}

// event is something that happens within some years.
func (s *spread) event(name, capability string, years int) *faulttree.Tree {
	s.events[name] = happening{capability, years}
	return faulttree.Event(name)
}

// goals are the trees of [Goals], in their order.
func (s *spread) goals(message int) [4]*faulttree.Tree {
	var target []*faulttree.Tree
	for i, tree := range s.trees {
		if s.Targets(i) {
			target = append(target, tree)
		}
	}
	return [4]*faulttree.Tree{s.trees[message], faulttree.Or(unique(target)...),
		faulttree.And(unique(target)...), faulttree.And(unique(s.trees)...)}
}

// unique drops trees that were there before: neither all nor any of them asks for one twice.
func unique(trees []*faulttree.Tree) (list []*faulttree.Tree) {
	seen := map[*faulttree.Tree]bool{}
	for _, tree := range trees {
		if !seen[tree] {
			seen[tree] = true
			list = append(list, tree)
		}
	}
	return list
}
