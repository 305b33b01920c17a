package atlas

import (
	"context"
	"slices"

	"doormat/attacks"
	"doormat/world"
)

// shown is what the attack of the library that gets most out of a cast of principals got: of
// messages, and of who wrote to whom.
type shown struct {
	content, metadata         string // ids of attacks, "" for none
	contentMost, metadataMost int
}

// scripts finds for each cast the attack that shows it: one that takes and taps just that, does
// nothing else, and opens something. Those that may are run, under the settings of the lab; of
// several the one that opens most counts, and of equals the first.
func scripts(ctx context.Context, lab *attacks.Lab, d world.Design) (map[string]*shown, error) {
	one := *lab
	one.Designs, one.Attacks, one.Progress, one.Ahead = []world.Design{d}, nil, nil, nil
	for _, t := range lab.Attacks {
		if h := t.Header(); len(h.Applies) == 0 && takesOnly(h.Needs) {
			one.Attacks = append(one.Attacks, t)
		}
	}
	out := map[string]*shown{}
	if len(one.Attacks) == 0 {
		return out, nil
	}
	r, err := one.Run(ctx)
	if err != nil {
		return nil, err
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		if !c.Applicable || c.Error != "" {
			continue
		}
		s := out[cast(c.Needs)]
		if s == nil {
			s = &shown{}
			out[cast(c.Needs)] = s
		}
		if n := c.Content.Target.Recovered + c.Content.Others.Recovered; n > s.contentMost {
			s.content, s.contentMost = c.Attack, n
		}
		if n := c.Metadata.Recovered; n > s.metadataMost {
			s.metadata, s.metadataMost = c.Attack, n
		}
	}
	return out, nil
}

// takesOnly tells whether needs are stores and taps.
func takesOnly(needs []string) bool {
	return !slices.ContainsFunc(needs, func(need string) bool {
		c, err := world.ParseCapability(need)
		return err != nil || c.Surface != world.Store && c.Surface != world.Tap
	})
}
