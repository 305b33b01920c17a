package pages

import (
	"context"
	"fmt"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/story"
)

// results are what the default run measured, beside what was expected of it.
type results struct {
	*attacks.Result
	lab      *attacks.Lab
	expected map[[2]string]technique.Outcome // by attack and design
}

// measure runs the whole kit, every column of it, under the default settings.
func measure(ctx context.Context, kit demo.Kit) (*results, error) {
	lab, err := everything(kit)
	if err != nil {
		return nil, err
	}
	r, err := lab.Run(ctx)
	if err != nil {
		return nil, err
	}
	return expect(lab, r.Cells)
}

// everything is the lab of all columns under the default settings.
func everything(kit demo.Kit) (*attacks.Lab, error) {
	o := demo.Defaults()
	o.Designs = []string{demo.AllDesigns}
	return o.Lab(kit, story.Conversation())
}

// expect sets beside the cells of a lab what its attacks expect.
func expect(lab *attacks.Lab, cells []attacks.Cell) (*results, error) {
	r := &results{lab.Outline(), lab, map[[2]string]technique.Outcome{}}
	if len(cells) != len(r.Attacks)*len(r.Designs) {
		return nil, fmt.Errorf("pages: %d results of %d attacks on %d designs: "+
			"docs/results.json is stale, run: go run ./cmd/doormat docs", len(cells),
			len(r.Attacks), len(r.Designs))
	}
	r.Cells = cells
	for _, d := range lab.Designs {
		info := d.Info()
		for _, a := range lab.Attacks {
			h := a.Header()
			s, err := h.Override(lab.Settings, info)
			if err != nil {
				return nil, fmt.Errorf("pages: attack %s on %s: %w", h.ID, info.ID, err)
			}
			want, err := a.Expect(technique.Keys(info),
				technique.NewView(lab.Conversation.Comparing(s.Compare), s, info))
			if err != nil {
				return nil, fmt.Errorf("pages: attack %s on %s: %w", h.ID, info.ID, err)
			}
			r.expected[[2]string{h.ID, info.ID}] = want
		}
	}
	return r, nil
}

// cell is the outcome of the kit's attack number i on its design number j: the lab
// puts cells in that order.
func (r *results) cell(i, j int) *attacks.Cell { return &r.Cells[i*len(r.Designs)+j] }
