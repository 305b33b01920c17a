// Package text turns results, designs and attacks into text for a terminal. What it says
// of a cell is package summary's; it decides where that stands, how it is wrapped, and how
// it looks. A number that it prints was measured by package attacks.
//
// Rules of the output. Nothing is said by colour alone: each state has a glyph and
// a word. "Recovered nothing" is the strongest thing said of an attack that failed.
// Names and texts may come from other people's files, so control characters are
// shown escaped; TestHostileNames holds all renderers to that.
//
// Functions return text with ANSI styles in it. Whoever writes it to something
// that is no terminal strips them (package terminal).
package text

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/demo/plain"
	"doormat/demo/terminal"
)

// The width of a page in columns, if nothing better is known, and its bounds.
const (
	DefaultWidth = 80
	MinWidth     = 30
	MaxWidth     = 100
)

// roomForWords is the narrowest column of prose, and indented is where it begins
// if it stands below its label.
const (
	roomForWords = 24
	indented     = 4
)

// page is text under construction.
type page struct {
	strings.Builder
	width int
}

func newPage(width int) *page { return &page{width: min(max(width, MinWidth), MaxWidth)} }

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(&p.Builder, format, args...)
	p.WriteByte('\n')
}

func (p *page) gap() { p.WriteByte('\n') }

// title is a heading over a rule.
func (p *page) title(text string) {
	p.heading(text, "")
	p.line("%s", faint(strings.Repeat("─", min(lipgloss.Width(plain.Clean(text)), p.width))))
}

// heading is a line in bold, with something plain after it.
func (p *page) heading(text, after string) {
	text = bold(plain.Clean(text))
	if after != "" {
		text += "  " + after
	}
	p.beside(0, "", text)
}

// prose wraps text, indented.
func (p *page) prose(indent int, text string) {
	for _, l := range wrap(plain.Clean(text), p.width-indent) {
		p.line("%s%s", strings.Repeat(" ", indent), l)
	}
}

// field wraps text beside a label.
func (p *page) field(label, text string) { p.beside(13, bold(label), plain.Clean(text)) }

// beside wraps text in a column that begins at the given place, with something on its left,
// whose lines are as they are. Where that leaves too little room for words, the text goes
// below what is on its left. It may be styled, so it is not cleaned here.
func (p *page) beside(column int, left, text string) {
	if p.width-column < roomForWords && column > indented {
		if strings.TrimSpace(left) != "" {
			for _, l := range wrap(strings.Join(strings.Fields(left), " "), p.width) {
				p.line("%s", strings.TrimRight(l, " "))
			}
		}
		left, column = "", indented
	}
	labels, lines := strings.Split(left, "\n"), wrap(text, p.width-column)
	for i := range max(len(labels), len(lines)) {
		p.line("%s", strings.TrimRight(terminal.Pad(nth(labels, i), column)+nth(lines, i), " "))
	}
}

// nth is line i of a list, "" beyond its end.
func nth(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// wrap breaks text at spaces, on a narrow page rather too late than inside of words.
func wrap(text string, width int) []string { return terminal.Wrap(text, max(width, 10)) }

var (
	boldStyle  = lipgloss.NewStyle().Bold(true)
	faintStyle = lipgloss.NewStyle().Faint(true)
	allStyle   = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("208"))
	partStyle  = lipgloss.NewStyle().Foreground(lipgloss.Color("208"))
	noneStyle  = lipgloss.NewStyle().Foreground(lipgloss.Color("73"))
	alarmStyle = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("196"))
)

func bold(s string) string  { return boldStyle.Render(s) }
func faint(s string) string { return faintStyle.Render(s) }
