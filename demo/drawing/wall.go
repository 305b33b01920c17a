package drawing

import (
	"fmt"
	"html/template"
	"strings"

	"doormat/demo/plain"
	"doormat/demo/wall"
)

// A wall in its own units: tiles are squares, and the moment of the attack parts their rows.
const (
	tileSide  = 40
	tilePitch = 44
	momentGap = 22
)

// Wall draws one tile for each message of a design, so many a row: a locked one is an outline
// with a padlock, an open one is filled with its words, one that the attack cannot concern is
// dotted. It carries its colours with it and stands on white, so that it can be an image of its
// own as well; nothing in it depends on them.
func Wall(w wall.World, columns int) template.HTML { return render("wall", draw(w, columns)) }

func draw(w wall.World, columns int) *wallPicture {
	p := &wallPicture{Name: plain.Short(w.Name, longName), Number: w.Number,
		W: px(columns)*tilePitch - tilePitch + tileSide}
	var locked, locks, shackles, open, calm, partly, marks strings.Builder
	for i, part := range [][]wall.Tile{w.Before, w.After} {
		for j, t := range part {
			x, y := px(j%columns)*tilePitch, p.H+px(j/columns)*tilePitch
			square := fmt.Sprintf("M%s %sh%dv%dh-%dz", x, y, tileSide, tileSide, tileSide)
			switch t.State {
			case wall.Opened:
				open.WriteString(square)
			case wall.Calm:
				calm.WriteString(square)
			default:
				locked.WriteString(square)
			}
			switch high := max(1, px(t.Part)*tileSide/100); t.State {
			case wall.Locked:
				locks.WriteString(body(x+20, y+16, 14))
				shackles.WriteString(shackle(x+20, y+16, 14))
			case wall.Partly:
				fmt.Fprintf(&partly, "M%s %sh%dv%sh-%dz", x, y+tileSide-high, tileSide, high, tileSide)
			}
			if t.Target {
				fmt.Fprintf(&marks, "M%s %sh12", x+4, y+tileSide-4)
			}
			p.write(x, y, t)
		}
		p.H += px((len(part)+columns-1)/columns) * tilePitch
		if i == 0 {
			p.Moment = p.H + momentGap/2 - 2
			p.H += momentGap
		}
	}
	p.H -= tilePitch - tileSide
	p.Locked, p.Locks, p.Shackles, p.Open = locked.String(), locks.String(), shackles.String(),
		open.String()
	p.Calm, p.Partly, p.Marks = calm.String(), partly.String(), marks.String()
	return p
}

// Walls draws designs side by side, each under what it is called and its number, as an image of
// its own.
func Walls(worlds []wall.World, columns int) template.HTML {
	const wide, apart, head = 560, 40, 56
	p := wallsPicture{W: px(len(worlds))*(wide+apart) - apart, H: head}
	for i, w := range worlds {
		one := draw(w, columns)
		at := wallAt{World: w, Wall: render("wall", one), X: px(i) * (wide + apart), W: wide,
			H: one.High() * wide / one.Wide(), Y: head}
		p.H = max(p.H, head+at.H)
		p.Walls = append(p.Walls, at)
	}
	return render("walls", &p)
}

type wallsPicture struct {
	W, H  px
	Walls []wallAt
}

type wallAt struct {
	wall.World
	Wall       template.HTML
	X, Y, W, H px
}

// Right is where its number ends.
func (w wallAt) Right() px { return w.X + w.W }

// wallPicture is what its template fills in.
type wallPicture struct {
	Name, Number                                       string
	W, H, Moment                                       px
	Locked, Locks, Shackles, Open, Calm, Partly, Marks string // paths
	Letters                                            []letters
}

// letters stand on a tile: who wrote it, or a line of its words.
type letters struct {
	X, Y px
	Size px
	Text string
}

func (p *wallPicture) Wide() px { return p.W + 2 }
func (p *wallPicture) High() px { return p.H + 2 }

// write puts who wrote it and the first words of an opened message on a tile: texture, to be
// seen and hardly to be read.
func (p *wallPicture) write(x, y px, t wall.Tile) {
	if t.Initial != "" {
		p.Letters = append(p.Letters, letters{x + 4, y + 15, 15, t.Initial})
	}
	if t.Text == "" {
		return
	}
	const columns, lines = 10, 3
	for i, l := range plain.Wrap(plain.Clean(plain.Prose(t.Text)), columns, lines) {
		p.Letters = append(p.Letters, letters{x + 4, y + 21 + px(i)*6, 6, plain.Short(l, columns)})
	}
}

// beatSeconds is how long a moving picture shows a beat: long enough to read it aloud.
const beatSeconds = 4

// Story draws beats that follow each other, over and over, as an image of its own. Whoever asks
// for no motion sees the beat in which most was read.
func Story(beats []wall.Beat, columns int) template.HTML {
	const line, most = 34, 62
	p := storyPicture{Seconds: beatSeconds * len(beats)}
	opened := -1
	for i, b := range beats {
		s := storyBeat{N: i, From: 100 * float64(i) / float64(len(beats)),
			To: 100 * float64(i+1) / float64(len(beats)), Walls: Walls(b.Worlds, columns)}
		for n, text := range plain.Wrap(b.Sentence, most, 2) {
			s.Said = append(s.Said, letters{0, px(n+1) * line, 30, text})
		}
		if b.Reading != nil {
			s.Read = plain.Short("“"+b.Reading.Text+"”  "+b.Reading.Says, 2*most)
		}
		open := 0
		for _, w := range b.Worlds {
			open += w.Open
		}
		if open > opened {
			opened, p.Still = open, i
		}
		p.Beats = append(p.Beats, s)
	}
	return render("story", &p)
}

type storyPicture struct {
	Seconds, Still int // the beat without motion
	Beats          []storyBeat
}

type storyBeat struct {
	N        int
	From, To float64 // of the time, percent
	Said     []letters
	Read     string
	Walls    template.HTML
}

// body and shackle draw a padlock: the shackle of one that is locked holds both sides of the body.
func body(x, y, wide px) string {
	return fmt.Sprintf("M%s %sh%sv12h%sz", x, y+8, wide, -wide)
}

func shackle(x, y, wide px) string {
	r := wide * 0.32
	high := min(r, 4) // of the arc
	return fmt.Sprintf("M%s %sv%sa%s %s 0 0 1 %s 0v%s", x+wide*0.18, y+8, high-7, r,
		high, 2*r, 7-high)
}
