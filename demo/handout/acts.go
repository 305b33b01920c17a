package handout

import (
	"fmt"
	"strings"

	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/demo/wall"
)

// Worlds is how many designs stand side by side as walls.
const worlds = 2

// An act is an attack of the story, in the beats that the stage shows.
type act struct {
	technique.Header
	Number  int
	Beats   []wall.Beat
	Columns int // of tiles
}

// acts are those of the story, in the order of telling.
func (h *Handout) acts() (list []act) {
	kit := demo.Kit{Attacks: h.Lab.Attacks}
	for i, header := range demo.Showcases(h.Lab.Attacks) {
		t, err := kit.Attack(header.ID)
		if err != nil {
			continue
		}
		teller := wall.Teller{Replay: replay.New(h.Result, t, h.Lab.Conversation),
			Slogans: wall.Slogans(h.Lab.Designs), Invented: h.BuiltIn()}
		if told := h.Options.Tale(); told != nil {
			teller.Telling = told.Telling()
		}
		list = append(list, act{Header: header, Number: i + 1, Beats: teller.Tell(),
			Columns: teller.Columns()})
	}
	return list
}

// Begins, Takes, Opens and Known are the beats of an act: what there is, what the attack takes,
// what opens, and who knows of it.
func (a act) Begins() wall.Beat { return a.Beats[0] }
func (a act) Takes() wall.Beat  { return a.Beats[1] }
func (a act) Opens() wall.Beat  { return a.Beats[2] }
func (a act) Known() wall.Beat  { return a.Beats[3] }

// Worlds are the designs that are drawn, as they are when all has opened.
func (a act) Worlds() []wall.World { return a.Opens().Worlds[:min(worlds, len(a.Opens().Worlds))] }

// More says the numbers of designs for which there is no room to draw.
func (a act) More() string {
	var list []string
	for _, w := range a.Opens().Worlds[len(a.Worlds()):] {
		list = append(list, w.Called()+": "+w.Number)
	}
	return strings.Join(list, "; ")
}

// Quote is what was read, who wrote it to whom, and what that means; or why nothing is quoted.
func (a act) Quote() string { return quote(a.Opens()) }

func quote(b wall.Beat) string {
	if r := b.Reading; r != nil {
		return fmt.Sprintf("“%s” %s. %s.", plain.Clean(r.Text), plain.Clean(r.Says),
			plain.Clean(r.Tag))
	}
	return b.Note
}

// signs are a world's tiles as characters, a line for each row.
func (a act) signs(w wall.World) string {
	var b strings.Builder
	for i, part := range [][]wall.Tile{w.Before, w.After} {
		if i == 1 {
			b.WriteString(strings.Repeat("─", 2*a.Columns-1) + "  the attack\n")
		}
		for j, t := range part {
			b.WriteString(t.Sign())
			if j%a.Columns == a.Columns-1 || j == len(part)-1 {
				b.WriteByte('\n')
			} else {
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
}

// legend explains the signs of walls drawn with characters.
const legend = "■ open, ◧ some of several, □ locked, · nobody to turn to"

// maps are the sweeps of the acts in those designs that the attack concerns.
func (h *Handout) maps() (list []picture) {
	for _, s := range h.Sweeps {
		for i, d := range h.Result.Designs[:min(worlds, len(h.Result.Designs))] {
			concerned := false
			for _, r := range s.Results {
				concerned = concerned || i < len(r.Cells) && summary.Measured(&r.Cells[i])
			}
			if concerned {
				list = append(list, picture{fmt.Sprintf("%s: %s", plain.Clean(d.Name),
					s.Results[0].Attacks[0].ID), drawing.Moments(s, i)})
			}
		}
	}
	return list
}

// exercises are those of the first acts.
func exercises(acts []act) (list []string) {
	const few = 3
	for _, a := range acts[:min(few, len(acts))] {
		list = append(list, fmt.Sprintf("(%s) %s", a.ID, short(a.Exercise)))
	}
	return list
}
