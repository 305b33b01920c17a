package pages

import (
	"context"
	"sync"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/story"
)

// results are what one run measured, beside what was expected of it.
type results struct {
	*attacks.Result
	lab      *attacks.Lab
	expected map[[2]string]technique.Outcome // by attack and design
	lock     sync.Mutex
}

// measure runs the whole kit, every column of it, under the default settings.
func measure(ctx context.Context, kit demo.Kit) (*results, error) {
	o := demo.Defaults()
	o.Designs = []string{demo.AllDesigns}
	lab, err := o.Lab(kit, story.Conversation())
	if err != nil {
		return nil, err
	}
	r := &results{lab: lab, expected: map[[2]string]technique.Outcome{}}
	for i, a := range lab.Attacks {
		lab.Attacks[i] = overheard{a, r}
	}
	r.Result, err = lab.Run(ctx)
	return r, err
}

// cell is the outcome of the kit's attack number i on its design number j: the lab
// puts cells in that order.
func (r *results) cell(i, j int) *attacks.Cell { return &r.Cells[i*len(r.Designs)+j] }

// overheard is an attack whose expectations are written down as the lab asks for
// them.
type overheard struct {
	technique.Technique
	notes *results
}

// Expect implements [technique.Technique]. The first key is the design's id.
func (o overheard) Expect(keys []string, v technique.View) (technique.Outcome, error) {
	want, err := o.Technique.Expect(keys, v)
	o.notes.lock.Lock()
	defer o.notes.lock.Unlock()
	o.notes.expected[[2]string{o.Header().ID, keys[0]}] = want
	return want, err
}
