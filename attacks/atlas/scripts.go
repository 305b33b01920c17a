package atlas

import (
	"context"
	"slices"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/world"
)

// shown are the ids of the attacks that show what a cast of principals is good for, "" for none.
type shown struct {
	content, metadata choice
}

// choice is the best attack so far.
type choice struct {
	id   string
	told bool // its beats are written by hand
	most int  // how much it got
}

func (c *choice) offer(t technique.Header, got int) {
	told := len(t.Beats) > 0
	if got > 0 && (c.id == "" || told && !c.told || told == c.told && got > c.most) {
		*c = choice{t.ID, told, got}
	}
}

// scripts finds for each cast the attack that shows it: one that takes and taps just that, does
// nothing else, and opens something. Those that may are run, under the settings of the lab. Of
// several, those come first that are acts of the story, then those that open most.
func scripts(ctx context.Context, lab *attacks.Lab, d world.Design) (map[cast]*shown, error) {
	headers := map[string]technique.Header{}
	for _, t := range lab.Attacks {
		headers[t.Header().ID] = t.Header()
	}
	cells, err := passive(ctx, lab, d)
	if err != nil {
		return nil, err
	}
	out := map[cast]*shown{}
	for i := range cells {
		c := &cells[i]
		s := out[newCast(c.Needs)]
		if s == nil {
			s = &shown{}
			out[newCast(c.Needs)] = s
		}
		h := headers[c.Attack]
		s.content.offer(h, c.Content.Target.Recovered+c.Content.Others.Recovered)
		s.metadata.offer(h, c.Metadata.Recovered)
	}
	return out, nil
}

// passive runs the attacks that only copy and listen, and gives the cells of those that apply.
func passive(ctx context.Context, lab *attacks.Lab, d world.Design) ([]attacks.Cell, error) {
	one := *lab
	one.Designs, one.Progress, one.Ahead = []world.Design{d}, nil, nil
	one.Attacks = slices.DeleteFunc(slices.Clone(lab.Attacks), func(t technique.Technique) bool {
		return !Passive(t.Header())
	})
	if len(one.Attacks) == 0 {
		return nil, nil
	}
	r, err := one.Run(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(r.Cells, func(c attacks.Cell) bool { return !c.Applicable || c.Error != "" }), nil
}

// Passive tells whether an attack only copies stores and listens: by what it needs, and by what it
// makes of that, such as an update signed with a stolen key.
func Passive(h technique.Header) bool {
	return len(h.Applies) == 0 && !slices.ContainsFunc(h.Needs, func(need string) bool {
		c, err := world.ParseCapability(need)
		return err != nil || c.Surface != world.Store && c.Surface != world.Tap
	})
}
