package drawing

import (
	"fmt"
	"slices"

	"doormat/attacks/deduce"
	"doormat/demo/replay"
)

// crowded is how many boxes a level may have before those alike share one.
const crowded = 8

// fold joins boxes of what was taken from many in the same way, such as the shares of
// forty trustees: the same kind, used by the same boxes.
func fold(nodes []replay.Node) []replay.Node {
	levels := replay.Levels(nodes)
	if len(levels) == 0 || len(levels[0]) <= crowded {
		return nodes
	}
	users := make([]string, len(nodes))
	for i, n := range nodes {
		for _, p := range n.Parents {
			users[p] += fmt.Sprintf(" %d", i)
		}
	}
	var out []replay.Node
	first := map[string]int{} // boxes of out by what makes them alike
	place := make([]int, len(nodes))
	for i, n := range nodes {
		key := fmt.Sprint(n.Kind, "\x00", users[i])
		at, known := first[key]
		if n.Level > 0 || n.Origin == deduce.Made || !known {
			at = len(out)
			if n.Level == 0 && n.Origin != deduce.Made {
				first[key] = at
			}
			n.Steps, n.Parents = slices.Clone(n.Steps), slices.Clone(n.Parents)
			out = append(out, n)
		} else {
			out[at].Steps = append(out[at].Steps, n.Steps...)
			out[at].Origin = fmt.Sprintf("%s … %s", nodes[slices.Index(place[:i], at)].Origin,
				n.Origin)
		}
		place[i] = at
	}
	for i := range out {
		for j, p := range out[i].Parents {
			out[i].Parents[j] = place[p]
		}
		slices.Sort(out[i].Parents)
		out[i].Parents = slices.Compact(out[i].Parents)
	}
	return out
}
