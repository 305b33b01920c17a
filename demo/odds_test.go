package demo_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/odds"
	"doormat/demo"
	"doormat/demo/scram"
)

// oddsOf finds the cases of some arrangements under the story.
func oddsOf(t *testing.T, attacks []string, designs ...string) []odds.Case {
	t.Helper()
	o := demo.Defaults()
	o.Designs, o.Attacks = designs, attacks
	kit, err := demo.Default()
	require.NoError(t, err)
	conv, _, err := o.Open()
	require.NoError(t, err)
	lab, err := o.Lab(kit, conv)
	require.NoError(t, err)
	cases, err := demo.OddsCases(t.Context(), lab, nil, attacks != nil)
	require.NoError(t, err)
	return cases
}

// four are the story's pair and what each side would put in its place.
var four = []string{"e2ee", "threshold", "threshold-hardened", "e2ee-transparent"}

var chances = odds.Inputs{Message: 2, Users: 1e9, Common: 0.01, Chances: map[string]float64{"device.store": 0.02,
	"provider.store": 0.014, "network.tap": 0.129, "trustee.store": 0.05}}

// SCRAM agrees on what the odds of an arrangement are, from a tree that the atlas found.
func TestScramAgrees(t *testing.T) {
	in := chances
	in.Refresh = true
	for _, c := range oddsOf(t, nil, four...) {
		t.Run(c.Design, func(t *testing.T) {
			tree, p := c.Tree(in, 2)
			scram.Agrees(t, tree, p)
		})
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
