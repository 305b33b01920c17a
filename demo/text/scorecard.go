package text

import (
	"fmt"
	"strings"

	"doormat/demo/plain"
	"doormat/demo/scorecard"
)

// Scorecard shows each question, what its figures are, and what they come to: arrangements of which
// it says the same stand together.
func Scorecard(in *scorecard.Input, card *scorecard.Card, width int) string {
	p := newPage(width)
	p.title(scorecard.Title())
	for _, lead := range scorecard.Leads(in) {
		p.prose(0, lead)
	}
	for i := range card.Rows {
		row := &card.Rows[i]
		p.gap()
		p.heading(fmt.Sprintf("── %d %s", row.Number, row.Name), "")
		p.prose(0, row.Question)
		for n, what := range row.Figures {
			p.beside(5, "  "+scorecard.Letter(n), faint(plain.Clean(what)))
		}
		for _, group := range row.Groups() {
			p.beside(0, "", bold(plain.Clean(strings.Join(group.Designs, ", "))))
			if !group.Cell.Measured {
				p.prose(2, group.Cell.Text)
				continue
			}
			for n, f := range group.Cell.Figures {
				p.beside(5, "  "+scorecard.Letter(n), plain.Clean(f.Words()))
			}
		}
		p.prose(0, "Asked by: "+row.Asked())
	}
	p.gap()
	p.prose(0, "What a figure rests on, with COLUMN for an arrangement: doormat attack run ROW --designs "+
		"COLUMN; rows, doormat matrix --designs COLUMN; atlas, doormat atlas COLUMN; count and "+
		"declared, doormat design show COLUMN. --format json has the command of each.")
	for _, note := range scorecard.Notes(in) {
		p.prose(0, note)
	}
	return p.String()
}
