package pages

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"doormat/demo/report"
)

// lineWidth is how long a line of prose may be, in characters.
const lineWidth = 110

// document is Markdown under construction.
type document struct{ strings.Builder }

func (d *document) heading(level int, text string) {
	fmt.Fprintf(&d.Builder, "%s %s\n\n", strings.Repeat("#", level), text)
}

// prose writes a paragraph of Markdown, wrapped at spaces.
func (d *document) prose(text string) { d.wrapped("", "", text); d.WriteByte('\n') }

// item writes an item of a list.
func (d *document) item(text string) { d.wrapped("- ", "  ", text) }

func (d *document) wrapped(first, rest, text string) {
	line, indent := first, first
	for _, word := range strings.Fields(text) {
		if line != indent && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > lineWidth {
			d.WriteString(line + "\n")
			line, indent = rest, rest
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	d.WriteString(line + "\n")
}

// row writes a row of a table, head one with the rule under it.
func (d *document) row(cells ...string) {
	fmt.Fprintf(&d.Builder, "| %s |\n", strings.Join(cells, " | "))
}

func (d *document) head(cells ...string) {
	d.row(cells...)
	fmt.Fprintf(&d.Builder, "|%s\n", strings.Repeat(" --- |", len(cells)))
}

// code writes a block that nothing inside can end.
func (d *document) code(language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(&d.Builder, "%s%s\n%s\n%s\n\n", fence, language, strings.TrimRight(text, "\n"), fence)
}

var special = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`,
	"[", `\[`, "]", `\]`)

// plain makes text of the program harmless in Markdown.
func plain(text string) string {
	return special.Replace(report.Clean(strings.Join(strings.Fields(text), " ")))
}

// quoted writes names as code.
func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "`" + n + "`"
	}
	return strings.Join(out, ", ")
}

func link(text, to string) string { return fmt.Sprintf("[%s](%s)", text, to) }

// count writes a number and its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
