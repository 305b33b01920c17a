package pages

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/faulttree"
	"doormat/attacks/odds"
	"doormat/demo"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// byHand are the examples of docs/odds.md, as trees.
func byHand() map[string]odds.Case {
	event, or, and := faulttree.Event, faulttree.Or, faulttree.And
	phones := or(event("device:alice.store"), event("device:bob.store"))
	provider := event("provider.store")
	var trustees []*faulttree.Tree
	for i := range 5 {
		trustees = append(trustees, event(world.Trustee(i+1)+".store"))
	}
	all := map[string]odds.Case{}
	for name, tree := range map[string]*faulttree.Tree{"A": phones, "B": or(phones, provider),
		"C": or(phones, and(provider, faulttree.AtLeast(3, trustees...)))} {
		all[name] = odds.Case{Design: name, Principals: world.SharedPrincipals(), Messages: []*faulttree.Tree{tree},
			Targets: func(int) bool { return true }}
	}
	return all
}

// Every number of docs/odds.md that can be computed is.
func TestOddsByHand(t *testing.T) {
	lines := read(t, "docs/odds.md")
	text := strings.Join(strings.Fields(lines), " ")
	says := func(format string, args ...any) {
		t.Helper()
		require.Contains(t, text, fmt.Sprintf(format, args...))
	}
	cases := byHand()
	given := odds.Inputs{Message: 1, Users: 1e9, Chances: map[string]float64{"device.store": 0.02, "provider.store": 0.1,
		"trustee.store": 0.05}}
	row := func(name string, in odds.Inputs, years int) odds.Row {
		r, err := cases[name].Row(in, years, 1)
		require.NoError(t, err)
		return r
	}
	message := func(name string, in odds.Inputs, years int) string {
		return summary.Chance(row(name, in, years).Message)
	}
	refreshed, rotated := given, given
	refreshed.Refresh, rotated.Rotate = true, true

	counts := map[string]int64{}
	for name, c := range cases {
		d, err := c.Messages[0].Diagram()
		require.NoError(t, err)
		n, err := d.CountMinimalSets()
		require.NoError(t, err)
		counts[name] = n.Int64()
	}
	require.Equal(t, map[string]int64{"A": 2, "B": 3, "C": 12}, counts)
	says("A has two, B has three. C has twelve")
	says("1 − 0.9604 = %s", message("A", given, 1))
	says("0.9604 × 0.9 = 0.86436: read with %s.", message("B", given, 1))
	quorum := odds.NewQuorum(3, 5, 0.05, 0)
	says("at least three with %.4f%%", 100*quorum.Year)
	says("× 0.1, %s.", summary.Chance(0.1*quorum.Year))
	says("(1 − %.7f) = %s", 0.1*quorum.Year, message("C", given, 1))
	says("draws the events 131,072 times")
	require.Equal(t, 131_072, odds.Trials)

	for _, years := range []int{1, 10} {
		says("| %s | %s | %s | %s | %s | %s |", summary.Count(years, "year"), message("A", given, years), message("B", given, years),
			message("C", given, years), message("C", refreshed, years), message("C", rotated, years))
	}
	ten := func(p float64) string { return summary.Chance(odds.NewQuorum(1, 1, p, 0).Ten) }
	says("a phone with %s, the provider with %s", ten(0.02), ten(0.1))
	says("Within ten years they are %s and %s", ten(0.014), ten(0.129))
	require.Len(t, regexp.MustCompile(`(?m)^\| \d+ of \d+ \|`).FindAllString(lines, -1), 7)
	for _, size := range [][2]int{{1, 1}, {2, 2}, {2, 3}, {3, 5}, {5, 9}, {7, 13}, {10, 13}} {
		q := odds.NewQuorum(size[0], size[1], 0.05, 0.01)
		says("| %d of %d | %s | %s | %s | %s | %s |", q.T, q.N, summary.Chance(q.Year), summary.Chance(q.Common),
			summary.Chance(q.Refreshed), summary.Chance(q.Ten), summary.Chance(q.Unavailable))
	}

	trustees := rotated
	trustees.Common = 0.01
	trustees.Chances = map[string]float64{"device.store": 0, "provider.store": 1, "trustee.store": 0.05}
	says("3 of 5: %s within ten years in place of %s", message("C", trustees, 10), summary.Chance(odds.NewQuorum(3, 5, 0.05, 0.01).Refreshed))

	says("at most %s of a kind for each goal", plain.Number(demo.OddsSets))
	says("question 16 of")
	require.Contains(t, read(t, "docs/scorecard.md"), "**16 utility**<br>How much of a lawful order is served")

	a, b, c := row("A", given, 1), row("B", given, 1), row("C", given, 1)
	says("39,600,000 are read within a year in A and 39,700,000 in C")
	require.InDelta(t, 39_600_000, a.Crowd.Mean, 1)
	require.InDelta(t, 39_700_000, c.Crowd.Mean, 50_000)
	require.Less(t, a.Crowd.High-a.Crowd.Low, 30_000.0, "some thousands")
	says("in one year of %s it is", strings.TrimPrefix(summary.Chance(c.Crowd.Half), "1 in "))
	says("In B it is everybody at once with %s", summary.Chance(b.Crowd.Half))
	half := func(name string, in odds.Inputs, years int) string {
		return summary.Chance(row(name, in, years).Crowd.Half)
	}
	for _, years := range []int{1, 10} {
		says("| %s | %s | %s | %s | %s | %s |", summary.Count(years, "year"), half("A", given, years), half("B", given, years),
			half("C", given, years), half("C", refreshed, years), half("C", rotated, years))
	}
	phones := given
	phones.Phones = 0.001
	require.Greater(t, row("A", phones, 1).Crowd.Half, c.Crowd.Half)
	same, more, both := given, given, refreshed
	same.Common, more.Common, both.Common = 0.001, 0.01, 0.01
	says("has %s within one year at the same 0.1%%, and %s, more than phones, at ten times that", half("C", same, 1), half("C", more, 1))
	require.Less(t, row("C", same, 1).Crowd.Half, row("A", phones, 1).Crowd.Half)
	require.Less(t, row("A", phones, 1).Crowd.Half, row("C", more, 1).Crowd.Half)
	says("with 1%% for trustees alone %s becomes %s", half("C", refreshed, 10), half("C", both, 10))
	caused := func(in odds.Inputs) odds.Inputs {
		in.Common, in.Phones = 0.001, 0.001
		return in
	}
	says("one for trustees with 0.1%% | %s | %s | %s | %s | %s |", half("A", caused(given), 10), half("B", caused(given), 10),
		half("C", caused(given), 10), half("C", caused(refreshed), 10), half("C", caused(rotated), 10))
	says("somebody's tenth in one year of %.0f instead", 1/(0.1*(1-math.Pow(1-quorum.Year, 10))))
	for first, read := range map[string]float64{"whenever it falls: 2% a year": 0.02, "one time in ten: 0.2% a year": 0.002,
		"never": 0} {
		in := given
		in.Chances = maps.Clone(given.Chances)
		in.Chances["device.store"] = read
		adds := "all"
		if read > 0 {
			adds = summary.Chance(row("C", in, 1).Message/row("A", in, 1).Message - 1)
		}
		says("| %s | %s | %s | %s | %s |", first, message("A", in, 1), message("B", in, 1), message("C", in, 1), adds)
	}
	better := given
	better.Chances = map[string]float64{"device.store": 0.002, "provider.store": 0.1, "trustee.store": 0.005}
	says("0.5%% a year for each in place of 5%%, the second line's 2.89%% becomes %s",
		summary.Chance(row("C", better, 1).Message/row("A", better, 1).Message-1))
	says("three of five have to fall with %s: each trustee with %s a year", summary.Chance(a.Message/0.1),
		summary.Chance(c.BreakEven[0].Chance))
	says("%s a year is enough if shares are never refreshed, and %s with yearly refresh",
		summary.Chance(row("C", given, 10).BreakEven[0].Chance), summary.Chance(row("C", refreshed, 10).BreakEven[0].Chance))
	weight := map[string]string{}
	for _, w := range c.Matters {
		weight[w.Kind] = summary.Chance(w.Importance)
	}
	says("a phone has %s, the provider %s, one trustee %s", weight["device.store"], weight["provider.store"], weight["trustee.store"])
	for _, kind := range []string{"device.store", "network.tap"} {
		f, known := odds.Published(kind)
		require.True(t, known)
		says("%.1f%% to %s", 100*f.Low, summary.Chance(f.High))
	}
}
