package drawing

import (
	"fmt"
	"strings"

	"doormat/demo/plain"
	"doormat/demo/summary"
)

// tell says in words what the picture shows: the first, the middle and the last column.
func (m *moments) tell(design int) {
	r := m.s.Results[0]
	m.Name = "Which messages are open, at each moment of the attack"
	if !m.Diagonal {
		m.Name = "Which messages are open, over " + plain.Short(m.s.Over, longName)
	}
	if design < len(r.Designs) {
		m.Name = plain.Short(r.Designs[design].Name, longName) + ": " + m.Name
	}
	middle, last := (len(m.cells)-1)/2, len(m.cells)-1
	var parts []string
	for i := range m.cells {
		if i == 0 || i == middle || i == last {
			parts = append(parts, m.column(i))
		}
	}
	m.Caption = m.column(middle)
	m.Words = strings.Join(parts, " ")
	measured := 0
	for _, c := range m.cells {
		if summary.Measured(c) {
			measured++
		}
	}
	if measured == 0 {
		c := m.cells[0]
		m.Absent = summary.StateOf(c).Long()
		m.Words = plain.Short(summary.Absence(c), longText)
		m.Caption = m.Words
	} else if n := len(m.cells) - measured; n > 0 {
		m.Words += fmt.Sprintf(" At %d of %d values there is nothing to measure.", n, len(m.cells))
		m.Caption += fmt.Sprintf(" At %d of %d values there is nothing to measure (dotted).", n,
			len(m.cells))
	}
}

// column tells what one column shows.
func (m *moments) column(i int) string {
	what := fmt.Sprintf("Attack after message %s", plain.Short(m.s.Values[i], shortName))
	if !m.Diagonal {
		what = fmt.Sprintf("With %s %s", plain.Short(m.s.Over, longName),
			plain.Short(m.s.Values[i], shortName))
	}
	c := m.cells[i]
	if !summary.Measured(c) {
		return fmt.Sprintf("%s: %s.", what, summary.StateOf(c))
	}
	at := m.at(i)
	past, future := 0, 0
	for _, k := range c.Trace.Opened {
		if k <= at {
			past++
		} else {
			future++
		}
	}
	return fmt.Sprintf("%s: %d of %d written before it are open, %d of %d written after it.", what,
		past, at, future, m.total-at)
}
