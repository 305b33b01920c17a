package text

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/demo/terminal"
)

// Matrix shows a result as a table: a row for each attack, a column for each
// design, or a line for each design where columns would be too narrow.
func Matrix(r *attacks.Result, width int) string {
	p := newPage(width)
	p.prose(0, summary.Settings(r, ""))
	p.gap()
	signs(p)
	words(p, r)
	p.gap()
	table(p, r, true)
	p.gap()
	caveats(p, r)
	return p.String()
}

const gutter = 1

// grid is the layout of a table.
type grid struct {
	first, cell    int // widths of the attack's column and of a design's
	target, others int // widths of the numbers
	stacked        bool
	reasons        bool // say why a cell is not applicable
}

func newGrid(p *page, r *attacks.Result, reasons bool) grid {
	g := grid{target: len("target"), others: len("others"), reasons: reasons}
	for i := range r.Cells {
		g.target = max(g.target,
			lipgloss.Width(summary.Fraction(r.Cells[i].Content.Target.Recovered,
				r.Cells[i].Content.Target.Total)))
		g.others = max(g.others,
			lipgloss.Width(summary.Fraction(r.Cells[i].Content.Others.Recovered,
				r.Cells[i].Content.Others.Total)))
	}
	for _, a := range r.Attacks {
		g.first = max(g.first, lipgloss.Width(a.ID))
	}
	columns := max(len(r.Designs), 1)
	const narrowest = 16 // an id that is longer wraps at its hyphens
	if space := p.width - columns*(g.need()+gutter); space >= narrowest {
		g.first = min(g.first, space-1) + 1
		g.cell = (p.width-g.first)/columns - gutter
	} else {
		g.stacked, g.first = true, 4
		for _, d := range r.Designs {
			g.first = max(g.first, 3+len(d.ID))
		}
		g.cell = p.width - g.first - gutter
	}
	g.cell = min(g.cell, 40)
	return g
}

// need is the width of a cell's first line: glyph, word, numbers, principals.
func (g grid) need() int { return 2 + 6 + g.target + 1 + g.others + 1 + 3 }

func table(p *page, r *attacks.Result, reasons bool) {
	g := newGrid(p, r, reasons)
	cells := summary.Cells(r)
	if !g.stacked {
		head(p, r, g)
	}
	family := ""
	concerned, elsewhere := summary.Concerned(r)
	for _, a := range concerned {
		if a.Family != family {
			family = a.Family
			p.gap()
			p.heading(strings.ToUpper(family), "")
		}
		if g.stacked {
			p.line("%s", label(a))
			for _, d := range r.Designs {
				row(p, g, []string{"  " + d.ID}, [][]string{g.lines(cells[[2]string{a.ID, d.ID}])})
			}
			continue
		}
		var columns [][]string
		for _, d := range r.Designs {
			columns = append(columns, g.lines(cells[[2]string{a.ID, d.ID}]))
		}
		row(p, g, attackLines(a, g.first-1), columns)
	}
	if elsewhere != "" {
		p.gap()
		p.prose(0, elsewhere)
	}
	if alarmed(r) {
		p.gap()
		alarms(p, r)
	}
}

func alarmed(r *attacks.Result) bool {
	for i := range r.Cells {
		if !r.Cells[i].Expected {
			return true
		}
	}
	return false
}

// label is an attack's id and, if it is no attack in the narrow sense, its kind.
func label(a attacks.AttackRow) string {
	if a.Kind == "attack" {
		return a.ID
	}
	return a.ID + " " + faint("("+a.Kind+")")
}

func attackLines(a attacks.AttackRow, width int) []string {
	if text := label(a); lipgloss.Width(text) <= width {
		return append([]string{text}, ownSettings(a, width)...)
	}
	out := strings.Split(lipgloss.Wrap(a.ID, width, ""), "\n") // at hyphens
	if a.Kind != "attack" {
		out = append(out, "  "+faint("("+a.Kind+")"))
	}
	return append(out, ownSettings(a, width)...)
}

// ownSettings says which settings an attack fixes for itself, and what it is simply given.
func ownSettings(a attacks.AttackRow, width int) []string {
	var out []string
	for _, f := range a.Fixes {
		out = append(out, wrap(faint("  "+plain.Clean(f)), width)...)
	}
	if summary.Granted(a.Needs) {
		out = append(out, wrap(faint("  granted, not computed"), width)...)
	}
	return out
}

func head(p *page, r *attacks.Result, g grid) {
	var names [][]string
	for _, d := range r.Designs {
		lines := wrap(bold(plain.Clean(d.Name)), g.cell)
		names = append(names, append(lines, faint(strings.Repeat(" ", 8)+terminal.PadLeft("target",
			g.target)+" "+terminal.PadLeft("others", g.others))))
	}
	tallest := 0
	for _, n := range names {
		tallest = max(tallest, len(n))
	}
	for i, n := range names { // names that wrap stand on the same last line
		for len(n) < tallest {
			n = append([]string{""}, n...)
		}
		names[i] = n
	}
	row(p, g, nil, names)
}

// lines writes a cell: what was recovered, then a line for each remark.
func (g grid) lines(c *attacks.Cell) []string {
	if c == nil {
		return []string{""}
	}
	first := terminal.Pad(state(c), 8)
	if c.Applicable && c.Error == "" {
		first += terminal.PadLeft(summary.Fraction(c.Content.Target.Recovered,
			c.Content.Target.Total), g.target) + " " +
			terminal.PadLeft(summary.Fraction(c.Content.Others.Recovered, c.Content.Others.Total),
				g.others) +
			faint(fmt.Sprintf(" ×%d", c.Parties))
	}
	out := []string{strings.TrimRight(first, " ")}
	notes := summary.Remarks(c)
	if !c.Applicable && !g.reasons {
		notes = nil
	}
	if surprising(c) {
		notes = append(notes, alarmStyle.Render("≠ unexpected"))
	}
	for _, n := range notes {
		indent := "  "
		for _, l := range wrap(n, g.cell-4) {
			out = append(out, indent+l)
			indent = "    "
		}
	}
	return out
}

// row prints columns side by side.
func row(p *page, g grid, first []string, columns [][]string) {
	height := len(first)
	for _, c := range columns {
		height = max(height, len(c))
	}
	for i := range height {
		text := terminal.Pad(nth(first, i), g.first)
		for _, c := range columns {
			text += terminal.Pad(nth(c, i), g.cell+gutter)
		}
		p.line("%s", strings.TrimRight(text, " "))
	}
}
