package markdown

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/bidi"
	"doormat/demo/summary"
)

// Result shows a result as a table.
func Result(r *attacks.Result) string {
	var d Document
	d.Prose(Text(summary.Settings(r, "")))
	d.Table(r, nil)
	for _, text := range summary.Caveats() {
		d.Item(text)
	}
	return bidi.Markdown(d.String())
}

// Table is the table alone, a part for each family, and its signs. link, if
// there is one, gives the address of what is to be read about an attack.
func (d *Document) Table(r *attacks.Result, link func(id string) string) {
	heads := []string{"Attack"}
	for _, row := range r.Designs {
		heads = append(heads, Text(row.Name))
	}
	cells := summary.Cells(r)
	family := ""
	for _, a := range r.Attacks {
		if a.Family != family {
			if family != "" {
				d.Gap()
			}
			family = a.Family
			d.Heading(3, family)
			d.Head(heads...)
		}
		line := []string{attack(a, link)}
		for _, row := range r.Designs {
			line = append(line, cell(a.Kind, cells[[2]string{a.ID, row.ID}]))
		}
		d.Row(line...)
	}
	d.Gap()
	d.Prose(summary.Key(summary.Signs(), "; ") + ".")
	d.List(summary.Words(r))
}

func attack(a attacks.AttackRow, link func(id string) string) string {
	text := "**" + a.ID + "**"
	if link != nil {
		text = Link(text, link(a.ID))
	}
	text += "<br>" + Text(a.Title)
	if a.Kind != "attack" {
		text += " (" + a.Kind + ")"
	}
	if len(a.Fixes) > 0 {
		text += "<br>fixes " + Text(strings.Join(a.Fixes, ", "))
	}
	return text
}

func cell(kind string, c *attacks.Cell) string {
	if c == nil {
		return ""
	}
	parts := []string{summary.StateOf(c).String()}
	if summary.Measured(c) {
		t, o := c.Content.Target, c.Content.Others
		parts[0] += fmt.Sprintf(": target %s, others %s", summary.Fraction(t.Recovered, t.Total),
			summary.Fraction(o.Recovered, o.Total))
		parts = append(parts, summary.Took(kind, c))
	}
	for _, n := range summary.Remarks(c) {
		parts = append(parts, Text(n))
	}
	switch text := summary.Surprise(c); {
	case c.Error != "":
		parts = append(parts, Text(c.Error))
	case text != "":
		parts = append(parts, summary.Unexpected+": "+Text(text))
	}
	return strings.Join(parts, "<br>")
}
