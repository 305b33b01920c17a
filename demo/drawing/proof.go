package drawing

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"doormat/attacks/deduce"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
)

// A proof in its own units.
const (
	proofWidth = 1200
	proofLeft  = 180 // room for the arrows
	proofTop   = 36
	proofGap   = 10 // between boxes
)

// Proof draws how a message was read, as the boxes that [replay.Graph] makes of its
// proof, one below the other: each rests on boxes above it, from which arrows lead to
// it by the left, the further the wider, and the plaintext is last. Of a long proof,
// steps alike share a box (×40). The text itself is shown only if texts is true. Numbers
// in the boxes are those of [Steps], which says the same in words.
func Proof(nodes []replay.Node, proof deduce.Proof, texts bool) template.HTML {
	if !sound(proof) || !fits(nodes, proof) {
		return ""
	}
	d := proofDrawing{proof: proof, nodes: fold(nodes), texts: texts, W: proofWidth, H: proofTop}
	for i, n := range d.nodes {
		b := d.box(i)
		for _, p := range n.Parents {
			d.arrow(d.Boxes[p], b, px(i-p))
		}
		d.Boxes = append(d.Boxes, b)
		d.H = b.Y + b.H + proofGap
	}
	d.tell()
	return render("proof", &d)
}

// arrow leads from the foot of a box to the head of one that stands so many boxes below.
func (d *proofDrawing) arrow(from, to box, below px) {
	out, in := from.Y+from.H-12, to.Y+14
	bow := to.X - 20 - 210*below/(below+4)
	d.Lines += fmt.Sprintf("M%s %sC%s %s %s %s %s %s", from.X, out, bow, out, bow, in, to.X, in)
	d.Heads += fmt.Sprintf("M%s %sl-9-5v10z", to.X, in)
}

// sound reports whether a proof can be drawn at all: there is one, and its steps rest
// on steps before them.
func sound(proof deduce.Proof) bool {
	for i, s := range proof {
		if slices.ContainsFunc(s.Parents, func(p int) bool { return p < 0 || p >= i }) {
			return false
		}
	}
	return len(proof) > 0
}

// fits reports whether nodes are a graph of the proof: boxes of its steps, each below
// those that it rests on.
func fits(nodes []replay.Node, proof deduce.Proof) bool {
	for i, n := range nodes {
		if len(n.Steps) == 0 ||
			slices.ContainsFunc(n.Steps, func(s int) bool { return s < 0 || s >= len(proof) }) ||
			slices.ContainsFunc(n.Parents, func(p int) bool { return p < 0 || p >= i }) {
			return false
		}
	}
	return len(nodes) > 0
}

// proofDrawing is what its template fills in.
type proofDrawing struct {
	proof deduce.Proof
	nodes []replay.Node
	texts bool
	W, H  px // of the picture
	Boxes []box
	Lines string // the arrows' shafts
	Heads string

	Name, Words string
}

// tell says in words what the picture shows.
func (d *proofDrawing) tell() {
	taken, made, rules := 0, 0, map[string]bool{}
	var from []string
	for _, s := range d.proof {
		switch {
		case s.Rule != "":
			rules[s.Rule] = true
		case !s.Taken():
			made++
		default:
			taken++
			if !slices.Contains(from, s.Origin) {
				from = append(from, s.Origin)
			}
		}
	}
	d.Name = "How a message was read: a proof of " + summary.Count(len(d.proof), "step")
	d.Words = fmt.Sprintf("%s taken with %s", summary.Count(taken, "piece"),
		plain.Short(strings.Join(from, ", "), longText))
	if made > 0 {
		d.Words += fmt.Sprintf(", %d that the adversary made", made)
	}
	d.Words += fmt.Sprintf(", and %s of the design give the message.",
		summary.Count(len(rules), "rule"))
}
