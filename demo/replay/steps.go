package replay

import (
	"slices"

	"doormat/attacks/trace"
)

// eventGroup is events of one design that make one step: those of one line, or of the
// lines of a loop.
type eventGroup struct {
	from, to int // lines
	events   []trace.Event
}

// most is how many steps a speaker may have to click through before loops are
// told in one step each.
const most = 16

// eventGroups are those of a trace.
func eventGroups(events []trace.Event) []eventGroup {
	var list []eventGroup
	for _, e := range events {
		if n := len(list); n > 0 && list[n-1].from == e.Line {
			list[n-1].events = append(list[n-1].events, e)
			continue
		}
		list = append(list, eventGroup{e.Line, e.Line, []trace.Event{e}})
	}
	if len(list) > most {
		list = loops(list)
	}
	for len(list) > limit { // a script written to be long: its end is one step
		last := &list[len(list)-1]
		before := &list[len(list)-2]
		before.to, before.events = max(before.to, last.to), append(before.events, last.events...)
		list = list[:len(list)-1]
	}
	return list
}

// limit bounds the steps of any script.
const limit = 200

// loops joins what a loop repeats: when the script jumps back, all from there on is
// the loop's body.
func loops(list []eventGroup) []eventGroup {
	var out []eventGroup
	for _, s := range list {
		first := len(out)
		for first > 0 && s.from > 0 && out[first-1].to >= s.from {
			first--
		}
		if first == len(out) {
			out = append(out, s)
			continue
		}
		body := out[first]
		for _, more := range append(slices.Clone(out[first+1:]), s) {
			body.from, body.to = min(body.from, more.from), max(body.to, more.to)
			body.events = append(body.events, more.events...)
		}
		out = append(out[:first], body)
	}
	return out
}

// alignedStep is one step of the script: a group of events of each design that got there.
type alignedStep struct {
	from, to int
	of       []*eventGroup // by design, nil where nothing ran
}

// align brings the designs' groups of events to one order: what runs the same lines is one
// step, as far as the order allows (a longest common subsequence).
func align(designs [][]eventGroup) []alignedStep {
	var all []alignedStep
	for d, list := range designs {
		all = merge(all, list, d, len(designs))
	}
	return all
}

// merge joins the groups of design d into steps made from the designs before it.
func merge(all []alignedStep, list []eventGroup, d, designs int) []alignedStep {
	same := func(i, j int) bool { return all[i].from == list[j].from }
	// common[i][j] is how many steps all[i:] and list[j:] can share.
	common := make([][]int, len(all)+1)
	for i := range common {
		common[i] = make([]int, len(list)+1)
	}
	for i := len(all) - 1; i >= 0; i-- {
		for j := len(list) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if same(i, j) {
				common[i][j] = max(common[i][j], 1+common[i+1][j+1])
			}
		}
	}
	var out []alignedStep
	i, j := 0, 0
	for i < len(all) || j < len(list) {
		switch {
		case i < len(all) && j < len(list) && same(i, j) && common[i][j] == 1+common[i+1][j+1]:
			step := all[i]
			step.to, step.of[d] = max(step.to, list[j].to), &list[j]
			out, i, j = append(out, step), i+1, j+1
		case j == len(list) || i < len(all) && common[i+1][j] >= common[i][j+1]:
			out, i = append(out, all[i]), i+1
		default:
			step := alignedStep{list[j].from, list[j].to, make([]*eventGroup, designs)}
			step.of[d] = &list[j]
			out, j = append(out, step), j+1
		}
	}
	return out
}
