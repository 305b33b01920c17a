package attackstest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/world"
)

// checkIdle withholds each capability that an attack needs in its showcase, or one of
// some. The script still ends, and something that counts is worse for the adversary.
func checkIdle(t *testing.T, l *attacks.Lab, res *attacks.Result, thorough bool) {
	type withheld struct{ design, need string }
	tries := map[withheld][]technique.Technique{}
	var order []withheld
	full := map[string]*attacks.Cell{}
	for i := range res.Cells {
		c := &res.Cells[i]
		a := l.Attacks[slices.IndexFunc(l.Attacks, func(a technique.Technique) bool {
			return a.Header().ID == c.Attack
		})]
		if h := a.Header(); h.Showcase != c.Design || h.Kind == "control" {
			continue
		}
		require.True(t, c.Applicable, "%s: not applicable in its showcase: %s", c.Attack, c.Why)
		full[c.Attack] = c
		for i, need := range c.Needs {
			if !thorough && i != turn(c.Attack, 4*len(c.Needs)) {
				continue // the attacks whose turn is later have none now
			}
			w := withheld{c.Design, need.String()}
			if tries[w] == nil {
				order = append(order, w)
			}
			tries[w] = append(tries[w], a)
		}
	}
	for _, w := range order {
		t.Run("without "+w.need, func(t *testing.T) {
			t.Parallel() // each is a run of one design, which keeps one processor busy
			less := only(l, []world.Design{designOf(l, w.design)}, tries[w])
			less.Withhold = []string{w.need}
			for _, c := range run(t, less).Cells {
				family := less.Attacks[slices.IndexFunc(less.Attacks,
					func(a technique.Technique) bool {
						return a.Header().ID == c.Attack
					})].Header().Family
				t.Run(c.Attack, func(t *testing.T) {
					require.Empty(t, c.Error, "the script runs on without the capability")
					require.True(t, worse(family, full[c.Attack], &c),
						"%s is idle: with it %s, without %s", w.need, sum(full[c.Attack]), sum(&c))
				})
			}
		})
	}
}

// gains are what an adversary may gain.
func gains(c *attacks.Cell) []int {
	list := []int{c.Lawful.Served, c.Content.Target.Recovered + c.Content.Others.Recovered,
		c.Forged}
	for _, p := range attacks.Parts() {
		list = append(list, p.Count(c).Recovered)
	}
	return list
}

func sum(c *attacks.Cell) string {
	g := gains(c)
	text := fmt.Sprintf("%d served, %d messages, %d forged, noticed by %d", g[0], g[1], g[2],
		len(c.Noticed))
	for i, p := range attacks.Parts() {
		text += fmt.Sprintf(", %d %s", g[3+i], p.Name)
	}
	return text
}

// worse reports whether less is worse than full for the adversary: anything that
// it gains is lower, or somebody notices who did not. Who evades gains by what
// is not served, who objects by what is served later.
func worse(family string, full, less *attacks.Cell) bool {
	with, without := gains(full), gains(less)
	if family == "evasion" && without[0] > with[0] {
		return true
	}
	if less.Lawful.Served > 0 && less.Lawful.DelayHours < full.Lawful.DelayHours {
		return true
	}
	for i := range with {
		if without[i] < with[i] {
			return true
		}
	}
	return slices.ContainsFunc(less.Noticed, func(e attacks.Evidence) bool {
		return !slices.ContainsFunc(full.Noticed, func(f attacks.Evidence) bool {
			return f.By == e.By
		})
	})
}

// grants are declared in addition, a row at a time, and used by no script that
// does not need them. Orders are not among them: who answers lawful process
// answers without being asked by the script.
var grants = [][]string{
	{"provider.store", "provider.control", "network.tap", "network.tamper",
		"jurisdiction:A.control",
		"device:partner.store", "device:target.control", "court.store"},
	{"trustee:n.store", "trustee:n.control"}, // not in every design
}

// checkGrants gives each attack capabilities that its script does not use, and counts
// the cells that can be compared.
func checkGrants(t *testing.T, l *attacks.Lab, res *attacks.Result, row []string) int {
	more := only(l, l.Designs, nil)
	for _, a := range l.Attacks {
		more.Attacks = append(more.Attacks, granted{a, row})
	}
	compared := 0
	for i, c := range run(t, more).Cells {
		if c.Applicable && res.Cells[i].Applicable {
			compared++
			require.Equal(t, comparable(&res.Cells[i]), comparable(&c), "%s with %s", name(&c), row)
		}
	}
	t.Logf("%d cells with %s", compared, row)
	return compared
}

// granted declares capabilities more than the script uses.
type granted struct {
	technique.Technique
	extra []string
}

func (g granted) Header() technique.Header {
	h := g.Technique.Header()
	needs := slices.Clone(h.Needs)
	for _, c := range g.extra {
		if !slices.Contains(h.Needs, c) {
			needs = append(needs, c)
		}
	}
	h.Needs = needs
	return h
}

// comparable is c without what a grant changes by its nature.
func comparable(c *attacks.Cell) attacks.Cell {
	same := *c
	same.Needs, same.Parties, same.Principals, same.Seconds = nil, 0, 0, 0
	if strings.HasPrefix(same.Trace.Surprise,
		"needs that the script never used") { // so it is meant to be
		same.Trace.Surprise, same.Expected = "", true
	}
	return same
}
