package replay_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/replay"
)

// TestGraph folds a proof of a hundred steps into a picture, and leaves a short one
// as it is; arrows lead up, and every step stands in one box.
func TestGraph(t *testing.T) {
	for _, id := range []string{"secret-order", "quorum-theft"} {
		_, p := overStory(t, id)
		proof := p.Result.Cells[1].Trace.Proof
		nodes := replay.Graph(proof)
		if id == "secret-order" {
			require.Greater(t, len(proof), 100)
			require.Less(t, len(nodes), 30)
		} else {
			require.Len(t, nodes, len(proof))
		}
		var steps []int
		for i, n := range nodes {
			steps = append(steps, n.Steps...)
			for _, p := range n.Parents {
				require.Less(t, nodes[p].Level, n.Level)
			}
			require.Equal(t, i == len(nodes)-1, n.Kind == "plaintext")
		}
		slices.Sort(steps)
		require.Len(t, steps, len(proof))
		require.Equal(t, len(proof)-1, steps[len(steps)-1])
	}
}
