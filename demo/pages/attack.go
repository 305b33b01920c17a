package pages

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/report"
	"doormat/world"
)

// attack is the page of the attack that is number i of the results.
func attack(h attacks.Header, script string, r *results, i int) string {
	var d document
	d.heading(1, plain(h.Title))
	d.head("", "")
	d.row("id", "`"+h.ID+"`")
	d.row("family, kind", h.Family+", "+h.Kind)
	d.row("the adversary has", quoted(h.Needs))
	if len(h.Applies) > 0 {
		d.row("builds with", quoted(h.Applies))
	}
	for _, name := range slices.Sorted(maps.Keys(h.Settings)) {
		d.row("fixes", fmt.Sprintf("`--%s %s`", name, h.Settings[name]))
	}
	d.row("showcase", link(plain(r.designName(h.Showcase)), "../designs/"+h.Showcase+".md"))
	d.row("run it", "`go run ./cmd/doormat attack run "+h.ID+"`")
	d.WriteByte('\n')
	d.heading(2, "What happens")
	d.prose(plain(h.Happens))
	d.heading(2, "Why it works, or does not")
	d.prose(plain(h.Why))
	d.heading(2, "What really happened")
	d.prose(plain(h.Really))
	d.prose("[Source](../sources.md): " + plain(h.Source))
	d.heading(2, "What came of it")
	d.prose(fmt.Sprintf("Measured over %q (%s) under the default settings, except for what the attack itself fixes.",
		r.Conversation.Title, count(r.Conversation.Messages, "message")))
	for j := range r.Designs {
		d.outcome(r, i, j)
	}
	d.heading(2, "What to try next")
	d.prose(plain(h.Exercise))
	d.heading(2, "The script")
	d.prose("`attacks/library/" + h.ID + ".star`; how to read it: [scripts](../scripts.md).")
	d.code("python", script)
	return d.String()
}

// outcome sets what was expected of a design beside what was measured.
func (d *document) outcome(r *results, i, j int) {
	c, row := r.cell(i, j), r.Designs[j]
	d.heading(3, link(plain(row.Name), "../designs/"+row.ID+".md")+": "+glance(c))
	if k := r.alike(i, j); k >= 0 {
		d.prose("Measured as well, and everything is the same as for " + link(plain(r.Designs[k].Name), "../designs/"+r.Designs[k].ID+".md") + ".")
		return
	}
	d.prose(plain(sentence(c.Why)))
	switch {
	case c.Error != "":
		d.prose("Error: " + plain(c.Error))
		return
	case !c.Applicable:
		return
	}
	d.prose(fmt.Sprintf("Takes %s: %s, %s.", quoted(world.Written(c.Needs)), count(c.Parties, "principal"), moment(c.At, r.Conversation.Messages)))
	want := r.expected[[2]string{c.Attack, c.Design}]
	t, o := c.Content.Target, c.Content.Others
	d.head("", "expected", "measured")
	d.row("target's messages before", level(want.TargetBefore, t.BeforeTotal), of(t.Before, t.BeforeTotal))
	d.row("target's messages after", level(want.TargetAfter, t.AfterTotal), of(t.After, t.AfterTotal))
	d.row("others' messages before", level(want.OthersBefore, o.BeforeTotal), of(o.Before, o.BeforeTotal))
	d.row("others' messages after", level(want.OthersAfter, o.AfterTotal), of(o.After, o.AfterTotal))
	if c.Attachments.Total > 0 {
		d.row("attachments", string(want.Files), of(c.Attachments.Recovered, c.Attachments.Total))
	}
	d.row("metadata", string(want.Metadata), of(c.Metadata.Recovered, c.Metadata.Total))
	d.row("forged messages shown", yes(want.Forged), fmt.Sprint(c.Forged))
	if c.Lawful.Asked > 0 {
		d.row("in scope of an order, and served", yes(want.Served), of(c.Lawful.Served, c.Lawful.Asked))
	}
	if c.Lawful.Beyond > 0 {
		d.row("beyond the order, read or not", "", fmt.Sprint(c.Lawful.Beyond))
	}
	d.row("noticed", yes(want.Noticed), noticed(c))
	if to := report.DisclosedTo(c); to != "" {
		d.row("disclosed later, by design", "", plain(to))
	}
	if who := c.People; who.Read > 0 {
		d.row("people read, and of them unnamed", "", fmt.Sprintf("%d, %d", who.Read, who.Unnamed))
	}
	if got := c.Delivered; got.Messages < got.Total {
		d.row("delivered", "", of(got.Messages, got.Total))
	}
	d.WriteByte('\n')
	if !c.Expected {
		d.prose("≠ unexpected: " + plain(c.Trace.Surprise))
	}
}

