// Package markdown writes documents in GitHub's Markdown (CommonMark with tables,
// https://github.github.com/gfm/). It is the one writer of them: of the pages in docs/, of
// the report to take home and its slides, and of the table that `doormat matrix --format
// markdown` prints.
//
// The methods of a [Document] take Markdown. Text from outside goes through [Text], or
// through [Code] where it is a name, before it gets there.
//
// TestHostileText shows that such text cannot break the document.
package markdown

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"doormat/demo/plain"
)

// A Document is Markdown under construction. Width is how long a line of prose may be, in
// characters; 0 leaves lines alone, for readers that show every line break.
type Document struct {
	strings.Builder
	Width int
}

// Heading writes a heading; level counts from 1.
func (d *Document) Heading(level int, text string) {
	fmt.Fprintf(d, "%s %s\n\n", strings.Repeat("#", level), text)
}

// Prose writes a paragraph.
func (d *Document) Prose(text string) {
	d.wrap("", "", text)
	d.Gap()
}

// Item writes an item of a list, List a list of texts from outside.
func (d *Document) Item(text string) { d.wrap("- ", "  ", text) }
func (d *Document) List(texts []string) {
	for _, text := range texts {
		d.Item(Text(text))
	}
	d.Gap()
}

// Head begins a table, Row continues it, Gap ends a table or a list.
func (d *Document) Head(cells ...string) {
	d.Row(cells...)
	fmt.Fprintf(d, "|%s\n", strings.Repeat(" --- |", len(cells)))
}
func (d *Document) Row(cells ...string) { fmt.Fprintf(d, "| %s |\n", strings.Join(cells, " | ")) }
func (d *Document) Gap()                { d.WriteByte('\n') }

// Block writes lines of code that nothing in them can end, behind an indent if they belong
// to an item of a list.
func (d *Document) Block(indent, language, text string) {
	fence := fenceFor("```", text)
	text = strings.ReplaceAll(plain.Lines(strings.TrimRight(text, "\n")), "\n", "\n"+indent)
	fmt.Fprintf(d, "%s%s%s\n%s%s\n%s%s\n\n", indent, fence, language, indent, text, indent, fence)
}

// wrap writes text behind first, and behind rest on the lines that follow.
func (d *Document) wrap(first, rest, text string) {
	if d.Width == 0 {
		d.WriteString(first + text + "\n")
		return
	}
	line, indent := first, first
	for _, word := range strings.Fields(text) {
		if line != indent && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > d.Width {
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

func fenceFor(fence, text string) string {
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence
}

var special = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	"`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`)

// Text makes text from outside harmless within a line that it does not begin, also in a
// table.
func Text(text string) string { return special.Replace(plain.Clean(plain.Prose(text))) }

// Code writes names as code, one after the other.
func Code(names ...string) string {
	out := make([]string, len(names))
	for i, n := range names {
		n = plain.Clean(n)
		fence := fenceFor("`", n)
		if len(fence) > 1 {
			n = " " + n + " "
		}
		out[i] = fence + strings.ReplaceAll(n, "|", `\|`) + fence
	}
	return strings.Join(out, ", ")
}

// Link writes a link around what is Markdown already.
func Link(text, to string) string { return fmt.Sprintf("[%s](%s)", text, to) }
