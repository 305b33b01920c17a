package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"doormat/attacks"
	"doormat/demo/overhead"
	"doormat/demo/scorecard"
	"doormat/docs"
	"doormat/world"
)

// CardInput computes what a scorecard rests on besides the result of its lab and what
// [Overheads] counts: the trees of what opens messages.
func CardInput(ctx context.Context, lab *attacks.Lab, r *attacks.Result,
	counts map[string]*overhead.Count) (*scorecard.Input, error) {
	in := &scorecard.Input{Result: r, Counts: counts, Lines: map[string]int{}}
	if err := json.Unmarshal(docs.Lines, &in.Lines); err != nil {
		return nil, err
	}
	for _, d := range lab.Designs {
		in.Infos = append(in.Infos, d.Info())
	}
	for _, d := range lab.Known {
		if info := d.Info(); info.ID == overhead.Base {
			in.Base = &info
		}
	}
	var err error
	in.Cases, err = OddsCases(ctx, lab, twoMoments(lab.Settings, len(lab.Conversation.Messages)),
		false)
	return in, err
}

// Overheads counts keys and bytes of each of the lab's designs and, if the program has it, of pure
// end-to-end encryption.
func Overheads(ctx context.Context, lab *attacks.Lab) (map[string]*overhead.Count, error) {
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
