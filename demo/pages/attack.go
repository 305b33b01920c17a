package pages

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/demo/markdown"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// flag gives a setting as one types it: parameters that a design has of its own go with --set.
func flag(name, value string) string {
	common := func(p world.Parameter) bool { return p.Name == name }
	if slices.ContainsFunc(world.Parameters(), common) {
		return "--" + name + " " + value
	}
	return "--set " + name + "=" + value
}

// attack is the page of the attack that is number i of the results.
func attack(h technique.Header, script string, r *results, i int) string {
	d := newDocument()
	d.Heading(1, markdown.Text(h.Title))
	d.Head("", "")
	d.Row("id", "`"+h.ID+"`")
	d.Row("family, kind", h.Family+", "+h.Kind)
	d.Row("the adversary has", markdown.Code(h.Needs...))
	if len(h.Applies) > 0 {
		d.Row("builds with", markdown.Code(h.Applies...))
	}
	for _, name := range slices.Sorted(maps.Keys(h.Settings)) {
		d.Row("fixes", "`"+flag(name, h.Settings[name])+"`")
	}
	d.Row("showcase", markdown.Link(markdown.Text(summary.DesignOf(r.Result, h.Showcase).Name),
		"../designs/"+h.Showcase+".md"))
	d.Row("run it", "`go run ./cmd/doormat attack run "+h.ID+"`")
	d.Gap()
	d.Heading(2, "What happens")
	d.Prose(markdown.Text(h.Happens))
	d.Heading(2, "Why it works, or does not")
	d.Prose(markdown.Text(h.Why))
	d.Heading(2, "What really happened")
	d.Prose(markdown.Text(h.Really))
	d.Prose("[Source](../sources.md): " + markdown.Text(h.Source))
	d.Heading(2, "What came of it")
	d.Prose(fmt.Sprintf("Measured over %q (%s) under the default settings, except for what the "+
		"attack itself fixes.",
		r.Conversation.Title, summary.Count(r.Conversation.Messages, "message")))
	for j := range r.Designs {
		d.outcome(r, i, j)
	}
	d.Heading(2, "What to try next")
	d.Prose(markdown.Text(h.Exercise))
	d.Heading(2, "The script")
	d.Prose("`attacks/library/" + h.ID + ".star`; how to read it: [scripts](../scripts.md).")
	d.Block("", "python", script)
	return d.String()
}

// outcome sets what was expected of a design beside what was measured.
func (d *document) outcome(r *results, i, j int) {
	c, row := r.cell(i, j), r.Designs[j]
	d.Heading(3, markdown.Link(markdown.Text(row.Name),
		"../designs/"+row.ID+".md")+": "+summary.StateOf(c).Long())
	if k := r.alike(i, j); k >= 0 {
		d.Prose("Measured as well, and everything is the same as for " +
			markdown.Link(markdown.Text(r.Designs[k].Name), "../designs/"+r.Designs[k].ID+".md") +
			".")
		return
	}
	d.Prose(markdown.Text(plain.Sentence(c.Why)))
	switch {
	case c.Error != "", !c.Applicable && !c.Expected:
		d.Prose(markdown.Text(summary.Reason(c)))
		return
	case !c.Applicable:
		return
	}
	d.Prose(fmt.Sprintf("Takes %s: %s, %s.", markdown.Code(world.Written(c.Needs)...),
		summary.Took(r.Attacks[i].Kind, c), summary.Begun(c, r.Conversation.Messages)))
	d.counts(c, r.expected[[2]string{c.Attack, c.Design}])
	if !c.Expected {
		d.Prose(markdown.Text(summary.Reason(c)))
	}
}

