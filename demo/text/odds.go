package text

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks/odds"
	"doormat/demo/summary"
)

// Odds shows how likely messages are read, for each number of years.
func Odds(reports []odds.Report, width int) string {
	p := newPage(width)
	p.title("How likely messages are read, if these chances are right")
	p.prose(0, summary.OddsGiven(reports[0].Inputs))
	for _, r := range reports {
		p.gap()
		p.heading("── Within "+summary.Count(r.Years, "year"), "")
		oddsTable(p, r)
		for _, row := range r.Rows {
			p.gap()
			p.heading(row.Design, "")
			p.field("Many", summary.OddsCrowd(row.Crowd, r.Inputs))
			p.field("Decides most", summary.OddsMost(row.Matters, r.Inputs.Message))
			if even := summary.OddsEven(row.BreakEven, r.Inputs.Message); even != "" {
				p.field("Break-even", even)
			}
			if !row.Complete {
				p.field("Certificate", summary.OddsIncomplete)
			}
			if len(row.Assumed) > 0 {
				p.field("Assumed", summary.OddsAssumed(row.Assumed))
			}
		}
	}
	if q := reports[0].Quorums; len(q) > 0 {
		p.gap()
		p.heading("── Trustees alone", "")
		quorums(p, q)
	}
	p.gap()
	for _, text := range summary.OddsCaveats(reports[0]) {
		p.prose(0, text)
	}
	return p.String()
}

// oddsTable has a line for each design and, below it, one for its simulation; where the page is
// too narrow, they are sentences.
func oddsTable(p *page, r odds.Report) {
	head := []string{"", fmt.Sprint("message ", r.Inputs.Message), "any of target", "all of target",
		summary.WholeChat}
	lines := [][]string{head}
	for _, row := range r.Rows {
		s, e := row.Simulated, row.Error
		lines = append(lines, []string{row.Design, summary.Chance(row.Message),
			summary.Chance(row.Any), summary.Chance(row.Target), summary.Chance(row.Everything)},
			[]string{"  drawn", summary.Drawn(row.Message, s.Message, e.Message),
				summary.Drawn(row.Any, s.Any, e.Any), summary.Drawn(row.Target, s.Target, e.Target),
				summary.Drawn(row.Everything, s.Everything, e.Everything)})
	}
	aligned(p, lines)
}

// quorums compares t of n.
func quorums(p *page, list []odds.Quorum) {
	lines := [][]string{{"", "1 year", "with common", "10, refreshed", "10, never", "unavailable"}}
	for _, q := range list {
		lines = append(lines, []string{fmt.Sprintf("%d of %d", q.T, q.N), summary.Chance(q.Year),
			summary.Chance(q.Common), summary.Chance(q.Refreshed), summary.Chance(q.Ten),
			summary.Chance(q.Unavailable)})
	}
	aligned(p, lines)
	p.prose(0, "That enough of them fall to open what is theirs to open, in a year, and with the "+
		"common cause; with it too, within ten years, if shares change every year or never. Unavailable: "+
		"that too few are up, if each is down with the same chance.")
}

// aligned writes lines in columns; the first is the head.
func aligned(p *page, lines [][]string) {
	widths, total := make([]int, len(lines[0])), 0
	for i := range widths {
		for _, l := range lines {
			widths[i] = max(widths[i], lipgloss.Width(l[i])+2)
		}
		total += widths[i]
	}
	for n, l := range lines {
		switch first := l[0] + strings.Repeat(" ", widths[0]-lipgloss.Width(l[0])); {
		case total <= p.width && n == 0:
			p.line("%s", faint(first+columns(l[1:], widths[1:])))
		case total <= p.width:
			p.line("%s", first+columns(l[1:], widths[1:]))
		case n > 0:
			var parts []string
			for i, text := range l[1:] {
				parts = append(parts, lines[0][i+1]+" "+text)
			}
			p.beside(widths[0], l[0], strings.Join(parts, ", "))
		}
	}
}
