package demo

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
	"doormat/demo/demotest"
	"doormat/world"
	"doormat/world/worldtest"
)

func TestPoints(t *testing.T) {
	base := world.Settings{Threshold: 3, Trustees: 5, At: 30}
	own := fmt.Sprintf("%d more", 1+len(OwnParameters(Designs()))) // lock is one
	for _, c := range []struct {
		r     Range
		want  []string
		error string
	}{
		{Range{Over: "threshold"}, []string{"1", "2", "3", "4", "5"}, ""},
		{Range{Over: "at", From: "2", To: "9", Step: "3"}, []string{"2", "5", "8"}, ""},
		{Range{Over: "at", From: "60"}, []string{"60"}, ""},
		{Range{Over: "retention", From: "19"}, []string{"19", "20", "all"}, ""},
		{Range{Over: "retention", From: "30", To: "31"}, []string{"30", "31"}, ""},
		{Range{Over: "rotate", From: "19", To: "never"}, []string{"19", "20", "never"}, ""},
		{Range{Over: "retention", From: "all"}, []string{"all"}, ""},
		{Range{}, nil, "--over is missing: want threshold, at, retention, refresh, rotate, compare and " + own},
		{Range{Over: "refresh", From: "18"}, []string{"18", "19", "20", "never"}, ""},
		{Range{Over: "rotate", From: "10", To: "60", Step: "25"}, []string{"10", "35", "60"}, ""},
		{Range{Over: "rotate", To: "61"}, nil, `--to "61" of --over rotate: want a number from 1 to 60`},
		{Range{Over: "treshold"}, nil, `no setting to sweep over "treshold"; did you mean "threshold"? There are threshold, at, retention, refresh, rotate, compare and ` + own},
		{Range{Over: "at", To: "61"}, nil, `--to "61" of --over at: want a number from 1 to 60`},
		{Range{Over: "at", From: "0"}, nil, `--from "0" of --over at: want a number from 1 to 60`},
		{Range{Over: "at", Step: "x"}, nil, `--step "x" of --over at: want a number from 1 to 60`},
		{Range{Over: "at", From: "9", To: "8"}, nil, "--from 9, --to 8: want a range that ends where it begins or later"},
		{Range{Over: "retention", From: "21"}, nil, "--from 21, --to 20: want a range that ends where it begins or later"},
		{Range{Over: "retention", To: "2147483647"}, nil, "--over retention: 2147483647 points from 1 to 2147483647: want at most 200; give --step 10737419 or a shorter range"},
	} {
		points, err := c.r.Points(base, 60)
		if c.error != "" {
			var usage *UsageError
			require.ErrorAs(t, err, &usage)
			require.EqualError(t, err, c.error)
			continue
		}
		require.NoError(t, err)
		var values []string
		for _, p := range points {
			values = append(values, p.Value)
		}
		require.Equal(t, c.want, values)
	}
	points, err := Range{Over: "retention", From: "20"}.Points(base, 60)
	require.NoError(t, err)
	require.Equal(t, world.Settings{Threshold: 3, Trustees: 5, At: 30, Retention: 20}, points[0].Settings)
	require.Equal(t, base, points[1].Settings)
	// The step that is proposed is enough, and no smaller one is.
	for _, messages := range []int{201, 400, 401, 4000} {
		_, err := Range{Over: "at"}.Points(base, messages)
		require.ErrorContains(t, err, "want at most 200")
	}
	points, err = Range{Over: "at", Step: "2"}.Points(base, 400)
	require.NoError(t, err)
	require.Len(t, points, MaxPoints)
	// Workers have more.
	points, err = Range{Over: "at", Shared: true}.Points(base, MaxShared)
	require.NoError(t, err)
	require.Len(t, points, MaxShared)
	_, err = Range{Over: "at", Shared: true}.Points(base, MaxShared+1)
	require.ErrorContains(t, err, "want at most 10000; give --step 2")
}

func TestFits(t *testing.T) {
	h := technique.Header{ID: "a", Settings: map[string]string{"threshold": "n"}}
	require.NoError(t, Range{Over: "at"}.Fits(h))
	require.EqualError(t, Range{Over: "threshold"}.Fits(h), "attack a fixes threshold = n itself: a sweep over it would show the same at every point")
}

// What designs keep in the memo does not show: a point of a sweep is what a run
// under its settings is.
func TestSweepIsRuns(t *testing.T) {
	worldtest.OnlyAll(t)
	t.Parallel()
	kit, err := Default()
	require.NoError(t, err)
	o := Defaults()
	o.Attacks = []string{"device-theft", "narrow-order"}
	l, err := o.Lab(kit, demotest.Opening())
	require.NoError(t, err)
	l.Clock = nil
	var points []world.Settings
	for _, change := range []func(*world.Settings){
		func(*world.Settings) {},
		func(s *world.Settings) { s.At = 7 },
		func(s *world.Settings) { s.Retention = 3 },
		func(s *world.Settings) { s.Threshold = 2 },
		func(s *world.Settings) { s.Refresh, s.Rotate = 5, 8 },
	} {
		s := l.Settings
		change(&s)
		points = append(points, s)
	}
	results, err := l.Sweep(context.Background(), points)
	require.NoError(t, err)
	for i, s := range points {
		alone := *l
		alone.Settings = s
		want, err := alone.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, want, results[i])
	}
}
