package demo

import (
	"context"
	"errors"
	"fmt"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/attacks/odds"
	"doormat/world"
)

// tried is how many minimal, and how many maximal, sets of a goal are tried on real bytes; goals
// with more are not.
const tried = 2000

// OddsCases finds what opens each message of each of the lab's designs, with stores at some
// moments, in ascending order, none for the end of the conversation.
func OddsCases(ctx context.Context, lab *attacks.Lab, moments []int) ([]odds.Case, error) {
	var cases []odds.Case
	messages := lab.Conversation.Messages
	if len(moments) == 0 {
		moments = []int{len(messages)}
	}
	for _, d := range lab.Designs {
		a, err := atlas.Explore(ctx, lab, d, moments)
		switch {
		case errors.Is(err, atlas.ErrMoments):
			return nil, Usagef("--%v", err)
		case err != nil:
			return nil, fmt.Errorf("%s: %w", d.Info().ID, err)
		}
		if _, err := a.Certify(ctx, tried); err != nil { // which mends what turns out wrong
			return nil, fmt.Errorf("%s: %w", d.Info().ID, err)
		}
		cases = append(cases, odds.Case{Design: d.Info().ID, Principals: Declared(d), Moments: moments,
			Messages: a.Messages(),
			Targets:  func(i int) bool { return messages[i].Concerns(lab.Settings.Target) }})
	}
	return cases, nil
}

// Declared lists the principals of designs, each once, and what stands everywhere.
func Declared(designs ...world.Design) (all world.Principals) {
	for _, d := range designs {
		all = all.With(d.Info().Principals)
	}
	return all.With(world.Everywhere())
}
