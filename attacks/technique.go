package attacks

import (
	"context"
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

// keysOf lists how expectations for a design are looked up.
func keysOf(d world.Info) []string {
	return append(slices.Compact([]string{d.ID, d.Of()}), d.Classes...)
}
