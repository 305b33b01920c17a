package demo_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/odds"
	"doormat/demo"
	"doormat/demo/scram"
	"doormat/demo/summary"
	"doormat/demo/text"
	"doormat/world/memo"
	"doormat/world/worldtest"
)

// oddsOf finds the cases of some arrangements under the story. Where no attack is asked about,
// tests share each case, which does not change.
func oddsOf(t *testing.T, attacks []string, designs ...string) (cases []odds.Case) {
	t.Helper()
	o := demo.Defaults()
	if o.Designs, o.Attacks = designs, attacks; attacks != nil {
		return casesOf(t, o, true)
	}
	passive.Lock()
	defer passive.Unlock()
	for _, id := range designs {
		c, found := passive.cases[id]
		if !found {
			o.Designs = []string{id}
			c = casesOf(t, o, false)[0]
			passive.cases[id] = c
		}
		cases = append(cases, c)
	}
	return cases
}

var passive = struct {
	sync.Mutex
	cases map[string]odds.Case
}{cases: map[string]odds.Case{}}

// computed is what the labs computed: all are of one seed and one chat.
var computed memo.Memo

func casesOf(t *testing.T, o demo.Options, active bool) []odds.Case {
	t.Helper()
	kit, err := demo.Default()
	require.NoError(t, err)
	conv, _, err := o.Open()
	require.NoError(t, err)
	lab, err := o.Lab(kit, conv)
	require.NoError(t, err)
	lab.Memo = &computed
	cases, err := demo.OddsCases(t.Context(), lab, nil, active)
	require.NoError(t, err)
	return cases
}

// four are the story's pair and what each side would put in its place.
var four = []string{"e2ee", "threshold", "threshold-hardened", "e2ee-transparent"}

var chances = odds.Inputs{Message: 2, Users: 1e9, Common: 0.01, Chances: map[string]float64{"device.store": 0.02,
	"provider.store": 0.014, "network.tap": 0.129, "trustee.store": 0.05}}

// SCRAM agrees on what the odds of an arrangement are, from a tree that the atlas found.
func TestScramAgrees(t *testing.T) {
	t.Parallel()
	in := chances
	in.Refresh = true
	for _, c := range oddsOf(t, nil, four...) {
		t.Run(c.Design, func(t *testing.T) {
			tree, p := c.Tree(in, 2)
			scram.Agrees(t, tree, p)
		})
	}
}

// Of six of twelve there are more sets than are tried, and the row says so.
func TestOddsIncomplete(t *testing.T) {
	worldtest.OnlyAll(t)
	t.Parallel()
	more := demo.Defaults()
	more.Designs = []string{"threshold"}
	more.Set("threshold", "6")
	more.Set("trustees", "12")
	for i, c := range []odds.Case{oddsOf(t, nil, "threshold")[0], casesOf(t, more, false)[0]} {
		row, err := c.Row(chances, 1, 1)
		require.NoError(t, err)
		require.Equal(t, i == 0, row.Complete)
		page := text.Odds([]odds.Report{{Years: 1, Inputs: chances, Rows: []odds.Row{row}}}, 200)
		words := strings.Join(strings.Fields(page), " ") // the page wraps them
		require.Equal(t, !row.Complete, strings.Contains(words, summary.OddsIncomplete))
	}
}

// Of real bytes come the trees that the docs draw: phones, and with escrow mail and a quorum.
func TestOddsOfStory(t *testing.T) {
	cases := oddsOf(t, nil, "e2ee", "threshold")
	for i, c := range cases {
		require.Len(t, c.Messages, 72)
		for k, tree := range c.Messages {
			d, err := tree.Diagram()
			require.NoError(t, err)
			count, err := d.CountMinimalSets()
			require.NoError(t, err)
			phones := int(count.Int64())
			if i == 1 {
				phones -= 2 * 10 // the provider's mail or a tap, and any three of five
			}
			require.True(t, phones >= 1 && phones <= 5, "message %d of %s: %d phones", k+1, c.Design, phones)
		}
	}
	one, ten := chances, chances
	one.Common, ten.Common = 0, 0
	for i, c := range cases {
		a, err := c.Row(one, 1, 1)
		require.NoError(t, err)
		b, err := c.Row(ten, 10, 1)
		require.NoError(t, err)
		require.Less(t, a.Message, b.Message)
		if i == 1 {
			refreshed := ten
			refreshed.Refresh = true
			better, err := c.Row(refreshed, 10, 1)
			require.NoError(t, err)
			require.Less(t, better.Everything, b.Everything)
		}
	}
}

