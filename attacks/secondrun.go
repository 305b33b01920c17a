package attacks

import (
	"context"
	"maps"
	"slices"

	"doormat/attacks/technique"
	"doormat/attacks/truth"
	"doormat/world"
)

// A draw that was given is one that a script may have been written for: it could carry
// texts in pieces, or ciphertext, and no look at bytes would tell. So the script runs a
// second time under a draw that nobody knew. What it opens under the given draw only, it
// did not compute from loot; it knew it beforehand, and it is smuggled.

// cellKey names a cell of a sweep.
type cellKey struct {
	point          int
	design, attack string
}

// reading is what a script read in one run.
type reading struct{ messages, files, heard []int }

// again runs everything under the second draw and tells what was read then.
func (l *Lab) again(ctx context.Context, points []world.Settings) (map[cellKey]reading, error) {
	second := *l
	second.Draw, second.Second = l.Second, nil
	second.Progress, second.Typed, second.Record = nil, nil, false
	second.Attacks = slices.Clone(l.Attacks)
	for i, t := range second.Attacks {
		if loud, ok := t.(interface{ Silent() technique.Technique }); ok { // what it prints, it prints once
			second.Attacks[i] = loud.Silent()
		}
	}
	results, err := second.Sweep(ctx, points)
	read := map[cellKey]reading{}
	for point, r := range results {
		for _, c := range r.Cells {
			read[cellKey{point, c.Design, c.Attack}] = reading{c.Trace.Opened, c.Trace.Files,
				c.Trace.Heard}
		}
	}
	return read, err
}

// disown takes back what was not read under the second draw.
func (a *adversary) disown(second reading) {
	unread := func(read []int) func(int) bool {
		return func(i int) bool { return !slices.Contains(read, i) }
	}
	takeBack := func(part truth.Part, recovered map[int]bool, foreign func(int) bool) {
		for i := range recovered {
			if foreign(i) {
				delete(recovered, i)
				a.smug[string(a.run.truth.Bytes(truth.Secret{Part: part, Number: i}))] = true
			}
		}
	}
	foreign, foreignFile := unread(second.messages), unread(second.files)
	takeBack(truth.Text, a.opened, foreign)
	takeBack(truth.File, a.files, foreignFile)
	takeBack(truth.Speech, a.heard, unread(second.heard))
	maps.DeleteFunc(a.claims, func(k, _ int) bool { return foreign(k) })
	foreignCall := unread(a.run.truth.Calls(a.heard))
	a.proven = slices.DeleteFunc(a.proven, func(id int) bool {
		return foreign(a.run.truth.Message(a.know.At(id).Data))
	})
	for i := range a.events {
		e := &a.events[i]
		before := len(e.Opened) + len(e.Files) + len(e.Calls)
		e.Opened, e.Files = slices.DeleteFunc(e.Opened, foreign),
			slices.DeleteFunc(e.Files, foreignFile)
		e.Calls = slices.DeleteFunc(e.Calls, foreignCall)
		e.Smuggled += before - len(e.Opened) - len(e.Files) - len(e.Calls)
	}
}
