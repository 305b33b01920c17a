package attacks

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// counted counts how often a design is set up, and which moments it hears of.
type counted struct {
	tardy
	setUps, moments *atomic.Int64
}

func (c counted) Setup(env world.Environment) (world.Deploy, error) {
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
		a, err := Load("a.star", []byte(strings.Replace(src, "sample", fmt.Sprintf("sample-%d", i), 1)))
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
	l.Progress = func(done, total int, _ *Cell) { reports++; require.Equal(t, 9*len(l.Attacks), total) }
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
