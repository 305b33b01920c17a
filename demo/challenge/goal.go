package challenge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks"
	"doormat/world"
)

// A Condition is one line of a goal: a measure, a comparison, and a number or another measure,
// such as "served == asked".
type Condition struct {
	Goal string `json:"goal"` // as it stands in the declaration
	Text string `json:"text"` // in words; {message} is the message asked for

	measure, sign, bound string
}

// measured is a cell, with what a student was asked for.
type measured struct {
	*attacks.Cell
	wanted int // the message, 0 if none
}

// measures are what a goal can speak of, by name.
var measures = map[string]func(measured) int{
	"message": func(m measured) int { return count(slices.Contains(m.Trace.Opened, m.wanted)) },
	"read": func(m measured) int {
		return m.Content.Target.Recovered + m.Content.Others.Recovered
	},
	"messages": func(m measured) int { return m.Content.Target.Total + m.Content.Others.Total },

	"target":             func(m measured) int { return m.Content.Target.Recovered },
	"target_total":       func(m measured) int { return m.Content.Target.Total },
	"target_before":      func(m measured) int { return m.Content.Target.Before },
	"target_after":       func(m measured) int { return m.Content.Target.After },
	"target_after_total": func(m measured) int { return m.Content.Target.AfterTotal },
	"others":             func(m measured) int { return m.Content.Others.Recovered },

	"attachments": func(m measured) int { return m.Attachments.Recovered },
	"calls":       func(m measured) int { return m.Calls.Recovered },
	"metadata":    func(m measured) int { return m.Metadata.Recovered },
	"delivered":   func(m measured) int { return m.Delivered.Messages },
	"forged":      func(m measured) int { return m.Forged },
	"noticed":     func(m measured) int { return len(m.Noticed) },
	"unnamed":     func(m measured) int { return m.People.Unnamed },
	"privileged":  func(m measured) int { return m.People.Privileged },

	"asked":       func(m measured) int { return m.Lawful.Asked },
	"served":      func(m measured) int { return m.Lawful.Served },
	"beyond":      func(m measured) int { return m.Lawful.Beyond },
	"by_no_order": func(m measured) int { return m.ByNoOrder },

	"moment":       func(m measured) int { return m.At },
	"taken":        func(m measured) int { return taken(m.Cell) },
	"visits":       func(m measured) int { return visits(m.Cell) },
	"orders":       func(m measured) int { return orders(m.Cell) },
	"smuggled":     func(m measured) int { return m.Smuggled },
	"false_claims": func(m measured) int { return m.FalseClaims },
}

// Measures lists their names.
func Measures() (names []string) {
	for name := range measures {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// taken counts the needs that yielded facts: who declares a need and leaves it has shown nothing.
func taken(c *attacks.Cell) (n int) {
	for _, need := range c.Needs {
		n += count(gained(c, need.String()))
	}
	return n
}

// followed is how many events of a script a trace tells apart. Whoever makes more could hide a
// visit or an order among them, so so many are counted.
const followed = 10_000

// visits counts the moments at which stores were copied.
func visits(c *attacks.Cell) int {
	if len(c.Trace.Events) >= followed {
		return followed
	}
	moments := map[[2]int]bool{}
	for _, e := range c.Trace.Events {
		if slices.ContainsFunc(e.Uses, func(need string) bool {
			return strings.HasSuffix(need, "."+string(world.Store))
		}) {
			moments[[2]int{e.Moment, e.Days}] = true
		}
	}
	return len(moments)
}

// orders counts the applications to the court.
func orders(c *attacks.Cell) (n int) {
	if len(c.Trace.Events) >= followed {
		return followed
	}
	for _, e := range c.Trace.Events {
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

// asks tells whether the condition is about the message that a student is asked for.
func (c Condition) asks() bool { return c.measure == "message" }

// parseCondition reads a line of a goal.
func parseCondition(goal, text string) (Condition, error) {
	words := strings.Fields(goal)
	if len(words) != 3 || text == "" {
		return Condition{}, fmt.Errorf("challenge: goal %q: want MEASURE SIGN NUMBER, and words", goal)
	}
	c := Condition{Goal: goal, Text: text, measure: words[0], sign: words[1], bound: words[2]}
	if !slices.Contains([]string{"==", ">=", "<="}, c.sign) {
		return c, fmt.Errorf("challenge: goal %q: want ==, >= or <=", goal)
	}
	_, notNumber := strconv.Atoi(c.bound)
	for _, name := range []string{c.measure, c.bound} {
		if _, known := measures[name]; !known && !(name == c.bound && notNumber == nil) {
			return c, fmt.Errorf("challenge: goal %q: there is no measure %q%s", goal, name,
				world.DidYouMean(name, Measures()))
		}
	}
	return c, nil
}

// judge measures the condition on a cell.
func (c Condition) judge(m measured) Mark {
	want, err := strconv.Atoi(c.bound)
	if err != nil {
		want = measures[c.bound](m)
	}
	got := measures[c.measure](m)
	met := map[string]bool{"==": got == want, ">=": got >= want, "<=": got <= want}[c.sign]
	return Mark{Goal: c.Goal, Text: c.words(m.wanted), Got: got, Want: want, Met: met}
}

// words are the condition's, for whoever is asked for that message.
func (c Condition) words(wanted int) string {
	return strings.ReplaceAll(c.Text, "{message}", strconv.Itoa(wanted))
}
