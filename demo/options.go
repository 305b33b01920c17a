package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/world"
)

// Options are what a user may choose about a run, as flags give them. The zero
// value is not useful: start from [Defaults].
type Options struct {
	Conversation string // file, "" for the built-in one
	Called       string // what the exported chat is called, "" for what its file is
	Story        string // id of a built-in conversation, "" for the first
	DateOrder    string // of an export: dmy, mdy, ymd, "" to find out
	// how many messages of an export, its last ones, are taken; 0 for all
	Last    int
	Given   map[string]string // values of parameters by name; of others what is usual counts
	Seed    uint64
	Draw    string   // 32 bytes in hex on which the salts depend, "" for none or fresh ones
	Designs []string // ids, none for all
	Attacks []string // ids, none for all
}

// Defaults are the options of a run without flags.
func Defaults() Options {
	return Options{Seed: 1}
}

// Value is what is given for a parameter, or what is usual.
func (o Options) Value(p world.Parameter) string { return cmp.Or(o.Given[p.Name], p.Usual) }

// Set gives a value for a parameter, "" for the usual one. Copies of the options made
// before keep theirs.
func (o *Options) Set(name, text string) {
	given := map[string]string{}
	maps.Copy(given, o.Given)
	given[name] = text
	if text == "" {
		delete(given, name)
	}
	if o.Given = given; len(given) == 0 {
		o.Given = nil // as in [Defaults]
	}
}

// Chosen are the options that say whose conversation it is and how it is seen, and
// the defaults of everything else.
func (o Options) Chosen() Options {
	d := Defaults()
	d.Conversation, d.Story, d.DateOrder, d.Last, d.Seed = o.Conversation, o.Story,
		o.DateOrder, o.Last, o.Seed
	for _, p := range world.Parameters() {
		if text, given := o.Given[p.Name]; given && p.Whose {
			d.Set(p.Name, text)
		}
	}
	return d
}

// maxSeed is the first number that JSON readers may round.
const maxSeed = 1 << 53

// Lab brings kit and conversation together as the options say. Errors in options
// are of type *UsageError.
func (o Options) Lab(kit Kit, conv *world.Conversation) (*attacks.Lab, error) {
	if o.Seed >= maxSeed {
		return nil, Usagef("--seed %d: want a number below 2^53 (%d)", o.Seed, uint64(maxSeed))
	}
	switch {
	case o.Last < 0:
		return nil, Usagef("--last %d: want a number of messages, 0 for all", o.Last)
	case o.Last > 0 && o.Conversation == "":
		return nil, Usagef("--last works on an exported chat: give --conversation FILE")
	}
	known := kit.Known
	if len(known) == 0 {
		known = kit.Designs
	}
	kit, err := kit.choose(o.Designs, o.Attacks)
	if err != nil {
		return nil, err
	}
	if target := o.Given["target"]; target != "" && !slices.Contains(conv.Accounts, target) {
		return nil, unknown("account", target, conv.Accounts)
	}
	s, err := o.settings(conv, OwnParameters(known))
	if err != nil {
		return nil, err
	}
	draw, err := o.draw()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	lab := &attacks.Lab{
		Version: Version, Designs: kit.Designs, Known: known, Attacks: kit.Attacks,
		Conversation: conv, Settings: s,
		Seed: world.Seed(o.Seed), Draw: draw,
		Clock: func() float64 { return time.Since(start).Seconds() },
	}
	lab.Ahead = aheadOf(lab)
	return lab, nil
}

// Unheeded says of each value that was given where it changes nothing: in columns that
// fix their own.
func (o Options) Unheeded(designs []world.Design) (list []string) {
	for _, p := range Parameters() {
		text, given := o.Given[p.Name]
		if !given {
			continue
		}
		for _, d := range designs {
			if fixed, own := d.Info().Fixed[p.Name]; own && fixed != text {
				list = append(list, fmt.Sprintf("%s does not change %s, which fixes it at %q",
					flagText(p, text), d.Info().ID, fixed))
			}
		}
		has := func(d world.Design) bool {
			return slices.Contains(
				world.ParameterNames(d.Info().Parameters), p.Name)
		}
		if p.IsOwn() && !slices.ContainsFunc(designs, has) {
			list = append(list, flagText(p, text)+" changes nothing: no column that is shown has "+
				"such a setting")
		}
	}
	return list
}

