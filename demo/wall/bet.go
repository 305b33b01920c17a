package wall

import (
	"fmt"
	"slices"
	"strings"

	"doormat/demo/summary"
)

// A Bet is what a room expects to be read of all that was written, in one world: the word of one
// of [summary.Extents].
type Bet string

// The bets.
var (
	nothing = Bet(summary.None.Word)
	some    = Bet(summary.Part.Word)
	all     = Bet(summary.All.Word)
)

// Bets are those that can be made, in the order of their keys.
func Bets() (list []Bet) {
	for _, e := range summary.Extents {
		list = append(list, Bet(e.Word))
	}
	return list
}

// Says is the bet as a room hears it.
func (b Bet) Says(target string) string {
	switch b {
	case nothing:
		return "Nothing"
	case some:
		return "Part of it, such as what concerns " + target + ", the target"
	}
	return "All of it, whoever wrote it"
}

// ParseBets reads bets with commas between them, a world each from the first on: false if a word
// is none.
func ParseBets(text string) (list []Bet, ok bool) {
	if text == "" {
		return nil, true
	}
	for word := range strings.SplitSeq(text, ",") {
		if !slices.Contains(Bets(), Bet(word)) {
			return nil, false
		}
		list = append(list, Bet(word))
	}
	return list, true
}

// Question asks a room for its bet on a world.
func (t Teller) Question(w World) string {
	return fmt.Sprintf("%s: how much of %s will be read?", strings.TrimSuffix(w.Called(), "."),
		summary.Count(len(t.Replay.Conversation.Messages), "message"))
}

// Settle compares bets with what was measured in the worlds that they were about. Where the attack
// has nobody to turn to, the number of the world says so.
func (t Teller) Settle(bets []Bet) []string {
	var said, was []string
	for i, c := range t.Replay.Result.Cells[:min(len(bets), len(t.Replay.Result.Cells))] {
		if all := len(t.Replay.Conversation.Messages); c.Applicable {
			said = append(said, string(bets[i]))
			was = append(was, summary.Extent(len(c.Trace.Opened), all).Word)
		}
	}
	if said == nil {
		return nil
	}
	return []string{"You said: " + strings.Join(said, ", ") + ".",
		"It was: " + strings.Join(was, ", ") + "."}
}

// Outline marks the tiles of a world that a room bet on.
func (w *World) Outline(b Bet) {
	for _, tiles := range [][]Tile{w.Before, w.After} {
		for i := range tiles {
			tiles[i].Bet = b == all || b == some && tiles[i].Target
		}
	}
}
