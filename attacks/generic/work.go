package generic

import (
	"context"
	"fmt"
	"slices"

	"doormat/world"
)

// Bounds of what is tried at a time: a search that grows with itself would not end.
const (
	rounds   = 3   // of making: what one gives, the next may use
	each     = 3   // facts for one place of a rule, of those taken and of those made
	ways     = 9   // to fill all its places
	tries    = 24  // of one rule at a time
	together = 512 // facts that a rule takes together
	packets  = 600 // that are sent again in a run
	handed   = 24  // keys of one kind that are made anew where a packet is replaced
	swaps    = 3   // packets of one kind that are replaced on the way to somebody within a moment
)

// work applies every making rule to what is known, round by round, and sends what comes of it.
func (h *hands) work(ctx context.Context) error {
	h.times = map[string]int{}
	for range rounds {
		if err := h.do("saturate"); err != nil {
			return err
		}
		for _, r := range h.rules {
			if !r.Make || !h.play.own && len(r.Takes) == 0 {
				continue
			}
			for _, ids := range h.choices(r) {
				for _, text := range h.texts(r, ids) {
					if ctx.Err() != nil {
						return ctx.Err()
					}
					h.once(r, ids, text)
				}
			}
		}
	}
	return h.do("saturate")
}

// onlySends tells that what a rule gives is what anybody may send, and no key.
func onlySends(r world.Rule) bool { return len(r.Gives) == 1 && sends(r) }

// once applies a rule to facts and a text for the first time, and sends what it gives.
func (h *hands) once(r world.Rule, ids []int, text string) {
	key := fmt.Sprint(r.Name, ids, text)
	if h.tried[key] || h.times[r.Name] == tries {
		return
	}
	h.tried[key] = true
	h.times[r.Name]++
	for _, id := range h.apply(r, append(slices.Clone(ids), h.all(r)...), text) {
		if h.read(id).Kind == world.Outgoing {
			h.send(id)
		}
	}
}

// all are the facts that a rule takes together.
func (h *hands) all(r world.Rule) []int {
	if r.All == "" {
		return nil
	}
	ids := h.facts(r.All)
	return ids[max(0, len(ids)-together):]
}

// choices lists facts for the places of a rule: of each kind the newest, those first that are
// about the people in whose names the adversary acts.
func (h *hands) choices(r world.Rule) [][]int {
	var lists [][]int
	for _, kind := range r.Takes {
		var list []int
		for _, mine := range []bool{false, true} {
			some := h.newest(kind, func(id int) bool { return h.own(id) == mine })
			slices.SortStableFunc(some, func(a, b int) int { return h.rank(a) - h.rank(b) })
			list = append(list, some[:min(len(some), each)]...)
		}
		switch kind {
		case world.Metadata: // which serves as a date, and may name a group
			list = h.dates(list)
		case world.Observed:
			list = list[:min(len(list), 1)]
		}
		lists = append(lists, list)
	}
	return product(lists, ways)
}

// rank puts the target first, then its partner, then whoever else the adversary acts for.
func (h *hands) rank(id int) int {
	best := len(h.people)
	for _, name := range h.names(id) {
		if i := slices.Index(h.people, name); i >= 0 {
			best = min(best, i)
		}
	}
	return best
}

// dates are the newest of what is known of messages, and the newest that names a group.
func (h *hands) dates(list []int) []int {
	list = list[:min(len(list), 1)]
	for _, id := range slices.Backward(h.facts(world.Metadata)) {
		if m, err := world.ParseMeta(h.read(id).Data); err == nil && m.Group != "" {
			return slices.Compact(append(list, id))
		}
	}
	return list
}

// texts lists what a rule may be given to read, by what it says that it takes it for.
func (h *hands) texts(r world.Rule, ids []int) []string {
	switch r.Text {
	case world.TextUnread:
		return []string{""}
	case world.TextAccount:
		var names []string // of those whose these are, or of anybody
		for _, id := range ids {
			for _, name := range h.names(id) {
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		if len(names) == 0 {
			return h.people
		}
		return names
	case world.TextAddress:
		texts := []string{world.Outsider}
		for _, name := range h.people {
			texts = append(texts, world.DeviceOf(name))
		}
		return texts
	case world.TextMessage:
		return []string{sentence}
	case world.TextProgram:
		return h.programs()
	case world.TextGuess:
		return []string{"", "0000", "1234", "123456"}
	}
	return nil
}

// programs are texts that have the program of the play run by everybody there is.
func (h *hands) programs() (texts []string) {
	if h.play.program == "" {
		return nil
	}
	for _, p := range h.principals {
		count, err := world.Index(p.Count, h.settings)
		switch {
		case p.Count == world.PerAccount:
			for _, name := range h.accounts {
				texts = append(texts, h.play.program+"\n\n"+p.Name+":"+name)
			}
		case err == nil:
			for i := range count {
				texts = append(texts, fmt.Sprintf("%s\n\n%s:%d", h.play.program, p.Name, i+1))
			}
		default:
			texts = append(texts, h.play.program+"\n\n"+p.Name)
		}
	}
	return texts
}
