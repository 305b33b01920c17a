package replay

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks/deduce"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// A Node is one box of a proof: a step, or steps alike of a long proof.
type Node struct {
	Kind    string // of the fact, such as "share"
	Rule    string // that gave it, "" for loot and for what the adversary made
	Origin  string // the capability that loot came from, "" for the rest
	Steps   []int  // positions in the proof
	Parents []int  // positions in the graph, each on a lower level
	Level   int    // 0 for what has no parents; each other stands above all its parents
}

// roomy is how many steps of a proof are drawn one by one.
const roomy = 24

// Graph makes boxes of a proof. Of a long one, steps alike (the same rule and kind, or
// the same loot) share a box; an arrow that would lead back is left out.
func Graph(proof deduce.Proof) []Node { return graph(proof, len(proof) > roomy) }

// Unfolded makes a box of each step.
func Unfolded(proof deduce.Proof) []Node { return graph(proof, false) }

func graph(proof deduce.Proof, fold bool) []Node {
	var nodes []Node
	box := make([]int, len(proof))
	for i, s := range proof {
		n := Node{Kind: string(s.Fact.Kind), Rule: s.Rule, Origin: s.Origin}
		at := -1
		if fold && i < len(proof)-1 {
			at = slices.IndexFunc(nodes,
				func(o Node) bool {
					return o.Kind == n.Kind && o.Rule == n.Rule &&
						o.Origin == n.Origin
				})
		}
		if at < 0 {
			at = len(nodes)
			nodes = append(nodes, n)
		}
		nodes[at].Steps = append(nodes[at].Steps, i)
		box[i] = at
	}
	for i, s := range proof {
		for _, p := range s.Parents {
			to, from := box[i], box[p]
			// boxes come in the order of their first steps
			if from < to && !slices.Contains(nodes[to].Parents, from) {
				nodes[to].Parents = append(nodes[to].Parents, from)
			}
		}
	}
	for i := range nodes {
		for _, p := range nodes[i].Parents {
			nodes[i].Level = max(nodes[i].Level, nodes[p].Level+1)
		}
	}
	return nodes
}

// Told says how a box of a proof came about and what the bytes of its first step are.
// texts shows a message's own text, which is right for invented people only.
func Told(proof deduce.Proof, n Node, texts bool) (how, bytes string) {
	how = "from " + n.Origin
	switch {
	case n.Rule != "" && len(n.Parents) == 0:
		how = fmt.Sprintf("by “%s”", n.Rule)
	case n.Rule != "":
		how = fmt.Sprintf("by “%s” from %s", n.Rule, parents(n.Parents))
	case n.Origin == deduce.Made:
		how = n.Origin
	}
	if n.Rule != "" && n.Origin == deduce.Made {
		how += ", " + n.Origin
	}
	bytes = data(proof[n.Steps[0]].Fact, texts)
	if k := len(n.Steps); k > 1 {
		bytes = fmt.Sprintf("× %d, the first: ", k) + bytes
	}
	return plain.Clean(how), bytes
}

func parents(list []int) string {
	parts := make([]string, len(list))
	for i, at := range list {
		parts[i] = fmt.Sprint(at + 1)
	}
	return strings.Join(parts, ", ")
}

// data shows a fact's bytes: their number and the first few.
func data(f world.Fact, texts bool) string {
	const few = 8
	if text, ok := Said(f); ok && texts {
		return fmt.Sprintf("%s of salt, then “%s”", summary.Count(saltSize, "byte"),
			plain.Short(text, 40))
	}
	text := hex.EncodeToString(f.Data[:min(few, len(f.Data))])
	if len(f.Data) > few {
		text += "…"
	}
	return fmt.Sprintf("%s %s", summary.Count(len(f.Data), "byte"), text)
}

// saltSize is what precedes the text in a plaintext, see package attacks.
const saltSize = 16

// Said is the text that a plaintext holds.
func Said(f world.Fact) (string, bool) {
	if f.Kind != world.Plaintext || len(f.Data) <= saltSize {
		return "", false
	}
	return string(f.Data[saltSize:]), true
}
