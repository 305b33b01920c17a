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

// cells writes columns of equal width.
func (p *page) cells(cells []string) { p.columns("", 0, cells) }

// columns writes columns of equal width to the right of a label.
func (p *page) columns(label string, width int, cells []string) {
	text, column := terminal.Pad(label, width), (p.width-width)/max(1, len(cells))
	for _, c := range cells {
		text += terminal.Pad(normal.MaxWidth(column-1).Render(c), column)
	}
	p.line(strings.TrimRight(text, " "))
}

// block writes columns whose texts are wrapped, in at most so many lines.
func (p *page) block(texts []string, most int) {
	wrapped, lines := make([][]string, len(texts)), 0
	for i, text := range texts {
		wrapped[i] = wrap(text, p.width/len(texts)-1, most)
		lines = max(lines, len(wrapped[i]))
	}
	for l := range lines {
		cells := make([]string, len(texts))
		for i := range texts {
			if l < len(wrapped[i]) {
				cells[i] = wrapped[i][l]
			}
		}
		p.cells(cells)
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
