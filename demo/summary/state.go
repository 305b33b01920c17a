package summary

import (
	"cmp"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
)

// A State is what a cell, or a part of it, says at a glance. No renderer says it by colour
// alone: each state has a glyph and a word.
type State struct{ Glyph, Word string }

// The states. Absent is that of a part of which there is nothing.
var (
	All           = State{"■", "all"}
	Part          = State{"◧", "part"}
	None          = State{"□", "none"}
	NotApplicable = State{"–", "n/a"}
	Failed        = State{"✗", "error"}
	Absent        = State{"–", OutOf(0, 0)}
)

// Extents are how much of something may be open, the least first: what a room can guess.
var Extents = []State{None, Part, All}

func (s State) String() string { return s.Glyph + " " + s.Word }

// Long writes an abbreviated word out.
func (s State) Long() string {
	return strings.Replace(s.String(), "n/a", "not applicable", 1)
}

// Class is the word as a name in a stylesheet.
func (s State) Class() string { return strings.ReplaceAll(s.Word, "/", "") }

// Measured reports whether an attack on a design ran, so that its cell counts something.
func Measured(c *attacks.Cell) bool { return c.Applicable && c.Error == "" }

// StateOf is the state of a cell: how much was recovered of all messages.
func StateOf(c *attacks.Cell) State {
	got, of := recovered(c)
	switch {
	case c.Error != "":
		return Failed
	case !c.Applicable:
		return NotApplicable
	case of == 0:
		return None
	}
	return Extent(got, of)
}

// Extent is the state of a part of a cell that was measured.
func Extent(got, of int) State {
	switch {
	case of == 0:
		return Absent
	case got == 0:
		return None
	case got == of:
		return All
	}
	return Part
}

// Absence says why a cell counts nothing, "" if it counts something.
func Absence(c *attacks.Cell) string {
	switch {
	case c.Error != "":
		return Failed.String() + ": " + c.Error
	case !c.Applicable:
		return plain.Sentence(c.Why)
	}
	return ""
}

// Reason says why a cell came as it did, or that this is not what its attack expects.
func Reason(c *attacks.Cell) string {
	if text := Surprise(c); text != "" {
		return Unexpected + ": " + text
	}
	return cmp.Or(Absence(c), c.Why)
}

// recovered counts messages, whomever they concern.
func recovered(c *attacks.Cell) (got, of int) {
	t, o := c.Content.Target, c.Content.Others
	return t.Recovered + o.Recovered, t.Total + o.Total
}
