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
	proofTop   = 44
	acrossGap  = 40 // between columns
	downGap    = 28 // between lines
	leastBox   = 160
	mostBox    = 200
	lineBox    = 168 // where levels are lines
	leastGoal  = 260 // for the text
	mostGoal   = 420
	maxAcross  = 6 // levels that fit side by side
)

// Proof draws how a message was read, as the boxes that [replay.Graph] makes of its
// proof: boxes for what was taken, then what follows from
// it by the design's rules, the plaintext last; from left to right, or downwards if
// there are many levels. Of a long proof, steps alike share a box (×40). The text
// itself is shown only if texts is true. Numbers at the boxes are those of [Steps],
// which says the same in words.
func Proof(nodes []replay.Node, proof deduce.Proof, texts bool) template.HTML {
	if !sound(proof) || !fits(nodes, proof) {
		return ""
	}
	d := proofDrawing{proof: proof, nodes: fold(nodes), texts: texts}
	d.size(len(replay.Levels(d.nodes)))
	sizes := make([]px, len(d.nodes))
	for i := range d.nodes {
		d.Boxes = append(d.Boxes, d.box(i))
		sizes[i] = d.Boxes[i].H
		if d.Down {
			sizes[i] = d.Boxes[i].W
		}
	}
	l := arrange(d.nodes, sizes)
	d.place(l)
	d.arrows(l)
	d.tell()
	return render("proof", &d)
}

// size chooses how wide boxes are.
func (d *proofDrawing) size(levels int) {
	if d.Down = levels > maxAcross; d.Down {
		d.wide, d.goal = lineBox, mostGoal
		return
	}
	columns := px(max(1, levels-1))
	d.wide = min(mostBox, max(leastBox, (proofWidth-4-leastGoal)/columns-acrossGap))
	d.goal = min(mostGoal, max(leastGoal, proofWidth-4-columns*(d.wide+acrossGap)))
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

// fits reports whether nodes are a graph of the proof: boxes of its steps, each above
// those that it rests on.
func fits(nodes []replay.Node, proof deduce.Proof) bool {
	for i, n := range nodes {
		if len(n.Steps) == 0 || n.Level < 0 || n.Level >= len(proof) {
			return false
		}
		if slices.ContainsFunc(n.Steps, func(s int) bool { return s < 0 || s >= len(proof) }) ||
			slices.ContainsFunc(n.Parents,
				func(p int) bool { return p < 0 || p >= i || nodes[p].Level >= n.Level }) {
			return false
		}
	}
	return len(nodes) > 0
}

// proofDrawing is what its template fills in.
type proofDrawing struct {
	proof      deduce.Proof
	nodes      []replay.Node
	texts      bool
	wide, goal px     // of boxes, and of the last
	from, to   []px   // where levels begin and end
	margin     px     // left of lines
	Down       bool   // levels are lines, not columns
	W, H       px     // of the picture
	Boxes      []box  // by node
	Lines      string // the arrows' shafts
	Heads      string
	Follows    px // where the second column begins

	Name, Words string
}

// place moves boxes to where they belong.
func (d *proofDrawing) place(l *layout) {
	d.placeLevels(l)
	if d.Down {
		d.margin = 2 + max(0, proofWidth-4-l.size)/2
	}
	for i := range d.Boxes {
		b, v := &d.Boxes[i], l.vertices[i]
		b.X, b.Y = d.from[v.level], proofTop+v.mid-b.H/2
		if d.Down {
			b.X, b.Y = d.margin+v.mid-b.W/2, d.from[v.level]
		}
		b.set()
	}
	end := d.to[len(d.to)-1]
	d.W, d.H = max(end+2, proofWidth), proofTop+l.size+4
	if d.Down {
		d.W, d.H = max(l.size+4, proofWidth), end+4
	}
}

// placeLevels finds where each level begins and ends: it is as thick as its thickest box.
func (d *proofDrawing) placeLevels(l *layout) {
	at := px(2)
	if d.Down {
		at = proofTop
	}
	for i, level := range l.levels {
		thick := d.wide
		if d.Down {
			thick = 0
		}
		for _, v := range level {
			switch node := l.vertices[v].node; {
			case node < 0:
			case d.Down:
				thick = max(thick, d.Boxes[node].H)
			default:
				thick = max(thick, d.Boxes[node].W)
			}
		}
		d.from, d.to = append(d.from, at), append(d.to, at+thick)
		at += thick + acrossGap
		if d.Down {
			at += downGap - acrossGap
		}
		if i == 0 {
			d.Follows = at
		}
	}
}

// ends are where arrows reach and leave a vertex.
func (d *proofDrawing) ends(v vertex) (inX, inY, outX, outY px) {
	inX, outX = d.from[v.level], d.to[v.level]
	if v.node >= 0 && !d.Down {
		outX = inX + d.Boxes[v.node].W
	}
	inY = proofTop + v.mid
	outY = inY
	if d.Down {
		inX, outX, inY, outY = d.margin+v.mid, d.margin+v.mid, d.from[v.level], d.to[v.level]
		if v.node >= 0 {
			outY = inY + d.Boxes[v.node].H
		}
	}
	return inX, inY, outX, outY
}

// arrows draws what leads from box to box.
func (d *proofDrawing) arrows(l *layout) {
	var lines, heads strings.Builder
	done := map[[2]int]bool{}
	for _, route := range l.routes {
		for i := 1; i < len(route); i++ {
			if pair := [2]int{route[i-1], route[i]}; !done[pair] {
				done[pair] = true
				d.arrow(&lines, l.vertices[pair[0]], l.vertices[pair[1]])
			}
		}
	}
	for i, n := range d.nodes {
		if len(n.Parents) == 0 {
			continue
		}
		x, y, _, _ := d.ends(l.vertices[i])
		turn := "l-9-5v10z"
		if d.Down {
			turn = "l-5-9h10z"
		}
		fmt.Fprintf(&heads, "M%s %s%s", x, y, turn)
	}
	d.Lines, d.Heads = lines.String(), heads.String()
}

// arrow draws the part of an arrow between two levels, and along b if that is a bend.
func (d *proofDrawing) arrow(lines *strings.Builder, a, b vertex) {
	_, _, x1, y1 := d.ends(a)
	x2, y2, x3, y3 := d.ends(b)
	if d.Down {
		fmt.Fprintf(lines, "M%s %sC%s %s %s %s %s %s", x1, y1, x1, (y1+y2)/2, x2, (y1+y2)/2, x2, y2)
	} else {
		fmt.Fprintf(lines, "M%s %sC%s %s %s %s %s %s", x1, y1, (x1+x2)/2, y1, (x1+x2)/2, y2, x2, y2)
	}
	if b.node < 0 {
		fmt.Fprintf(lines, "L%s %s", x3, y3)
	}
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
