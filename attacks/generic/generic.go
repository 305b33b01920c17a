// Package generic is an adversary who knows no design: it does with a set of capabilities what can
// be done by anybody who reads the list of the design's rules, and nothing that takes an idea.
//
// A script of the library was written by somebody who knew what to look for. This adversary knows
// the kinds of facts that a rule takes and gives, what a rule takes its text for ([world.TextKind]),
// and which packet it sees. Of that it makes four moves:
//
//   - It hands out keys of its own. If a packet passes which shows a fact of a kind that anybody can
//     make, in somebody's name, one of its own making takes its place (answer.go).
//   - It reads and passes on what is sealed to such a key, if a rule seals it again into a packet of
//     the same kind between the same two.
//   - It applies every making rule to what was stolen, and to what follows, and sends every packet
//     that comes of it (work.go). A stolen key signs all that it can sign.
//   - It sends each packet that it holds a second time, or none.
//
// It goes through the contract that scripts go through: it gets the capabilities that its header
// declares, what it opens counts when it is proved from loot, and a message is forged when an honest
// device shows it. So what it finds is there (TestHole puts one hole in, and takes it out). What it
// does not find may be there all the same: [Report.Compare] counts what attacks of the library do
// with as little, and it does not.
//
// # What it cannot see
//
// Its tries are bounded, and with more at hand it tries others. So a set of two may reach what
// neither part reached for that reason alone, and need only one of them. Sets of two are tried only
// where what one part had may serve the other, by the kinds of facts that rules take (search.together):
// two that meet otherwise, as in the order in which packets come, are passed over. It sends packets
// again, or loses them, with two as with one (TestPlaysOfPairs), but all of them, and does nothing
// else in that run: it picks none.
//
// It begins at one moment, and stays. It tries one thing after the other within one run, or one
// move in a run, and never plans: it does not wait for a day, knock twice, or prepare an answer
// for something that comes later. Texts that have a form of their own ([world.TextSpecial])
// it cannot write, so it holds no ceremonies and forks no logs. It brings no order to those who
// answer lawful process, and it has no quantum computer.
package generic

import (
	"context"
	"fmt"
	"slices"

	"doormat/attacks/technique"
	"doormat/world"
)

// A play is what the adversary does in one run with all that it has.
type play struct {
	name    string
	own     bool   // it makes keys of its own, and hands them out
	program string // it has whoever runs its programs run this one
	replay  bool   // it sends what passes a second time, and does nothing else
	drop    bool   // it loses what passes, and does nothing else
	still   bool   // it answers what passes, and sends nothing of its own accord
}

var (
	stolen  = play{name: "with what was stolen"}
	own     = play{name: "with keys of its own", own: true}
	answers = play{name: "answering with keys of its own", own: true, still: true}
	replays = play{name: "packets again", replay: true}
	drops   = play{name: "no packets", drop: true}
)

// running are the plays in which programs are replaced by one of the design's: quietly, and with
// everything else that can be done.
func running(program string) []play {
	return []play{{name: "running " + program, program: program},
		{name: "running " + program + ", with keys of its own", own: true, program: program}}
}

// An adversary is a play with a set of capabilities, as a technique.
type adversary struct {
	header     technique.Header
	rules      []world.Rule
	principals world.Principals
	play       play
	ready      map[world.Kind]bool // what it knew of in the end, by kind
	mute       map[string]bool     // in whose names it had packets to send, and might not speak
}

// newAdversary has an id that is its own in a run.
func newAdversary(id string, d world.Design, needs []string, p play) *adversary {
	a := &adversary{rules: d.Rules(), principals: d.Info().Principals, play: p,
		ready: map[world.Kind]bool{}, mute: map[string]bool{},
		header: technique.Header{ID: id, Title: "Generic " + p.name, Family: "insider", Kind: "attack",
			Needs: needs}}
	for _, r := range a.rules {
		if r.Make {
			a.header.Applies = append(a.header.Applies, r.Name)
		}
	}
	for _, program := range d.Info().Programs {
		a.header.Applies = append(a.header.Applies, program.Name)
	}
	return a
}

// Header implements [technique.Technique].
func (a *adversary) Header() technique.Header { return a.header }

// Source implements [technique.Technique].
func (*adversary) Source() string { return "" }

