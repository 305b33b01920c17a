package atlas

import (
	"strings"

	"doormat/attacks/faulttree"
	"doormat/world"
)

// Tree is the fault tree of a goal, of the events by their names: one branch for each shape, in
// which any three of five trustees are one gate. Its minimal sets are those of the goal
// (TestTree).
func (a *Atlas) Tree(g *Goal) *faulttree.Tree {
	var branches []*faulttree.Tree
	for _, s := range a.Shapes(g) {
		var parts []*faulttree.Tree
		for _, part := range s.slots {
			parts = append(parts, a.gate(part))
		}
		branches = append(branches, faulttree.And(parts...))
	}
	return faulttree.Or(branches...)
}

// gate is the tree of a slot.
func (a *Atlas) gate(s slot) *faulttree.Tree {
	if len(s.classes) == 0 {
		return faulttree.Event(Event{a.capability(s, s.choices[0]), 0}.String())
	}
	var list []*faulttree.Tree
	for _, class := range s.classes {
		within := func(who string) *faulttree.Tree {
			var at []*faulttree.Tree
			for _, m := range class {
				at = append(at, faulttree.Event(Event{a.capability(s, who), m}.String()))
			}
			return faulttree.Or(at...)
		}
		var under []*faulttree.Tree
		if all := a.everybody(s); all != nil {
			for _, who := range all {
				under = append(under, within(who))
			}
			list = append(list, faulttree.AtLeast(s.k, under...))
			continue
		}
		for _, choice := range s.choices {
			var each []*faulttree.Tree
			for _, who := range strings.Split(choice, "+") {
				each = append(each, within(who))
			}
			under = append(under, faulttree.And(each...))
		}
		list = append(list, faulttree.Or(under...))
	}
	return faulttree.Or(list...)
}

// capability is that of a principal of a slot, by its number or name.
func (a *Atlas) capability(s slot, who string) world.Capability {
	if who != s.kind {
		who = s.kind + ":" + who
	}
	return world.Capability{Principal: who, Surface: s.surface}
}
