package generic

import (
	"slices"

	"doormat/world"
)

// A packet that waits can be replaced by another one of the same kind between the same two, if the
// adversary can make one that follows from what passes.

// passing is a packet that waits, and what it shows.
type passing struct {
	fact   int
	like   string   // kind and ends, see address
	to     string   // whom it goes to
	shows  []int    // facts that rules read in it
	author string   // who wrote what is in it, as far as it shows
	reader string   // the account that it goes to
	names  []string // accounts that it is about
}

// answer gives the packet to send in the place of one that waits, or -1.
func (h *hands) answer(fact int) int {
	p := h.look(fact)
	for _, shown := range p.shows {
		if out := h.handOut(p, shown); out >= 0 {
			return out
		}
	}
	for _, shown := range p.shows {
		if out := h.passOn(p, shown); out >= 0 {
			return out
		}
	}
	return -1
}

// look reads a packet by every rule that reads packets, and what it shows by every rule that
// tells of it who wrote to whom.
func (h *hands) look(fact int) *passing {
	p := &passing{fact: fact}
	p.to, p.like = address(h.read(fact))
	add := func(name string) {
		if slices.Contains(h.accounts, name) && !slices.Contains(p.names, name) {
			p.names = append(p.names, name)
		}
	}
	for _, r := range h.rules {
		if !r.Make && r.All == "" && len(r.Takes) == 1 && r.Takes[0] == world.Observed {
			p.shows = append(p.shows, h.apply(r, []int{fact}, "")...)
		}
	}
	told := slices.Clone(p.shows)
	for _, id := range p.shows {
		for _, r := range h.rules {
			if !r.Make && r.All == "" && len(r.Takes) == 1 && r.Takes[0] == h.read(id).Kind &&
				slices.Contains(r.Gives, world.Metadata) {
				told = append(told, h.apply(r, []int{id}, "")...)
			}
		}
	}
	for _, id := range told {
		f := h.read(id)
		if m, err := world.ParseMeta(f.Data); err == nil && f.Kind == world.Metadata {
			p.author = m.From
			add(m.From)
		}
	}
	for _, id := range p.shows {
		add(h.read(id).Ref)
	}
	if account, ok := world.AccountOf(p.to); ok {
		p.reader = account
		add(account)
	}
	return p
}

// handOut makes a packet of what the adversary has instead of what this one shows: of a kind that
// anybody can make, keys in the same name; of another one, what was stolen.
func (h *hands) handOut(p *passing, shown int) int {
	f := h.read(shown)
	if account, _ := world.AccountOf(p.to); account == f.Ref {
		return -1 // nobody is told its own key
	}
	for _, r := range h.rules {
		if !r.Make || !sends(r) || len(r.Takes) != 1 || h.enough(r) {
			continue
		}
		candidates := h.newest(r.Takes[0], h.stolen)
		if r.Takes[0] == f.Kind {
			candidates = h.ours(f.Kind, f.Ref)
		}
		for _, id := range candidates {
			given := h.apply(r, append([]int{id}, h.all(r)...), h.address(r, p))
			for _, id := range given {
				h.handed[h.read(id).Kind]++
			}
			if out := h.fitting(p, given); out >= 0 {
				return out
			}
		}
	}
	return -1
}

// enough tells that so many keys came of what was handed out that no more are made: each is tried on
// everything that comes back.
func (h *hands) enough(r world.Rule) bool {
	return slices.ContainsFunc(r.Gives, func(kind world.Kind) bool {
		return kind != world.Outgoing && h.handed[kind] >= handed
	})
}

// stolen tells that the adversary did not make a fact.
func (h *hands) stolen(id int) bool { return !h.own(id) }

// address is the text of a rule that asks for one: where the packet that waits goes.
func (h *hands) address(r world.Rule, p *passing) string {
	if r.Text == world.TextAddress {
		return p.to
	}
	return ""
}

// fitting picks the packet that may stand in the place of another.
func (h *hands) fitting(p *passing, ids []int) int {
	for _, id := range ids {
		if f := h.read(id); f.Kind == world.Outgoing {
			if _, like := address(f); like == p.like {
				return id
			}
		}
	}
	return -1
}