// Expect implements [technique.Technique]: nobody expects anything, it is a search.
func (*adversary) Expect([]string, technique.View) (technique.Outcome, error) {
	return technique.Outcome{}, nil
}

// Run implements [technique.Technique].
func (a *adversary) Run(ctx context.Context, port technique.Port) error {
	h, err := newHands(port, a)
	if err != nil {
		return err
	}
	if err := h.begin(); err != nil {
		return err
	}
	moves := !a.play.replay && !a.play.drop && !a.play.still
	if moves {
		if err := h.work(ctx); err != nil {
			return err
		}
	}
	if err := h.live(); err != nil {
		return err
	}
	if err := h.take(h.held); err != nil { // what they hold now
		return err
	}
	if moves {
		if err := h.work(ctx); err != nil {
			return err
		}
	}
	return h.end()
}

// begin waits for the moment, and uses every capability.
func (h *hands) begin() error {
	if err := h.do("advance", h.at); err != nil {
		return err
	}
	var stores []string
	for _, need := range h.needs {
		c, err := world.ParseCapability(need)
		if err != nil {
			return err
		}
		switch c.Surface {
		case world.Tap:
			err = h.do("tap", need)
		case world.Store:
			stores = append(stores, need)
		case world.Control:
			err = h.hold(need)
			h.held = append(h.held, need)
			stores = append(stores, need)
		case world.Tamper:
			err = h.do("hold", need)
			h.tampers = true
		}
		if err != nil {
			return err
		}
	}
	return h.take(stores)
}

// hold takes over a principal: with the program of the play, if it runs there.
func (h *hands) hold(need string) error {
	if h.play.program != "" {
		_, err := h.port.Call(technique.Call{Method: "hold", Args: []any{need, h.play.program},
			Named: map[string]any{"text": h.target}})
		if err == nil {
			return nil
		}
	}
	return h.do("hold", need)
}

func (h *hands) take(capabilities []string) error {
	for _, need := range capabilities {
		if err := h.do("take", need); err != nil {
			return err
		}
	}
	return nil
}

// live goes on to the end, and deals with every packet that is held.
func (h *hands) live() error {
	if len(h.held) == 0 && !h.tampers {
		return h.do("advance", h.last)
	}
	args := []any{h.last}
	for {
		out, err := h.port.Call(technique.Call{Method: "next", Args: args})
		fields, more := out.(map[string]any)
		if err != nil || !more {
			return err
		}
		args = nil
		if err := h.deal(fields); err != nil {
			return err
		}
	}
}

// deal does with a packet what the play says. Without an answer it is delivered.
func (h *hands) deal(fields map[string]any) error {
	fact, _ := fields["fact"].(int)
	switch {
	case h.play.drop:
		return h.do("drop", fact)
	case h.play.replay:
		p, _, err := world.ParsePacket(h.read(fact).Data)
		_, like := address(h.read(fact))
		if err != nil || h.again[like+string(p.Data)] || len(h.again) == packets {
			return err // an answer to what was sent again may call for the next
		}
		h.again[like+string(p.Data)] = true
		if err := h.do("deliver", fact); err != nil {
			return err
		}
		h.send(fact) // if that is a name in which it may speak
	case h.play.own:
		_, like := address(h.read(fact))
		turn := fmt.Sprint(fields["moment"], like)
		if h.swapped[turn] == swaps {
			return nil // whoever is answered so asks again
		}
		if instead := h.answer(fact); instead >= 0 && h.send(instead) {
			h.swapped[turn]++
			return h.do("drop", fact)
		}
	}
	return nil
}

// end claims everything that reads like something that somebody else wrote or said.
func (h *hands) end() error {
	if err := h.do("advance", h.last); err != nil { // what was answered comes in
		return err
	}
	if err := h.do("saturate"); err != nil {
		return err
	}
	for _, kind := range []world.Kind{world.Plaintext, world.File, world.Speech} {
		for _, id := range h.facts(kind) {
			if string(h.read(id).Data) != sentence {
				_ = h.do("claim", id) // what follows from nothing that was taken is no claim
			}
		}
	}
	for _, r := range h.rules {
		for _, kind := range slices.Concat(r.Takes, r.Gives) {
			h.ready[kind] = h.ready[kind] || len(h.facts(kind)) > 0
		}
	}
	return nil
}

// sentence is what it writes in other people's names.
const sentence = "I never wrote this."

var errInfo = fmt.Errorf("generic: the port does not say where it is")
