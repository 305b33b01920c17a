package present

import (
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/demo/plain"
	"doormat/demo/terminal"
)

// page is a screen under construction: lines, with styles in them.
type page struct {
	width, height int
	lines         []string
}

func (p *page) line(text string) { p.lines = append(p.lines, text) }
func (p *page) gap()             { p.line("") }

// room is how many lines are left, the footer's aside.
func (p *page) room() int { return p.height - 1 - len(p.lines) }

// prose wraps text from outside, in at most so many lines.
func (p *page) prose(text string, most int, style lipgloss.Style) {
	p.beside("", 0, text, most, style)
}

// beside wraps text from outside to the right of a label.
func (p *page) beside(label string, column int, text string, most int, style lipgloss.Style) {
	for _, l := range wrap(text, p.width-column, most) {
		p.line(terminal.Pad(label, column) + style.Render(l))
		label = ""
	}
}

// apart writes something at the left and something at the right of a line.
func (p *page) apart(left, right string) {
	left = terminal.Pad(cut(left, p.width-lipgloss.Width(right)-1), p.width-lipgloss.Width(right))
	p.line(faint.Render(left + right))
}

// labels is the width of the column of labels in a table.
const labels = 10

// column is the width of each of n designs' columns, with the space before the next.
func (p *page) column(n int) int { return (p.width - labels) / max(1, n) }

// row writes a line of a table: a label and what may be styled for each design.
func (p *page) row(label string, cells []string) {
	p.cells(bold.Render(cut(label, labels-1)), labels, cells)
}

// cells writes columns of equal width to the right of a label.
func (p *page) cells(label string, width int, cells []string) {
	text, column := terminal.Pad(label, width), (p.width-width)/max(1, len(cells))
	for _, c := range cells {
		text += terminal.Pad(normal.MaxWidth(column-1).Render(c), column)
	}
	p.line(strings.TrimRight(text, " "))
}

// block writes lines of a table whose cells are wrapped; a cell with ! stands out.
func (p *page) block(label string, cells []string, most int) {
	wrapped, lines := make([][]string, len(cells)), 0
	for i, c := range cells {
		wrapped[i] = wrap(c, p.column(len(cells))-1, most)
		lines = max(lines, len(wrapped[i]))
	}
	for l := range lines {
		parts := make([]string, len(cells))
		for i := range cells {
			if l < len(wrapped[i]) {
				parts[i] = warning(cells[i]).Render(wrapped[i][l])
			}
		}
		p.row(label, parts)
		label = ""
	}
}

// finish gives the lines of the screen, a footer at the bottom if there is room.
func (p *page) finish(footer string) []string {
	for len(p.lines) < p.height {
		p.gap()
	}
	if last := p.height - 1; p.lines[last] == "" {
		p.lines[last] = faint.Render(cut(footer, p.width))
	}
	p.lines = p.lines[:p.height]
	for i, l := range p.lines {
		if lipgloss.Width(l) > p.width {
			p.lines[i] = normal.MaxWidth(p.width).Render(l)
		}
	}
	return p.lines
}

// wrap breaks text from outside into at most so many lines of at most width columns.
func wrap(text string, width, most int) []string {
	return plain.Wrap(plain.Clean(plain.Prose(text)), width, max(most, 1))
}

// cut shortens text from outside to width columns.
func cut(text string, width int) string { return terminal.Cut(plain.Clean(text), width) }

// Colours of Okabe and Ito, which those who see few colours can tell apart; 256 of
// them are what terminals have.
var (
	normal = lipgloss.NewStyle()
	bold   = normal.Bold(true)
	faint  = normal.Faint(true)
	open   = bold.Foreground(lipgloss.Color("208"))
	closed = normal.Foreground(lipgloss.Color("74"))
	alarm  = bold.Foreground(lipgloss.Color("220"))
)

// warning makes text with a ! stand out.
func warning(text string) lipgloss.Style {
	if strings.HasPrefix(text, "!") {
		return alarm
	}
	return normal
}
