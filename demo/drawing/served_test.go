package drawing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/summary"
)

// TestServedInFull: the sign of a served order stands where all was served, and nowhere else.
func TestServedInFull(t *testing.T) {
	for n, full := range map[int]bool{0: false, 3: false, 4: true} {
		c := &attacks.Cell{Applicable: true, Lawful: attacks.Lawful{Asked: 4, Served: n}}
		for _, text := range []string{summary.Verdict("lawful", c), served(c).Text} {
			if full {
				require.Contains(t, text, "✓", "%d of 4", n)
			} else {
				require.NotContains(t, text, "✓", "%d of 4", n)
			}
		}
	}
	require.Zero(t, served(&attacks.Cell{Applicable: true}), "nothing was asked")
}
