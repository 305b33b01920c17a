package faulttree

import (
	"fmt"
	"io"
	"strings"
)

// WriteMermaid draws the tree as a flow chart in the notation of Mermaid, the outcome on top.
func (t *Tree) WriteMermaid(w io.Writer, outcome string) error {
	var b strings.Builder
	gates, number := t.numbered()
	fmt.Fprintf(&b, "flowchart TD\n  top[\"%s\"]\n", mermaid(outcome))
	events := map[string]int{}
	for i, name := range t.Events() {
		events[name] = i + 1
		fmt.Fprintf(&b, "  event%d([\"%s\"])\n", i+1, mermaid(name))
	}
	reference := func(u *Tree) string {
		if u.gate == event {
			return fmt.Sprintf("event%d", events[u.name])
		}
		return fmt.Sprintf("gate%d", number[u])
	}
	for i, g := range gates {
		fmt.Fprintf(&b, "  gate%d{{\"%s\"}}\n", i+1, g.words())
	}
	switch t.gate {
	case never:
		b.WriteString("  never[\"nothing does\"] --> top\n")
	case always:
		b.WriteString("  always[\"nothing is needed\"] --> top\n")
	default:
		fmt.Fprintf(&b, "  top --- %s\n", reference(t))
	}
	for _, g := range gates {
		for _, u := range g.under {
			fmt.Fprintf(&b, "  %s --- %s\n", reference(g), reference(u))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaid escapes what would end a quoted text, or be read as markup.
func mermaid(text string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;",
		"`", "#96;", "\n", " ").Replace(text)
}
