// Package report turns results, designs and attacks into text for people:
// terminal, Markdown, and the JSON document that every other renderer starts
// from. It computes nothing about security. A number that it prints was measured
// by package attacks; the sentences of [Demo] about what the numbers mean are
// filled in from the same cells.
//
// Rules of the output. Nothing is said by colour alone: each state has a glyph and
// a word. "Recovered nothing" is the strongest thing said of an attack that failed.
// Names and texts may come from other people's files, so control characters are
// shown escaped; TestHostileNames holds all renderers to that.
//
// Functions return text with ANSI styles in it. Whoever writes it to something
// that is no terminal strips them.
package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
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
	p.line("%s", faint(strings.Repeat("─", min(lipgloss.Width(Clean(text)), p.width))))
}

// heading is a line in bold, with something plain after it.
func (p *page) heading(text, after string) {
	text = bold(Clean(text))
	if after != "" {
		text += "  " + after
	}
	p.beside(0, "", text)
}

// prose wraps text, indented.
func (p *page) prose(indent int, text string) {
	for _, l := range wrap(Clean(text), p.width-indent) {
		p.line("%s%s", strings.Repeat(" ", indent), l)
	}
}

// field wraps text beside a label.
func (p *page) field(label, text string) { p.beside(13, bold(label), Clean(text)) }

// beside wraps text in a column that begins at the given place, with something on
// its left in the first line. Where that leaves too little room for words, the text
// goes below what is on its left. It may be styled, so it is not cleaned here.
func (p *page) beside(column int, left, text string) {
	if p.width-column < roomForWords && column > indented {
		if strings.TrimSpace(left) != "" {
			for _, l := range wrap(strings.TrimLeft(left, " "), p.width) {
				p.line("%s", strings.TrimRight(l, " "))
			}
		}
		left, column = "", indented
	}
	for i, l := range wrap(text, p.width-column) {
		if i > 0 {
			left = ""
		}
		p.line("%s", strings.TrimRight(Pad(left, column)+l, " "))
	}
}

// wrap breaks text at spaces into lines of at most width columns; "" gives one
// line. Hyphens are kept from breaking: half an id or flag helps nobody.
func wrap(text string, width int) []string {
	var out []string
	width = max(width, 10)
	fit := lipgloss.NewStyle().MaxWidth(width) // a styled space may stick out
	const joined = "\u2011"
	text = lipgloss.Wrap(strings.ReplaceAll(text, "-", joined), width, "")
	for l := range strings.SplitSeq(strings.ReplaceAll(text, joined, "-"), "\n") {
		if lipgloss.Width(l) > width {
			l = fit.Render(l)
		}
		out = append(out, strings.TrimRight(l, " "))
	}
	return out
}

// Pad fills text with spaces on the right up to width columns.
func Pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
}

// padLeft fills text with spaces on the left.
func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-lipgloss.Width(text))) + text
}

// Cut shortens text to width columns, with a sign that it did.
func Cut(text string, width int) string {
	switch {
	case lipgloss.Width(text) <= width:
		return text
	case width <= 1:
		return "…"
	}
	return lipgloss.NewStyle().MaxWidth(width-1).Render(text) + "…"
}

// styles are what lipgloss writes around text (ECMA-48); nothing else that a terminal
// obeys is left after Clean.
var styles = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Plain takes the styles out of text again.
func Plain(text string) string { return styles.ReplaceAllString(text, "") }

// Clean makes text from outside safe for a terminal and for one line: control
// characters, marks that turn the direction of writing and bytes that are not
// UTF-8 are shown as Go would write them.
func Clean(text string) string {
	if strings.IndexFunc(text, hidden) < 0 && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		if r == utf8.RuneError && text[i] != 0xEF {
			fmt.Fprintf(&b, `\x%02x`, text[i])
		} else if hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	return unicode.IsControl(r) || r >= '\u2028' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' ||
		r == '\u200e' || r == '\u200f' || r == '\u061c' || r == '\ufeff'
}

func cleaned(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = Clean(s)
	}
	return out
}

// Count writes a number and its noun: "1 principal", "2 principals".
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

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
