// Package terminal sets text with styles in it, for terminals: package text's pages and
// package present's screens. It wraps, cuts and pads by what is seen, so that a style takes
// up no room; text from outside is cleaned (package plain) before it gets here.
//
// Whoever writes such text to something that is no terminal strips it of its styles.
//
// TestPagesFit in package text and TestScreensFit in package present show that what is
// set here fits.
package terminal

import (
	"regexp"
	"strings"

	"charm.land/lipgloss/v2"
)

// Wrap breaks text at spaces into lines of at most width columns; "" gives one
// line. Hyphens are kept from breaking: half an id or flag helps nobody.
func Wrap(text string, width int) []string {
	var out []string
	width = max(width, 1)
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

// Pad fills text with spaces on the right up to width columns, PadLeft on the left.
func Pad(text string, width int) string { return text + blank(text, width) }

// PadLeft fills text with spaces on the left.
func PadLeft(text string, width int) string { return blank(text, width) + text }

func blank(text string, width int) string {
	return strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
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
// obeys is left in text that was cleaned.
var styles = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Strip takes the styles out of text again.
func Strip(text string) string { return styles.ReplaceAllString(text, "") }
