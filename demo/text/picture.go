package text

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/demo/terminal"
)

// maxPictureRows bounds the height of a picture: more messages share lines.
const maxPictureRows = 60

// picture is a grid of characters: a column for each moment of the attack, a line
// for each message, or for several where the page ends.
type picture struct {
	s              sweep
	cells          []*attacks.Cell // one a value
	open           []map[int]bool  // of each cell, by message number
	messages       int
	perCol, perRow int
	label          int // width of the label of a line
}

// picture draws what is open in a design at each moment.
func (s sweep) picture(p *page, design int) {
	g := picture{s: s, messages: s.Results[0].Conversation.Messages}
	measured := false
	for _, r := range s.Results {
		c := &r.Cells[design]
		open := map[int]bool{}
		for _, k := range c.Trace.Opened {
			open[k] = true
		}
		g.cells, g.open = append(g.cells, c), append(g.open, open)
		measured = measured || summary.Measured(c)
	}
	if !measured {
		p.beside(2, "", state(g.cells[0])+"  "+plain.Clean(g.cells[0].Why+g.cells[0].Error))
		return
	}
	g.perRow = ceil(g.messages, maxPictureRows)
	g.label = len(fmt.Sprint(g.messages)) + 1
	if g.perRow > 1 {
		g.label = 2*g.label + 1
	}
	g.perCol = ceil(len(g.cells), p.width-g.label-3) // the last value may stick out
	for first := 1; first <= g.messages; first += g.perRow {
		g.line(p, first, min(first+g.perRow-1, g.messages))
	}
	g.axis(p)
}

func ceil(a, b int) int { return max(1, (a+b-1)/b) }

// line draws messages first to last.
func (g *picture) line(p *page, first, last int) {
	label := fmt.Sprint(first)
	if last > first {
		label += fmt.Sprintf("-%d", last)
	}
	mark := " "
	for _, m := range g.s.Conversation.Messages[first-1 : last] {
		if m.Concerns(g.s.Results[0].Settings.Target) {
			mark = "*"
		}
	}
	text := ""
	for at := 0; at < len(g.cells); at += g.perCol {
		text += g.sign(first, last, at, min(at+g.perCol, len(g.cells)))
	}
	p.line("%s%s %s", faint(terminal.PadLeft(label, g.label-1)), mark, text)
}

// sign draws one square: messages first to last at the values from to before end.
func (g *picture) sign(first, last, from, end int) string {
	got, of, diagonal := 0, 0, false
	for i := from; i < end; i++ {
		at := g.s.Results[i].Settings.At
		diagonal = diagonal || first <= at && at <= last
		if !summary.Measured(g.cells[i]) {
			continue
		}
		for k := first; k <= last; k++ {
			of++
			if g.open[i][k] {
				got++
			}
		}
	}
	signs := []string{"·", "◧", "■"}
	if diagonal {
		signs = []string{"○", "◐", "●"}
	}
	switch {
	case of == 0 && slices.ContainsFunc(g.cells[from:end],
		func(c *attacks.Cell) bool { return c.Error != "" }):
		return "✗"
	case of == 0:
		return "–"
	case got == 0:
		return signs[0]
	case got < of:
		return partStyle.Render(signs[1])
	}
	return allStyle.Render(signs[2])
}

// axis writes under the first, every tenth and the last column the value that it
// begins with, and marks the columns that are unexpected.
func (g *picture) axis(p *page) {
	ruler, odd, alarmed := "", "", false
	for col := 0; col*g.perCol < len(g.cells); col++ {
		from := col * g.perCol
		if last := from+g.perCol >= len(g.cells); col == 0 || (col+1)%10 == 0 ||
			last && lipgloss.Width(ruler) < col {
			ruler = terminal.Pad(ruler, col) + g.s.Values[from]
		}
		sign := " "
		if slices.ContainsFunc(g.cells[from:min(from+g.perCol, len(g.cells))], surprising) {
			sign, alarmed = "≠", true
		}
		odd += sign
	}
	indent := strings.Repeat(" ", g.label+1)
	if alarmed {
		p.line("%s%s", indent, strings.TrimRight(odd, " "))
	}
	p.line("%s%s", indent, faint(ruler))
	if g.perCol > 1 || g.perRow > 1 {
		p.prose(g.label+1, fmt.Sprintf("a column is %s, a line %s",
			summary.Count(g.perCol, "value"), summary.Count(g.perRow, "message")))
	}
}

func pictureLegend(p *page) {
	for _, text := range []string{
		"A line is a message, a column the moment x of the attack, written below.",
		"■ open  ◧ part of what the square stands for  · closed",
		"● ◐ ○ the same, for message x: the diagonal. Above it is what was said before the " +
			"moment, below it what was said after.",
		"* the target sent or received it  – not applicable  ✗ error  ≠ unexpected",
	} {
		p.prose(0, text)
	}
}
