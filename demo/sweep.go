package demo

import (
	"slices"
	"strconv"

	"doormat/attacks"
	"doormat/world"
)

// Swept are the settings over which an attack can be swept.
var Swept = []string{"at", "threshold", "retention", "refresh", "rotate"}

// endless names what 0 stands for, where it is the last point of a range.
var endless = map[string]string{"retention": "all", "refresh": "never", "rotate": "never"}

// MaxPoints bounds a sweep.
const MaxPoints = 200

// A Range is a range of one setting, as flags give it.
type Range struct {
	Over           string // one of Swept
	From, To, Step string // numbers, "" for the setting's own range by ones
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
	most := map[string]int{"at": messages, "threshold": s.Trustees, "retention": 1<<31 - 1, "refresh": messages, "rotate": messages}[r.Over]
	last := most
	if endless[r.Over] != "" {
		last = min(20, most)
	}
	word := endless[r.Over]
	if word != "" && r.From == word {
		return []Point{r.point(s, 0, word)}, nil
	}
	if word != "" && r.To == word {
		r.To = ""
	}
	var from, to, step int
	for _, f := range []struct {
		into       *int
		name, text string
		own        int
	}{{&from, "--from", r.From, 1}, {&to, "--to", r.To, last}, {&step, "--step", r.Step, 1}} {
		var err error
		if *f.into, err = bound(f.name, f.text, f.own, r.Over, most); err != nil {
			return nil, err
		}
	}
	if from > to {
		return nil, Usagef("--from %d, --to %d: want a range that ends where it begins or later", from, to)
	}
	if n := (to-from)/step + 1; n > MaxPoints {
		return nil, Usagef("--over %s: %d points from %d to %d: want at most %d; give --step %d or a shorter range",
			r.Over, n, from, to, MaxPoints, (to-from)/MaxPoints+1)
	}
	var points []Point
	for v := from; v <= to; v += step {
		points = append(points, r.point(s, v, strconv.Itoa(v)))
	}
	if word != "" && r.To == "" {
		points = append(points, r.point(s, 0, word))
	}
	return points, nil
}

func (r Range) check() error {
	switch {
	case r.Over == "":
		return Usagef("--over is missing: want %s", enumerate(Swept))
	case !slices.Contains(Swept, r.Over):
		return unknown("setting to sweep over", r.Over, Swept)
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
		return 0, Usagef("%s %s of --over %s: want a number from 1 to %d", flag, strconv.Quote(text), over, most)
	}
	return n, nil
}

func (r Range) point(s world.Settings, v int, text string) Point {
	*map[string]*int{"at": &s.At, "threshold": &s.Threshold, "retention": &s.Retention, "refresh": &s.Refresh, "rotate": &s.Rotate}[r.Over] = v
	return Point{text, s}
}

// Fits refuses an attack whose header fixes the setting: a sweep would show the
// same at every point.
func (r Range) Fits(h attacks.Header) error {
	if text, fixed := h.Settings[r.Over]; fixed {
		return Usagef("attack %s fixes %s = %s itself: a sweep over it would show the same at every point", h.ID, r.Over, text)
	}
	return nil
}
