package lesson

import (
	"fmt"
	"strings"

	"doormat/world"
)

// Blanks are what texts of a lesson may leave to the run.
var Blanks = []string{"{target}", "{messages}", "{accounts}", "{t}", "{n}"}

// Fill puts what a run has into the texts of a lesson.
func (l *Lesson) Fill(c *world.Conversation, s world.Settings) {
	values := []any{s.Target, len(c.Messages), len(c.Accounts), s.Threshold, s.Trustees}
	var pairs []string
	for i, name := range Blanks {
		pairs = append(pairs, name, fmt.Sprint(values[i]))
	}
	r := strings.NewReplacer(pairs...)
	for i := range l.Steps {
		s := &l.Steps[i]
		s.Heading = r.Replace(s.Heading)
		for k := range s.Body {
			s.Body[k] = r.Replace(s.Body[k])
		}
		for k := range s.Options {
			s.Options[k].Text = r.Replace(s.Options[k].Text)
		}
	}
}
