package text

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/demo/demotest"
	"doormat/demo/story"
)

// TestOrderMissesTheCrime holds the tour to saying whether an order found what the
// court was after.
func TestOrderMissesTheCrime(t *testing.T) {
	conv := story.Conversation()
	tour := Tour{Conversation: conv, Story: story.All()[0]}
	r := demotest.Result(2, "Ann")
	h := technique.Header{ID: "served", Kind: "lawful"}
	opened := func(numbers ...int) string {
		for i := range r.Cells {
			r.Cells[i].Trace = trace.Trace{Opened: numbers, Proved: numbers[0]}
		}
		return tour.Findings(r, []technique.Header{h}, 100)
	}
	require.Contains(t, opened(28, 29, 32, 33), "Of the 4 that opened, 0 are what the court was after: Marco – Jo.")
	require.Contains(t, opened(4, 5, 28), "Of the 3 that opened, 2 are what the court was after: Marco – Jo.")
	h.Kind = "attack"
	require.NotContains(t, opened(4), "what the court was after")
}
