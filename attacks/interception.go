package attacks

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"doormat/attacks/technique"
	"doormat/world"
)

// interception is what an adversary does to packets: which principals run its
// program, and the packet that waits for its answer.
type interception struct {
	members  map[string]string // principal to the capability that holds it
	programs map[string]bool   // that held principals were given
	tamper   string            // the capability that holds the whole network, if any
	withheld map[string]bool   // principals that it was told it holds, and does not
	own      map[string]int    // packets that the adversary sent itself: not held again
	mine     bool              // the packet that travels now is one of these
	days     int               // of rest

	next    func() (world.Packet, bool)
	stop    func()
	failed  error
	current world.Packet
	fact    int  // the current packet as a fact
	handled bool // the current packet has been answered
}

// Silence is the program that does nothing: what is sent to the principal is lost.
const Silence = "silence"

// hold puts the members of a capability under the adversary's program: packets()
// yields what they send and receive, take() gives what they hold. With a program,
// they run that modified program of the design.
func (a *adversary) hold(capability, program string, text []byte) error {
	wanted, err := a.declared(capability, world.Control, world.Tamper)
	if err != nil {
		return err
	}
	if hasQuantum(wanted) {
		return errQuantum
	}
	if program != "" && program != Silence && !slices.Contains(a.header.Applies, program) {
		return fmt.Errorf("program %q is not among those that the header's applies declares%s",
			program, world.DidYouMean(program, append([]string{Silence}, a.header.Applies...)))
	}
	if err := a.handed.In(text); err != nil {
		return err
	}
	a.mark()
	a.held.programs[program] = true
	for _, c := range wanted {
		switch {
		case a.withheld[c]:
			for _, name := range append(a.members(c), c.Principal) {
				a.held.withheld[name] = true
			}
		case c.Surface == world.Tamper:
			a.held.tamper = c.String()
		default:
			if err := a.seize(c, program, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// seize takes over the members of a capability. Those of them for which the
// program is made run it; there must be one.
func (a *adversary) seize(c world.Capability, program string, text []byte) error {
	ran, why := program == "" || program == Silence, error(nil)
	for _, name := range a.members(c) {
		a.held.members[name] = c.String()
		a.run.taken[name] = true
		a.agency = a.agency || world.KindOf(name) == world.Agency
		if program == Silence {
			a.run.silent[name] = true
		}
		if program == "" || program == Silence {
			continue
		}
		node, ok := a.run.Net.Node(name).(world.Reprogrammable)
		if !ok {
			why = fmt.Errorf("%s has no modified programs", name)
			continue
		}
		if err := node.Reprogram(program, text); err != nil {
			why = err
			continue
		}
		ran = true
	}
	if !ran {
		return why
	}
	return nil
}

// overhear records what travels to and from held principals, and to the
// adversary's own address. What it sent itself is no loot; what it is answered is
// loot if it comes from somebody who answers lawful process under a capability.
func (a *adversary) overhear(p world.Packet) {
	h := &a.held
	if by := a.answering[p.From]; by != "" && !p.Private() &&
		(world.KindOf(p.To) == world.Agency || p.To == world.Outsider) {
		a.now.Use(by)
		a.touched[by] = true
	}
	h.mine = h.sent(p, a.run.Net.Now())
	a.run.foreign = h.mine
	switch origin := h.by(p); {
	case origin != "":
		h.fact = a.observe(origin, p, !h.mine, h.mine)
		if a.answering[p.From] != "" && !h.mine {
			a.docket.Obtained(*a.know.At(h.fact), h.fact, a.run.Net.Now())
		}
	case p.To == world.Outsider:
		by := a.answering[p.From]
		if by == "" {
			by = a.publishedBy(p.From)
		}
		if by == "" {
			by = a.misledBy(p.From)
		}
		a.observe(by, p, by != "", h.mine)
	}
}

// publishedBy names the capability by which a node serves the adversary: because who signs its
// programs published that one, as good as control of the node if the adversary had the key,
// or because it answers whoever has a phone in hand. It is "" if the node serves nobody.
func (a *adversary) publishedBy(name string) string {
	r, ok := a.run.Net.Node(name).(world.Reporter)
	if !ok || r.ReportsTo() != world.Outsider {
		return ""
	}
	behind := []string{r.ProgramsBy()}
	if account, ok := strings.CutPrefix(name, world.ElementName+":"); ok {
		behind = append(behind, world.DeviceOf(account))
	}
	for _, who := range behind {
		for _, c := range a.needs {
			if slices.Contains(a.members(c), who) {
				a.run.taken[name] = a.run.taken[name] || c.Surface != world.Order
				a.now.Use(c.String())
				return c.String()
			}
		}
	}
	return ""
}

// misledBy names the capability through which a node serves the adversary in good faith, "" if
// it does not.
func (a *adversary) misledBy(name string) string {
	m, ok := a.run.Net.Node(name).(world.Misled)
	if !ok {
		return ""
	}
	by := m.MisledBy(world.Outsider)
	for _, c := range a.needs {
		members := append(a.members(c), c.Principal)
		if slices.ContainsFunc(members, func(who string) bool { return slices.Contains(by, who) }) {
			a.now.Use(c.String())
			return c.String()
		}
	}
	return ""
}

// sent reports whether p is one of the adversary's own packets that have not
// travelled yet, and crosses it off.
func (h *interception) sent(p world.Packet, now time.Time) bool {
	if len(h.own) == 0 {
		return false
	}
	key := string(p.Encode(now))
	n := h.own[key]
	if n--; n > 0 {
		h.own[key] = n
	} else {
		delete(h.own, key)
	}
	return n >= 0
}

// by names the capability under which p is held, "" if it is not.
func (h *interception) by(p world.Packet) string {
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
func (h *interception) answer(a *adversary, args *technique.Arguments) (any, error) {
	switch args.Method {
	case "next":
		return h.pull(a, args)
	case "release":
		return nil, h.release()
	}
	if h.next == nil || h.handled || args.Number(0) != h.fact {
		return nil, errors.New("this packet does not wait for an answer: each is answered once, " +
			"in its own turn of the loop over adv.packets()")
	}
	h.handled = true
	switch args.Method {
	case "deliver":
		a.run.Net.Deliver(h.current)
	case "replace":
		return nil, a.send(args.Facts(1))
	}
	return nil, nil
}

// pull answers the packet before, if the script did not, and runs on to the next
// one that is held. The first call of a loop says until when; the run is driven
// by a coroutine that stops at each packet.
func (h *interception) pull(a *adversary, args *technique.Arguments) (any, error) {
	switch opens := len(args.Args) > 0; {
	case opens && h.next != nil:
		return nil, errLoop
	case opens && a.shared: // nothing can be held: time passes as in the others' run
		return nil, a.pause(when{args.Number(0), h.days})
	case opens:
		until := args.Number(0)
		if until < a.run.Moment() || until > len(a.run.truth.Conversation.Messages) {
			return nil, fmt.Errorf("moment %d: want one from %d (now) to %d (the end)", until,
				a.run.Moment(), len(a.run.truth.Conversation.Messages))
		}
		h.next, h.stop = iter.Pull(func(yield func(world.Packet) bool) {
			h.failed = h.drive(a, until, yield)
		})
	case h.next == nil:
		return nil, nil
	}
	p, ok := h.next()
	if !ok {
		return nil, h.release()
	}
	return map[string]any{"sender": p.From, "to": p.To, "kind": a.packetName(p.Kind()),
		"data": p.Data, "fact": h.fact, "moment": a.run.Moment()}, nil
}

// release ends the loop over packets, if one is under way.
func (h *interception) release() error {
	if h.stop == nil {
		return nil
	}
	h.stop()
	h.next, h.stop = nil, nil
	return h.failed
}

// drive lives on until the given moment and yields each held packet. When the
// script stops asking, the current moment is brought to rest and that is all.
func (h *interception) drive(a *adversary, until int, yield func(world.Packet) bool) error {
	a.run.hold = func(p world.Packet) bool {
		if h.mine || h.by(p) == "" {
			return false
		}
		h.current, h.handled = p, false
		if !yield(p) {
			a.run.hold = nil
			a.run.Stop()
		}
		if !h.handled {
			a.run.Net.Deliver(p)
		}
		h.handled = true
		return true
	}
	defer func() { a.run.hold = nil }()
	return a.run.Advance(until)
}

// send posts packets that the adversary built: in its own name as an outsider,
// in that of a principal it holds, or in any name if it holds the network.
func (a *adversary) send(ids []int) error {
	if a.shared {
		return errors.New("an attack that declares no making rule and no control, tamper or " +
			"order only reads")
	}
	if err := a.know.Check(ids...); err != nil {
		return err
	}
	for _, id := range ids {
		f := a.know.At(id)
		if f.Kind != world.Outgoing && f.Kind != world.Observed { // what was seen can be sent again
			return fmt.Errorf("fact %d is a %s, want a %s", id, f.Kind, world.Outgoing)
		}
		p, _, err := world.ParsePacket(f.Data)
		if err != nil {
			return err
		}
		if p.Private() {
			return fmt.Errorf("packet from %s to %s: no adversary reaches that link", p.From, p.To)
		}
		switch {
		case p.From == world.Outsider || a.held.members[p.From] != "" || a.held.tamper != "":
			a.held.own[string(p.Encode(a.run.Net.Now()))]++
			a.run.Net.Post(p)
		case !a.held.withheld[p.From] && !a.held.withheld[world.NetworkName]:
			return fmt.Errorf("packet from %s: it is not under control, and the network is not",
				p.From)
		}
	}
	if a.held.next != nil {
		return nil // the loop over packets goes on
	}
	a.mark()
	return a.run.Settle()
}
