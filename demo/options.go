package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"doormat/attacks"
	"doormat/world"
)

// Options are what a user may choose about a run, as flags give them. The zero
// value is not useful: start from [Defaults].
type Options struct {
	Conversation  string // file, "" for the built-in one
	DateOrder     string // of an export: dmy, mdy, ymd, "" to find out
	Last          int    // how many messages of an export, its last ones, are taken; 0 for all
	Target        string // account, "" for the conversation's own
	Threshold     int
	Trustees      int
	Jurisdictions string // "" for round robin over A, B, C
	Refresh       int
	Rotate        int
	Retention     string // "all" or a number
	Mailbox       string
	Resend        string
	At            string // "half" or a message number
	Seed          uint64
	Draw          string   // 32 bytes in hex on which the salts depend, "" for none or fresh ones
	Designs       []string // ids, none for all
	Attacks       []string // ids, none for all
}

// Defaults are the options of a run without flags.
func Defaults() Options {
	return Options{Threshold: 3, Trustees: 5, Retention: "all", Mailbox: world.MailboxAll, Resend: world.ResendAsked, At: "half", Seed: 1}
}

// Chosen are the options that say whose conversation it is and how it is seen, and
// the defaults of everything else.
func (o Options) Chosen() Options {
	d := Defaults()
	d.Conversation, d.DateOrder, d.Last, d.Target, d.Seed = o.Conversation, o.DateOrder, o.Last, o.Target, o.Seed
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
	known := kit.Designs
	kit, err := kit.choose(o.Designs, o.Attacks)
	if err != nil {
		return nil, err
	}
	target := o.Target
	if target == "" {
		target = conv.Target
	}
	if !slices.Contains(conv.Accounts, target) {
		return nil, unknown("account", target, conv.Accounts)
	}
	s, err := o.settings(len(conv.Messages))
	if err != nil {
		return nil, err
	}
	s.Target = target
	if err := s.Check(conv); err != nil {
		return nil, Usagef("%v", err)
	}
	draw, err := o.draw()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	return &attacks.Lab{
		Version: Version, Designs: kit.Designs, Known: known, Attacks: kit.Attacks, Conversation: conv, Settings: s,
		Seed: world.Seed(o.Seed), Draw: draw, Clock: func() float64 { return time.Since(start).Seconds() },
	}, nil
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
		return nil, Usagef("--draw %s: want the %d hex digits that an earlier run printed", strconv.Quote(o.Draw), 2*drawSize)
	}
	return draw, nil
}

// Outside prepares a lab for a script from a file. It draws afresh, so that no script can
// carry the answers; if a draw was given, the fresh one serves to check it.
func Outside(lab *attacks.Lab) {
	fresh := make([]byte, drawSize)
	_, _ = rand.Read(fresh) // never fails
	switch {
	case len(lab.Draw) == 0:
		lab.Draw, lab.Fresh = fresh, true
	case !lab.Fresh:
		lab.Second = fresh
	}
}

func (o Options) settings(messages int) (world.Settings, error) {
	s := world.Settings{
		Threshold: o.Threshold, Trustees: o.Trustees, Jurisdictions: o.Jurisdictions, Mailbox: o.Mailbox,
		Resend: o.Resend, Refresh: o.Refresh, Rotate: o.Rotate,
	}
	switch {
	case o.Refresh < 0 || o.Rotate < 0:
		return s, Usagef("--refresh %d, --rotate %d: want a number of messages, 0 for never", o.Refresh, o.Rotate)
	case o.Trustees < 1 || o.Trustees > world.MaxTrustees:
		return s, Usagef("--trustees %d: want 1 to %d", o.Trustees, world.MaxTrustees)
	case o.Threshold < 1 || o.Threshold > o.Trustees:
		return s, Usagef("--threshold %d of %d trustees: give --threshold from 1 to %d, or more --trustees", o.Threshold, o.Trustees, o.Trustees)
	}
	if s.Jurisdictions == "" {
		s.Jurisdictions = world.RoundRobin(o.Trustees)
	}
	var err error
	if s.Retention, err = number("--retention", o.Retention, "all", 0, 1<<31-1); err != nil {
		return s, err
	}
	s.At, err = number("--at", o.At, "half", (messages+1)/2, messages)
	return s, err
}

// number reads a positive number up to most, or the word that stands for value.
func number(flag, text, word string, value, most int) (int, error) {
	if text == word {
		return value, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, Usagef("%s %s: want %s or a number from 1 to %d", flag, strconv.Quote(text), word, most)
	}
	return n, nil
}

// Verdict tells how a run ended.
type Verdict struct {
	Errors    []string // what went wrong, one line each
	Surprises int      // cells that differ from what their attacks expect
}

// Judge sums up a result.
func Judge(r *attacks.Result) (v Verdict) {
	for _, c := range r.Cells {
		switch {
		case c.Error != "":
			text := fmt.Sprintf("attack %s on %s: %s", c.Attack, c.Design, c.Error)
			if !slices.Contains(v.Errors, text) { // a sweep meets one at every point
				v.Errors = append(v.Errors, text)
			}
		case !c.Expected:
			v.Surprises++
		}
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
