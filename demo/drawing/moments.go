package drawing

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// A picture of moments in its own units: the field is a square.
const (
	fieldLeft  = 92
	fieldTop   = 14
	fieldSide  = 420
	maxBands   = 120 // messages share lines if there are more
	hatchEvery = 9
)

// Moments draws a sweep of one design, by its place in the results: a column for each
// value, a line for each message, filled and hatched where it is open. Over the moment
// of the attack, the dashed line runs from corner to corner: above it is what was
// written before that moment, below it what was written after. The past of a thief who
// opens everything, always, is as full as the future.
func Moments(s *summary.Sweep, design int) template.HTML {
	if s == nil || len(s.Results) == 0 || len(s.Values) != len(s.Results) || design < 0 {
		return ""
	}
	m := moments{s: s, total: s.Results[0].Conversation.Messages}
	for _, r := range s.Results {
		if design >= len(r.Cells) {
			return ""
		}
		m.cells = append(m.cells, &r.Cells[design])
	}
	m.per = max(1, (m.total+maxBands-1)/maxBands)
	m.wide = fieldSide / px(len(m.cells))
	m.high = fieldSide / (px(max(1, m.total)) / px(m.per))
	m.fill()
	m.follow()
	m.targets()
	m.tell(design)
	return render("moments", &m)
}

// moments is what its template fills in.
type moments struct {
	s          *summary.Sweep
	cells      []*attacks.Cell // one a column
	total, per int             // messages, and messages a line
	wide, high px              // of a column and of a line

	// paths: open, open in part, lines over open, columns without anything to draw
	Open, Part, Hatch, Gone string
	Now, Target             string
	Diagonal                bool
	Name, Words, Caption    string
	Absent                  string
	First, Last, Over       string
}

func (m *moments) x(column int) px { return fieldLeft + px(column)*m.wide }
func (m *moments) y(band int) px   { return fieldTop + min(px(band)*m.high, fieldSide) }

// A run is lines from first to before end that are alike in one column.
type run struct {
	first, end int
	all        bool // open, not only in part
}

// runs lists what is open in a column.
func (m *moments) runs(c *attacks.Cell) (list []run) {
	if !summary.Measured(c) {
		return nil
	}
	open := make([]int, (m.total+m.per-1)/m.per)
	for _, k := range c.Trace.Opened {
		if k >= 1 && k <= m.total {
			open[(k-1)/m.per]++
		}
	}
	for band, n := range open {
		all := n == min(m.per, m.total-band*m.per)
		last := len(list) - 1
		switch {
		case n == 0:
		case last >= 0 && list[last].end == band && list[last].all == all:
			list[last].end++
		default:
			list = append(list, run{band, band + 1, all})
		}
	}
	return list
}

// fill draws runs; those alike in neighbouring columns are one rectangle.
func (m *moments) fill() {
	var open, part, gone strings.Builder
	var columns [][]run
	since := map[run]int{}
	for i := 0; i <= len(m.cells); i++ {
		var list []run
		if i < len(m.cells) {
			list = m.runs(m.cells[i])
			columns = append(columns, list)
			if !summary.Measured(m.cells[i]) {
				fmt.Fprintf(&gone, "M%s %sh%s", m.x(i), px(fieldTop+fieldSide/2), m.wide)
			}
		}
		still := map[run]int{}
		for _, r := range list {
			still[r] = i
			if from, ok := since[r]; ok {
				still[r] = from
				delete(since, r)
			}
		}
		for _, r := range m.ended(i-1, since) {
			into := &part
			if r.all {
				into = &open
			}
			fmt.Fprintf(into, "M%s %sh%sv%sh%sz", m.x(since[r]), m.y(r.first), m.x(i)-m.x(since[r]),
				m.y(r.end)-m.y(r.first), m.x(since[r])-m.x(i))
		}
		since = still
	}
	m.Open, m.Part, m.Gone, m.Hatch = open.String(), part.String(), gone.String(), m.hatch(columns)
}

// ended lists, in order, the runs of a column that go on no further.
func (m *moments) ended(column int, since map[run]int) (list []run) {
	if column < 0 {
		return nil
	}
	for _, r := range m.runs(m.cells[column]) {
		if _, ok := since[r]; ok {
			list = append(list, r)
		}
	}
	return list
}

// hatch draws slanting lines over what is open.
func (m *moments) hatch(columns [][]run) string {
	var b strings.Builder
	// the line x+y = c, from the field's corner
	for c := px(hatchEvery); c < 2*fieldSide; c += hatchEvery {
		from, to := px(-1), px(-1)
		for i, list := range columns {
			for _, r := range list {
				left := max(px(i)*m.wide, c-(m.y(r.end)-fieldTop))
				right := min(px(i+1)*m.wide, c-(m.y(r.first)-fieldTop))
				if !r.all || left >= right {
					continue
				}
				if left > to+0.01 {
					slant(&b, from, to, c)
					from = left
				}
				to = right
			}
		}
		slant(&b, from, to, c)
	}
	return b.String()
}

func slant(b *strings.Builder, from, to, c px) {
	if to-from > 0.5 {
		fmt.Fprintf(b, "M%s %sl%s %s", fieldLeft+from, fieldTop+c-from, to-from, from-to)
	}
}

// at is the moment of the attack in a column: an attack may fix its own.
func (m *moments) at(i int) int {
	return min(m.total, cmp.Or(m.cells[i].Trace.Settings.At, m.s.Results[i].Settings.At))
}

// follow draws the moment of the attack across the columns.
func (m *moments) follow() {
	m.Over = "the attack comes after message x"
	if m.Diagonal = m.s.Over == "at"; !m.Diagonal {
		m.Over = plain.Short(m.s.Over, longName) + " is x"
	}
	m.First, m.Last = plain.Short(m.s.Values[0], shortName),
		plain.Short(m.s.Values[len(m.s.Values)-1], shortName)
	var b strings.Builder
	at := func(i int) px { return fieldTop + fieldSide*px(m.at(i))/px(max(1, m.total)) }
	for i := range m.cells {
		switch y := at(i); {
		case i == 0:
			fmt.Fprintf(&b, "M%s %sL%s %s", m.x(0), y, m.x(0)+m.wide/2, y)
		case i == len(m.cells)-1:
			fmt.Fprintf(&b, " %s %sH%s", m.x(i)+m.wide/2, y, m.x(i+1))
		default:
			fmt.Fprintf(&b, " %s %s", m.x(i)+m.wide/2, y)
		}
	}
	m.Now = b.String()
}

// Total is the number of the last message.
func (m *moments) Total() int { return m.total }

// targets marks the lines with messages that the target sent or received.
func (m *moments) targets() {
	target := m.s.Results[0].Settings.Target
	if m.s.Conversation == nil {
		return
	}
	var b strings.Builder
	marked := -1
	for i := range m.s.Conversation.Messages {
		if band := i / m.per; band != marked && m.s.Conversation.Messages[i].Concerns(target) &&
			i < m.total {
			fmt.Fprintf(&b, "M%s %sv%s", px(fieldLeft-7), m.y(band), m.y(band+1)-m.y(band))
			marked = band
		}
	}
	m.Target = b.String()
}
