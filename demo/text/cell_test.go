package text

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/markdown"
)

// TestLegend explains every sign and word that a reader meets in a table.
func TestLegend(t *testing.T) {
	cell := attacks.Cell{Attack: "a", Design: "d", Applicable: true, Forged: 1, Lawful: attacks.Lawful{Asked: 1}}
	r := &attacks.Result{Cells: []attacks.Cell{cell}, Attacks: []attacks.AttackRow{{ID: "a"}}, Designs: []attacks.DesignRow{{ID: "d"}}}
	for name, text := range map[string]string{"text": Matrix(r, 80), "markdown": string(markdown.Result(r))} {
		for _, want := range []string{"✗ error", "forged: messages on", "served: of the messages", "≠ unexpected", "✓ order served"} {
			require.Contains(t, text, want, name)
		}
	}
}
