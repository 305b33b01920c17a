package text

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// styles are how states look.
var styles = map[summary.State]lipgloss.Style{summary.All: allStyle, summary.Part: partStyle,
	summary.None:          noneStyle,
	summary.NotApplicable: faintStyle, summary.Failed: alarmStyle}

// state says in its colour what a cell says at a glance.
func state(c *attacks.Cell) string {
	s := summary.StateOf(c)
	return styles[s].Render(s.String())
}

// surprising reports whether a cell is to be marked as unexpected.
func surprising(c *attacks.Cell) bool { return summary.Surprise(c) != "" }

// alarms tells of the cells that went wrong or went otherwise than expected.
func alarms(p *page, r *attacks.Result) {
	for i := range r.Cells {
		c := &r.Cells[i]
		switch text := summary.Surprise(c); {
		case c.Error != "":
			p.beside(2, alarmStyle.Render("✗"), fmt.Sprintf("%s on %s: error: %s", c.Attack,
				c.Design, plain.Clean(c.Error)))
		case text != "":
			p.beside(2, alarmStyle.Render("≠"), fmt.Sprintf("%s on %s: %s", c.Attack,
				c.Design, text))
		}
	}
}

// signs explains those of all tables.
func signs(p *page) {
	list := summary.Signs()
	for _, text := range []string{summary.Key(list[:4], "  "), summary.Key(list[4:8], "  "),
		summary.Key(list[8:], "")} {
		p.prose(0, text)
	}
}

// words explains those of a table.
func words(p *page, r *attacks.Result) {
	for _, text := range append([]string{"target: messages that the target sent or received; " +
		"others: the rest"}, summary.Words(r)...) {
		p.prose(0, text)
	}
}

// caveats names the columns that are not shown, and says what the table does not.
func caveats(p *page, r *attacks.Result) {
	if len(r.Elsewhere) > 0 {
		p.prose(0, "Columns besides these: "+strings.Join(r.Elsewhere,
			", ")+". To see all: --designs all")
		p.gap()
	}
	for _, text := range summary.Caveats() {
		p.prose(0, text)
	}
}
