package text

import (
	"fmt"

	"doormat/attacks/lint"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// Findings lists what is wrong with an attack that was run in so many columns.
func Findings(file string, designs int, list []lint.Finding, width int) string {
	p := newPage(width)
	if len(list) == 0 {
		p.prose(0, fmt.Sprintf("%s: nothing is wrong. It ran in %s, came to what it expects, and needs all "+
			"that it asks for.", plain.Clean(file), summary.Count(designs, "column")))
		return p.String()
	}
	p.title(plain.Clean(file) + ": what is wrong")
	for _, f := range list {
		p.beside(22, bold(f.Design), faint(f.Kind+": ")+plain.Clean(f.Text))
	}
	return p.String()
}
