package scorecard

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks/faulttree"
	"doormat/world"
)

// atlas is the source that sets of stores and taps are.
func (c *column) atlas() Source {
	moments := strings.Trim(strings.ReplaceAll(fmt.Sprint(c.opens.Moments), " ", ","), "[]")
	return Source{Kind: Atlas, ID: c.info.ID,
		Command: c.command("atlas "+c.info.ID, "--moments "+moments),
		Link:    "designs/" + c.info.ID + ".md"}
}

// An event of the atlas is a capability at a moment; that of a tap has none.
func parts(event string) (principal string, moment int) {
	name := event
	if at := strings.LastIndex(event, "@"); at >= 0 {
		if m, err := strconv.Atoi(event[at+1:]); err == nil {
			name, moment = event[:at], m
		}
	}
	if dot := strings.LastIndex(name, "."); dot >= 0 {
		name = name[:dot]
	}
	return name, moment
}

// personal are what users carry.
var personal = []string{world.UserName, world.DeviceName, world.ElementName}

func isPersonal(principal string) bool { return slices.Contains(personal, world.KindOf(principal)) }

// A loot chooses events.
type loot func(c *column, principal string, moment int) bool

// phone is the store of the target's phone at the moment of the attack, and a tap from the first
// message on; machines are the stores of everybody but users then, and the tap.
func phone(c *column, principal string, moment int) bool {
	return moment == 0 || moment == c.opens.Moments[0] &&
		principal == world.DeviceOf(c.Result.Settings.Target)
}
func machines(c *column, principal string, moment int) bool {
	return moment == 0 || moment == c.opens.Moments[0] && !isPersonal(principal)
}

// machinesAndMail adds what the provider keeps at the end.
func machinesAndMail(c *column, principal string, moment int) bool {
	return machines(c, principal, moment) || principal == world.Provider
}

// A span chooses messages, which count from 1.
type span func(c *column, message int) bool

func earlier(c *column, k int) bool  { return k <= c.opens.Moments[0] }
func later(c *column, k int) bool    { return k > c.opens.Moments[0] }
func ofOthers(c *column, k int) bool { return !c.opens.Targets(k - 1) }
func both(a, b span) span {
	return func(c *column, k int) bool { return a(c, k) && b(c, k) }
}

// read lists the messages of a span that a loot reads, and counts the span.
func (c *column) read(taken loot, of span) (list []int, all int) {
	for i, tree := range c.opens.Messages {
		if !of(c, i+1) {
			continue
		}
		all++
		set := map[string]bool{}
		for _, event := range tree.Events() {
			if principal, moment := parts(event); taken(c, principal, moment) {
				set[event] = true
			}
		}
		if tree.Holds(set) {
			list = append(list, i+1)
		}
	}
	return list, all
}

// opened is how many messages of a span a loot reads.
func opened(taken loot, of span) func(*column) Figure {
	return func(c *column) Figure {
		list, all := c.read(taken, of)
		if all == 0 {
			return lacking("no such message is in the conversation at this moment", c.atlas())
		}
		return number(len(list), all, c.atlas())
	}
}

// lockedOut is how many messages after the theft the last one stands that a loot reads.
func lockedOut(taken loot) func(*column) Figure {
	return func(c *column) Figure {
		list, all := c.read(taken, later)
		if all == 0 {
			return lacking("no such message is in the conversation at this moment", c.atlas())
		}
		last := 0
		if len(list) > 0 {
			last = list[len(list)-1] - c.opens.Moments[0]
		}
		f := number(last, all, c.atlas())
		if last == all {
			f.Text += ", the last: not within the conversation"
		}
		return f
	}
}

// mostSets bounds how many sets are listed to find the smallest.
const mostSets = 1 << 17

// smallest is the smallest set of stores and taps, no phone among them, that reads some message at
// the end.
func smallest(c *column) Figure {
	end := c.opens.Moments[len(c.opens.Moments)-1]
	var best []string
	seen := map[*faulttree.Tree]bool{}
	for _, tree := range c.opens.Messages {
		if seen[tree] {
			continue
		}
		seen[tree] = true
		diagram, err := tree.Replace(func(event string) *faulttree.Tree {
			principal, moment := parts(event)
			if isPersonal(principal) || moment != 0 && moment != end {
				return faulttree.Never()
			}
			return faulttree.Event(event)
		}).Diagram()
		if err != nil {
			return lacking(err.Error(), c.atlas())
		}
		sets, err := diagram.MinimalSets(mostSets)
		if err != nil {
			return lacking(err.Error(), c.atlas())
		}
		if len(sets) > 0 && (best == nil || len(sets[0]) < len(best)) {
			best = sets[0]
		}
	}
	f := number(len(best), alone, c.atlas())
	if f.Text = "no set of stores and taps does"; best != nil {
		f.Text = fmt.Sprintf("%d: %s", len(best), gathered(best))
	}
	return f
}

// gathered says which stores and taps a set has, those of one kind together.
func gathered(set []string) string {
	kinds := map[string]int{}
	for _, event := range set {
		principal, _ := parts(event)
		kinds[world.KindOf(principal)]++
	}
	var out []string
	for _, kind := range slices.SortedFunc(maps.Keys(kinds), cmp.Compare[string]) {
		out = append(out, times(kind, kinds[kind]))
	}
	return strings.Join(out, ", ")
}

func times(name string, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s ×%d", name, n)
}
