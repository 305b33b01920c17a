// Package technique says what an attack is, whoever wrote it and whatever it runs against.
//
// A [Technique] is a [Header] (what the attack needs, what it shows, what really happened
// once), an expectation for each design, and steps. An expectation gives an [Outcome] from a
// [View] of the settings and of the shape of the conversation; there are no texts in it, so
// that none can be written down beforehand. Each step is a [Call] through a [Port] to an
// adversary, which hands out what the header declares and nothing else. Only fact ids,
// strings, numbers and bytes cross a port, so that a script can run in another process.
//
// [Names] are all that the designs of a program declare. A name in a header or a call that
// no design has is a mistake; one that the design at hand lacks is a finding: there the
// attack is not applicable (TestNamesInHeaders, TestMissing).
//
// Package script makes a technique of a file in Starlark. Package attacks runs techniques
// and judges what comes of them.
package technique

import (
	"context"
	"fmt"
	"slices"

	"doormat/world"
)

// A Technique is a loaded attack, in this process or in another.
type Technique interface {
	Header() Header
	// Source is the text of the script, whose lines the events of a trace name.
	Source() string
	// Expect gives the outcome that the header expects of the first of keys (a
	// design's id, then its classes) that it has an expectation for, or says that it
	// has none.
	Expect(keys []string, v View) (Outcome, error)
	// Run runs the script; all that it does to the world goes through port.
	Run(ctx context.Context, port Port) error
}

// MaxCalls bounds the calls of one run of a script: a loop around a call costs the
// adversary more than the script.
const MaxCalls = 1 << 20

// A Port carries a script's calls to its adversary. Only fact ids, strings,
// numbers, bytes, and lists and maps of them cross.
type Port interface {
	Call(Call) (any, error)
}

// A Call is one call of a script.
type Call struct {
	Line   int
	Method string
	Args   []any
	Named  map[string]any
}

// Keys lists how expectations for a design are looked up: by the id of its arrangement, by
// its own, and by its classes.
func Keys(d world.Info) []string {
	return append(slices.Compact([]string{d.ID, d.Of()}), d.Classes...)
}

// Stale lists the expectations of t that no design can look up, and the designs that have
// what it needs and for which it has none.
func Stale(t Technique, designs []world.Design) []string {
	var problems []string
	used := map[string]bool{}
	for _, d := range designs {
		found := false
		for _, key := range Keys(d.Info()) {
			if found = slices.Contains(t.Header().Expects, key); found {
				used[key] = true
				break
			}
		}
		if !found && t.Header().Fits(d) {
			problems = append(problems, fmt.Sprintf("no expectation for design %s", d.Info().ID))
		}
	}
	for _, key := range t.Header().Expects {
		if !used[key] {
			problems = append(problems, fmt.Sprintf("expectation for %q fits no design", key))
		}
	}
	return problems
}
