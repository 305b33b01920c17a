package attacks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"doormat/attacks/technique"
	"doormat/attacks/truth"
	"doormat/world"
	"doormat/world/memo"
)

// perRun is how many points of a sweep share an honest run: enough that the run
// costs little beside the scripts, few enough that every processor has work and
// that the adversaries, who live as long as their run, need little memory.
const perRun = 4

// Sweep is Run under each of the given settings, one result a point. Points share
// what their settings allow: set-up and honest runs where they differ in At only,
// and what designs keep in the memo of their [world.Config] where they
// differ in more. Each result is the one that Run gives under these settings.
func (l *Lab) Sweep(ctx context.Context, points []world.Settings) ([]*Result, error) {
	t, err := truth.New(l.Conversation, l.Seed, l.Draw)
	if err != nil {
		return nil, err
	}
	var results []*Result
	for _, s := range points {
		if err := s.Check(l.Conversation); err != nil {
			return nil, err
		}
		results = append(results, l.result(s))
	}
	prepared := *l
	if prepared.names = technique.NamesOf(l.Known); len(l.Known) == 0 {
		prepared.names = technique.NamesOf(l.Designs)
	}
	if len(l.Second) > 0 {
		if prepared.second, err = l.again(ctx, points); err != nil {
			return nil, err
		}
	}
	l = &prepared
	batches, err := l.plan(t, points)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	done, total := 0, len(points)*len(l.Designs)*len(l.Attacks)
	finish := func(t *trial) {
		mu.Lock()
		defer mu.Unlock()
		results[t.point].Cells = append(results[t.point].Cells, *t.cell)
		if done++; l.Progress != nil {
			l.Progress(done, total, t.cell)
		}
	}
	work := &tasks{}
	for _, trials := range slices.Backward(batches) {
		work.add(func() { trials[0].on.fill(ctx, trials, work, finish) })
	}
	work.run(l.sideBySide())
	for _, r := range results {
		l.order(r.Cells)
	}
	return results, ctx.Err()
}

// plan sorts the trials of a sweep into batches, each of which shares an honest run, on
// deployments, which share set-up.
func (l *Lab) plan(t *truth.Truth, points []world.Settings) ([][]*trial, error) {
	type setting struct {
		design   string
		settings world.Settings // without At: nobody but the adversary knows the moment
	}
	type batch struct {
		setting
		part int
	}
	deployments, places := map[setting]*deployment{}, map[batch]int{}
	shared := cmp.Or(l.Memo, new(memo.Memo))
	var batches [][]*trial
	if err := l.distinct(); err != nil {
		return nil, err
	}
	for point, base := range points {
		for _, d := range l.Designs {
			for _, a := range l.Attacks {
				h := a.Header()
				s, err := h.Override(base, d.Info())
				if err != nil {
					return nil, fmt.Errorf("attack %s on %s: %w", h.ID, d.Info().ID, err)
				}
				under := setting{d.Info().ID, s}
				under.settings.At = 0
				if deployments[under] == nil {
					deployments[under] = &deployment{
						lab: l, truth: t.Under(s), design: d, settings: under.settings,
						memo: shared}
				}
				b := batch{under, point / perRun}
				if _, ok := places[b]; !ok {
					places[b] = len(batches)
					batches = append(batches, nil)
				}
				batches[places[b]] = append(batches[places[b]],
					newTrial(deployments[under], a, s, base, point))
			}
		}
	}
	return batches, nil
}

// distinct refuses cells of one name.
func (l *Lab) distinct() error {
	seen := map[[2]string]bool{}
	for _, d := range l.Designs {
		for _, a := range l.Attacks {
			cell := [2]string{d.Info().ID, a.Header().ID}
			if seen[cell] {
				return fmt.Errorf("two designs %q or two attacks %q: ids must differ", cell[0],
					cell[1])
			}
			seen[cell] = true
		}
	}
	return nil
}
