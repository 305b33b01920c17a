package world

import (
	"fmt"
	"slices"
	"time"
)

// A Network carries packets between nodes: first in, first out, so that a run
// is the same each time. Who drives it decides what happens to each packet.
type Network struct {
	// Watch, if set, sees every packet at the moment it travels, the private
	// ones included; it is for the keeper of the truth, never for an adversary.
	Watch func(Packet)

	nodes map[string]Node
	names []string // sorted, for ticks in a fixed order
	queue []Packet
	now   time.Time
	busy  time.Time // when something other than a night happened last
	err   error
}

// NewNetwork connects nodes, whose names must differ, at the given time.
func NewNetwork(now time.Time, nodes ...Node) (*Network, error) {
	n := &Network{nodes: map[string]Node{}, now: now, busy: now}
	for _, node := range nodes {
		if n.nodes[node.Name()] != nil {
			return nil, fmt.Errorf("network: two nodes named %q", node.Name())
		}
		n.nodes[node.Name()] = node
		n.names = append(n.names, node.Name())
	}
	slices.Sort(n.names)
	return n, nil
}

// Node returns the named node, nil if there is none.
func (n *Network) Node(name string) Node { return n.nodes[name] }

// Names lists the nodes, sorted.
func (n *Network) Names() []string { return n.names }

// Now is the virtual time.
func (n *Network) Now() time.Time { return n.now }

// Post puts packets at the end of the queue.
func (n *Network) Post(packets ...Packet) { n.queue = append(n.queue, packets...) }

// Next takes the oldest packet from the queue; false means the network is quiet.
// The caller delivers it, drops it, or posts something else in its place.
func (n *Network) Next() (Packet, bool) {
	if len(n.queue) == 0 {
		n.queue = nil
		return Packet{}, false
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
func (n *Network) Deliver(p Packet) {
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
// replaced several times, lost packets have been sent again.
const settlingNights = 21

// Advance moves the clock forward to t, when something is going to happen, and
// ticks every node once for each day that begins on the way, settling after each. It
// never moves backward. Of a long silence only some nights are lived through, since
// the others are alike, and a chat of years costs no more than its messages: those
// of [Network.Rest], and the last ones before t.
func (n *Network) Advance(t time.Time, settle func() error) error {
	err := n.live(t, midnight(t).AddDate(0, 0, -settlingNights-1), settle)
	n.busy = n.now
	return err
}

// Rest moves the clock forward to t in a silence that goes on. It lives through the
// first nights since something happened, as many as programs need to settle, then
// that in which the silence is twice as long, four times, and so on, and
// a [Waker] alone through the one that it asked for. Which nights these are does not
// depend on how often one rests in between.
func (n *Network) Rest(t time.Time, settle func() error) error {
	return n.live(t, t.AddDate(0, 0, 1), settle)
}

// live ticks through the nights up to t: all of them from resume on.
func (n *Network) live(t, resume time.Time, settle func() error) error {
	for day := midnight(n.now); !day.After(t); day = midnight(day) {
		awake := n.names
		if !n.lived(day) && day.Before(resume) {
			if awake = n.due(day); len(awake) == 0 {
				continue
			}
		}
		n.now = day
		for _, name := range awake {
			n.Post(Packet{From: Clock, To: name, Data: Pack(KindTick)})
		}
		if err := settle(); err != nil {
			return err
		}
	}
	if t.After(n.now) {
		n.now = t
	}
	return nil
}

// lived reports whether everybody lives through a night: one of the first of a
// silence, or that in which it has become twice as long, four times, and so on.
func (n *Network) lived(night time.Time) bool {
	mark := midnight(n.busy).AddDate(0, 0, settlingNights)
	for length := settlingNights; mark.Before(night); length *= 2 {
		mark = mark.AddDate(0, 0, length)
	}
	return !night.After(midnight(n.busy).AddDate(0, 0, settlingNights)) || mark.Equal(night)
}

// due lists the nodes that asked for a night or for one before it.
func (n *Network) due(night time.Time) []string {
	var names []string
	for _, name := range n.names {
		if w, ok := n.nodes[name].(Waker); ok {
			if due := w.Wakes(); !due.IsZero() && !due.After(night) {
				names = append(names, name)
			}
		}
	}
	return names
}

// midnight is the first one after t.
func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())
}