// alike is the first column of the same design before column j of which the outcome is the
// same in everything, -1 if there is none.
func (r *results) alike(i, j int) int {
	bare := func(k int) attacks.Cell {
		c := *r.cell(i, k)
		c.Design, c.Seconds, c.Trace = "", 0, attacks.Trace{Surprise: c.Trace.Surprise}
		return c
	}
	for k := range j {
		if r.Designs[k].Design == r.Designs[j].Design && reflect.DeepEqual(bare(k), bare(j)) {
			return k
		}
	}
	return -1
}

// sentence writes a reason of an expectation, which has neither, with a capital and a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimRight(text[1:], ".") + "."
}

// glance says in two words how much was recovered.
func glance(c *attacks.Cell) string {
	got := c.Content.Target.Recovered + c.Content.Others.Recovered
	switch {
	case c.Error != "":
		return "✗ error"
	case !c.Applicable:
		return "– not applicable"
	case got == 0:
		return "□ recovered nothing"
	case got == c.Content.Target.Total+c.Content.Others.Total:
		return "■ recovered all"
	}
	return "◧ recovered part"
}

func moment(at, end int) string {
	if at == 0 {
		return "before the first message"
	}
	return fmt.Sprintf("after message %d of %d", at, end)
}

func level(l attacks.Level, total int) string {
	if total == 0 {
		return ""
	}
	return string(l)
}

func of(got, total int) string {
	if total == 0 {
		return "there are none"
	}
	return fmt.Sprintf("%d of %d", got, total)
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
		return "by nobody"
	}
	e := c.Noticed[0]
	text := fmt.Sprintf("by `%s` after message %d: %s", e.By, e.AfterMessage, plain(e.What))
	if more := len(c.Noticed) - 1; more > 0 {
		text += fmt.Sprintf("; and %s", count(more, "more warning"))
	}
	return text
}

// attackIndex lists attacks by family, with what came of each.
func attackIndex(list []attacks.Technique, r *results) string {
	var d document
	d.heading(1, "Attacks")
	d.prose("Each attack is one script: what the adversary has, what it does with it, what is expected of every design " +
		"and why, and what really happened once. Outcomes are those of the default settings; numbers are messages of the " +
		"target and of others. Rows are not likelihoods, and nothing recovered means just that. How scripts are written: " +
		"[scripts](../scripts.md); which are admitted: [philosophy](../philosophy.md); whole table: [matrix](../matrix.md).")
	names := []string{"attack", "kind", "the adversary has"}
	for _, row := range r.Designs {
		names = append(names, plain(row.Name))
	}
	family := ""
	for i, a := range list {
		h := a.Header()
		if h.Family != family {
			if family != "" {
				d.WriteByte('\n')
			}
			family = h.Family
			d.heading(2, strings.TrimRight(sentence(family), "."))
			d.head(names...)
		}
		cells := []string{link("`"+h.ID+"`", h.ID+".md") + "<br>" + plain(h.Title), h.Kind, quoted(h.Needs)}
		for j := range r.Designs {
			cells = append(cells, brief(r.cell(i, j)))
		}
		d.row(cells...)
	}
	return d.String()
}

func brief(c *attacks.Cell) string {
	text := glance(c)
	if c.Applicable && c.Error == "" {
		t, o := c.Content.Target, c.Content.Others
		text += fmt.Sprintf("<br>%d/%d, %d/%d", t.Recovered, t.Total, o.Recovered, o.Total)
	}
	return text
}
