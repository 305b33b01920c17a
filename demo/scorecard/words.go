package scorecard

import (
	"fmt"
	"slices"
	"strings"

	"doormat/demo/summary"
)

// Title heads a card.
func Title() string {
	return fmt.Sprintf("%d questions to every proposal for lawful access", len(questions))
}

// Leads say how a card is to be read, and of which run it is.
func Leads(in *Input) []string {
	leads := []string{
		"Published reviews put these questions to whoever proposes lawful access; the wording is " +
			"doormat’s. A figure is a field of a row of the matrix, or counts rows; or it is what sets of " +
			"stores and taps read (atlas), a count of keys, bytes and lines (count), or what a design " +
			"declares (declared). – means that nothing here fits the question, with the reason.",
		"No figure is a mark. Large is good in one row and bad in another, no question weighs more than " +
			"another, and nothing is added up. Where rows are counted, the count is of what somebody wrote.",
		summary.Settings(in.Result, ""),
	}
	if in.Ahead {
		leads = append(leads, "Rows of the matrix were made ahead with this program, under these very "+
			"settings; the rest was computed now. Other settings run everything.")
	}
	return leads
}

// Notes stand under a card.
func Notes(in *Input) []string {
	return slices.Concat(assumed(in), []string{
		"Who asks what stands here from knowledge of these documents; docs/sources.md says of each " +
			"what was read again.",
		"The atlas copies stores and taps links, and does nothing else; rows do what their scripts say. " +
			"What neither does is not measured.",
		"Where the provider erases mail, rows that come for kept mail find none, and figures of their " +
			"orders and thefts are small for that reason; the atlas has a tap as well.",
	}, summary.Caveats())
}

// assumed names what no attack can get at, and so no figure can say what it would be worth.
func assumed(in *Input) (list []string) {
	for _, info := range in.Infos {
		for _, p := range info.Principals {
			if len(p.Surfaces) == 0 {
				list = append(list, fmt.Sprintf("In %s no attack and no set of the atlas gets into the %s, which "+
					"is assumed and not shown: figures that are small there rest on it.", info.ID, p.Name))
			}
		}
	}
	return list
}

// A Group is arrangements of which a row says the same.
type Group struct {
	Designs []string // their ids
	Cell    *Cell    // of the first
}

// Groups puts arrangements together whose cells read alike, in the order of their first.
func (r *Row) Groups() (list []Group) {
	for i := range r.Cells {
		c := &r.Cells[i]
		at := slices.IndexFunc(list, func(g Group) bool { return g.Cell.Text == c.Text })
		if at < 0 {
			at, list = len(list), append(list, Group{Cell: c})
		}
		list[at].Designs = append(list[at].Designs, c.Design)
	}
	return list
}

// Reasons lists why figures are missing, each once; tables refer to them by number, from 1.
func (c *Card) Reasons() (list []string) {
	for _, row := range c.Rows {
		for _, cell := range row.Cells {
			for _, f := range cell.Figures {
				if !f.Measured && !slices.Contains(list, f.Reason) {
					list = append(list, f.Reason)
				}
			}
		}
	}
	return list
}

// Asked says who asks a question.
func (r *Row) Asked() string { return strings.Join(r.AskedBy, "; ") }
