package attacks

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"doormat/world"
	"doormat/world/memo"
)

// perRun is how many points of a sweep share an honest run: enough that the run
// costs little beside the scripts, few enough that every processor has work and
// that the adversaries, who live as long as their run, need little memory.
const perRun = 4

// Sweep is Run under each of the given settings, one result a point. Points share
// what their settings allow: set-up and honest runs where they differ in At only,
// and what designs keep in the memo of their [world.Environment] where they
// differ in more. Each result is the one that Run gives under these settings.
func (l *Lab) Sweep(ctx context.Context, points []world.Settings) ([]*Result, error) {
	t, err := newTruth(l.Conversation, l.Seed, l.Draw)
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
	if prepared.names = NamesOf(l.Known); len(l.Known) == 0 {
		prepared.names = NamesOf(l.Designs)
	}
	if len(l.Second) > 0 {
		if prepared.second, err = l.again(ctx, points); err != nil {
			return nil, err
		}
	}
	l = &prepared
	groups, err := l.plan(t, points)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	done, total := 0, len(points)*len(l.Designs)*len(l.Attacks)
	finish := func(point int, c *Cell) {
		mu.Lock()
		defer mu.Unlock()
		results[point].Cells = append(results[point].Cells, *c)
		if done++; l.Progress != nil {
			l.Progress(done, total, c)
		}
	}
	work := &tasks{}
	for _, g := range slices.Backward(groups) {
		work.add(func() { g.run(ctx, work, finish) })
	}
	work.run(l.sideBySide())
	for _, r := range results {
		l.order(r.Cells)
	}
	return results, ctx.Err()
}

// job is a cell to be filled: an attack at a point of a sweep.
type job struct {
	technique Technique
	settings  world.Settings // as the attack's header overrides those of the point
	base      world.Settings // those of the point
	point     int
}

// plan sorts the cells into groups, which share an honest run, on sites, which
// share set-up.
func (l *Lab) plan(t *truth, points []world.Settings) ([]*group, error) {
	type place struct {
		design   string
		settings world.Settings // without At: nobody but the adversary knows the moment
	}
	type run struct {
		place
		part int
	}
	sites, groups, shared := map[place]*site{}, map[run]*group{}, &memo.Memo{}
	var ordered []*group
	if err := l.distinct(); err != nil {
		return nil, err
	}
	for point, at := range points {
		for _, d := range l.Designs {
			for _, a := range l.Attacks {
				h := a.Header()
				s, err := h.settings(at)
				if err != nil {
					return nil, fmt.Errorf("attack %s: %w", h.ID, err)
				}
				where := place{d.Info().ID, s}
				where.settings.At = 0
				if sites[where] == nil {
					sites[where] = &site{lab: l, truth: t.under(s), design: d, settings: where.settings, memo: shared}
				}
				k := run{where, point / perRun}
				if groups[k] == nil {
					groups[k] = &group{site: sites[where]}
					ordered = append(ordered, groups[k])
				}
				groups[k].jobs = append(groups[k].jobs, job{a, s, at, point})
			}
		}
	}
	return ordered, nil
}

// distinct refuses cells of one name.
func (l *Lab) distinct() error {
	seen := map[[2]string]bool{}
	for _, d := range l.Designs {
		for _, a := range l.Attacks {
			cell := [2]string{d.Info().ID, a.Header().ID}
			if seen[cell] {
				return fmt.Errorf("two designs %q or two attacks %q: ids must differ", cell[0], cell[1])
			}
			seen[cell] = true
		}
	}
	return nil
}

// site is a design set up under settings, for all groups that use these.
type site struct {
	lab      *Lab
	truth    *truth
	design   world.Design
	settings world.Settings // without At
	memo     *memo.Memo

	once   sync.Once
	err    error
	deploy world.Deploy
	nodes  map[string]bool
}

// setUp sets the design up, the first time.
func (s *site) setUp() error {
	s.once.Do(func() { s.err = world.Guard(s.build) })
	return s.err
}

func (s *site) build() error {
	var err error
	if s.deploy, err = s.design.Setup(s.environment()); err != nil {
		return fmt.Errorf("design %s: set-up: %w", s.design.Info().ID, err)
	}
	s.nodes = names(s.deploy())
	for _, a := range s.truth.conv.Accounts {
		s.nodes[world.UserOf(a)] = true
	}
	s.nodes[world.QuantumName] = len(s.design.Info().Keys) > 0
	return nil
}

// environment is what the design is set up in. Designs draw from a seed of their own, so
// that none can compute a salt.
func (s *site) environment() world.Environment {
	return world.Environment{Settings: s.settings, Accounts: s.truth.conv.Accounts, Seed: s.lab.Seed.Derive("designs"), Memo: s.memo}
}