// ours are the facts of a kind that anybody can make in somebody's name: made once.
func (h *hands) ours(kind world.Kind, name string) (ids []int) {
	for _, r := range h.rules {
		if !r.Make || len(r.Takes) > 0 || r.Text != world.TextAccount || onlySends(r) ||
			!slices.Contains(r.Gives, kind) || !slices.Contains(h.accounts, name) {
			continue
		}
		key := r.Name + "\x00" + name
		if h.keys[key] == nil {
			h.keys[key] = h.apply(r, nil, name)
		}
		for _, id := range h.keys[key] {
			if h.read(id).Kind == kind {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// passOn opens what a packet shows with keys of the adversary's own, and seals it again.
func (h *hands) passOn(p *passing, shown int) int {
	kind := h.read(shown).Kind
	for _, r := range h.rules {
		if !r.Make || sends(r) || !slices.Contains(r.Takes, kind) || len(r.Takes) < 2 {
			continue
		}
		for _, ids := range product(h.places(r, p, kind, []int{shown}), ways) {
			if opened := h.apply(r, ids, ""); len(opened) > 0 { // it was sealed to these
				return h.sealAgain(p, shown, opened)
			}
		}
	}
	return -1
}

// places lists for each place of a rule what the adversary has of its own for those whom a packet is
// about; for one kind it is given.
func (h *hands) places(r world.Rule, p *passing, given world.Kind, ids []int) (lists [][]int) {
	for _, kind := range r.Takes {
		if kind == given {
			lists = append(lists, ids)
			continue
		}
		lists = append(lists, h.newest(kind, func(id int) bool {
			return h.own(id) && h.about(id, p) && slices.Contains(h.names(id), p.reader)
		}))
	}
	return lists
}

// about tells that a fact is in the names of nobody whom a packet is not about.
func (h *hands) about(id int, p *passing) bool {
	return !slices.ContainsFunc(h.names(id), func(name string) bool {
		return !slices.Contains(p.names, name)
	})
}

// sealAgain seals what was opened into a packet that fits, with what the adversary has, or else
// with something new.
func (h *hands) sealAgain(p *passing, shown int, opened []int) int {
	for _, r := range h.rules {
		if !r.Make || !sends(r) || !slices.Contains(r.Takes, h.read(shown).Kind) || len(r.Takes) < 2 {
			continue
		}
		for _, kind := range r.Takes {
			if kind == h.read(shown).Kind || h.among(opened, kind) && kind != h.read(opened[0]).Kind {
				continue
			}
			states := h.newest(kind, func(id int) bool { return !h.own(id) && h.about(id, p) })
			states = append(states, h.newest(kind, func(id int) bool { return h.own(id) && h.about(id, p) })...)
			if out := h.sealWith(r, p, shown, opened, kind, states); out >= 0 {
				return out
			}
			if out := h.sealWith(r, p, shown, opened, kind, h.begun(kind, p)); out >= 0 {
				return out
			}
		}
	}
	return -1
}

func (h *hands) among(ids []int, kind world.Kind) bool {
	return slices.ContainsFunc(ids, func(id int) bool { return h.read(id).Kind == kind })
}

// sealWith tries one thing after the other in a place of a rule.
func (h *hands) sealWith(r world.Rule, p *passing, shown int, opened []int, kind world.Kind, states []int) int {
	for _, state := range states {
		ids := make([]int, len(r.Takes))
		for i, want := range r.Takes {
			ids[i] = -1
			switch {
			case want == kind:
				ids[i] = state
			case want == h.read(shown).Kind:
				ids[i] = shown
			default:
				for _, id := range opened {
					if h.read(id).Kind == want {
						ids[i] = id
					}
				}
			}
		}
		if slices.Contains(ids, -1) {
			continue
		}
		if out := h.fitting(p, h.apply(r, ids, "")); out >= 0 {
			return out
		}
	}
	return -1
}

// begun makes anew, in the author's name first, what a rule makes of keys of the adversary's own
// and of what is real, such as a session.
func (h *hands) begun(kind world.Kind, p *passing) (states []int) {
	for _, r := range h.rules {
		if !r.Make || sends(r) || !slices.Contains(r.Gives, kind) || r.Text != world.TextAccount || len(r.Takes) != 2 {
			continue
		}
		for _, mine := range h.ours(r.Takes[0], p.author) {
			for _, real := range h.newest(r.Takes[1], h.stolen) {
				if !h.about(real, p) {
					continue
				}
				for _, id := range h.apply(r, []int{mine, real}, p.author) {
					if h.read(id).Kind == kind {
						states = append(states, id)
					}
				}
			}
		}
	}
	return states
}
