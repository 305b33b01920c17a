package drawing

import (
	"fmt"
	"strings"

	"doormat/demo/plain"
	"doormat/demo/summary"
)

// A sign is one symbol of a timeline: a message, or the messages of one column.
type sign struct {
	Class      string // open, part, closed
	Label      string
	Href       string // of a proof, "" for none
	K          int    // the message, 0 for several
	X, Y, W, H px     // what can be pointed at
	Path, Line string // what is seen: filled, and a line
}

// asBar makes a bar of the sign of several messages, filled as far as they are open.
func (s *sign) asBar(x, y, wide px, of sum) {
	s.X, s.W, s.Y, s.H = x, wide, y, signHeight
	s.Path, s.Line = "", ""
	if of.open > 0 {
		high := max(2, signHeight*px(of.open)/px(max(of.written, of.open)))
		s.Path = fmt.Sprintf("M%s %sh%sv%sh%sz", x, y+signHeight-high, wide, high, -wide)
	}
}

// draw makes the signs of a lane.
func (t *timeline) draw(l *lane) {
	var dots, under, rings strings.Builder
	for i, s := range l.sums {
		l.open, l.sent = l.open+s.open, l.sent+s.all
		if s.all == 0 {
			continue
		}
		left, middle := t.axis.left(px(i)), t.axis.left(px(i)+0.5)
		wide := min(14, 1.3*t.axis.pitch)
		if t.axis.per > 1 {
			wide = t.axis.pitch - 2
		}
		if s.target > 0 {
			fmt.Fprintf(&under, "M%s %sh%s", middle-wide/2, l.Y+laneHeight/2-5, wide)
		}
		if s.written == 0 && s.open == 0 {
			fmt.Fprintf(&dots, "M%s %sh0", middle, l.Y)
			continue
		}
		if s.fresh > 0 {
			fmt.Fprintf(&rings, "M%s %sl%s-5h%sz", middle, l.Y-signHeight/2-1, -min(wide/2, 4),
				min(wide, 8))
		}
		sign := t.sign(i, s)
		sign.X, sign.W = left, t.axis.pitch
		sign.Y, sign.H = l.Y-laneHeight/2+1, laneHeight-2
		sign.Path = body(middle-wide/2, l.Y-signHeight/2, wide)
		sign.Line = shackle(middle-wide/2, l.Y-signHeight/2, wide, s.open > 0)
		if t.axis.per > 1 {
			sign.asBar(middle-wide/2, l.Y-signHeight/2, wide, s)
		}
		l.Signs = append(l.Signs, sign)
	}
	l.Count = fmt.Sprintf("%d/%d", l.open, l.sent)
	if t.axis.per > 1 {
		l.Count = percent(l.open, l.sent)
	}
	if !summary.Measured(t.f.Cell) {
		l.Count = ""
	}
	l.Dots, l.Under, l.Rings = dots.String(), under.String(), rings.String()
}

// sign says what a column of a lane is, and where it leads.
func (t *timeline) sign(column int, s sum) sign {
	g := sign{Class: "closed"}
	if s.open > 0 {
		g.Class = "open"
		if s.open < s.written {
			g.Class = "part"
		}
		if t.link != nil {
			g.Href, t.Linked = t.link(s.first), true
		}
	}
	first, last := t.axis.span(column)
	if t.axis.per > 1 {
		g.Label = fmt.Sprintf("%d–%d: %d of %d open", first, last, s.open, s.written)
		return g
	}
	g.K = first
	m := &t.p.Conversation.Messages[first-1]
	g.Label = fmt.Sprintf("message %d, %s to %s: %s", first, plain.Short(m.From, longName),
		plain.Short(summary.Readers(m), 3*longName), g.Class)
	if s.fresh > 0 {
		g.Label += ", new in this step"
	}
	if g.Href != "" {
		g.Label += ": see the proof"
	}
	return g
}

// body and shackle draw a padlock of signHeight. The shackle of one that is open has
// let go of the body on one side.
func body(x, y, wide px) string {
	return fmt.Sprintf("M%s %sh%sv%sh%sz", x, y+8, wide, px(signHeight-8), -wide)
}

func shackle(x, y, wide px, open bool) string {
	r := wide * 0.32
	high := min(r, 4) // of the arc
	if open {
		return fmt.Sprintf("M%s %sv%sa%s %s 0 0 1 %s 0v2", x+wide*0.18, y+8, high-9, r, high, 2*r)
	}
	return fmt.Sprintf("M%s %sv%sa%s %s 0 0 1 %s 0v%s", x+wide*0.18, y+8, high-7, r,
		high, 2*r, 7-high)
}

// percent rounds towards the middle: 0 % and 100 % mean that.
func percent(n, of int) string {
	switch p := 100 * n / max(1, of); {
	case p == 0 && n > 0:
		return "<1 %"
	default:
		return fmt.Sprintf("%d %%", p)
	}
}

// mark places the moment of the attack.
func (t *timeline) mark() {
	c := t.f.Cell
	if !summary.Measured(c) {
		return
	}
	t.Attack = t.axis.left(px(c.At) / px(t.axis.per))
	t.AttackLabel = fmt.Sprintf("the attack: after message %d", c.At)
	if c.At == 0 {
		t.AttackLabel = "the attack: before message 1"
	}
}

// AttackAnchor keeps the label of the attack inside the picture.
func (t *timeline) AttackAnchor() string {
	switch {
	case t.Attack < lanesLeft+130:
		return "start"
	case t.Attack > lanesRight-130:
		return "end"
	}
	return "middle"
}

// Before and After are where those words stand, 0 where there is no room.
func (t *timeline) Before() px {
	if t.Attack < lanesLeft+80 {
		return 0
	}
	return t.Attack - 8
}

func (t *timeline) After() px {
	if t.Attack > lanesRight-20 {
		return 0
	}
	return t.Attack + 8
}

// Foot is where the lanes end, Base the line of writing below them.
func (t *timeline) Foot() px { return t.H - 22 }
func (t *timeline) Base() px { return t.H - 6 }

// Top, Base and Low are where a lane begins, and its name and the line below stand.
func (l *lane) Top() px { return l.Y - laneHeight/2 + 1 }
func (l *lane) Base() px {
	if l.Target {
		return l.Y
	}
	return l.Y + 6
}
func (l *lane) Low() px { return l.Y + 14 }
