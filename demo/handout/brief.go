package handout

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/markdown"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// What stands in short after the introduction: the showcases, design by design.

// notLikelihoods is said wherever a table could be read as a scale.
var notLikelihoods = summary.Caveats()[0]

// briefly are the sections of the showcases, in the order of telling.
func (h *Handout) briefly(sections []*section) (list []*section) {
	for _, shown := range demo.Showcases(h.Lab.Attacks) {
		for _, s := range sections {
			if s.ID == shown.ID {
				list = append(list, s)
			}
		}
	}
	return list
}

// A cellSummary is what the table says of a cell.
type cellSummary struct{ State, Lost, More string }

// tell says what a design lost, and besides who noticed, what a court got, and how many
// principals it took; where nothing was counted, why.
func tell(c *attacks.Cell) cellSummary {
	g := cellSummary{State: glance(c).Text}
	switch {
	case c.Error != "":
		g.More = c.Error
		return g
	case !c.Applicable:
		g.More = plain.Sentence(c.Why)
		return g
	}
	x, y := c.Content.Target, c.Content.Others
	g.Lost = fmt.Sprintf("target %d/%d, others %d/%d", x.Recovered, x.Total, y.Recovered, y.Total)
	parts := []string{"noticed by " + noticed(c).Text}
	if text := summary.Orders(c); text != "" {
		parts = append(parts, text)
	}
	parts = append(parts, fmt.Sprintf("×%d", c.Parties))
	if summary.Surprise(c) != "" {
		parts = append(parts, summary.Unexpected)
	}
	g.More = strings.Join(parts, "; ")
	return g
}

// inShort writes the table as Markdown.
func (h *Handout) inShort(d *markdown.Document, list []*section) {
	if len(list) == 0 {
		return
	}
	d.Heading(2, "In short")
	heads := []string{"attack"}
	for _, c := range list[0].Columns {
		heads = append(heads, markdown.Text(c.Design.Name))
	}
	d.Head(heads...)
	for _, s := range list {
		row := []string{fmt.Sprintf("[%s](#attack-%s)", markdown.Text(s.Title), s.ID)}
		for _, c := range s.Columns {
			g := tell(c.Cell)
			if g.Lost != "" {
				g.State += ": " + g.Lost
			}
			row = append(row, g.State+"<br>"+markdown.Text(g.More))
		}
		d.Row(row...)
	}
	d.Gap()
	d.Prose("×4: so many break-ins were needed, or so many had to say yes; a country counts one. " +
		notLikelihoods)
}
