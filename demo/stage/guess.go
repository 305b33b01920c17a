package stage

import (
	"doormat/demo/replay"
	"doormat/demo/summary"
)

// guessing asks the room about one design.
type guessing struct {
	Name      string
	Questions []question
}

type question struct {
	Of, Field string
	Levels    []option
}

type option struct {
	Value, Glyph string
	Chosen       bool
}

// ask asks the room, before anything was run.
func (page *replayPage) ask(at replayAddress, p *replay.Replay) {
	kept := replayAddress{attack: at.attack, query: at.query, step: at.step + 1, was: at.was}
	page.Hidden = hidden(kept.values())
	for i, d := range p.Result.Designs {
		if !p.Result.Cells[i].Applicable {
			continue
		}
		g := at.guesses[d.ID]
		page.Guessing = append(page.Guessing, guessing{d.Name, []question{
			asked("the target’s", "guess-target-"+d.ID, g.Target),
			asked("everybody else’s", "guess-others-"+d.ID, g.Others)}})
	}
}

func asked(of, name, chosen string) question {
	q := question{Of: of, Field: name}
	for _, e := range summary.Extents {
		q.Levels = append(q.Levels, option{e.Word, e.Glyph, e.Word == chosen})
	}
	return q
}
