package pages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/summary"
)

// TestPagesAgree writes pages of cells made by hand: they say the states in the words of
// every other renderer.
func TestPagesAgree(t *testing.T) {
	for want, c := range map[summary.State]attacks.Cell{
		summary.All:           {Applicable: true, Expected: true, Content: attacks.Content{Target: attacks.Exposure{Recovered: 2, Total: 2}}},
		summary.Part:          {Applicable: true, Expected: true, Content: attacks.Content{Target: attacks.Exposure{Recovered: 1, Total: 2}}},
		summary.None:          {Applicable: true, Content: attacks.Content{Target: attacks.Exposure{Total: 2}}},
		summary.NotApplicable: {Expected: true, Why: "nobody there"},
		summary.Failed:        {Applicable: true, Error: "it fell over"},
	} {
		c.Attack, c.Design = "a", "d"
		r := &results{Result: &attacks.Result{Attacks: []attacks.AttackRow{{ID: "a"}}, Designs: []attacks.DesignRow{{ID: "d", Name: "D", Design: "d"}}, Cells: []attacks.Cell{c}}}
		page := attack(technique.Header{ID: "a"}, "", r, 0)
		require.Contains(t, page, "D](../designs/d.md): "+want.Long())
		require.Contains(t, brief(&c), want.Long())
		if !c.Expected {
			require.Contains(t, page, summary.Reason(&c))
		}
	}
}
