package odds

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks/faulttree"
	"doormat/world"
)

// within is the probability that what happens with probability p in a year has happened after
// some years, also after parts of them. It keeps the digits of small ones.
func within(p, years float64) float64 {
	if years == 0 {
		return 0
	}
	return -math.Expm1(years * math.Log1p(-p))
}

// Words for a moment, beside numbers of messages: what falls while the messages travel, in the
// first year, and what falls after it.
const (
	First = "@first"
	Later = "@later"
)

// The moments of these words.
const (
	first = -1 - iota
	later
)

// split takes an event of a tree apart; the moment is 0 if it names none.
func split(event string) (capability string, moment int) {
	capability, text, _ := strings.Cut(event, "@")
	switch "@" + text {
	case First:
		return capability, first
	case Later:
		return capability, later
	}
	moment, _ = strconv.Atoi(text)
	return capability, moment
}

// capabilities lists those of all trees, each once.
func (c Case) capabilities() (list []string) {
	seen := map[string]bool{}
	for _, tree := range c.Messages {
		for _, event := range tree.Events() {
			if name, _ := split(event); !seen[name] {
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
func (c Case) roleOf(event string) role {
	principal, _, _ := strings.Cut(event, "@")
	principal = principal[:max(0, strings.LastIndexByte(principal, '.'))]
	p, _ := c.Principals.Named(world.KindOf(principal))
	switch {
	case p.Count == world.PerAccount:
		return own
	case p.Placed == world.BySetting:
		return seated
	}
	return shared
}

// fleeting tells whether a capability counts only while messages travel.
func fleeting(event string) bool {
	capability, _ := split(event)
	c, err := world.ParseCapability(capability)
	return err == nil && (c.Surface == world.Tap || c.Surface == world.Tamper)
}

// A happening is a capability that falls within some years.
type happening struct {
	capability string // or the common cause
	years      float64
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
		switch p, given := in.chance(h.capability); {
		case h.capability == commonCause:
			chances[name] = within(in.Common, h.years)
		case h.capability == phonesCause:
			chances[name] = within(in.Phones, h.years)
		case given:
			chances[name] = within(p, h.years)
		}
	}
	return chances
}

// An epoch is years in which shares stay as they are.
type epoch struct {
	name         string // after the events in it, "" if there is only one
	first, years int    // years are counted from 1
}

// epochs lists those in which shares of the first year's key exist.
func (in Inputs) epochs(years int) (list []epoch) {
	lives := years
	if in.Rotate {
		lives = min(years, 2) // the key before the newest is kept, and no older one
	}
	if !in.Refresh || lives == 1 {
		return []epoch{{"", 1, lives}}
	}
	for y := range lives {
		list = append(list, epoch{fmt.Sprintf(" in year %d", y+1), y + 1, 1})
	}
	return list
}

// exposure is for how many years of an epoch a store is as it was at a moment.
func (c Case) exposure(moment int, e epoch) float64 {
	after, one := float64(e.years), 0.0 // years after the first, and the first itself
	if e.first == 1 {
		after, one = after-1, 1
	}
	switch {
	case moment == 0:
		return one + after
	case moment == first:
		return one
	case moment == later:
		return after
	case moment == c.Moments[len(c.Moments)-1]:
		return one/float64(len(c.Moments)) + after
	}
	return one / float64(len(c.Moments))
}

// Common causes: of those who hold shares, and of what users have of their own. They strike many
// at once.
const (
	commonCause = "common cause"
	phonesCause = "common cause of phones"
)

// spread says what within the years opens each message.
func (c Case) spread(in Inputs, years int) *spread {
	s := &spread{Case: c, events: map[string]happening{}}
	made := map[*faulttree.Tree]*faulttree.Tree{}
	for _, tree := range faulttree.Share(c.Messages) {
		if made[tree] == nil {
			made[tree] = s.over(tree, in, years)
		}
		s.trees = append(s.trees, made[tree])
	}
	s.trees = faulttree.Share(s.trees)
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
		any = append(any, tree.Replace(func(event string) *faulttree.Tree {
			all := epoch{"", 1, years}
			switch role := s.roleOf(event); {
			case role == seated:
				return s.with(commonCause, in.Common, event, e)
			case role == own:
				return s.with(phonesCause, in.Phones, event, all)
			case fleeting(event):
				return s.event(event, epoch{"", 1, 1})
			}
			return s.event(event, all)
		}))
	}
	return faulttree.Or(any...)
}

// with is a capability that falls in an epoch, by itself or by a common cause at its moment.
func (s *spread) with(cause string, chance float64, event string, e epoch) *faulttree.Tree {
	if chance == 0 {
		return s.event(event, e)
	}
	if _, moment, told := strings.Cut(event, "@"); told {
		cause += "@" + moment
	}
	return faulttree.Or(s.event(event, e), s.event(cause, e))
}

// event is a capability, or the common cause, that falls in an epoch.
func (s *spread) event(event string, e epoch) *faulttree.Tree {
	capability, moment := split(event)
	years := s.exposure(moment, e)
	if years == 0 {
		return faulttree.Never() // there is no such moment in it
	}
	s.events[event+e.name] = happening{capability, years}
	return faulttree.Event(event + e.name)
}

// goals are the trees of [Goals], in their order.
func (s *spread) goals(message int) [4]*faulttree.Tree {
	var target []*faulttree.Tree
	for i, tree := range s.trees {
		if s.Targets(i) {
			target = append(target, tree)
		}
	}
	all := faulttree.And(unique(target)...)
	if len(target) == 0 {
		all = faulttree.Never() // there is nothing to read
	}
	return [4]*faulttree.Tree{s.trees[message], faulttree.Or(unique(target)...), all,
		faulttree.And(unique(s.trees)...)}
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
