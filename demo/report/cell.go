package report

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// state is what a cell says at a glance.
type state struct {
	glyph, word string
	style       lipgloss.Style
}

var (
	stateAll   = state{"■", "all", allStyle}
	statePart  = state{"◧", "part", partStyle}
	stateNone  = state{"□", "none", noneStyle}
	stateNA    = state{"–", "n/a", faintStyle}
	stateError = state{"✗", "error", alarmStyle}
)

func (s state) String() string { return s.style.Render(s.glyph + " " + s.word) }

func stateOf(c *attacks.Cell) state {
	got, of := recovered(c)
	switch {
	case c.Error != "":
		return stateError
	case !c.Applicable:
		return stateNA
	case got == 0:
		return stateNone
	case got == of:
		return stateAll
	}
	return statePart
}

// State is what every renderer says of a cell at a glance: a glyph and its word, one
// of ■ all, ◧ part, □ none, – n/a, ✗ error.
func State(c *attacks.Cell) (glyph, word string) {
	s := stateOf(c)
	return s.glyph, s.word
}

// recovered counts messages, whomever they concern.
func recovered(c *attacks.Cell) (got, of int) {
	t, o := c.Content.Target, c.Content.Others
	return t.Recovered + o.Recovered, t.Total + o.Total
}

// remarks are what a cell says besides its content, each short.
func remarks(c *attacks.Cell) []string {
	if !c.Applicable {
		return []string{plain.Clean(c.Why)}
	}
	var out []string
	if _, of := recovered(c); of == 0 {
		out = append(out, "nothing to recover")
	}
	if c.Attachments.Recovered > 0 {
		out = append(out, fmt.Sprintf("attachments %d/%d", c.Attachments.Recovered, c.Attachments.Total))
	}
	if c.People.Read > 0 {
		out = append(out, fmt.Sprintf("people %d, unnamed %d", c.People.Read, c.People.Unnamed))
	}
	out = append(out, orders(c)...)
	if c.Forged > 0 {
		out = append(out, fmt.Sprintf("forged %d", c.Forged))
	}
	if len(c.Noticed) > 0 {
		out = append(out, "! noticed by "+witnesses(c, 1))
	}
	if len(c.Disclosed) > 0 {
		out = append(out, "disclosed to "+told(c, 2))
	}
	if d := c.Delivered; d.Messages < d.Total {
		out = append(out, fmt.Sprintf("delivered %d/%d", d.Messages, d.Total))
	}
	if c.FalseClaims > 0 {
		out = append(out, summary.Count(c.FalseClaims, "false claim"))
	}
	if c.Smuggled > 0 {
		out = append(out, fmt.Sprintf("smuggled %d", c.Smuggled))
	}
	return out
}

// orders says what courts' orders yielded. What was recovered is the agency's, unless
// the line says that the agency is somebody else, or how many came by no order.
func orders(c *attacks.Cell) (out []string) {
	l := c.Lawful
	if l.Asked == 0 {
		return nil
	}
	text := fmt.Sprintf("served %d/%d", l.Served, l.Asked)
	if c.Trace.Other {
		text = "agency " + text
	}
	if l.Served == l.Asked {
		text = "✓ " + text
	}
	if l.Beyond > 0 {
		text += fmt.Sprintf(" beyond %d", l.Beyond)
	}
	out = append(out, text)
	if c.Trace.Apart > 0 {
		out = append(out, fmt.Sprintf("by no order %d", c.Trace.Apart))
	}
	return out
}

// witnesses names who noticed, the first few.
func witnesses(c *attacks.Cell, few int) string {
	var names []string
	for _, e := range c.Noticed {
		names = append(names, e.By)
	}
	return summary.Some(names, few)
}

// told names who learned later, by design, the first few.
func told(c *attacks.Cell, few int) string {
	var names []string
	for _, d := range c.Disclosed {
		names = append(names, strings.TrimPrefix(d.By, "user:"))
	}
	return summary.Some(names, few)
}

// surprising reports whether a cell is to be marked as unexpected.
func surprising(c *attacks.Cell) bool { return c.Error == "" && !c.Expected }

// alarms tells of the cells that went wrong or went otherwise than expected.
func alarms(p *page, r *attacks.Result) {
	for i := range r.Cells {
		c := &r.Cells[i]
		switch {
		case c.Error != "":
			p.beside(2, alarmStyle.Render("✗"), fmt.Sprintf("%s on %s: error: %s", c.Attack, c.Design, plain.Clean(c.Error)))
		case surprising(c):
			p.beside(2, alarmStyle.Render("≠"), fmt.Sprintf("%s on %s: %s", c.Attack, c.Design, plain.Clean(surprise(c))))
		}
	}
}

func surprise(c *attacks.Cell) string {
	if c.Trace.Surprise != "" {
		return c.Trace.Surprise
	}
	return "the outcome differs from what the attack expects"
}
