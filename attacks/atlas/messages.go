package atlas

import (
	"doormat/attacks/bdd"
	"doormat/attacks/faulttree"
)

// Messages gives for each message, in order, the fault tree of what reads it, of events by their
// names. Unlike [Atlas.Tree] it lists no sets, so their number does not matter; trees of messages
// that the same sets read are one (TestMessages).
func (a *Atlas) Messages() []*faulttree.Tree {
	functions := make([]bdd.Func, a.Moments[len(a.Moments)-1])
	for k := range functions {
		functions[k] = a.Goals[k].function // messages come first, see goals.go
	}
	name := func(v int) string { return a.Events[v].String() }
	return faulttree.FromDiagram(a.space, name, functions...)
}