// counts is the table of what a cell counted, beside what its attack expects of it.
func (d *document) counts(c *attacks.Cell, want technique.Outcome) {
	t, o := c.Content.Target, c.Content.Others
	d.Head("", "expected", "measured")
	d.Row("target's messages before", level(want.TargetBefore, t.BeforeTotal),
		summary.OutOf(t.Before, t.BeforeTotal))
	d.Row("target's messages after", level(want.TargetAfter, t.AfterTotal),
		summary.OutOf(t.After, t.AfterTotal))
	d.Row("others' messages before", level(want.OthersBefore, o.BeforeTotal),
		summary.OutOf(o.Before, o.BeforeTotal))
	d.Row("others' messages after", level(want.OthersAfter, o.AfterTotal),
		summary.OutOf(o.After, o.AfterTotal))
	for _, p := range attacks.Parts() {
		if n := p.Count(c); n.Total > 0 {
			d.Row(p.Name, string(p.Want(&want)), summary.OutOf(n.Recovered, n.Total))
		}
	}
	d.Row("forged messages shown", yes(want.Forged), fmt.Sprint(c.Forged))
	if c.Lawful.Asked > 0 {
		d.Row("in scope of an order, and served", yes(want.Served), summary.OutOf(c.Lawful.Served,
			c.Lawful.Asked))
	}
	if c.Lawful.Beyond > 0 {
		d.Row("beyond the order, read or not", "", fmt.Sprint(c.Lawful.Beyond))
	}
	d.Row("noticed", yes(want.Noticed), noticed(c))
	if to := summary.DisclosedTo(c); to != "" {
		d.Row("disclosed later, by design", "", markdown.Text(to))
	}
	if who := c.People; who.Read > 0 {
		d.Row("people whose messages were read; of these, not named", "", fmt.Sprintf("%d, %d", who.Read, who.Unnamed))
	}
	if got := c.Delivered; got.Messages < got.Total {
		d.Row("delivered", "", summary.OutOf(got.Messages, got.Total))
	}
	d.Gap()
}

// alike is the first column of the same design before column j of which the outcome is the
// same in everything, -1 if there is none.
func (r *results) alike(i, j int) int {
	bare := func(k int) attacks.Cell {
		c := *r.cell(i, k)
		c.Design, c.Seconds, c.Trace = "", 0, trace.Trace{Surprise: c.Trace.Surprise}
		return c
	}
	for k := range j {
		if r.Designs[k].Design == r.Designs[j].Design && reflect.DeepEqual(bare(k), bare(j)) {
			return k
		}
	}
	return -1
}

func level(l technique.Level, total int) string {
	if total == 0 {
		return ""
	}
	return string(l)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// noticed says who noticed first, and how many warnings there were.
func noticed(c *attacks.Cell) string {
	if len(c.Noticed) == 0 {
		return "by " + summary.Nobody(c)
	}
	text := "by " + markdown.Text(summary.Warning(c.Noticed[0]))
	if more := len(c.Noticed) - 1; more > 0 {
		text += "; and " + summary.Count(more, "more warning")
	}
	return text
}

// attackIndex lists attacks by family, with what came of each.
func attackIndex(list []technique.Technique, r *results) string {
	d := newDocument()
	d.Heading(1, "Attacks")
	d.Prose("Each attack is one script: what the adversary has, what it does with it, what is " +
		"expected of every design and why, and what really happened once. Outcomes are those of " +
		"the default settings; numbers are messages of the target and of others. Rows are not " +
		"likelihoods, and nothing recovered means just that. How scripts are written: " +
		"[scripts](../scripts.md); which are admitted: [philosophy](../philosophy.md); whole " +
		"table: [matrix](../matrix.md).")
	names := []string{"attack", "kind", "the adversary has"}
	for _, row := range r.Designs {
		names = append(names, markdown.Text(row.Name))
	}
	family := ""
	for i, a := range list {
		h := a.Header()
		if h.Family != family {
			if family != "" {
				d.Gap()
			}
			family = h.Family
			d.Heading(2, strings.TrimRight(plain.Sentence(family), "."))
			d.Head(names...)
		}
		cells := []string{markdown.Link("`"+h.ID+"`", h.ID+".md") + "<br>" + markdown.Text(h.Title),
			h.Kind, markdown.Code(h.Needs...)}
		for j := range r.Designs {
			cells = append(cells, brief(r.cell(i, j)))
		}
		d.Row(cells...)
	}
	return d.String()
}

func brief(c *attacks.Cell) string {
	text := summary.StateOf(c).Long()
	if summary.Measured(c) {
		t, o := c.Content.Target, c.Content.Others
		text += fmt.Sprintf("<br>%s, %s", summary.Fraction(t.Recovered, t.Total),
			summary.Fraction(o.Recovered, o.Total))
	}
	return text
}
