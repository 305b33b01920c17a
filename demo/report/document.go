package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/bidi"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// JSON encodes the document v, indented, with a line end. Characters that could
// speak to a terminal are escaped, which JSON allows in strings.
func JSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, r := range b.String() {
		if r > 0x7e && plain.Hidden(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	return out.Bytes(), nil
}

// Markdown shows a result as a table in GitHub's Markdown.
func Markdown(r *attacks.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", escape(settingsLine(r)), MarkdownTable(r, nil))
	for _, text := range caveats {
		fmt.Fprintf(&b, "- %s\n", text)
	}
	return bidi.Markdown(b.String())
}

// MarkdownTable is the table alone, a part for each family, and its signs. link, if
// there is one, gives the address of what is to be read about an attack.
func MarkdownTable(r *attacks.Result, link func(id string) string) string {
	var b strings.Builder
	heads, rule := []string{"Attack"}, []string{"---"}
	for _, d := range r.Designs {
		heads, rule = append(heads, escape(d.Name)), append(rule, "---")
	}
	cells := index(r)
	family := ""
	for _, a := range r.Attacks {
		if a.Family != family {
			if family != "" {
				b.WriteByte('\n')
			}
			family = a.Family
			fmt.Fprintf(&b, "### %s\n\n| %s |\n| %s |\n", family, strings.Join(heads, " | "), strings.Join(rule, " | "))
		}
		line := []string{markdownAttack(a, link)}
		for _, d := range r.Designs {
			line = append(line, markdownCell(cells[[2]string{a.ID, d.ID}]))
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(line, " | "))
	}
	b.WriteString("\n■ all, ◧ part, □ none of the messages recovered; – not applicable: no such principal; " +
		"✓ order served in full; ✗ error; ! somebody noticed; ≠ unexpected. " +
		"Principals are those used: robbed, run, or made to answer; a jurisdiction counts one.\n\n")
	for _, text := range words(r) {
		fmt.Fprintf(&b, "- %s\n", escape(text))
	}
	return b.String()
}

func markdownAttack(a attacks.AttackRow, link func(id string) string) string {
	text := "**" + a.ID + "**"
	if link != nil {
		text = fmt.Sprintf("[%s](%s)", text, link(a.ID))
	}
	text += "<br>" + escape(a.Title)
	if a.Kind != "attack" {
		text += " (" + a.Kind + ")"
	}
	if len(a.Fixes) > 0 {
		text += "<br>fixes " + escape(strings.Join(a.Fixes, ", "))
	}
	return text
}

func markdownCell(c *attacks.Cell) string {
	if c == nil {
		return ""
	}
	s := stateOf(c)
	parts := []string{s.glyph + " " + s.word}
	if c.Applicable && c.Error == "" {
		parts[0] += fmt.Sprintf(": target %s, others %s", summary.Fraction(c.Content.Target.Recovered, c.Content.Target.Total), summary.Fraction(c.Content.Others.Recovered, c.Content.Others.Total))
		parts = append(parts, summary.Count(c.Parties, "principal"))
	}
	for _, n := range remarks(c) {
		parts = append(parts, escape(n))
	}
	switch {
	case c.Error != "":
		parts = append(parts, escape(c.Error))
	case surprising(c):
		parts = append(parts, "≠ unexpected: "+escape(surprise(c)))
	}
	return strings.Join(parts, "<br>")
}

// escape makes text harmless in a Markdown table.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "\\`", "*", `\*`,
		"_", `\_`, "[", `\[`, "]", `\]`).Replace(plain.Clean(text))
}
