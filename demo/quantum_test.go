package demo

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/demotest"
	"doormat/world/worldtest"
)

// TestHarvest runs the quantum computer over a full tape. It gives the private half of
// every key that it is asked for, so that what stays closed does not stay so for want of
// one; and it is asked for none of ML-KEM.
func TestHarvest(t *testing.T) {
	worldtest.OnlyAll(t)
	t.Parallel()
	demotest.Long(t)
	for name, change := range map[string]func(*Options){
		"default": func(*Options) {},
		"keys and shares change, and keys are destroyed": func(o *Options) { o.Set("refresh", "3"); o.Set("rotate", "5"); o.Set("mailbox", "delivered") },
		"1 of 1": func(o *Options) { o.Set("threshold", "1"); o.Set("trustees", "1") },
	} {
		l := lab(t, "testdata/two.txt", change)
		l.Attacks = slices.DeleteFunc(l.Attacks, func(a technique.Technique) bool { return a.Header().ID != "harvest-now-decrypt-later" })
		require.Len(t, l.Attacks, 1)
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		for _, c := range res.Cells {
			require.Empty(t, c.Error, "%s: %s", name, c.Design)
			require.True(t, c.Expected, "%s: %s: %s", name, c.Design, c.Trace.Surprise)
			require.Empty(t, c.Noticed, "%s: nobody sees a tap", name)
			asked, given := 0, 0
			for _, e := range c.Trace.Events {
				for _, g := range e.Gained {
					if e.Method == "solve" && g.Origin == "quantum.control" {
						require.EqualValues(t, "private key", g.Kind)
						given += g.Facts
					}
				}
				if e.Method == "solve" {
					asked = askedFor(t, e.Text)
				}
			}
			require.Positive(t, asked)
			require.Equal(t, asked, given, "%s: %s: a key was not found", name, c.Design)
		}
	}
}

// Withholding the quantum computer leaves ciphertext.
func TestHarvestWithheld(t *testing.T) {
	t.Parallel()
	demotest.Long(t)
	for _, withheld := range []string{"quantum.control", "network.tap"} {
		l := lab(t, "testdata/two.txt", func(*Options) {})
		l.Attacks = slices.DeleteFunc(l.Attacks, func(a technique.Technique) bool { return a.Header().ID != "harvest-now-decrypt-later" })
		l.Withhold = []string{withheld}
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		for _, c := range res.Cells {
			require.Empty(t, c.Error)
			require.Zero(t, c.Content.Target.Recovered+c.Content.Others.Recovered, withheld)
		}
	}
}

// askedFor reads "solve(146 items): 146 facts".
func askedFor(t *testing.T, text string) (n int) {
	t.Helper()
	_, err := fmt.Sscanf(text, "solve(%d items)", &n)
	require.NoError(t, err, text)
	return n
}

// granting declares quantum.control besides and does not use it.
type granting struct{ technique.Technique }

func (g granting) Header() technique.Header {
	h := g.Technique.Header()
	h.Needs = append(slices.Clone(h.Needs), "quantum.control")
	return h
}

// A quantum computer that nobody uses changes no byte: what nodes draw is noted, and is
// the same.
func TestQuantumUnused(t *testing.T) {
	worldtest.OnlyAll(t)
	t.Parallel()
	demotest.Long(t)
	ids := []string{"quorum-theft", "device-theft", "court-key-watched", "prekey-swap-unchecked"}
	run := func(wrap func(technique.Technique) technique.Technique) []attacks.Cell {
		l := lab(t, "testdata/two.txt", func(o *Options) { o.Set("refresh", "4") })
		l.Attacks = slices.DeleteFunc(l.Attacks, func(a technique.Technique) bool { return !slices.Contains(ids, a.Header().ID) })
		for i, a := range l.Attacks {
			l.Attacks[i] = wrap(a)
		}
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		for i := range res.Cells {
			c := &res.Cells[i]
			c.Needs, c.Parties, c.Principals, c.Seconds = nil, 0, 0, 0
			c.Expected, c.Trace.Surprise = true, "" // that a need is idle is a surprise, and right here
		}
		return res.Cells
	}
	without := run(func(a technique.Technique) technique.Technique { return a })
	require.Equal(t, without, run(func(a technique.Technique) technique.Technique { return granting{a} }))
}
