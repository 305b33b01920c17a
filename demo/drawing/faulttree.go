package drawing

import (
	"fmt"
	"html/template"
	"strings"

	"doormat/attacks/atlas"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// A fault tree in its own units.
const (
	treeWidth = 1200
	treeRoot  = 190 // width of the box of the goal
	treeGate  = 64  // of a gate
	treePart  = 600 // of the box of a part
	treeGap   = 26
)

// faultTree is what its template fills in.
type faultTree struct {
	W, H        px
	Boxes       []box
	Gates       []gate
	Lines       string
	Name, Words string
}

// A gate is a mark between boxes: one of those on its right is enough, or all are needed.
type gate struct {
	X, Y, W, H px
	Text       string
}

// MidX and MidY are where the writing of a gate stands.
func (g gate) MidX() px { return g.X + g.W/2 }
func (g gate) MidY() px { return g.Y + g.H/2 + 6 }

// FaultTree draws what is enough for one goal of an atlas: any of its shapes, of each of which
// all parts are needed.
func FaultTree(name string, g *atlas.GoalSets) template.HTML {
	t := faultTree{W: treeWidth, Name: name + ": what is enough to read " + g.Goal,
		Words: summary.AtlasCounts(*g) + ". "}
	right := px(2 + treeRoot + treeGap + treeGate + treeGap)
	y := px(4)
	var spine []px
	for _, s := range g.Shapes {
		top := y
		var mids []px
		for _, part := range s.Parts {
			b := box{Class: "taken", X: right + treeGate + treeGap, Y: y, W: treePart}
			b.write(saidFont, part, 3)
			b.H += 9
			b.set()
			t.Boxes = append(t.Boxes, b)
			mids = append(mids, y+b.H/2)
			y += b.H + 8
		}
		mid := (top + y - 8) / 2
		spine = append(spine, mid)
		at := right + treeGate + treeGap
		if len(mids) > 1 {
			and := gate{X: right, Y: mid - 16, W: treeGate, H: 32, Text: "and"}
			t.Gates = append(t.Gates, and)
			t.fork(and.X+and.W, mid, at, mids)
			at = and.X
		}
		t.line(right-treeGap/2, mid, at, mid)
		note := box{X: right + treeGate + treeGap + treePart + 6, Y: mid - 24, W: treeWidth - right - treeGate - treeGap - treePart - 8}
		note.write(howFont, summary.Count(s.Sets, "set"), 1)
		note.write(howFont, summary.AtlasShown(s.Script), 2)
		note.Class = "bare"
		note.set()
		t.Boxes = append(t.Boxes, note)
		y = max(y, mid+30) + treeGap - 8
		t.Words += fmt.Sprintf("%s: %s, %s. ", s.Text, summary.Count(s.Sets, "set"), summary.AtlasShown(s.Script))
	}
	t.root(g.Goal, spine, right)
	t.H = max(y, 60)
	t.Words = strings.TrimSpace(plain.Clean(t.Words))
	return render("faulttree", &t)
}

// root draws the goal, and the gate of which one branch is enough.
func (t *faultTree) root(goal string, spine []px, right px) {
	mid := px(30)
	if len(spine) > 0 {
		mid = (spine[0] + spine[len(spine)-1]) / 2
	}
	b := box{Class: "goal", X: 2, W: treeRoot}
	b.write(kindFont, goal+" is read", 3)
	b.H += 9
	b.Y = max(2, mid-b.H/2)
	b.set()
	t.Boxes = append(t.Boxes, b)
	if len(spine) == 0 {
		return
	}
	or := gate{X: 2 + treeRoot + treeGap, Y: mid - 16, W: treeGate, H: 32, Text: "or"}
	t.Gates = append(t.Gates, or)
	t.line(b.X+b.W, mid, or.X, mid)
	t.fork(or.X+or.W, mid, right-treeGap/2, spine)
}

// fork draws lines from one place to many, by a spine between.
func (t *faultTree) fork(x, y, to px, ends []px) {
	middle := (x + to) / 2
	t.line(x, y, middle, y)
	t.line(middle, min(y, ends[0]), middle, max(y, ends[len(ends)-1]))
	for _, end := range ends {
		t.line(middle, end, to, end)
	}
}

func (t *faultTree) line(x, y, toX, toY px) {
	t.Lines += fmt.Sprintf("M%s %sL%s %s", x, y, toX, toY)
}
