// Package simulation lets a conversation happen: its nodes on a network, under a clock, with the
// people who use them.
//
// The [Network] delivers one packet after the other, first in, first out. Its clock is virtual: it
// stands still while packets travel, and moves on to the next message, ticking the nodes at each
// midnight on the way. So a run repeats, packet for packet, from the seed that its nodes draw
// from, and years of silence cost a few nights. A [User] is a node as well: it types what the
// conversation says, compares safety numbers, and unlocks its phone if a court makes it.
//
// A [Simulation] drives both, from moment to moment: moment k is when the network is quiet after
// message k. Whoever looks on sees each packet (Watch), and may deal with it before it arrives
// (Intercept): so taps and tampering need nothing of the programs. The package knows no design and
// no attack, only the contract of package world. TestSimulation plays a conversation,
// TestComparingNumbers and TestHeldBack what users do, TestLongSilence what a silence costs.
package simulation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"doormat/world"
)

// A Simulation lets a conversation happen on a network: users type, compare numbers
// and reinstall when the conversation says so. Moment k is when the network is
// quiet after message k; only then is message k+1 typed.
type Simulation struct {
	Net *Network
	// Intercept, if set, decides about each packet that is about to be delivered;
	// true means that it dealt with the packet.
	Intercept func(world.Packet) bool
	// Speech, if set, is what users say in calls: Speech[i][j] is utterance j of call i after a
	// salt. Without, they say the bare texts.
	Speech [][][]byte

	ctx      context.Context
	conv     *world.Conversation
	payloads []world.Payload
	groups   world.Membership
	moment   int
	target   int // the moment that Advance is driving to
	event    int // events done
	call     int // calls that are over
	step     int // steps done of the call that is under way, see makeCalls
	spoken   int // utterances said so far

	started bool
}

// New connects the nodes and a user for each account; [Simulation.Start] switches
// all on. payloads[k-1] is what the user types as message k.
func New(ctx context.Context, c *world.Conversation, payloads []world.Payload, nodes []world.Node,
	watch func(world.Packet)) (*Simulation, error) {
	nodes = slices.Clone(nodes)
	for _, a := range c.Accounts {
		nodes = append(nodes, NewUser(a))
	}
	net, err := NewNetwork(c.Start(), nodes...)
	if err != nil {
		return nil, err
	}
	net.Watch = watch
	return &Simulation{Net: net, ctx: ctx, conv: c, payloads: payloads, groups: c.MembersAt(0)}, nil
}

// Start switches everything on and lets the devices know the groups that their
// users are in already. It does so once, at the latest when time passes.
func (s *Simulation) Start() error {
	if s.started {
		return nil
	}
	s.started = true
	for _, name := range s.Net.Names() {
		s.Net.Post(world.Packet{From: world.Environment, To: name,
			Data: world.Pack(world.KindStart)})
	}
	for _, a := range s.conv.Accounts {
		s.tellGroups(a)
	}
	return s.Settle()
}

// tellGroups gives a device the groups of its account, as its user knows them.
func (s *Simulation) tellGroups(account string) {
	for _, g := range s.conv.Groups {
		if members := s.groups[g.Name]; slices.Contains(members, account) {
			s.tellMembers(world.Environment, account, g.Name, members)
		}
	}
}

func (s *Simulation) tellMembers(from, account, group string, members []string) {
	s.Net.Post(world.Packet{From: from, To: world.DeviceOf(account),
		Data: world.Pack(world.KindMembers, []byte(group), world.Strings(members))})
}

// Moment is the number of messages typed so far.
func (s *Simulation) Moment() int { return s.moment }

// Stop makes a call of Advance that is under way end at the current moment.
func (s *Simulation) Stop() { s.target = s.moment }

// Advance runs the conversation, from the current moment, until moment m.
func (s *Simulation) Advance(m int) error {
	if m < s.moment || m > len(s.conv.Messages) {
		return fmt.Errorf("moment %d: want one from %d (now) to %d (the end)", m, s.moment,
			len(s.conv.Messages))
	}
	if err := s.Start(); err != nil {
		return err
	}
	if err := s.performEvents(); err != nil {
		return err
	}
	for s.target = m; s.moment < s.target; {
		if err := s.makeCalls(); err != nil || s.target <= s.moment {
			return err
		}
		if err := s.Net.Advance(s.conv.Messages[s.moment].Sent, s.Settle); err != nil {
			return err
		}
		if s.target <= s.moment {
			return nil // stopped while the days went by
		}
		s.moment++
		s.typeMessage(s.moment)
		if err := s.Settle(); err != nil {
			return err
		}
		if err := s.performEvents(); err != nil {
			return err
		}
		if err := s.announceMoment(); err != nil {
			return err
		}
	}
	return nil
}

