package attacks_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/world"
)

// counted counts how often a design is set up, and which moments it hears of.
type counted struct {
	tardy
	setUps, moments *atomic.Int64
}

func (c counted) Setup(env world.Config) (world.Deploy, error) {
	c.setUps.Add(1)
	c.moments.Add(int64(env.Settings.At))
	return c.tardy.Setup(env)
}

// A point of a sweep is what a run under its settings is, and points share set-up.
func TestSweep(t *testing.T) {
	l := toyLab(t)
	c := counted{setUps: new(atomic.Int64), moments: new(atomic.Int64)}
	l.Designs = []world.Design{c}
	for i, src := range append(neighbours, attack(`"provider.store", "trustee:1.store"`, `settings = {"at": "t"},`, opensAll,
		"adv.advance(adv.at)\nadv.take(\"trustee:1.store\")\nadv.take(\"provider.store\")\nadv.saturate()")) {
		a, err := script.Load("a.star", []byte(strings.Replace(src, "sample", fmt.Sprintf("sample-%d", i), 1)))
		require.NoError(t, err)
		l.Attacks = append(l.Attacks, a)
	}
	var points []world.Settings
	for i := range 9 {
		s := l.Settings
		s.At = 1 + i%4
		if i > 5 {
			s.Retention = 1
		}
		points = append(points, s)
	}
	reports := 0
	l.Progress = func(done, total int, _ *attacks.Cell) { reports++; require.Equal(t, 9*len(l.Attacks), total) }
	results, err := l.Sweep(context.Background(), points)
	require.NoError(t, err)
	require.Len(t, results, len(points))
	require.Equal(t, 9*len(l.Attacks), reports)
	require.EqualValues(t, 2, c.setUps.Load(), "one for each retention")
	require.Zero(t, c.moments.Load(), "only the adversary knows the moment")
	l.Progress = nil
	for i, s := range points {
		alone := *l
		alone.Settings = s
		want, err := alone.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, want, results[i], "point %d", i)
	}
}

func TestSweepEnds(t *testing.T) {
	l := toyLab(t, neighbours[0])
	bad := l.Settings
	bad.At = 99
	results, err := l.Sweep(context.Background(), []world.Settings{l.Settings, bad})
	require.Error(t, err)
	require.Nil(t, results)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	results, err = l.Sweep(ctx, []world.Settings{l.Settings, l.Settings})
	require.ErrorIs(t, err, context.Canceled)
	for _, r := range results {
		require.NotEmpty(t, r.Cells[0].Error)
	}
}

// Every shared run has the limit, and every attack that acts one of its own; what
// an attack fixes is told by the settings of its point.
func TestSweepBound(t *testing.T) {
	l := toyLab(t, neighbours[0], strings.Replace(attack(`"device:A.control"`, `settings = {"jurisdictions": "A:t,B:n-t"},`,
		opensAll, `adv.hold("device:A.control")`), "sample", "acting", 1))
	var given, ended atomic.Int64
	l.Bound = func(ctx context.Context) (context.Context, context.CancelFunc) {
		given.Add(1)
		ctx, cancel := context.WithCancel(ctx)
		return ctx, func() { ended.Add(1); cancel() }
	}
	var points []world.Settings
	for i := range 6 {
		s := l.Settings
		s.At, s.Threshold = 1+i%4, 1+i/4
		points = append(points, s)
	}
	results, err := l.Sweep(context.Background(), points)
	require.NoError(t, err)
	require.EqualValues(t, 4+6, given.Load(), "a run for each attack and four points, and each trial that acts")
	require.Equal(t, given.Load(), ended.Load())
	require.Equal(t, []string{"jurisdictions A:1,B:2"}, results[0].Attacks[1].Fixes)
	require.Equal(t, []string{"jurisdictions A:2,B:1"}, results[5].Attacks[1].Fixes)
	require.Contains(t, results[5].Cells[1].Why, "(the attack fixes jurisdictions A:2,B:1)")

	over := errors.New("time is over")
	l.Bound = func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(over)
		return ctx, func() { cancel(nil) }
	}
	results, err = l.Sweep(context.Background(), points)
	require.NoError(t, err, "the sweep itself has no limit")
	for _, r := range results {
		for _, c := range r.Cells {
			require.NotEmpty(t, c.Error)
		}
	}
}
