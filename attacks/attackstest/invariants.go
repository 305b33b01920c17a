// Package attackstest checks what must hold for every attack of a library on
// every design, beside what each attack expects: the reader of a result relies on
// it and cannot see it.
//
// No need of an attack is idle. A capability that a script does not use changes
// nothing. More loot never opens less, whatever else is among it. Nothing can be
// left out of a proof. Runs repeat. TestToyLibrary runs the checks on a small
// library of attacks on the toy design and shows that each can fail.
package attackstest

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/world"
)

// Invariants runs every check on the attacks and designs of l, with one set-up per
// design and settings. The matrix is run once. Thorough checks run it several times
// over; others run a part of the attacks again, another for each check, and withhold one
// need of every fourth attack. Which, an attack's id says, so that it stays as it is when
// others come. The result of the matrix is returned, for what else should hold of it.
func Invariants(t *testing.T, l *attacks.Lab, thorough bool) *attacks.Result {
	l = withSharedSetUps(l)
	res := run(t, l)
	t.Run("expectations are met", func(t *testing.T) { checkExpected(t, res) })
	t.Run("expectations are complete", func(t *testing.T) { checkStale(t, l) })
	part := func(n int) (*attacks.Lab, *attacks.Result) {
		if thorough {
			return l, res
		}
		return sample(l, res, n)
	}
	t.Run("runs repeat", func(t *testing.T) {
		again, same := part(0)
		checkRepeats(t, again, same)
	})
	t.Run("nothing can be left out of a proof", func(t *testing.T) { checkProofs(t, l, res) })
	t.Run("no need is idle", func(t *testing.T) { checkIdle(t, l, res, thorough) })
	t.Run("an unused grant changes nothing", func(t *testing.T) {
		for i, row := range grants {
			again, same := part(1 + i)
			compared := checkGrants(t, again, same, row)
			require.True(t, thorough || compared > 0, "the part has no attack for %s", row)
		}
	})
	seen := map[string]bool{} // an arrangement computes as its design does
	for _, d := range l.Designs {
		d := d.(*shared).Design
		if info := d.Info(); seen[info.Of()] {
			continue
		} else {
			seen[info.Of()] = true
		}
		t.Run(d.Info().ID, func(t *testing.T) {
			t.Run("more loot never opens less", func(t *testing.T) { checkMonotone(t, d, thorough) })
			t.Run("a device keeps what it should", func(t *testing.T) { checkRetention(t, d) })
		})
	}
	return res
}

// parts are what a library is divided into, where a part of it is enough.
const parts = 16

// turn picks one of n for an attack, by its id.
func turn(id string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % uint32(n))
}

// sample is a part of the attacks of l, and its cells.
func sample(l *attacks.Lab, res *attacks.Result, part int) (*attacks.Lab, *attacks.Result) {
	var list []technique.Technique
	ids := map[string]bool{}
	for _, a := range l.Attacks {
		if id := a.Header().ID; turn(id, parts) == part {
			list = append(list, a)
			ids[id] = true
		}
	}
	some := *res
	some.Cells, some.Attacks = nil, nil
	for _, a := range res.Attacks {
		if ids[a.ID] {
			some.Attacks = append(some.Attacks, a)
		}
	}
	for _, c := range res.Cells {
		if ids[c.Attack] {
			some.Cells = append(some.Cells, c)
		}
	}
	return only(l, l.Designs, list), &some
}

func run(t *testing.T, l *attacks.Lab) *attacks.Result {
	t.Helper()
	res, err := l.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, res.Cells, len(l.Designs)*len(l.Attacks))
	return res
}

// only returns l with some attacks and designs.
func only(l *attacks.Lab, designs []world.Design, list []technique.Technique) *attacks.Lab {
	less := *l
	less.Designs, less.Attacks, less.Progress = designs, list, nil
	return &less
}

func name(c *attacks.Cell) string { return c.Attack + " on " + c.Design }

func checkExpected(t *testing.T, res *attacks.Result) {
	for _, c := range res.Cells {
		t.Run(name(&c), func(t *testing.T) {
			require.Empty(t, c.Error)
			require.Empty(t, c.Trace.Surprise, "needs %s", c.Needs)
			require.True(t, c.Expected)
			require.NotEmpty(t, c.Why)
			require.Empty(t, c.Trace.Unstated, "expects: state files and metadata as well")
		})
	}
}

func checkStale(t *testing.T, l *attacks.Lab) {
	for _, a := range l.Attacks {
		h := a.Header()
		require.Empty(t, technique.Stale(a, slices.Concat(l.Known, l.Designs)), h.ID)
		require.NotNil(t, designIn(slices.Concat(l.Designs, l.Known), h.Showcase),
			"%s: its showcase %s is no design", h.ID, h.Showcase)
	}
}

func designOf(l *attacks.Lab, id string) world.Design { return designIn(l.Designs, id) }

func designIn(designs []world.Design, id string) world.Design {
	for _, d := range designs {
		if d.Info().ID == id {
			return d
		}
	}
	return nil
}

func checkRepeats(t *testing.T, l *attacks.Lab, res *attacks.Result) {
	require.NotEmpty(t, res.Cells)
	one, two := document(t, res), document(t, run(t, l))
	require.Equal(t, one, two)
	var tree any
	require.NoError(t, json.Unmarshal([]byte(one), &tree))
	noNull(t, "result", tree)
}

// document is the JSON of res without the time it took.
func document(t *testing.T, res *attacks.Result) string {
	t.Helper()
	timeless := *res
	timeless.Cells = slices.Clone(res.Cells)
	for i := range timeless.Cells {
		timeless.Cells[i].Seconds = 0
	}
	doc, err := json.Marshal(timeless)
	require.NoError(t, err)
	return string(doc)
}

func noNull(t *testing.T, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		t.Errorf("%s is null", path)
	case []any:
		for i, item := range v {
			noNull(t, fmt.Sprintf("%s[%d]", path, i), item)
		}
	case map[string]any:
		for key, item := range v {
			noNull(t, path+"."+key, item)
		}
	}
}

// shared is a design that is set up once for each [world.Config].
type shared struct {
	world.Design
	mu   sync.Mutex
	done map[world.Settings]world.Deploy
}

func withSharedSetUps(l *attacks.Lab) *attacks.Lab {
	var designs []world.Design
	for _, d := range l.Designs {
		designs = append(designs, &shared{Design: d, done: map[world.Settings]world.Deploy{}})
	}
	return only(l, designs, l.Attacks)
}

// Setup implements [world.Design]. One lab has one seed and one list of accounts.
func (s *shared) Setup(env world.Config) (world.Deploy, error) {
	if env.Draws != nil { // whoever wants to know what is drawn has it drawn anew
		return s.Design.Setup(env)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if deploy, ok := s.done[env.Settings]; ok {
		return deploy, nil
	}
	deploy, err := s.Design.Setup(env)
	if err == nil {
		s.done[env.Settings] = deploy
	}
	return deploy, err
}