// announceMoment tells the current moment to each node that implements [world.Counter].
func (s *Simulation) announceMoment() error {
	for _, name := range s.Net.Names() {
		if c, ok := s.Net.Node(name).(world.Counter); ok && c.CountsMessages() {
			s.Net.Post(world.Packet{From: world.Clock, To: name,
				Data: world.Pack(world.KindMoment, world.Int(int64(s.moment)))})
		}
	}
	return s.Settle()
}

// Spoken is the number of utterances said so far, in all calls.
func (s *Simulation) Spoken() int { return s.spoken }

// makeCalls lets users call each other who do so before the next message: one dials, they
// speak in turn, and all hang up. After each step the network comes to rest.
func (s *Simulation) makeCalls() error {
	for ; s.call < len(s.conv.Calls); s.call, s.step = s.call+1, 0 {
		c := &s.conv.Calls[s.call]
		if !c.Begun.Before(s.conv.Messages[s.moment].Sent) {
			return nil
		}
		if err := s.Net.Advance(c.Begun, s.Settle); err != nil {
			return err
		}
		for s.step < len(c.Said)+2 {
			if s.target <= s.moment {
				return nil // stopped; the call goes on later
			}
			s.stepCall(c, s.step)
			s.step++
			if err := s.Settle(); err != nil {
				return err
			}
		}
	}
	return nil
}

// stepCall does one step of a call, from 0.
func (s *Simulation) stepCall(c *world.Call, step int) {
	tell := func(account string, data []byte) {
		s.Net.Post(world.Packet{From: world.UserOf(account), To: world.DeviceOf(account),
			Data: data})
	}
	switch {
	case step == 0:
		tell(c.From, world.Pack(world.KindDial, world.Strings(c.To)))
	case step <= len(c.Said):
		u := c.Said[step-1]
		said := []byte(u.Text)
		if s.Speech != nil {
			said = s.Speech[s.call][step-1]
		}
		s.spoken++
		tell(u.By, world.Pack(world.KindSpeak, said))
	default:
		for _, account := range c.Parties() {
			tell(account, world.Pack(world.KindHangUp))
		}
	}
}

// Rest lets days pass without a message.
func (s *Simulation) Rest(days int) error {
	return s.Net.Rest(s.Net.Now().AddDate(0, 0, days), s.Settle)
}

// Settle delivers packets until the network is quiet.
func (s *Simulation) Settle() error {
	for range packetsPerMoment {
		packet, ok := s.Net.Next()
		if !ok {
			return s.Net.Err()
		}
		if s.Intercept == nil || !s.Intercept(packet) {
			s.Net.Deliver(packet)
		}
		if s.ctx.Err() != nil {
			return context.Cause(s.ctx)
		}
	}
	return fmt.Errorf("%w: %d packets since message %d", ErrRestless, packetsPerMoment, s.moment)
}

// ErrRestless is wrapped when programs answer each other without end.
var ErrRestless = errors.New("the network does not come to rest")

// packetsPerMoment bounds what programs may say to each other before they come
// to rest: far above any honest exchange, and it ends a loop between two.
const packetsPerMoment = 1 << 16

func (s *Simulation) typeMessage(k int) {
	m, payload := &s.conv.Messages[k-1], &s.payloads[k-1]
	t := world.Typed{To: m.To, Group: m.Group, Body: payload.Body, Files: payload.Files}
	s.Net.Post(world.Packet{From: world.UserOf(m.From), To: world.DeviceOf(m.From),
		Data: t.Encode()})
}

// performEvents lets users do what the conversation says they do at this moment.
func (s *Simulation) performEvents() error {
	for ; s.event < len(s.conv.Events) && s.conv.Events[s.event].After <= s.moment; s.event++ {
		e := s.conv.Events[s.event]
		switch e.Kind {
		case world.Compare:
			s.Net.Post(world.Packet{From: world.Environment, To: world.UserOf(e.Account),
				Data: world.Pack(world.KindCompare, []byte(e.With), nil)})
		case world.Reinstall:
			s.Net.Post(world.Packet{From: world.Environment, To: world.UserOf(e.Account),
				Data: world.Pack(world.KindReinstall)},
				world.Packet{From: world.UserOf(e.Account), To: world.DeviceOf(e.Account),
					Data: world.Pack(world.KindReinstall)})
			s.tellGroups(e.Account)
		case world.Join, world.Leave:
			s.changeGroup(e)
		}
		if err := s.Settle(); err != nil {
			return err
		}
	}
	return nil
}

// changeGroup lets the user who changes a group tell its device; the devices tell each
// other. Whoever joins learns of the group from the member who adds it.
func (s *Simulation) changeGroup(e world.Event) {
	s.groups.Apply(e)
	by := e.With
	if e.Kind == world.Leave {
		by = e.Account
	}
	s.tellMembers(world.UserOf(by), by, e.Group, s.groups[e.Group])
}
