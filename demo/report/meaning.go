package report

import (
	"fmt"
	"strings"

	"doormat/attacks"
)

// tally sums up one design's column.
type tally struct {
	name          string
	widest, later *attacks.Cell // opened most, and most of what came after the attack
	opened        int           // attacks that opened something
	unnoticed     int           // of those, the ones that nobody noticed
	orders        int           // lawful attacks that asked for something
	absent        int           // lawful attacks that are not applicable
	served        []string      // those in which the agency got every message in scope
}

// meaning says in a few lines what a result shows, each line about one question
// and every design, in numbers from the cells. It draws no conclusion about how
// likely anything is.
func meaning(r *attacks.Result) []string {
	var all []*tally
	for _, d := range r.Designs {
		all = append(all, newTally(r, d))
	}
	lines := []string{
		"Breadth, the most that one attack opened: " + each(all, func(t *tally) string {
			if t.widest == nil {
				return "nothing"
			}
			got, of := recovered(t.widest)
			files := ""
			if a := t.widest.Attachments; a.Total > 0 {
				files = fmt.Sprintf(" and %d of %s", a.Recovered, count(a.Total, "attachment"))
			}
			return fmt.Sprintf("%d of %d messages%s (%s, %s in it)", got, of, files, t.widest.Attack, count(t.widest.Parties, "principal"))
		}),
		"Future, the largest part that one attack opened of what was written after it: " + each(all, func(t *tally) string {
			if t.later == nil {
				return "nothing"
			}
			got, of := after(t.later)
			return fmt.Sprintf("%d of %d (%s)", got, of, t.later.Attack)
		}),
		"Silence, attacks that opened something with nobody warned: " + each(all, func(t *tally) string {
			return fmt.Sprintf("%d of %d", t.unnoticed, t.opened)
		}),
	}
	if text := equals(r); text != "" {
		lines = append(lines, text)
	}
	return append(lines, "Lawful access, orders that nobody resisted, served in full: "+each(all, func(t *tally) string {
		text := fmt.Sprintf("%d of %d%s", len(t.served), t.orders, parenthesis(t.served))
		if t.absent > 0 {
			text += fmt.Sprintf(", and %d that had nobody to be served on", t.absent)
		}
		return text
	}))
}

// parenthesis names the first few of a list, if there are any.
func parenthesis(ids []string) string {
	const few = 4
	switch {
	case len(ids) == 0:
		return ""
	case len(ids) > few:
		ids = append(ids[:few:few], "…")
	}
	return " (" + strings.Join(ids, ", ") + ")"
}

// each joins what is to be said of every design.
func each(all []*tally, say func(*tally) string) string {
	parts := make([]string, len(all))
	for i, t := range all {
		parts[i] = t.name + " " + say(t)
	}
	return strings.Join(parts, "; ") + "."
}

func after(c *attacks.Cell) (got, of int) {
	t, o := c.Content.Target, c.Content.Others
	return t.After + o.After, t.AfterTotal + o.AfterTotal
}

func newTally(r *attacks.Result, d attacks.DesignRow) *tally {
	t := &tally{name: d.Name}
	kind := map[string]string{}
	for _, a := range r.Attacks {
		kind[a.ID] = a.Kind
		if a.Family == "evasion" {
			kind[a.ID] = "" // what opens there, a court asked for
		}
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		switch {
		case c.Design != d.ID:
		case kind[c.Attack] == "lawful":
			t.lawful(c)
		case kind[c.Attack] == "attack" && c.Error == "":
			t.attack(c)
		}
	}
	return t
}

func (t *tally) attack(c *attacks.Cell) {
	got, _ := recovered(c)
	if got == 0 {
		return
	}
	t.opened++
	if len(c.Noticed) == 0 {
		t.unnoticed++
	}
	if t.widest == nil || more(c, t.widest, recovered) {
		t.widest = c
	}
	if got, _ := after(c); got > 0 && (t.later == nil || more(c, t.later, after)) {
		t.later = c
	}
}

func (t *tally) lawful(c *attacks.Cell) {
	switch {
	case !c.Applicable:
		t.absent++
	case c.Lawful.Asked > 0:
		t.orders++
	}
	if c.Error == "" && c.Lawful.Asked > 0 && c.Lawful.Served == c.Lawful.Asked {
		t.served = append(t.served, c.Attack)
	}
}

// more reports whether a opened a larger part than b, or as much with fewer
// principals.
func more(a, b *attacks.Cell, measure func(*attacks.Cell) (got, of int)) bool {
	x, ofX := measure(a)
	y, ofY := measure(b)
	return x*ofY > y*ofX || x*ofY == y*ofX && a.Parties < b.Parties
}

// equals names the attacks that opened something, and as much in every design.
func equals(r *attacks.Result) string {
	if len(r.Designs) < 2 {
		return ""
	}
	cells := index(r)
	var same []string
	opened := 0
	for _, a := range r.Attacks {
		if a.Kind != "attack" || a.Family == "evasion" {
			continue
		}
		alike, most := true, 0
		var first *attacks.Cell
		for _, d := range r.Designs {
			c := cells[[2]string{a.ID, d.ID}]
			if c == nil {
				return ""
			}
			if first == nil {
				first = c
			}
			got, _ := recovered(c)
			most = max(most, got)
			alike = alike && c.Content == first.Content && c.Attachments == first.Attachments && c.Applicable
		}
		if most > 0 {
			opened++
			if alike {
				same = append(same, a.ID)
			}
		}
	}
	return fmt.Sprintf("Common ground, attacks that opened as much in every design: %d of %d%s.", len(same), opened, parenthesis(same))
}
