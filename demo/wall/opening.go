package wall

import (
	"fmt"

	"doormat/demo/summary"
	"doormat/world"
)

// An Opening is a beat of what comes before the acts: one message is written, locked and
// carried, the others follow, and somebody asks for a spare key.
type Opening struct {
	Sentence, Note string
	Bubble         Reading // the message that is written
	Worlds         []World // all of it locked
}

// Openings are the beats that come before the acts. Nothing is attacked in them: they show how a
// message travels in the replay's designs, of which the last has the spare key.
func (t Teller) Openings() []Opening {
	conv := t.Replay.Conversation
	k := 1
	if len(t.Telling) > 0 {
		k = t.Telling[0]
	}
	m := &conv.Messages[k-1]
	from, to := m.From, summary.Readers(m)
	bubble := Reading{Message: k, Initial: initial(from), Text: first(m.Text),
		Says: from + " to " + to}
	if !t.Invented {
		bubble.Text = "…"
	}
	var worlds []World
	for d, row := range t.Replay.Result.Designs {
		w := World{ID: row.ID, Name: row.Name, Slogan: t.fill(t.Slogans[row.ID]), Design: d,
			Number: summary.OutOf(0, len(conv.Messages))}
		tiles := t.tiles(t.Replay.Steps[0].Frames[d].Cell, nil, nil, t.moment())
		for _, tile := range tiles {
			tile.State = Locked
			tile.Read = d == 0 && tile.First <= k && k <= tile.Last
			if tile.First <= t.moment() {
				w.Before = append(w.Before, tile)
			} else {
				w.After = append(w.After, tile)
			}
		}
		worlds = append(worlds, w)
	}
	s := t.Replay.Settings()
	beats := []Opening{
		{Sentence: from + " writes to " + to + "."},
		{Sentence: "Who else can read this?"},
		{Sentence: "It is locked on " + from + "’s phone, and opened by " + to + "’s.",
			Note: "The provider carries it. It sees who writes to whom, and not a word."},
		{Sentence: fmt.Sprintf("%d messages, all locked in the same way.", len(conv.Messages)),
			Note: "Each tile is a message. The letter says who wrote it."},
	}
	if len(worlds) > 1 && t.trustees(worlds[len(worlds)-1].Design) {
		beats = append(beats, Opening{
			Sentence: t.fill("Now add a spare key, cut into {n} parts."),
			Note: fmt.Sprintf("A court could ask %d of the %d people who keep the parts. "+
				"So could a thief.", s.Threshold, s.Trustees)})
	}
	for i := range beats {
		beats[i].Bubble, beats[i].Worlds = bubble, worlds
	}
	return beats
}

// trustees tells of a design that has some.
func (t Teller) trustees(design int) bool {
	for _, p := range t.Replay.Result.Cells[design].Trace.Principals {
		if p.Placed == world.BySetting {
			return true
		}
	}
	return false
}
