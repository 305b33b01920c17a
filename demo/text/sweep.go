package text

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/demo/terminal"
)

// sweep is a sweep as a page tells it.
type sweep struct{ *summary.Sweep }

// Sweep shows a sweep as a table for each design and, over the moment of the
// attack, as a picture of the messages that are open.
func Sweep(of *summary.Sweep, width int) string {
	s := sweep{of}
	p := newPage(width)
	r := s.Results[0]
	p.title(r.Attacks[0].Title)
	p.prose(0, summary.Settings(r, s.Over))
	p.prose(0, fmt.Sprintf("Over %s: x is %s.", s.Over, s.span()))
	if text := s.fixed(); text != "" {
		p.prose(0, "The attack fixes "+plain.Clean(text)+".")
	}
	if s.Over == "at" {
		for i, d := range r.Designs {
			p.gap()
			p.heading("── "+d.Name+": what is open if the attack begins after message x", "")
			s.picture(p, i)
		}
		p.gap()
		pictureLegend(p)
	}
	for i, d := range r.Designs {
		p.gap()
		p.heading("── "+d.Name, "")
		s.table(p, i)
	}
	p.gap()
	s.alarms(p)
	p.prose(0, "Before and after the moment at which the adversary first took something.")
	p.prose(0, "× break-ins, or who said yes  lawful: served of asked  ! somebody noticed  ≠ unexpected  – "+
		"none such, or not applicable")
	p.gap()
	for _, text := range summary.Caveats() {
		p.prose(0, text)
	}
	return p.String()
}

// fixed tells which settings the attack fixes for itself; some follow the value.
func (s sweep) fixed() string {
	last := len(s.Results) - 1
	from, to := strings.Join(s.Results[0].Attacks[0].Fixes, ", "),
		strings.Join(s.Results[last].Attacks[0].Fixes, ", ")
	if from == to {
		return from
	}
	return fmt.Sprintf("%s at x = %s, to %s at x = %s", from, s.Values[0], to, s.Values[last])
}

// span tells of the values of x.
func (s sweep) span() string {
	if len(s.Values) == 1 {
		return s.Values[0]
	}
	return fmt.Sprintf("%s to %s, %d points", s.Values[0], s.Values[len(s.Values)-1], len(s.Values))
}

// sweepHead names the columns of a table; the first is the setting's. The first
// pair is of the target, the second of others.
var sweepHead = []string{"", "before", "after", "before", "after", "×", "forged",
	"noticed", "lawful"}

// sweepLine is a line of a table: cells, or what stands in their place.
type sweepLine struct {
	cells []string
	note  string
}

// table shows a design, a line a value; where the page is too narrow, the numbers
// stand in sentences.
func (s sweep) table(p *page, design int) {
	lines := s.lines(design)
	head := slices.Clone(sweepHead)
	head[0] = s.Over
	all, measured, total := [][]string{head}, false, 0
	for _, l := range lines {
		all, measured = append(all, l.cells), measured || l.note == ""
	}
	widths := make([]int, len(head))
	for i := range widths {
		for _, cells := range all {
			if i < len(cells) {
				widths[i] = max(widths[i], 1+lipgloss.Width(cells[i]))
			}
		}
		total += widths[i]
	}
	narrow := total > p.width
	if measured && !narrow {
		p.line("%s", faint(columns([]string{"", "target", "others"},
			[]int{widths[0], widths[1] + widths[2], widths[3] + widths[4]})))
		p.line("%s", faint(columns(head, widths)))
	}
	for _, l := range lines {
		switch {
		case l.note != "":
			p.beside(widths[0]+2, columns(l.cells, widths), l.note)
		case narrow:
			c := l.cells
			p.beside(widths[0]+2, columns(c[:1], widths), fmt.Sprintf(
				"target before %s, after %s; others before %s, after %s; ×%s; forged %s; noticed "+
					"%s; lawful %s", c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]))
		default:
			p.line("%s", columns(l.cells, widths))
		}
	}
}

// lines lists what a table says. Points alike at which there is nothing to measure
// share a line.
func (s sweep) lines(design int) (lines []sweepLine) {
	for i := 0; i < len(s.Results); i++ {
		c, value := &s.Results[i].Cells[design], s.Values[i]
		if surprising(c) {
			value = "≠ " + value
		}
		if summary.Measured(c) {
			t, o := c.Content.Target, c.Content.Others
			lines = append(lines, sweepLine{cells: []string{value, summary.Fraction(t.Before,
				t.BeforeTotal), summary.Fraction(t.After, t.AfterTotal),
				summary.Fraction(o.Before, o.BeforeTotal), summary.Fraction(o.After, o.AfterTotal),
				fmt.Sprint(c.Parties), fmt.Sprint(c.Forged),
				yes(len(c.Noticed) > 0), summary.Fraction(c.Lawful.Served, c.Lawful.Asked)}})
			continue
		}
		from := i
		for i+1 < len(s.Results) && alike(c, &s.Results[i+1].Cells[design]) {
			i++
		}
		if i > from {
			value += "-" + s.Values[i]
		}
		lines = append(lines, sweepLine{[]string{value}, state(c) + "  " +
			plain.Clean(cmp.Or(c.Error, c.Why))})
	}
	return lines
}

// alike reports whether two cells that measured nothing say the same.
func alike(a, b *attacks.Cell) bool {
	return a.Applicable == b.Applicable && a.Error == b.Error && a.Why == b.Why &&
		a.Expected == b.Expected && !summary.Measured(b)
}

func columns(texts []string, widths []int) string {
	line := ""
	for i, text := range texts {
		line += terminal.PadLeft(text, widths[i])
	}
	return line
}

func yes(b bool) string {
	if b {
		return "! yes"
	}
	return "no"
}

// alarms tells of the points that went wrong or otherwise than expected, each
// message once.
func (s sweep) alarms(p *page) {
	told := map[string]bool{}
	for i, r := range s.Results {
		for j := range r.Cells {
			c := &r.Cells[j]
			text, sign := summary.Surprise(c), "≠"
			if c.Error != "" {
				text, sign = "error: "+c.Error, "✗"
			}
			if key := c.Design + text; text != "" && !told[key] {
				told[key] = true
				p.beside(2, alarmStyle.Render(sign), fmt.Sprintf("%s %s on %s: %s", s.Over,
					s.Values[i], c.Design, plain.Clean(text)))
			}
		}
	}
	if len(told) > 0 {
		p.gap()
	}
}
