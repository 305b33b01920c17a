package drawing

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks/deduce"
	"doormat/demo/plain"
	"doormat/demo/replay"
)

// A box is a node of a proof with its writing.
type box struct {
	Class      string // taken, derived, made, goal
	X, Y, W, H px
	Lines      []textLine
}

// A textLine is a line of writing in a box.
type textLine struct {
	Class string // kind, how, said
	X, Y  px
	Text  string
}

// A font is how a class of text is written: how wide its characters are on average, in
// a wide font, and how high a line is.
type font struct {
	class      string
	char, line px
}

var (
	kindFont = font{"kind", 10.4, 20}
	saidFont = font{"said", 9.2, 20}
	howFont  = font{"how", 7.7, 18}
)

// box makes the box of a node, below those before it and as high as its writing.
func (d *proofDrawing) box(i int) box {
	n := d.nodes[i]
	b := box{Class: "derived", X: proofLeft, Y: d.H, W: d.W - proofLeft - 2}
	var from []string
	for _, p := range n.Parents {
		from = append(from, number(d.nodes[p]))
	}
	how := "by “" + n.Rule + "” from " + strings.Join(from, ", ")
	switch {
	case n.Rule == "" && n.Origin != deduce.Made:
		b.Class, how = "taken", "taken with "+n.Origin
	case n.Rule == "":
		b.Class, how = "made", n.Origin
	case n.Origin == deduce.Made:
		b.Class = "made"
	}
	kind := number(n) + " · " + n.Kind
	if len(n.Steps) > 1 {
		kind += fmt.Sprintf(" ×%d", len(n.Steps))
	}
	said := ""
	if i == len(d.nodes)-1 {
		b.Class = "goal"
		if text, ok := replay.Said(d.proof[len(d.proof)-1].Fact); ok && d.texts {
			said = "“" + text + "”"
		}
	}
	b.write(kindFont, kind, 3)
	if said != "" {
		b.write(saidFont, said, 4)
	}
	b.write(howFont, how, 4)
	b.H += 9
	b.set()
	return b
}

// write adds a text to a box, in as many lines as it needs, or most.
func (b *box) write(f font, text string, most int) {
	room := int((b.W - 16) / f.char)
	for _, line := range plain.Wrap(plain.Clean(text), max(room, 4), most) {
		b.H += f.line
		b.Lines = append(b.Lines, textLine{Class: f.class, Y: b.H, Text: line})
	}
}

// set moves the writing to where the box is.
func (b *box) set() {
	for i := range b.Lines {
		b.Lines[i].X, b.Lines[i].Y = b.X+8, b.Lines[i].Y+b.Y
	}
}

// number says which steps a box is.
func number(n replay.Node) string {
	if len(n.Steps) == 1 {
		return fmt.Sprint(n.Steps[0] + 1)
	}
	return fmt.Sprintf("%d…%d", slices.Min(n.Steps)+1, slices.Max(n.Steps)+1)
}
