package demo

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo/demotest"
	"doormat/world"
)

const ordering = `technique(id = "sample", title = "t", family = "compelled", kind = "lawful",
    needs = ["court.order", "provider.order", "trustee:1..t.order"], showcase = "threshold",
    happens = "h", why = "w", really = "r", source = "s", exercise = "e",
    expects = {"e2ee": not_applicable("no trustee"), "escrow": opens(target = "none", others = "none", why = "w")})

def run(adv):
    adv.advance(adv.end)
    got = adv.order(accounts = [adv.target], loot = LOOT)
    for text in adv.saturate("plaintext"):
        adv.claim(text)
    if not got and adv.facts("envelope"):
        fail("something is known, and nothing was given")
`

// TestWhoseOrderItIs runs an order for the adversary and one for somebody else,
// of which the adversary learns nothing.
func TestWhoseOrderItIs(t *testing.T) {
	demotest.Long(t)
	run := func(loot string) attacks.Cell {
		a, err := script.Load("sample.star", []byte(strings.Replace(ordering, "LOOT", loot, 1)))
		require.NoError(t, err)
		l := lab(t, "testdata/two.txt", func(o *Options) { o.Set("threshold", "1"); o.Set("trustees", "1") })
		l.Attacks = []technique.Technique{a}
		l.Designs = []world.Design{l.Designs[1]}
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		return res.Cells[0]
	}
	mine, theirs := run("True"), run("False")
	require.Empty(t, mine.Error)
	require.Empty(t, theirs.Error)
	require.Positive(t, mine.Content.Target.Recovered)
	require.Equal(t, mine.Lawful.Asked, theirs.Lawful.Asked)
	require.Zero(t, theirs.Content.Target.Recovered)
	require.Zero(t, theirs.Metadata.Recovered)
	require.Contains(t, run("1").Error, "want True or False as loot, got 1")
}

// An order names Marco, who learns of it when the sealing period is over, and so does
// the monitor where the order is in a log. Nobody learns of a secret order, nor of a
// forged one by this way.
func TestDisclosed(t *testing.T) {
	t.Parallel()
	demotest.Long(t)
	res := lab(t, "", func(*Options) {}).Made() // TestInvariants runs it
	ids := []string{"narrow-order", "secret-order", "provider-hands-over", "court-key-unwatched", "broad-order"}
	by := map[string][]string{}
	for _, c := range res.Cells {
		if !slices.Contains(ids, c.Attack) {
			continue
		}
		for _, d := range c.Disclosed {
			require.GreaterOrEqual(t, d.AfterHours, 90*24)
			by[c.Attack+" "+c.Design] = append(by[c.Attack+" "+c.Design], d.By)
		}
	}
	require.Equal(t, map[string][]string{
		"narrow-order threshold":        {"user:Marco", "monitor"},
		"provider-hands-over e2ee":      {"user:Marco"},
		"provider-hands-over threshold": {"user:Marco", "monitor"},
		"broad-order threshold":         {"user:Dr Okoye", "user:Ines", "user:Jo", "user:Marco", "user:Ruth", "user:Sam", "monitor"},
	}, by)
}
