package story

import (
	"fmt"
	"slices"

	"doormat/world"
)

// A Tie is two people who write to each other, or a group, and what is between
// them.
type Tie struct {
	A, B  string // B is empty if A is a group
	About string
}

// Holds reports whether m is part of what is between them.
func (t Tie) Holds(m *world.Message) bool {
	if t.B == "" {
		return m.Group == t.A
	}
	return m.Group == "" && m.Concerns(t.A) && m.Concerns(t.B)
}

// Name is "A – B", or the name of the group.
func (t Tie) Name() string {
	if t.B == "" {
		return t.A
	}
	return t.A + " – " + t.B
}

// Crime is the tie for whose sake the court signs: whatever else an order opens is
// nothing to it.
func (s *Story) Crime() Tie { return s.ties[s.crime] }

// Found tells how many of the messages with these numbers are what the court was after.
func (s *Story) Found(c *world.Conversation, opened []int) string {
	found := 0
	for _, k := range opened {
		if s.Crime().Holds(&c.Messages[k-1]) {
			found++
		}
	}
	return fmt.Sprintf("Of the %d that opened, %d are what the court was after: %s.", len(opened),
		found, s.Crime().Name())
}

// Ties lists who writes to whom, the busiest first. Each call returns a new list.
func (s *Story) Ties() []Tie { return slices.Clone(s.ties) }

// Telling are messages that a room remembers, by number, the best first: of those that an attack
// opens, the first is read aloud. They were chosen with the story, before any run.
func (s *Story) Telling() []int { return slices.Clone(s.telling) }
