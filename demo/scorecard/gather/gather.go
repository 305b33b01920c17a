// Package gather computes what a scorecard rests on besides the result of a run. It stands apart
// from package scorecard, so that whoever writes a card need not know what it takes to make one.
//
// TestTranscripts in cmd/doormat makes whole cards, and TestDocs in demo/pages the one in docs/.
package gather

import (
	"context"
	"fmt"
	"slices"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/overhead"
	"doormat/demo/scorecard"
	"doormat/world"
)

// Input is what a card of a result of the lab rests on: beside counts, as of [Counts], and the lines
// of program that each design adds, the trees of what opens messages.
func Input(ctx context.Context, lab *attacks.Lab, r *attacks.Result,
	counts map[string]*overhead.Count, lines map[string]int) (*scorecard.Input, error) {
	in := &scorecard.Input{Result: r, Counts: counts, Lines: lines}
	for _, d := range lab.Designs {
		in.Infos = append(in.Infos, d.Info())
	}
	for _, d := range lab.Known {
		if info := d.Info(); info.ID == overhead.Base {
			in.Base = &info
		}
	}
	var err error
	in.Cases, err = demo.OddsCases(ctx, lab, twoMoments(lab.Settings, len(lab.Conversation.Messages)),
		false)
	return in, err
}

// Counts counts keys and bytes of each of the lab's designs and, if the program has it, of pure
// end-to-end encryption.
func Counts(ctx context.Context, lab *attacks.Lab) (map[string]*overhead.Count, error) {
	counts := map[string]*overhead.Count{}
	list := slices.Clone(lab.Designs)
	for _, d := range lab.Known {
		if d.Info().ID == overhead.Base {
			list = append(list, d)
		}
	}
	for _, d := range list {
		id := d.Info().ID
		if counts[id] != nil {
			continue
		}
		c, err := overhead.Measure(ctx, d, lab.Settings, lab.Conversation, lab.Seed, 1)
		if err != nil {
			return nil, fmt.Errorf("design %s: %w", id, err)
		}
		counts[id] = c
	}
	return counts, nil
}

// twoMoments are those at which a store may be copied: that of the attack, and the end.
func twoMoments(s world.Settings, end int) []int {
	return slices.Compact([]int{min(s.At, end), end})
}
