package generic

import (
	"slices"
	"strings"

	"doormat/attacks/technique"
	"doormat/world"
)

// hands are what an adversary has in one run: a port, and what it remembers of its own doing.
type hands struct {
	*adversary
	port     technique.Port
	at, last int // moments: when it begins, and the end
	target   string
	partner  string
	accounts []string
	people   []string       // those of the accounts in whose names it acts on its own, at most three
	settings world.Settings // no more of them than t and n
	needs    []string
	held     []string // capabilities of principals that run its program
	tampers  bool

	known   map[int]world.Fact
	made    map[int][]string // what it made: in whose names
	tried   map[string]bool
	times   map[string]int     // how often each rule was applied since work began
	again   map[string]bool    // packets that were sent a second time
	swapped map[string]int     // packets in whose place others went, by moment and kind
	handed  map[world.Kind]int // facts that were made for them, by kind
	keys    map[string][]int   // what anybody can make, made in somebody's name
}

func newHands(port technique.Port, a *adversary) (*hands, error) {
	h := &hands{adversary: a, port: port, known: map[int]world.Fact{}, made: map[int][]string{},
		tried: map[string]bool{}, times: map[string]int{}, again: map[string]bool{},
		swapped: map[string]int{}, handed: map[world.Kind]int{}, keys: map[string][]int{}}
	out, err := port.Call(technique.Call{Method: "info"})
	info, ok := out.(map[string]any)
	if err != nil || !ok {
		return nil, errInfo
	}
	h.at, _ = info["at"].(int)
	h.last, _ = info["end"].(int)
	h.target, _ = info["target"].(string)
	h.partner, _ = info["partner"].(string)
	h.accounts, _ = info["accounts"].([]string)
	h.needs, _ = info["needs"].([]string)
	h.settings.Threshold, _ = info["t"].(int)
	h.settings.Trustees, _ = info["n"].(int)
	h.people = []string{h.target}
	for _, a := range append([]string{h.partner}, h.accounts...) {
		if a != "" && !slices.Contains(h.people, a) && len(h.people) < 3 {
			h.people = append(h.people, a)
		}
	}
	return h, nil
}

// do makes a call of which only success matters.
func (h *hands) do(method string, args ...any) error {
	_, err := h.port.Call(technique.Call{Method: method, Args: args})
	return err
}

// send sends a packet, if the adversary may speak in that name.
func (h *hands) send(id int) bool {
	err := h.do("send", id)
	if p, _, broken := world.ParsePacket(h.read(id).Data); err != nil && broken == nil {
		h.mute[p.From] = true
	}
	return err == nil
}

// facts lists the known facts of a kind, the newest last.
func (h *hands) facts(kind world.Kind) []int {
	out, _ := h.port.Call(technique.Call{Method: "facts", Args: []any{string(kind)}})
	ids, _ := out.([]int)
	return ids
}

func (h *hands) read(id int) world.Fact {
	if f, ok := h.known[id]; ok {
		return f
	}
	out, _ := h.port.Call(technique.Call{Method: "read", Args: []any{id}})
	fields, _ := out.(map[string]any)
	kind, _ := fields["kind"].(string)
	f := world.Fact{Kind: world.Kind(kind)}
	f.Ref, _ = fields["ref"].(string)
	f.Data, _ = fields["data"].([]byte)
	h.known[id] = f
	return f
}

// apply applies a rule, if it gives anything here, and notes what was made in whose names.
func (h *hands) apply(r world.Rule, ids []int, text string) []int {
	call := technique.Call{Method: "attempt", Args: []any{r.Name}}
	for _, id := range ids {
		call.Args = append(call.Args, id)
	}
	if text != "" {
		call.Named = map[string]any{"text": text}
	}
	out, err := h.port.Call(call)
	given, _ := out.([]int)
	if err != nil || !r.Make {
		return given
	}
	var names []string
	for _, id := range ids {
		names = append(names, h.names(id)...)
	}
	if r.Text == world.TextAccount {
		names = append(names, text)
	}
	slices.Sort(names)
	for _, id := range given {
		h.made[id] = slices.Compact(names)
	}
	return given
}

// names lists the accounts in whose names a fact is: of what was made, those it was made of.
func (h *hands) names(id int) []string {
	if names, ok := h.made[id]; ok {
		return names
	}
	f := h.read(id)
	if slices.Contains(h.accounts, f.Ref) {
		return []string{f.Ref}
	}
	return nil
}

// newest lists facts of a kind that satisfy a condition, the newest first, and of those with one
// reference the newest only.
func (h *hands) newest(kind world.Kind, fits func(id int) bool) (list []int) {
	seen := map[string]bool{}
	for _, id := range slices.Backward(h.facts(kind)) {
		if ref := h.read(id).Ref; !seen[ref] && fits(id) {
			seen[ref] = true
			list = append(list, id)
		}
	}
	return list
}

// own tells whether the adversary made a fact.
func (h *hands) own(id int) bool { _, made := h.made[id]; return made }

// sends tells whether a rule builds packets.
func sends(r world.Rule) bool { return slices.Contains(r.Gives, world.Outgoing) }

// product lists the ways to take one of each list, at most so many.
func product(lists [][]int, most int) [][]int {
	out := [][]int{nil}
	for _, list := range lists {
		var longer [][]int
		for _, head := range out {
			for _, id := range list {
				if len(longer) < most && !slices.Contains(head, id) {
					longer = append(longer, append(slices.Clone(head), id))
				}
			}
		}
		out = longer
	}
	return out
}

// address is the principal that a packet to send goes to, and what tells packets of one kind
// between the same two from others.
func address(f world.Fact) (to, like string) {
	p, _, err := world.ParsePacket(f.Data)
	if err != nil {
		return "", ""
	}
	return p.To, strings.Join([]string{p.From, p.To, string([]byte{p.Kind()})}, "\x00")
}
