package attacks

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"doormat/world"
)

// holding is what an adversary does to packets: which principals run its
// program, and the packet that waits for its answer.
type holding struct {
	members map[string]string // principal to the capability that holds it
	tamper  string            // the capability that holds the whole network, if any
	own     map[string]int    // packets that the adversary sent itself: not held again
	days    int               // of rest

	next    func() (world.Packet, bool)
	stop    func()
	failed  error
	current world.Packet
	handled bool // the current packet has been answered
}

// hold puts the members of a capability under the adversary's program: packets()
// yields what they send and receive, take() gives what they hold. With a program,
// they run that modified program of the design.
func (a *adversary) hold(capability, program string, text []byte) error {
	granted, err := a.declared(capability, world.Control, world.Tamper)
	if err != nil {
		return err
	}
	if program != "" && !slices.Contains(a.header.Applies, program) {
		return fmt.Errorf("program %q is not among those that the header's applies declares", program)
	}
	a.mark()
	for _, c := range granted {
		if c.Surface == world.Tamper {
			a.held.tamper = c.String()
			continue
		}
		for _, name := range a.members(c) {
			a.held.members[name] = c.String()
			a.run.taken[name] = true
			if program == "" {
				continue
			}
			node, ok := a.run.Net.Node(name).(world.Reprogrammable)
			if !ok {
				return fmt.Errorf("%s has no modified programs", name)
			}
			if err := node.Reprogram(program, text); err != nil {
				return err
			}
		}
	}
	if a.held.own == nil && len(granted) > 0 {
		a.held.own = map[string]int{}
		a.run.watchers = append(a.run.watchers, a.overhear)
	}
	return nil
}

// overhear records what travels to and from held principals.
func (a *adversary) overhear(p world.Packet) {
	if origin := a.held.by(p); origin != "" {
		id := a.observe(origin, p, true)
		a.know.facts[id].served = slices.Contains(a.needs, world.Capability{Principal: p.From, Surface: world.Order})
	}
}

// by names the capability under which p is held, "" if it is not.
func (h *holding) by(p world.Packet) string {
	if p.Private() {
		return ""
	}
	for _, name := range []string{p.To, p.From} {
		if origin := h.members[name]; origin != "" {
			return origin
		}
	}
	return h.tamper
}

// answer deals with the calls that belong to adv.packets.
func (h *holding) answer(a *adversary, args *arguments) (any, error) {
	switch args.Method {
	case "next":
		return h.pull(a, args.number(0))
	case "release":
		if h.stop != nil {
			h.stop()
			h.next, h.stop = nil, nil
		}
		return nil, h.failed
	}
	if h.next == nil || h.handled {
		return nil, errors.New("no packet is waiting for an answer: each is answered once, inside the loop over adv.packets()")
	}
	h.handled = true
	switch args.Method {
	case "deliver":
		a.run.Net.Deliver(h.current)
	case "replace":
		return nil, a.send(args.facts(0))
	}
	return nil, nil
}

// pull answers the packet before, if the script did not, and runs on to the next
// one that is held. The run is driven by a coroutine that stops at each.
func (h *holding) pull(a *adversary, until int) (any, error) {
	if h.next == nil {
		if until < a.run.Moment() || until > len(a.run.truth.conv.Messages) {
			return nil, fmt.Errorf("packets: moment %d: want one from %d (now) to %d (the end)", until, a.run.Moment(), len(a.run.truth.conv.Messages))
		}
		h.next, h.stop = iter.Pull(func(yield func(world.Packet) bool) { h.failed = h.drive(a, until, yield) })
	}
	p, ok := h.next()
	if !ok {
		h.next, h.stop = nil, nil
		return nil, h.failed
	}
	id := a.know.byKind[world.Observed][len(a.know.byKind[world.Observed])-1]
	return map[string]any{"sender": p.From, "to": p.To, "kind": int(p.Kind()), "data": p.Data, "fact": id, "moment": a.run.Moment()}, nil
}

// drive lives on until the given moment and yields each held packet. When the
// script stops asking, the current moment is brought to rest and that is all.
func (h *holding) drive(a *adversary, until int, yield func(world.Packet) bool) error {
	a.run.Intercept = func(p world.Packet) bool {
		key := string(p.Encode(a.run.Net.Now()))
		if h.own[key] > 0 {
			h.own[key]--
			return false
		}
		if h.by(p) == "" {
			return false
		}
		h.current, h.handled = p, false
		if !yield(p) {
			a.run.Intercept = nil
			a.run.Stop()
		}
		if !h.handled {
			a.run.Net.Deliver(p)
		}
		h.handled = true
		return true
	}
	defer func() { a.run.Intercept = nil }()
	return a.run.Advance(until)
}

// send posts packets that the adversary built: in its own name as an outsider,
// in that of a principal it holds, or in any name if it holds the network.
func (a *adversary) send(ids []int) error {
	if err := a.known(ids); err != nil {
		return err
	}
	for _, id := range ids {
		f := a.know.facts[id]
		if f.Kind != world.Outgoing {
			return fmt.Errorf("fact %d is a %s, want a %s", id, f.Kind, world.Outgoing)
		}
		p, _, err := world.ParsePacket(f.Data)
		if err != nil {
			return err
		}
		if p.From != world.Outsider && a.held.members[p.From] == "" && a.held.tamper == "" {
			return fmt.Errorf("packet from %s: it is not under control, and the network is not", p.From)
		}
		if p.Private() {
			return fmt.Errorf("packet from %s to %s: no adversary reaches that link", p.From, p.To)
		}
		if a.held.own != nil {
			a.held.own[string(p.Encode(a.run.Net.Now()))]++
		}
		a.run.Net.Post(p)
	}
	if a.held.next != nil {
		return nil // the loop over packets goes on
	}
	a.mark()
	return a.run.Settle()
}