// flagText is the flag that gives a parameter a value.
func flagText(p world.Parameter, text string) string {
	if p.IsOwn() {
		return "--set " + p.Name + "=" + text
	}
	return "--" + p.Name + " " + text
}

// drawSize is how many random bytes a run draws.
const drawSize = 32

// draw reads the draw of an earlier run.
func (o Options) draw() ([]byte, error) {
	if o.Draw == "" {
		return nil, nil
	}
	draw, err := hex.DecodeString(o.Draw)
	if err != nil || len(draw) != drawSize {
		return nil, Usagef("--draw %s: want the %d hex digits that an earlier run printed",
			strconv.Quote(o.Draw), 2*drawSize)
	}
	return draw, nil
}

// Outside prepares a lab for a script from a file. It draws afresh, so that no script can
// carry the answers; if a draw was given, the fresh one serves to check it.
func Outside(lab *attacks.Lab) {
	lab.Ahead = nil // a script may bear an id of the library
	fresh := make([]byte, drawSize)
	_, _ = rand.Read(fresh) // never fails
	switch {
	case len(lab.Draw) == 0:
		lab.Draw, lab.Fresh = fresh, true
	case !lab.Fresh:
		lab.Second = fresh
	}
}

// settings reads the values that are given. Errors are of type *UsageError.
func (o Options) settings(conv *world.Conversation, own []world.Parameter) (world.Settings, error) {
	known := world.ParameterNames(own)
	for _, name := range slices.Sorted(maps.Keys(o.Given)) {
		if !slices.Contains(known, name) {
			return world.Settings{}, Usagef("--set %s: there is no such setting: want one of %s%s",
				strconv.Quote(name), strings.Join(known, ", "), world.DidYouMean(name, known))
		}
	}
	s, err := world.NewSettings(o.Given, conv, own...)
	if value := new(world.ValueError); errors.As(err, &value) && value.Parameter.IsOwn() {
		return s, Usagef("--set %s=%s: %v", value.Parameter.Name, value.Text, value.Err)
	} else if errors.As(err, &value) {
		return s, Usagef("--%s %s: %v", value.Parameter.Name, strconv.Quote(value.Text), value.Err)
	} else if err != nil {
		return s, Usagef("%v", err)
	}
	return s, nil
}

// Verdict tells how a run ended.
type Verdict struct {
	Errors    []string // what went wrong, one line each, with all designs on which it did
	Surprises int      // cells that differ from what their attacks expect
}

// Judge sums up a result.
func Judge(r *attacks.Result) (v Verdict) {
	var kinds [][2]string           // attack and error, but for the design's name in it
	met := map[[2]string][]string{} // the designs on which each was met
	told := map[[2]string]string{}  // as the first of them tells it
	for _, c := range r.Cells {
		switch {
		case c.Error != "":
			kind := [2]string{c.Attack, strings.ReplaceAll(c.Error, c.Design, "")}
			if met[kind] == nil {
				kinds, told[kind] = append(kinds, kind), c.Error
			}
			if !slices.Contains(met[kind], c.Design) { // a sweep meets one at every point
				met[kind] = append(met[kind], c.Design)
			}
		case !c.Expected:
			v.Surprises++
		}
	}
	for _, kind := range kinds {
		v.Errors = append(v.Errors, fmt.Sprintf("attack %s on %s: %s", kind[0],
			strings.Join(met[kind], ", "), told[kind]))
	}
	return v
}

// Limit bounds each run of a lab in time, for scripts from outside.
func Limit(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	over := fmt.Errorf("stopped after %s: what the script set in motion does not end", d)
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeoutCause(ctx, d, over)
	}
}
