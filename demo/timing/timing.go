// Package timing measures what a design's keys are worth to whoever steals them: how
// many messages a second one core opens, beside the floor of that work, and what
// that makes of the world's messages.
//
// A conversation is played through the design, so that every envelope and escrow
// field is the design's own. The thief takes the stores of everybody but users and
// devices, and derives what follows by the published rules. Of each opened
// message it keeps the derivation, splits off what all have in common (the key,
// computed once), and applies the rest again and again, from the stored envelope to
// the text, which is compared with what was typed each time. Where nothing was
// opened there is nothing to time, and the result says so.
//
// Times are of the machine that it runs on. What follows from them for other
// amounts is arithmetic, and is called an extrapolation.
//
// TestKeys says what was opened, from which stores and by which rules.
package timing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"doormat/attacks/deduce"
	"doormat/world"
	"doormat/world/simulation"
)

// Messages of BodyBytes each are played through each design: some lines of text.
const (
	Messages  = 300
	BodyBytes = 200
)

// ADay is the number of messages a day that the extrapolation is for: the order of
// what the largest messengers say they carry.
const ADay = 100e9

// A Result is what was measured of each design. As JSON every field is present.
type Result struct {
	Doormat      string   `json:"doormat"`
	Messages     int      `json:"messages"`
	BodyBytes    int      `json:"body_bytes"`
	MessagesADay float64  `json:"messages_a_day"` // of the extrapolation
	Designs      []Design `json:"designs"`
}

// A Design is what the thief got out of one. Microseconds are those of one core
// for one message, and 0 where nothing was opened.
type Design struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Total   int      `json:"total"`
	Opened  int      `json:"opened"`
	RestsOn []string `json:"rests_on"` // the stores that the openings needed
	Once    []string `json:"once"`     // rules applied once for all messages
	Reading []string `json:"reading"`  // rules for each message that need no key
	Opening []string `json:"opening"`  // rules for each message that do

	Timed         int     `json:"timed"` // messages opened while the clock ran
	ReadMicros    float64 `json:"read_micros"`
	OpenMicros    float64 `json:"open_micros"`
	FloorMicros   float64 `json:"floor_micros"`       // see [newFloor]
	Ratio         float64 `json:"ratio"`              // of opening to the floor
	RatioReading  float64 `json:"ratio_with_reading"` // of reading and opening to the floor
	PerSecond     float64 `json:"per_second"`         // messages on one core, reading included
	PerSecondLow  float64 `json:"per_second_low"`     // a quarter of the rounds was slower
	PerSecondHigh float64 `json:"per_second_high"`    // a quarter of the rounds was faster
	FloorSpread   float64 `json:"floor_spread"`       // of the same work, see [Design.Busy]
	Cores         float64 `json:"extrapolated_cores"` // for MessagesADay, for ever
}

// Keys measures designs under the settings. Each takes about as long as given,
// beside some tenths of a second to set up.
func Keys(ctx context.Context, version string, designs []world.Design, s world.Settings,
	each time.Duration) (*Result, error) {
	r := &Result{Doormat: version, Messages: Messages, BodyBytes: BodyBytes, MessagesADay: ADay,
		Designs: []Design{}}
	for _, d := range designs {
		row, err := key(ctx, d, s, each)
		if err != nil {
			return nil, fmt.Errorf("measuring design %s: %w", d.Info().ID, err)
		}
		r.Designs = append(r.Designs, *row)
	}
	return r, nil
}

func key(ctx context.Context, d world.Design, s world.Settings,
	each time.Duration) (*Design, error) {
	i := d.Info()
	row := &Design{ID: i.ID, Name: i.Name, Total: Messages, RestsOn: []string{}, Once: []string{},
		Reading: []string{}, Opening: []string{}}
	conv, said := Talk(Messages, BodyBytes)
	loot, err := stores(ctx, d, s, conv, said)
	if err != nil {
		return nil, err
	}
	proofs, err := deduce.Derive(ctx, d.Rules(), loot, world.Plaintext)
	if err != nil {
		return nil, err
	}
	typed := map[string]bool{}
	for _, m := range said {
		typed[string(m.Body)] = true
	}
	var opened []deduce.Proof
	for _, p := range proofs {
		if text := string(p[len(p)-1].Fact.Data); typed[text] {
			delete(typed, text)
			opened = append(opened, p)
		}
	}
	if row.Opened = len(opened); row.Opened == 0 {
		return row, nil
	}
	plans, err := row.plan(d.Rules(), opened)
	if err != nil {
		return nil, err
	}
	return row, row.clock(ctx, plans, each)
}

