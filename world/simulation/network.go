package simulation

import (
	"fmt"
	"slices"
	"time"

	"doormat/world"
)

// A Network carries packets between nodes: first in, first out, so that a run
// is the same each time. Its driver decides what happens to each packet.
type Network struct {
	// Watch, if set, sees every packet at the moment it travels, the private
	// ones included; it is for the harness, which counts, and never for an adversary.
	Watch func(world.Packet)

	nodes     map[string]world.Node
	names     []string // sorted, for ticks in a fixed order
	timers    []string // those of them that are a [world.Timer]
	queue     []world.Packet
	now       time.Time
	lastEvent time.Time // when something other than a tick happened last
	err       error
}

// NewNetwork connects nodes, whose names must differ, at the given time.
func NewNetwork(now time.Time, nodes ...world.Node) (*Network, error) {
	n := &Network{nodes: map[string]world.Node{}, now: now, lastEvent: now}
	for _, node := range nodes {
		if n.nodes[node.Name()] != nil {
			return nil, fmt.Errorf("network: two nodes named %q", node.Name())
		}
		n.nodes[node.Name()] = node
		n.names = append(n.names, node.Name())
	}
	slices.Sort(n.names)
	for _, name := range n.names {
		if _, ok := n.nodes[name].(world.Timer); ok {
			n.timers = append(n.timers, name)
		}
	}
	return n, nil
}

// Node returns the named node, nil if there is none.
func (n *Network) Node(name string) world.Node { return n.nodes[name] }

// Names lists the nodes, sorted.
func (n *Network) Names() []string { return n.names }

// Now is the virtual time.
func (n *Network) Now() time.Time { return n.now }

// Post puts packets at the end of the queue.
func (n *Network) Post(packets ...world.Packet) { n.queue = append(n.queue, packets...) }

// Next takes the oldest packet from the queue; false means the network is quiet.
// The caller delivers it, drops it, or posts something else in its place.
func (n *Network) Next() (world.Packet, bool) {
	if len(n.queue) == 0 {
		n.queue = nil
		return world.Packet{}, false
	}
	p := n.queue[0]
	n.queue = n.queue[1:]
	if n.Watch != nil {
		n.Watch(p)
	}
	return p, true
}

// Deliver hands p to its node and queues the answers. A packet to nobody is
// lost, as on any network.
func (n *Network) Deliver(p world.Packet) {
	node := n.nodes[p.To]
	if node == nil {
		return
	}
	for _, answer := range node.Handle(n.now, p) {
		if answer.From != p.To && n.err == nil {
			n.err = fmt.Errorf("network: %s answered in the name of %s", p.To, answer.From)
		}
		n.Post(answer)
	}
}

// Err reports a program that broke the rules of the network: a fault of ours,
// never of an adversary.
func (n *Network) Err() error { return n.err }

// settlingNights is after how many nights without a message everything that programs
// do at night has either been done or goes on in the same way: prekeys have been
// replaced several times, lost packets have been sent again, and what did not come has
// been warned of.
const settlingNights = 21

// Advance moves the clock forward to t, when something is going to happen, and
// ticks nodes at each midnight on the way, settling after each. It never moves backward.
// Most nights of a silence are alike, and nobody looks at the nodes meanwhile. To make a chat
// of years cost no more than its messages do, it ticks all nodes but the [world.Waker]s in the
// first nights only, all nodes in the last night before t, and a Waker in those besides that
// it asks for.
func (n *Network) Advance(t time.Time, settle func() error) error {
	last := world.Midnight(t).AddDate(0, 0, -1)
	err := n.tickNights(t, settle, func(night time.Time) []string {
		switch {
		case night.Equal(last):
			return n.names
		case n.settling(night):
			return n.nodesToTick(night, true)
		}
		return n.nodesToTick(night, false)
	})
	n.lastEvent = n.now
	return err
}

// Rest moves the clock forward to t in a silence that goes on. It ticks all nodes in the
// first nights since something happened, as many as programs need to settle, then in the
// nights in which the silence is twice as long, four times, and so on. A [world.Waker] it also
// ticks in the nights that it asks for. Which nights these are does not depend on how often
// Rest is called in between.
func (n *Network) Rest(t time.Time, settle func() error) error {
	return n.tickNights(t, settle, func(night time.Time) []string {
		if n.settling(night) || n.silenceDoubled(night) {
			return n.names
		}
		return n.nodesToTick(night, false)
	})
}

// tickNights ticks, in each night up to t, the nodes that who names.
func (n *Network) tickNights(t time.Time, settle func() error,
	who func(night time.Time) []string) error {
	for day := world.Midnight(n.now); !day.After(t); day = world.Midnight(day) {
		if err := n.ringAlarms(day, settle); err != nil {
			return err
		}
		awake := who(day)
		if len(awake) == 0 {
			continue
		}
		n.now = day
		for _, name := range awake {
			n.Post(world.Packet{From: world.Clock, To: name, Data: world.Pack(world.KindTick)})
		}
		if err := settle(); err != nil {
			return err
		}
	}
	if err := n.ringAlarms(t, settle); err != nil {
		return err
	}
	if t.After(n.now) {
		n.now = t
	}
	return nil
}

// ringAlarms moves the clock to each hour up to t at which a [world.Timer] wants to be woken, and
// wakes it. An hour that has passed already does not come again.
func (n *Network) ringAlarms(t time.Time, settle func() error) error {
	for {
		var next time.Time
		var due []string
		for _, name := range n.timers {
			switch at := n.nodes[name].(world.Timer).Alarm(); {
			case at.IsZero() || at.After(t) || !at.After(n.now):
			case next.IsZero() || at.Before(next):
				next, due = at, []string{name}
			case at.Equal(next):
				due = append(due, name)
			}
		}
		if len(due) == 0 {
			return nil
		}
		n.now = next
		for _, name := range due {
			n.Post(world.Packet{From: world.Clock, To: name, Data: world.Pack(world.KindAlarm)})
		}
		if err := settle(); err != nil {
			return err
		}
	}
}

// settling reports whether a night is one of the first of a silence, in which programs settle.
func (n *Network) settling(night time.Time) bool {
	return !night.After(world.Midnight(n.lastEvent).AddDate(0, 0, settlingNights))
}

// silenceDoubled reports whether a silence has lasted twice as long as settling takes, four
// times, and so on.
func (n *Network) silenceDoubled(night time.Time) bool {
	mark := world.Midnight(n.lastEvent).AddDate(0, 0, settlingNights)
	for length := settlingNights; mark.Before(night); length *= 2 {
		mark = mark.AddDate(0, 0, length)
	}
	return mark.Equal(night)
}

// nodesToTick lists the wakers that asked for this night or an earlier one and, if others is
// set, all other nodes.
func (n *Network) nodesToTick(night time.Time, others bool) []string {
	var names []string
	for _, name := range n.names {
		wakes := others
		if w, ok := n.nodes[name].(world.Waker); ok {
			due := w.Wakes()
			wakes = !due.IsZero() && !due.After(night)
		}
		if wakes {
			names = append(names, name)
		}
	}
	return names
}
