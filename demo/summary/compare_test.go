package summary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
)

// Only cells of which something else was measured differ, and seconds are nothing measured.
func TestCompare(t *testing.T) {
	cell := func(attack string, read int, seconds float64) attacks.Cell {
		c := attacks.Cell{Design: "toy", Attack: attack, Applicable: true, Expected: true, Parties: 2, Seconds: seconds}
		c.Content.Target = attacks.Exposure{Recovered: read, Total: 3}
		return c
	}
	before := &attacks.Result{Cells: []attacks.Cell{cell("a", 1, 1), cell("b", 1, 1), cell("c", 1, 1)}}
	after := &attacks.Result{Cells: []attacks.Cell{cell("a", 1, 2), cell("b", 3, 1)}}
	c := Compare("threshold=1", before, after)
	require.Len(t, c.Rows, 1)
	require.Equal(t, "b", c.Rows[0].Attack)
	require.Equal(t, "◧ part ×2 1/3, –", Short(c.Rows[0].Before))
	require.Equal(t, "■ all ×2 3/3, –", Short(c.Rows[0].After))
}
