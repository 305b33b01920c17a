package attacks

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"doormat/world"
)

// A Lab runs attacks against designs over one conversation and measures what
// each exposed. It is the only keeper of the ground truth and the seed.
type Lab struct {
	Version      string
	Designs      []world.Design
	Attacks      []Technique
	Conversation *world.Conversation
	Settings     world.Settings
	Seed         world.Seed

	// Clock, if set, gives seconds since some start; package attacks has no clock.
	Clock func() float64
	// Progress, if set, hears of each finished cell, one at a time.
	Progress func(done, total int, c *Cell)
	// Withhold lists capabilities, as in a cell's needs, that the adversary
	// declares and does not get: the script runs on, without their facts and
	// against honest programs. It serves to show that no need is idle.
	Withhold []string
}

// Run fills one cell for each attack and design.
func (l *Lab) Run(ctx context.Context) (*Result, error) {
	t, err := newTruth(l.Conversation, l.Seed)
	if err != nil {
		return nil, err
	}
	if err := l.Settings.Check(l.Conversation); err != nil {
		return nil, err
	}
	groups, err := l.plan(t)
	if err != nil {
		return nil, err
	}
	res := l.result()
	var mu sync.Mutex
	finish := func(cells []*Cell) {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range cells {
			res.Cells = append(res.Cells, *c)
			if l.Progress != nil {
				l.Progress(len(res.Cells), len(l.Designs)*len(l.Attacks), c)
			}
		}
	}
	if err := inParallel(groups, func(g *group) error { return g.run(ctx, finish) }); err != nil {
		return nil, err
	}
	l.order(res.Cells)
	return res, ctx.Err()
}

// inParallel works on groups with as many goroutines as there are processors.
func inParallel(groups []*group, work func(*group) error) error {
	queue := make(chan *group, len(groups))
	for _, g := range groups {
		queue <- g
	}
	close(queue)
	workers := min(runtime.GOMAXPROCS(0), len(groups))
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for g := range queue {
				errs[w] = errors.Join(errs[w], work(g))
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// plan sorts the cells into groups that share a design and settings, and with
// them set-up and the honest run.
func (l *Lab) plan(t *truth) ([]*group, error) {
	type key struct {
		design   string
		settings world.Settings
	}
	groups := map[key]*group{}
	var ordered []*group
	for _, d := range l.Designs {
		for _, a := range l.Attacks {
			h := a.Header()
			s, err := h.settings(l.Settings)
			if err != nil {
				return nil, fmt.Errorf("attack %s: %w", h.ID, err)
			}
			k := key{d.Info().ID, s}
			if groups[k] == nil {
				groups[k] = &group{lab: l, truth: t, design: d, settings: s}
				ordered = append(ordered, groups[k])
			}
			groups[k].attacks = append(groups[k].attacks, a)
		}
	}
	return ordered, nil
}

func (l *Lab) result() *Result {
	s := l.Settings
	retention := "all"
	if s.Retention > 0 {
		retention = fmt.Sprint(s.Retention)
	}
	res := &Result{
		Doormat: l.Version, Seed: uint64(l.Seed),
		Settings: Settings{s.Threshold, s.Trustees, s.Jurisdictions, s.Target, s.At, retention, s.Mailbox, s.Refresh, s.Rotate},
		Conversation: Counts{Title: l.Conversation.Title, Accounts: len(l.Conversation.Accounts),
			Messages: len(l.Conversation.Messages)},
		Designs: []DesignRow{}, Attacks: []AttackRow{}, Cells: []Cell{},
	}
	for _, d := range l.Designs {
		i := d.Info()
		res.Designs = append(res.Designs, DesignRow{i.ID, i.Name, append([]string{}, i.Classes...)})
	}
	for _, a := range l.Attacks {
		h := a.Header()
		res.Attacks = append(res.Attacks, AttackRow{h.ID, h.Title, h.Family, h.Kind, h.Needs})
	}
	return res
}

// order puts cells in the order of attacks, then designs, whoever finished first.
func (l *Lab) order(cells []Cell) {
	rank := map[[2]string]int{}
	for i, a := range l.Attacks {
		for j, d := range l.Designs {
			rank[[2]string{a.Header().ID, d.Info().ID}] = i*len(l.Designs) + j
		}
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		return rank[[2]string{a.Attack, a.Design}] - rank[[2]string{b.Attack, b.Design}]
	})
}

// now reads the clock, if there is one.
func (l *Lab) now() float64 {
	if l.Clock == nil {
		return 0
	}
	return l.Clock()
}

// Stale lists the expectations of t that no design can look up, and the designs
// for which it has none.
func Stale(t Technique, designs []world.Design) []string {
	var problems []string
	used := map[string]bool{}
	for _, d := range designs {
		found := false
		for _, key := range keysOf(d.Info()) {
			if found = slices.Contains(t.Header().Expects, key); found {
				used[key] = true
				break
			}
		}
		if !found {
			problems = append(problems, fmt.Sprintf("no expectation for design %s", d.Info().ID))
		}
	}
	for _, key := range t.Header().Expects {
		if !used[key] {
			problems = append(problems, fmt.Sprintf("expectation for %q fits no design", key))
		}
	}
	return problems
}

// names lists the nodes of a deployment.
func names(nodes []world.Node) map[string]bool {
	set := map[string]bool{}
	for _, n := range nodes {
		set[n.Name()] = true
	}
	return set
}
