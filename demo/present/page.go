package present

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/demo/report"
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
	for i, l := range wrap(text, p.width-column, most) {
		if i > 0 {
			label = ""
		}
		p.line(pad(label, column) + style.Render(l))
	}
}

// apart writes something at the left and something at the right of a line.
func (p *page) apart(left, right string, style lipgloss.Style) {
	left = cut(left, p.width-lipgloss.Width(right)-1)
	p.line(style.Render(pad(left, p.width-lipgloss.Width(right)) + right))
}

// labels is the width of the column of labels in a table.
const labels = 10

// column is the width of each of n designs' columns, with the space before the next.
func (p *page) column(n int) int { return (p.width - labels) / max(1, n) }

// row writes a line of a table: a label and what may be styled for each design.
func (p *page) row(label string, cells []string) {
	text := pad(bold.Render(cut(label, labels-1)), labels)
	column := p.column(len(cells))
	for _, c := range cells {
		text += pad(lipgloss.NewStyle().MaxWidth(column-1).Render(c), column)
	}
	p.line(strings.TrimRight(text, " "))
}

// block writes lines of a table whose cells are wrapped; a cell with ! stands out.
func (p *page) block(label string, cells []string, most int) {
	wrapped := make([][]string, len(cells))
	lines := 0
	for i, c := range cells {
		wrapped[i] = wrap(c, p.column(len(cells))-1, most)
		lines = max(lines, len(wrapped[i]))
	}
	for l := range lines {
		parts := make([]string, len(cells))
		for i := range cells {
			if l >= len(wrapped[i]) {
				continue
			}
			if parts[i] = wrapped[i][l]; strings.HasPrefix(cells[i], "!") {
				parts[i] = alarm.Render(parts[i])
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
	if last := p.height - 1; p.lines[last] == "" && footer != "" {
		p.lines[last] = faint.Render(cut(footer, p.width))
	}
	fit := lipgloss.NewStyle().MaxWidth(p.width)
	p.lines = p.lines[:min(len(p.lines), p.height)]
	for i, l := range p.lines {
		if lipgloss.Width(l) > p.width {
			p.lines[i] = fit.Render(l)
		}
	}
	return p.lines
}

// wrap breaks text from outside at spaces into at most so many lines of at most width
// columns.
func wrap(text string, width, most int) []string {
	var lines []string
	line := ""
	most = max(most, 1)
	for _, word := range strings.Fields(text) {
		word = report.Clean(word)
		for len(lines) <= most && lipgloss.Width(word) > width { // a word longer than a line
			head := cut(word, width)
			if line != "" {
				lines = append(lines, line)
			}
			lines, line = append(lines, head), ""
			word = word[len(strings.TrimSuffix(head, "…")):]
			if head == "…" {
				word = ""
			}
		}
		switch {
		case len(lines) > most:
			continue
		case line == "":
			line = word
		case lipgloss.Width(line)+1+lipgloss.Width(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	if len(lines) > most {
		lines[most-1] = cut(lines[most-1]+" …", width)
		lines = lines[:most]
	}
	return lines
}

// cut shortens text from outside to width columns, with a sign that it did.
func cut(text string, width int) string {
	text = report.Clean(text)
	if lipgloss.Width(text) <= width {
		return text
	}
	out := []rune(text)
	if len(out) > width {
		out = out[:max(0, width)] // no character is narrower than none
	}
	for len(out) > 0 && lipgloss.Width(string(out))+1 > width {
		out = out[:len(out)-1]
	}
	return string(out) + "…"
}

// pad fills text with spaces up to width columns.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
}

// count writes a number and its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// Colours of Okabe and Ito, which those who see few colours can tell apart; 256 of
// them are what terminals have.
var (
	bold   = lipgloss.NewStyle().Bold(true)
	faint  = lipgloss.NewStyle().Faint(true)
	normal = lipgloss.NewStyle()
	open   = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("208"))
	closed = lipgloss.NewStyle().Foreground(lipgloss.Color("74"))
	alarm  = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("220"))
	marked = lipgloss.NewStyle().Bold(true)
)
