package faulttree_test

import (
	"math/rand/v2"
	"testing"

	"doormat/attacks/faulttree"
	"doormat/demo/scram"
)

// SCRAM reads what is written, and agrees on probabilities to the six digits that it prints.
func TestScram(t *testing.T) {
	event, and, or, atLeast := faulttree.Event, faulttree.And, faulttree.Or, faulttree.AtLeast
	quorum := atLeast(3, event("trustee:1.store"), event("trustee:2.store"), event("trustee:3.store"),
		event("trustee:4.store"), event("trustee:5.store"))
	mail := or(event("provider.store"), event("network.tap"))
	for name, tree := range map[string]*faulttree.Tree{
		"one event":   event("provider.store"),
		"all":         and(event("a"), event("b")),
		"a quorum":    quorum,
		"threshold":   or(event("device:target.store"), event("device:other.store"), and(mail, quorum)),
		"shared":      atLeast(2, and(mail, quorum), or(mail, event("x")), quorum, event("device:a.store")),
		"always":      faulttree.Always(),
		"never":       faulttree.Never(),
		"same events": or(and(event("a.b"), event("a-b")), and(event("a b"), event("a_b"))),
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 7))
			chances := faulttree.Chances{}
			for _, e := range tree.Events() {
				chances[e] = random.Float64() / 3
			}
			scram.Agrees(t, tree, chances)
		})
	}
}