// stores lives through the conversation and takes, in the end, what lies in the
// stores of everybody but users and devices.
func stores(ctx context.Context, d world.Design, s world.Settings, conv *world.Conversation,
	said []world.Payload) ([]deduce.Step, error) {
	s.Target = conv.Target
	deploy, err := d.Setup(world.Config{Settings: s, Accounts: conv.Accounts, Seed: 1})
	if err != nil {
		return nil, err
	}
	play, err := simulation.New(ctx, conv, said, deploy(), nil)
	if err != nil {
		return nil, err
	}
	if err := play.Advance(len(conv.Messages)); err != nil {
		return nil, err
	}
	var loot []deduce.Step
	for _, name := range play.Net.Names() {
		if _, personal := world.AccountOf(name); personal {
			continue
		}
		for _, f := range play.Net.Node(name).Holdings() {
			loot = append(loot, deduce.Step{Fact: f, Origin: name + "." + string(world.Store)})
		}
	}
	return loot, nil
}

// round is how many messages are opened between two looks at the clock: long beside
// the clock's own cost, short beside what else the machine does.
const round = 32

// timeRound takes the times of a round, in microseconds a message: to read, to open, and what
// the floor takes. It compares what was opened.
func timeRound(some []*plan, floor func()) (times [3]float64, err error) {
	for i, work := range []func(*plan) error{
		func(p *plan) error { return run(p.reading) },
		func(p *plan) error { return run(p.opening) },
		func(*plan) error { floor(); return nil },
	} {
		start := time.Now()
		for _, p := range some {
			if err := work(p); err != nil {
				return times, err
			}
		}
		times[i] = time.Since(start).Seconds() * 1e6 / round
	}
	for _, p := range some {
		if !bytes.Equal(p.text(), p.want) {
			return times, errors.New("a message opened to another text than it did before")
		}
	}
	return times, nil
}

// clock opens messages again and again, and works the floor between, so that both
// see the same machine. The median round counts, since others may use the machine.
func (row *Design) clock(ctx context.Context, plans []*plan, each time.Duration) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one core: the collector works on it as well
	floor, err := newFloor()
	if err != nil {
		return err
	}
	var reading, opening, least []float64 // microseconds a message, by round
	for begin := time.Now(); row.Timed == 0 || time.Since(begin) < each; row.Timed += round {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var some []*plan
		for i := range round {
			some = append(some, plans[(row.Timed+i)%len(plans)])
		}
		times, err := timeRound(some, floor)
		if err != nil {
			return err
		}
		reading, opening = append(reading, times[0]), append(opening, times[1])
		least = append(least, times[2])
	}
	both := make([]float64, len(reading))
	for i := range reading {
		both[i] = reading[i] + opening[i]
	}
	row.sum(quantile(reading, 0.5), quantile(opening, 0.5), quantile(least, 0.5))
	row.PerSecondLow, row.PerSecondHigh = 1e6/quantile(both, 0.75), 1e6/quantile(both, 0.25)
	row.FloorSpread = (quantile(least, 0.75) - quantile(least, 0.25)) / row.FloorMicros
	return nil
}

// quantile is the value below which a part of the list lies: 0.5 gives the median.
func quantile(list []float64, part float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[int(part*float64(len(list)-1))]
}

// tooBusy is a spread of the floor that a quiet machine stays well below.
const tooBusy = 0.1

// Busy reports that the machine did other things meanwhile: the same work took
// times whose middle half spreads by more than a tenth. Such numbers are not for quoting.
func (row *Design) Busy() bool { return row.FloorSpread > tooBusy }

// sum fills in what follows from microseconds a message.
func (row *Design) sum(reading, opening, floor float64) {
	row.ReadMicros, row.OpenMicros, row.FloorMicros = reading, opening, floor
	row.Ratio, row.RatioReading = opening/floor, (reading+opening)/floor
	row.PerSecond = 1e6 / (reading + opening)
	row.Cores = Cores(row.PerSecond)
}

// Cores extrapolates: how many cores that open so many messages a second keep up
// with [ADay].
func Cores(perSecond float64) float64 { return ADay / (24 * 60 * 60) / perSecond }

// Leaves says what the extrapolation leaves out.
var Leaves = strings.Join([]string{
	"fetching and storing the messages, and reading what was opened",
	"messages longer than the measured ones",
	"whatever else a core is slowed by when many run side by side",
}, "; ")
