package text

import (
	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// Comparison shows the cells that differ, as they were and as they are with the other value.
func Comparison(c *summary.Comparison, r *attacks.Result, width int) string {
	p := newPage(width)
	p.prose(0, summary.Settings(r, ""))
	p.gap()
	p.title("What changes with " + plain.Clean(c.Compared))
	if len(c.Rows) == 0 {
		p.prose(0, "No cell differs in what was measured.")
	}
	last := ""
	for _, row := range c.Rows {
		if row.Attack != last {
			p.heading(row.Attack, "")
			last = row.Attack
		}
		p.beside(22, "  "+row.Design, plain.Clean(summary.Short(row.Before)))
		p.beside(22, "", "→ "+plain.Clean(summary.Short(row.After)))
	}
	p.gap()
	p.prose(0, summary.OutOf(len(c.Rows), len(r.Cells))+" cells differ. Numbers are messages read: of those "+
		"that the target sent or received, and of everybody else’s.")
	return p.String()
}
