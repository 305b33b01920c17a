package wall

import (
	"fmt"
	"slices"

	"doormat/demo/summary"
)

// A Bet is what a room expects to be read of all that was written, in the world that fares worst:
// the word of one of [summary.Extents].
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

// Known tells of a bet that can be made.
func (b Bet) Known() bool { return slices.Contains(Bets(), b) }

// Question asks a room for its bet.
func (t Teller) Question() string {
	return fmt.Sprintf("%d messages. How much will be read, at worst?",
		len(t.Replay.Conversation.Messages))
}

// Settle compares a bet with what was measured, and gives the design that it was about, -1 if
// the attack concerns none.
func (t Teller) Settle(b Bet) (says []string, design int) {
	design, worst := t.worst()
	if worst == nil {
		return nil, -1
	}
	was := summary.Extent(len(worst.Trace.Opened), len(t.Replay.Conversation.Messages)).Word
	return []string{fmt.Sprintf("You said: %s.", b), fmt.Sprintf("It was: %s.", was)}, design
}

// Outline marks the tiles of a world that a room bet on.
func (w *World) Outline(b Bet) {
	for _, tiles := range [][]Tile{w.Before, w.After} {
		for i := range tiles {
			tiles[i].Bet = b == all || b == some && tiles[i].Target
		}
	}
}
