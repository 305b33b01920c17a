package faulttree

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteOpenPSA writes the tree in the Open-PSA Model Exchange Format (version 2.0d, 2017), which
// programs for probabilistic safety assessment read. The gates are numbered from the top, and the
// label of an event is its name. Chances may be nil, then events have none.
func (t *Tree) WriteOpenPSA(w io.Writer, label string, chances Chances) error {
	events := t.Events()
	var p []float64
	if chances != nil {
		var err error
		if p, err = chances.of(events); err != nil {
			return err
		}
	}
	names := identifiers(events)
	b := &bytes.Buffer{}
	fmt.Fprintf(b, "%s<opsa-mef>\n  <define-fault-tree name=\"tree\">\n    <label>%s</label>\n",
		xml.Header, escape(label))
	t.writeGates(b, names)
	b.WriteString("  </define-fault-tree>\n  <model-data>\n")
	for i, name := range events {
		fmt.Fprintf(b, "    <define-basic-event name=\"%s\">\n      <label>%s</label>\n", names[name],
			escape(name))
		if p != nil {
			fmt.Fprintf(b, "      <float value=\"%s\"/>\n", strconv.FormatFloat(p[i], 'g', -1, 64))
		}
		b.WriteString("    </define-basic-event>\n")
	}
	b.WriteString("  </model-data>\n</opsa-mef>\n")
	_, err := w.Write(b.Bytes())
	return err
}

// writeGates defines every gate; a tree that is no gate becomes one that passes it on.
func (t *Tree) writeGates(b *bytes.Buffer, names map[string]string) {
	gates, number := t.numbered()
	reference := func(u *Tree) string {
		switch u.gate {
		case event:
			return fmt.Sprintf("<basic-event name=\"%s\"/>", names[u.name])
		case atLeast:
			return fmt.Sprintf("<gate name=\"gate%d\"/>", number[u])
		}
		return fmt.Sprintf("<constant value=\"%t\"/>", u.gate == always)
	}
	if len(gates) == 0 {
		fmt.Fprintf(b, "    <define-gate name=\"gate1\">\n      %s\n    </define-gate>\n", reference(t))
	}
	for _, g := range gates {
		open, end := "and", "and"
		switch {
		case g.k == 1:
			open, end = "or", "or"
		case g.k < len(g.under):
			open, end = fmt.Sprintf("atleast min=\"%d\"", g.k), "atleast"
		}
		fmt.Fprintf(b, "    <define-gate name=\"gate%d\">\n      <%s>\n", number[g], open)
		for _, u := range g.under {
			fmt.Fprintf(b, "        %s\n", reference(u))
		}
		fmt.Fprintf(b, "      </%s>\n    </define-gate>\n", end)
	}
}

func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}

// identifiers names events as the format allows: letters, digits and single underscores, a letter
// first, and no two alike.
func identifiers(events []string) map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	for _, e := range events {
		parts := strings.FieldsFunc(e, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
		})
		name := "event_" + strings.Join(parts, "_")
		unique := name
		for i := 2; taken[unique]; i++ {
			unique = fmt.Sprintf("%s__%d", name, i)
		}
		taken[unique] = true
		names[e] = unique
	}
	return names
}
