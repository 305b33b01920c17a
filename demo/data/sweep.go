package data

import (
	"doormat/attacks"
	"doormat/demo/summary"
	"doormat/world"
)

// A sweepRow is one value in one design.
type sweepRow struct {
	Value string `json:"value"`
	*attacks.Cell
	Opened []int `json:"opened"` // numbers of the messages that are open
}

// sweepRows lists a design after the other at each value.
func sweepRows(s *summary.Sweep) []sweepRow {
	rows := []sweepRow{}
	for i, r := range s.Results {
		for j := range r.Cells {
			c := &r.Cells[j]
			rows = append(rows, sweepRow{s.Values[i], c, append([]int{}, c.Trace.Opened...)})
		}
	}
	return rows
}

// Sweep is what JSON shows of a sweep: that of a run, with the attack, the
// setting and its values, and rows in the place of cells. The settings are those
// of the first value.
func Sweep(s *summary.Sweep) any {
	r := s.Results[0]
	return struct {
		Doormat      string              `json:"doormat"`
		Seed         uint64              `json:"seed"`
		Settings     world.Settings      `json:"settings"`
		Conversation attacks.Counts      `json:"conversation"`
		Designs      []attacks.DesignRow `json:"designs"`
		Attack       attacks.AttackRow   `json:"attack"`
		Over         string              `json:"over"`
		Values       []string            `json:"values"`
		Rows         []sweepRow          `json:"rows"`
	}{r.Doormat, r.Seed, r.Settings, r.Conversation, r.Designs, r.Attacks[0], s.Over,
		s.Values, sweepRows(s)}
}
