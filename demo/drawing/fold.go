package drawing

import (
	"fmt"
	"slices"

	"doormat/attacks/deduce"
	"doormat/demo/replay"
)

// crowded is how many boxes may rest on none before those alike share one.
const crowded = 8

// fold joins boxes of what was taken from many in the same way, such as the shares of
// forty trustees: the same kind, used by the same boxes.
func fold(nodes []replay.Node) []replay.Node {
	users, roots := make([]string, len(nodes)), 0
	for i, n := range nodes {
		if n.Level == 0 {
			roots++
		}
		for _, p := range n.Parents {
			users[p] += fmt.Sprintf(" %d", i)
		}
	}
	if roots <= crowded {
		return nodes
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