// An attack that opens everything by programs of a quorum and of the provider adds just that: to
// messages of the past in any year, to later ones in the year in which they travel. Any three
// trustees will do.
func TestActive(t *testing.T) {
	in := odds.Inputs{Users: 1, Chances: map[string]float64{"trustee.control": 0.1, "provider.control": 0.2, "device.store": 0, "provider.store": 0, "network.tap": 0, "trustee.store": 0}}
	of := func(c odds.Case, message, years int) float64 {
		in.Message = message
		r, err := c.Row(in, years, 1)
		require.NoError(t, err)
		return r.Message
	}
	one := odds.NewQuorum(3, 5, 0.1, 0)
	c := oddsOf(t, []string{"quorum-collusion"}, "threshold")[0]
	require.Equal(t, []string{"device.store", "provider.store", "provider.control", "trustee.store", "trustee.control", "network.tap"},
		odds.Inputs{}.Missing(c))
	require.InDelta(t, 0.2*one.Year, of(c, 1, 1), 1e-12)
	require.InDelta(t, 0.2*one.Year, of(c, 72, 1), 1e-12)
	require.InDelta(t, (1-math.Pow(0.8, 10))*one.Ten, of(c, 1, 10), 1e-12)
	require.InDelta(t, 0.2*one.Year, of(c, 72, 10), 1e-12)

	require.NotContains(t, odds.Inputs{}.Missing(oddsOf(t, []string{"narrow-order"}, "threshold")[0]), "court.order",
		"an attack that seats trustees elsewhere speaks of another deployment")
	hardened := oddsOf(t, []string{"quorum-collusion"}, "threshold-hardened")[0]
	require.Zero(t, of(hardened, 1, 10), "no program of a machine opens what hardware refuses")
	require.Zero(t, of(oddsOf(t, []string{"quorum-collusion"}, "e2ee")[0], 1, 10), "there is nobody to collude")
}

// A stolen key opens nothing by itself, and with what is made with it everything: it counts.
func TestStolenKeysCount(t *testing.T) {
	in := chances
	in.Chances = maps.Clone(chances.Chances)
	everything := func(c odds.Case, key string, p float64) float64 {
		in.Chances[key] = p
		r, err := c.Row(in, 1, 1)
		require.NoError(t, err)
		return r.Everything
	}
	phones := oddsOf(t, []string{"update-everybody"}, "e2ee")[0]
	require.Equal(t, []string{"vendor.store"}, chances.Missing(phones))
	require.InDelta(t, 0.01, everything(phones, "vendor.store", 0.01), 1e-4)
	require.Less(t, everything(phones, "vendor.store", 0), 1e-6)
	trustees := oddsOf(t, []string{"trustees-updated"}, "threshold")[0]
	require.Equal(t, []string{"supplier.store"}, chances.Missing(trustees))
	require.Greater(t, everything(trustees, "supplier.store", 1), 0.01+everything(trustees, "supplier.store", 0))
}

// An attack that fixes settings counts where the deployment has them.
func TestSettingsCount(t *testing.T) {
	t.Parallel()
	o := demo.Defaults()
	o.Designs, o.Attacks = []string{"threshold"}, []string{"agency-insider"}
	o.Set("jurisdictions", "A:3,B:2")
	with := casesOf(t, o, true)[0]
	require.Empty(t, with.LeftOut)
	require.NotEqual(t, odds.Inputs{}.Missing(casesOf(t, o, false)[0]), odds.Inputs{}.Missing(with), "it opens something")
}

// Whatever the chances are, escrow is read more often than the same mail without it, as Woodward (2026)
// finds of every system with access; where hardware is assumed to keep the shares, as often.
func TestAccessAddsRisk(t *testing.T) {
	t.Parallel()
	cases := oddsOf(t, nil, "e2ee", "e2ee-kept", "threshold", "threshold-delivered", "threshold-hardened")
	random := rand.New(rand.NewPCG(1, 2))
	in := odds.Inputs{Users: 1, Chances: map[string]float64{}}
	for range 30 {
		for _, kind := range in.Missing(cases...) {
			in.Chances[kind] = random.Float64()
		}
		in.Message = 1 + random.IntN(72)
		of := map[string]float64{}
		for _, c := range cases {
			tree, p := c.Tree(in, 1)
			d, err := tree.Diagram()
			require.NoError(t, err)
			of[c.Design], err = d.Probability(p)
			require.NoError(t, err)
		}
		require.Greater(t, of["threshold"], of["e2ee-kept"], "%v", in)
		require.Greater(t, of["threshold-delivered"], of["e2ee"], "%v", in)
		require.InDelta(t, of["e2ee-kept"], of["threshold-hardened"], 1e-12, "%v", in)
		in.Chances = map[string]float64{}
	}
}

// What changes no chance is not asked for, and attacks that fix settings are named.
func TestNoIdleChances(t *testing.T) {
	o := []string{"phone-implant", "phone-implant-ordered", "court-key-watched", "court-key-unwatched",
		"update-compelled", "trustees-updated", "agency-insider", "narrow-order"}
	for _, c := range oddsOf(t, o, "e2ee", "threshold") {
		require.Equal(t, []odds.LeftOut{{Attack: "agency-insider", Fixes: []string{"jurisdictions A:3,B:2"}}}, c.LeftOut)
		in := odds.Inputs{Users: 1, Message: 1, Chances: map[string]float64{}}
		kinds := in.Missing(c)
		require.NotContains(t, kinds, "court.order", "whoever is served by order may read")
		for _, kind := range kinds {
			in.Chances[kind] = 0.5
		}
		for _, kind := range kinds {
			moves := false
			for k := 0; !moves && k < len(c.Messages); k++ {
				in.Message = k + 1
				tree, p := c.Tree(in, 1)
				d, err := tree.Diagram()
				require.NoError(t, err)
				importance, err := d.Importance(p)
				require.NoError(t, err)
				for event, i := range importance {
					name, _, _ := strings.Cut(event, "@")
					moves = moves || odds.KindOf(name) == kind && i > 0
				}
			}
			require.True(t, moves, "%s of %s", kind, c.Design)
		}
	}
}
