package demo

import (
	"context"
	"slices"
	"strconv"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/summary"
	"doormat/world"
)

// Swept names the parameters over which an attack can be swept.
func Swept() (names []string) {
	for _, p := range Parameters() {
		if p.Sweep {
			names = append(names, p.Name)
		}
	}
	return names
}

// MaxPoints bounds a sweep that this machine computes, and MaxShared one that workers do: results
// of as many are held and printed here.
const (
	MaxPoints = 200
	MaxShared = 10_000
)

// A Range is a range of one setting, as flags give it.
type Range struct {
	Over string // one of Swept
	// numbers, "" for the setting's own range by ones; not used where values are words
	From, To, Step string
	Shared         bool // workers compute it
}

// most is how many points it may have.
func (r Range) most() int {
	if r.Shared {
		return MaxShared
	}
	return MaxPoints
}

// A Point is one value of the setting, with all settings of the run.
type Point struct {
	Value    string
	Settings world.Settings
}

// Points lists the points of the range, around settings for a conversation of so
// many messages. Errors are of type *UsageError.
func (r Range) Points(s world.Settings, messages int) ([]Point, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	all := Parameters()
	p := all[slices.IndexFunc(all, func(p world.Parameter) bool { return p.Name == r.Over })]
	if !p.Number() {
		return r.words(p, s), nil
	}
	most := p.Most(s, messages)
	if p.Every {
		most = messages // what happens after the end changes nothing
	}
	last := most
	if p.Zero != "" {
		last = min(20, most)
	}
	word := p.Zero
	if word != "" && r.From == word {
		return []Point{point(p, s, 0)}, nil
	}
	if word != "" && r.To == word {
		r.To = ""
	}
	from, to, step, err := r.bounds(last, most)
	if err != nil {
		return nil, err
	}
	var points []Point
	for v := from; v <= to; v += step {
		points = append(points, point(p, s, v))
	}
	if word != "" && r.To == "" {
		points = append(points, point(p, s, 0))
	}
	return points, nil
}

// bounds reads from where to where the range goes, and in what steps: at most to most, and
// by itself to last.
func (r Range) bounds(last, most int) (from, to, step int, err error) {
	for _, f := range []struct {
		into       *int
		name, text string
		own        int
	}{{&from, "--from", r.From, 1}, {&to, "--to", r.To, last}, {&step, "--step", r.Step, 1}} {
		if *f.into, err = bound(f.name, f.text, f.own, r.Over, most); err != nil {
			return 0, 0, 0, err
		}
	}
	if from > to {
		return 0, 0, 0, Usagef("--from %d, --to %d: want a range that ends where it begins "+
			"or later",
			from, to)
	}
	if n, most := (to-from)/step+1, r.most(); n > most {
		return 0, 0, 0, Usagef("--over %s: %d points from %d to %d: want at most %d; give "+
			"--step %d or a shorter range",
			r.Over, n, from, to, most, (to-from)/most+1)
	}
	return from, to, step, nil
}

// Run runs the attack of a lab at points of the range.
func (r Range) Run(ctx context.Context, lab *attacks.Lab, points []Point) (*summary.Sweep, error) {
	return r.RunBy(lab, points, func(settings []world.Settings) ([]*attacks.Result, error) {
		return lab.Sweep(ctx, settings)
	})
}

// RunBy is Run with the points computed by sweep, one result each.
func (r Range) RunBy(lab *attacks.Lab, points []Point,
	sweep func([]world.Settings) ([]*attacks.Result, error)) (*summary.Sweep, error) {
	s := &summary.Sweep{Over: r.Over, Conversation: lab.Conversation}
	var settings []world.Settings
	for _, p := range points {
		s.Values, settings = append(s.Values, p.Value), append(settings, p.Settings)
	}
	var err error
	s.Results, err = sweep(settings)
	return s, err
}

func (r Range) check() error {
	switch {
	case r.Over == "":
		return Usagef("--over is missing: want %s", enumerate(Swept()))
	case !slices.Contains(Swept(), r.Over):
		return unknown("setting to sweep over", r.Over, Swept())
	}
	return nil
}

// bound reads an end or the step of a range.
func bound(flag, text string, own int, over string, most int) (int, error) {
	if text == "" {
		return own, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, Usagef("%s %s of --over %s: want a number from 1 to %d", flag,
			strconv.Quote(text), over, most)
	}
	return n, nil
}

// words are the points of a parameter whose values are words, all of them.
func (r Range) words(p world.Parameter, s world.Settings) (points []Point) {
	for _, word := range p.Words {
		_ = p.Set(&s, word, 0)
		points = append(points, Point{word, s})
	}
	return points
}

func point(p world.Parameter, s world.Settings, v int) Point {
	p.SetNumber(&s, v)
	if v == 0 {
		return Point{p.Zero, s}
	}
	return Point{strconv.Itoa(v), s}
}

// Fits refuses an attack whose header fixes the setting: a sweep would show the
// same at every point.
func (r Range) Fits(h technique.Header) error {
	if text, fixed := h.Settings[r.Over]; fixed {
		return Usagef("attack %s fixes %s = %s itself: a sweep over it would show the same at "+
			"every point", h.ID, r.Over, text)
	}
	return nil
}
