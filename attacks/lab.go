package attacks

import (
	"context"
	"encoding/hex"
	"maps"
	"slices"

	"doormat/attacks/deduce"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/memo"
)

// A Lab runs attacks against designs over one conversation and measures what
// each exposed. It is the only keeper of the ground truth and the seed.
type Lab struct {
	Version      string
	Designs      []world.Design
	Attacks      []technique.Technique
	Conversation *world.Conversation
	Settings     world.Settings
	// Known are all designs of the program, in which scripts may name things; Designs
	// if it is empty.
	Known []world.Design
	Seed  world.Seed
	// Draw is random bytes on which the salts depend, none if every attack is part of
	// the program. The seed is public: a script from outside could carry what it claims.
	Draw []byte
	// Fresh says that Draw was drawn for this run, so that no script can know it.
	Fresh bool
	// Second, if set, is a draw that nobody knew beforehand, because Draw was given: see
	// secondrun.go.
	Second []byte

	// Memo is what the runs of this lab share of their computations, and with those of other
	// labs that have the same one. If it is nil, each sweep has its own.
	Memo *memo.Memo
	// Clock, if set, gives seconds since some start; package attacks has no clock.
	Clock func() float64
	// Ahead is a result of the same run with further columns, for whoever sums up.
	Ahead *Result
	// Progress, if set, hears of each finished cell, one at a time; total counts
	// those of all points of a sweep.
	Progress func(done, total int, c *Cell)
	// Typed, if set, hears of each message that is typed in a run, from as many
	// goroutines as there are processors.
	Typed func(design string, message int)
	// Bound, if set, gives a time limit to each run with all that follows from it.
	// It is for scripts from outside: a limit on the script alone would not stop
	// what the script has set in motion.
	Bound func(context.Context) (context.Context, context.CancelFunc)
	// Room is how many bytes the runs of this lab may hold at a time, about;
	// [DefaultRoom] if it is zero. One run is always under way, see [Lab.Weight].
	Room int
	// Record keeps a [trace.Recording] with each cell, for replays.
	Record bool
	// Withhold lists capabilities, as in a cell's needs, that the adversary
	// declares and does not get: the script runs on, without their facts and
	// against honest programs. It serves to show that no need is idle.
	Withhold []string

	second map[cellKey]reading // what was read under the second draw
	names  *technique.Names

	left  deduce.Budget // of each adversary; the default if zero
	calls int           // of each adversary; technique.MaxCalls if zero
}

// Run fills one cell for each attack and design. What goes wrong with one attack
// or design stands in its cells' Error; Run's own error means that there is
// nothing to run, or that ctx ended, which cells that were not done say too.
func (l *Lab) Run(ctx context.Context) (*Result, error) {
	results, err := l.Sweep(ctx, []world.Settings{l.Settings})
	if results == nil {
		return nil, err
	}
	return results[0], err
}

// Outline is the document of a run before anything has run: without cells.
func (l *Lab) Outline() *Result { return l.result(l.Settings) }

// Made gives the result of the lab out of those that were made ahead, nil unless every
// cell of it is among them.
func (l *Lab) Made() *Result {
	if l.Ahead == nil {
		return nil
	}
	r := l.Outline()
	for _, a := range r.Attacks {
		for _, d := range r.Designs {
			i := slices.IndexFunc(l.Ahead.Cells, func(c Cell) bool {
				return c.Attack == a.ID && c.Design == d.ID
			})
			if i < 0 {
				return nil
			}
			r.Cells = append(r.Cells, l.Ahead.Cells[i])
		}
	}
	return r
}

// result is the document of a run under s, without its cells.
func (l *Lab) result(s world.Settings) *Result {
	res := &Result{
		Doormat: l.Version, Seed: uint64(l.Seed), Draw: hex.EncodeToString(l.Draw),
		DrawGiven: len(l.Second) > 0,
		Settings:  s,
		Conversation: Counts{Title: l.Conversation.Title, Accounts: len(l.Conversation.Accounts),
			Messages: len(l.Conversation.Messages), Attachments: l.Conversation.Attachments(),
			Calls: len(l.Conversation.Calls)},
		Designs: []DesignRow{}, Attacks: []AttackRow{}, Cells: []Cell{},
	}
	if s == l.Settings {
		res.Ahead = l.Ahead
	}
	for _, d := range l.Designs {
		i := d.Info()
		fixed := map[string]string{}
		maps.Copy(fixed, i.Fixed)
		res.Designs = append(res.Designs, DesignRow{i.ID, i.Of(), i.Name,
			append([]string{}, i.Classes...), fixed})
	}
	for _, d := range l.Known {
		if id := d.Info().ID; !slices.ContainsFunc(res.Designs, func(row DesignRow) bool {
			return row.ID == id
		}) {
			res.Elsewhere = append(res.Elsewhere, id)
		}
	}
	for _, a := range l.Attacks {
		h := a.Header()
		res.Attacks = append(res.Attacks, AttackRow{h.ID, h.Title, h.Family, h.Kind,
			append([]string{}, h.Needs...), h.Fixes(s)})
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

// bound applies the limit, if there is one.
func (l *Lab) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.Bound == nil {
		return context.WithCancel(ctx)
	}
	return l.Bound(ctx)
}

// now reads the clock, if there is one.
func (l *Lab) now() float64 {
	if l.Clock == nil {
		return 0
	}
	return l.Clock()
}

// names lists the nodes of a deployment.
func names(nodes []world.Node) map[string]bool {
	set := map[string]bool{}
	for _, n := range nodes {
		set[n.Name()] = true
	}
	return set
}
