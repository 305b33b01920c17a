// Package scene is what stands on the stage at a step of a replay: principals as cards, the
// capabilities and the script of the attack, and counters of what is open. It words what package
// replay measured, and adds no number of its own; TestPanelsAgree of package stage holds it to
// the words of every other renderer.
package scene

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks/trace"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// A Card is a principal, or several alike, as a figure on the stage.
type Card struct {
	// which figure: phone, provider, trustee, court, agency, log, witness, monitor, network
	Figure string
	Name   string
	Place  string   // jurisdiction, "" for phones, which have none
	State  string   // "", "reach" (may be used) or "used"
	Says   string   // the state in words
	Brief  string   // the most telling of what it holds
	Holds  []string // all of it
	When   int      // after which message it was counted: not at every step
}

// maker builds the cards of a design.
type maker struct {
	frame    *replay.Frame
	settings world.Settings

	principals world.Principals
	people     []string
	lit        bool // the adversary's capabilities have been named
	placed     map[string]string
	seats      []Card // trustees
}

// Cards are those of a design at a step; the trustees have seats of their own.
func Cards(p *replay.Replay, design int, s *replay.Step) (cards, seats []Card) {
	c := newMaker(p, design, s)
	return c.cards(), c.seats
}

func newMaker(p *replay.Replay, design int, s *replay.Step) *maker {
	trace := &p.Result.Cells[design].Trace
	c := &maker{frame: &s.Frames[design], settings: trace.Settings,
		principals: trace.Principals,
		lit:        s.Kind != replay.Opening}
	c.people = p.Conversation.People(c.settings.Target)
	c.placed, _ = c.principals.Placement(c.settings) // checked before the run
	return c
}

// manyPhones is how many phones get cards of their own.
const manyPhones = 3

// cards lists the principals; the trustees are in seats then.
func (c *maker) cards() []Card {
	list := append(c.phones(), c.one(world.Provider, world.Provider))
	if _, says := c.state([]string{world.NetworkName}); says != "" {
		list = append(list, c.one("network", world.NetworkName))
	}
	for i := 1; i <= c.settings.Trustees; i++ {
		if name := world.Trustee(i); c.exists(name) {
			seat := c.one("trustee", name)
			seat.Name = fmt.Sprint(i)
			c.seats = append(c.seats, seat)
		}
	}
	return append(list, c.officials()...)
}

// officials are courts and those who watch: cards of their own for those whom the
// adversary may use, one for the rest.
func (c *maker) officials() []Card {
	var list []Card
	var idle []string
	var names, all []string
	for _, p := range c.principals {
		switch {
		// they have cards of their own
		case p.Count == world.PerAccount || p.Name == world.Provider || p.Placed == world.BySetting:
		case p.Several():
			all = append(all, c.named(p.Name+":")...)
		default:
			all = append(all, p.Name)
		}
	}
	for _, name := range all {
		figure, _, _ := strings.Cut(name, ":")
		switch state, _ := c.state([]string{name}); {
		case !c.exists(name):
		case state != "":
			list = append(list, c.one(figure, name))
		default:
			idle = append(idle, name)
			if !slices.Contains(names, figure) {
				names = append(names, figure)
			}
		}
	}
	if len(idle) > 0 {
		rest := c.several(world.Court, strings.Join(names, ", "), idle)
		rest.Brief = ""
		list = append(list, rest)
	}
	return list
}

// phones are the target's, then those that an adversary may use, then the rest in one.
func (c *maker) phones() []Card {
	var list []Card
	var rest []string
	for i, account := range c.people {
		device := world.DeviceOf(account)
		state, _ := c.state([]string{device, world.UserOf(account)})
		if i == 0 || state != "" && len(list) < manyPhones || len(c.people) <= manyPhones {
			phone := c.several("phone", account+"’s phone", []string{device, world.UserOf(account)})
			if i == 0 {
				phone.Name += " (target)"
			}
			list = append(list, phone)
			continue
		}
		rest = append(rest, device, world.UserOf(account))
	}
	if n := len(rest) / 2; n > 0 {
		list = append(list, c.several("phone", fmt.Sprintf("%d other phones", n), rest))
	}
	return list
}

func (c *maker) one(figure, name string) Card { return c.several(figure, name, []string{name}) }

// several makes a card of principals alike.
func (c *maker) several(figure, title string, names []string) Card {
	k := Card{Figure: figure, Name: title, Place: c.placed[names[0]]}
	k.State, k.Says = c.state(names)
	var sum []trace.Holding
	for _, name := range names {
		if c.frame.Snapshot == nil {
			break
		}
		for _, h := range c.frame.Snapshot.Of[name] {
			i := slices.IndexFunc(sum, func(s trace.Holding) bool { return s.Kind == h.Kind })
			if i < 0 {
				i = len(sum)
				sum = append(sum, trace.Holding{Kind: h.Kind})
			}
			sum[i].Facts += h.Facts
			sum[i].Bytes += h.Bytes
		}
	}
	for _, h := range sum {
		k.Holds = append(k.Holds, fmt.Sprintf("%d × %s, %d bytes", h.Facts, h.Kind, h.Bytes))
	}
	k.Brief = brief(sum)
	if c.frame.Snapshot != nil {
		k.When = c.frame.Snapshot.Moment
	}
	return k
}

// telling are kinds that a card names before others.
var telling = []world.Kind{"share", "envelope", "kept message", "court key", "agency key"}

// brief names one kind of what a principal holds.
func brief(holds []trace.Holding) string {
	const few = 1
	rank := func(h trace.Holding) int {
		if i := slices.Index(telling, h.Kind); i >= 0 {
			return i
		}
		return len(telling)
	}
	holds = slices.Clone(holds)
	slices.SortStableFunc(holds, func(a, b trace.Holding) int {
		return cmp.Or(rank(a)-rank(b), b.Facts-a.Facts)
	})
	var parts []string
	for _, h := range holds[:min(few, len(holds))] {
		parts = append(parts, fmt.Sprintf("%d × %s", h.Facts, h.Kind))
	}
	return strings.Join(parts, ", ")
}

// state says whether an adversary may use, or has used, one of the named principals.
func (c *maker) state(names []string) (state, says string) {
	if !c.lit {
		return "", ""
	}
	for _, need := range c.frame.Cell.Needs {
		members, err := c.principals.Members(need.Principal, c.settings, c.people)
		if err != nil || !slices.ContainsFunc(members,
			func(m string) bool { return slices.Contains(names, m) }) {
			continue
		}
		can, done := summary.SurfaceWords(need.Surface)
		if slices.Contains(c.frame.Used, need.String()) {
			return "used", done
		}
		state, says = "reach", can
	}
	return state, says
}

func (c *maker) exists(name string) bool {
	if c.frame.Snapshot == nil {
		return false
	}
	_, ok := c.frame.Snapshot.Of[name]
	return ok
}

func (c *maker) named(prefix string) (names []string) {
	if c.frame.Snapshot == nil {
		return nil
	}
	for name := range c.frame.Snapshot.Of {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
