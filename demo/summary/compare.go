package summary

import (
	"encoding/json"
	"fmt"

	"doormat/attacks"
)

// A Comparison is what another value of one setting changes.
type Comparison struct {
	Compared string   `json:"compared"` // "threshold=1"
	Rows     []Change `json:"rows"`     // the cells that differ, in the order of the matrix
}

// A Change is a cell before and after.
type Change struct {
	Attack string        `json:"attack"`
	Design string        `json:"design"`
	Before *attacks.Cell `json:"before"`
	After  *attacks.Cell `json:"after"`
}

// Compare lists the cells of two results of one matrix that differ in what was measured. That
// their settings differ, and how long they took, is no difference.
func Compare(compared string, before, after *attacks.Result) *Comparison {
	c := &Comparison{Compared: compared, Rows: []Change{}}
	of := Cells(after)
	for i := range before.Cells {
		old := &before.Cells[i]
		now := of[[2]string{old.Attack, old.Design}]
		if now != nil && measuredAs(old) != measuredAs(now) {
			c.Rows = append(c.Rows, Change{old.Attack, old.Design, old, now})
		}
	}
	return c
}

// measuredAs is what was measured in a cell.
func measuredAs(c *attacks.Cell) string {
	one := *c
	one.Seconds, one.Why, one.Needs, one.At, one.Principals = 0, "", nil, 0, 0
	text, _ := json.Marshal(one) // a cell is always marshalled
	return string(text)
}

// Short is a cell in half a line: what was read of the target's and of others', and what came
// besides.
func Short(c *attacks.Cell) string {
	if !Measured(c) {
		return StateOf(c).String()
	}
	text := fmt.Sprintf("%s ×%d %s, %s", StateOf(c).String(), c.Parties, Fraction(c.Content.Target.Recovered,
		c.Content.Target.Total), Fraction(c.Content.Others.Recovered, c.Content.Others.Total))
	for _, remark := range Remarks(c) {
		text += "; " + remark
	}
	return text
}
