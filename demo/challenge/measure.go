package challenge

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// measured is a cell, with what was said and what a student was asked for.
type measured struct {
	*attacks.Cell
	said   *world.Conversation
	target string
	wanted int // the message, 0 if none
}

// A measure is a number that a goal can speak of, and what a verdict says of it.
type measure struct {
	unit  string // one of what is counted
	count func(measured) int
	which func(measured) string // follows the number: which ones; nil if nothing tells
	words func(measured) string // stands in the place of number and unit
	yet   func(measured) string // what nobody has done so far, without which no goal is met
}

// measures are what a goal can speak of, by name.
var measures = map[string]measure{
	"message": {words: wanted,
		count: func(m measured) int { return count(slices.Contains(m.Trace.Opened, m.wanted)) }},
	"read": {unit: "message", which: listed(func(measured, int) bool { return true }),
		count: func(m measured) int { return m.Content.Target.Recovered + m.Content.Others.Recovered }},
	"messages": {unit: "message",
		count: func(m measured) int { return m.Content.Target.Total + m.Content.Others.Total }},

	"target": {unit: "message", which: listed(measured.targets),
		count: func(m measured) int { return m.Content.Target.Recovered }},
	"target_total": {unit: "message", count: func(m measured) int { return m.Content.Target.Total }},
	"target_after": {unit: "message",
		which: listed(func(m measured, k int) bool { return k > m.At && m.targets(k) }),
		count: func(m measured) int { return m.Content.Target.After }},
	"target_after_total": {unit: "message",
		count: func(m measured) int { return m.Content.Target.AfterTotal }},
	"others": {unit: "message", which: listed(func(m measured, k int) bool { return !m.targets(k) }),
		count: func(m measured) int { return m.Content.Others.Recovered }},
	"privileged": {unit: "message", which: privileged,
		count: func(m measured) int { return max(len(m.privileged()), m.People.Privileged) }},

	"attachments": {unit: "attachment", count: func(m measured) int { return m.Attachments.Recovered }},
	"calls":       {unit: "call", count: func(m measured) int { return m.Calls.Recovered }},
	"metadata":    {unit: "message", count: func(m measured) int { return m.Metadata.Recovered }},
	"delivered":   {unit: "message", count: func(m measured) int { return m.Delivered.Messages }},
	"forged":      {unit: "message", count: func(m measured) int { return m.Forged }},
	"noticed":     {unit: "warning", which: warned, count: func(m measured) int { return len(m.Noticed) }},

	"asked":       {unit: "message", count: func(m measured) int { return m.Lawful.Asked }},
	"served":      {unit: "message", yet: ordered, count: func(m measured) int { return m.Lawful.Served }},
	"beyond":      {unit: "message", count: func(m measured) int { return m.Lawful.Beyond }},
	"by_no_order": {unit: "message", count: func(m measured) int { return m.ByNoOrder }},
	"orders":      {unit: "order", count: orders},

	"moment": {yet: begun, words: func(m measured) string { return summary.Moment(m.At, len(m.said.Messages)) },
		count: func(m measured) int { return m.At }},
	"taken": {unit: "need", which: idle,
		count: func(m measured) int { return len(m.Needs) - len(m.idle()) }},
	"visits":       {unit: "time", count: visits},
	"smuggled":     {unit: "claim", count: func(m measured) int { return m.Smuggled }},
	"false_claims": {unit: "claim", count: func(m measured) int { return m.FalseClaims }},
}

// Measures lists their names.
func Measures() (names []string) {
	for name := range measures {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// listed names the messages that were read, of those that count.
func listed(counts func(measured, int) bool) func(measured) string {
	return func(m measured) string {
		return ": " + summary.Ranges(slices.DeleteFunc(slices.Clone(m.Trace.Opened), func(k int) bool {
			return !counts(m, k)
		}))
	}
}

func (m measured) targets(k int) bool { return m.said.Messages[k-1].Concerns(m.target) }

// wanted says what was read in the place of the message that was asked for.
func wanted(m measured) string {
	if len(m.Trace.Opened) == 0 {
		return "no message is read"
	}
	return fmt.Sprintf("read: %s, not %d", summary.Ranges(m.Trace.Opened), m.wanted)
}

// privileged lists messages that were read, of those whose words the law protects.
func (m measured) privileged() (list []int) {
	for _, k := range m.Trace.Opened {
		if m.said.Privileged[m.said.Messages[k-1].From] != "" {
			list = append(list, k)
		}
	}
	return list
}

func privileged(m measured) string {
	var names []string
	for _, k := range m.privileged() {
		if name := plain.Clean(m.said.Messages[k-1].From); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return fmt.Sprintf(", of %s: %s", strings.Join(names, " and "), summary.Ranges(m.privileged()))
}

func warned(m measured) string { return ", first by " + summary.Warning(m.Noticed[0]) }

// begun says that nothing was used but a tap, from which no moment counts.
func begun(m measured) string {
	for _, e := range m.Trace.Events {
		if slices.ContainsFunc(e.Uses, func(need string) bool {
			return !strings.HasSuffix(need, "."+string(world.Tap))
		}) {
			return ""
		}
	}
	return "nothing is taken or held"
}

func ordered(m measured) string {
	if m.Lawful.Asked == 0 {
		return "nothing is ordered"
	}
	return ""
}

// idle lists the needs that yielded nothing: who declares a need and leaves it has shown nothing.
func (m measured) idle() (list []string) {
	for _, need := range m.Needs {
		if !gained(m.Cell, need.String()) {
			list = append(list, need.String())
		}
	}
	return list
}

func idle(m measured) string {
	if left := m.idle(); len(left) > 0 {
		return " with something to show; nothing came of " + strings.Join(left, ", ")
	}
	return " with something to show"
}

// followed is how many events of a script a trace tells apart. Whoever makes more could hide a
// visit or an order among them, so so many are counted.
const followed = 10_000

// visits counts the moments at which stores were copied.
func visits(m measured) int {
	if len(m.Trace.Events) >= followed {
		return followed
	}
	moments := map[[2]int]bool{}
	for _, e := range m.Trace.Events {
		if slices.ContainsFunc(e.Uses, func(need string) bool {
			return strings.HasSuffix(need, "."+string(world.Store))
		}) {
			moments[[2]int{e.Moment, e.Days}] = true
		}
	}
	return len(moments)
}

// orders counts the applications to the court.
func orders(m measured) (n int) {
	if len(m.Trace.Events) >= followed {
		return followed
	}
	for _, e := range m.Trace.Events {
		if e.Method == "order" {
			n += e.Times
		}
	}
	return n
}

func gained(c *attacks.Cell, need string) bool {
	for i := range c.Trace.Events {
		for _, g := range c.Trace.Events[i].Gained {
			if g.Origin == need && g.Facts > 0 {
				return true
			}
		}
	}
	return false
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
