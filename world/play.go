package world

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A Play lets a conversation happen on a network: users type, compare numbers
// and reinstall when the conversation says so. Moment k is when the network is
// quiet after message k; only then is message k+1 typed.
type Play struct {
	Net *Network
	// Intercept, if set, decides about each packet that is about to be delivered;
	// true means that it dealt with the packet.
	Intercept func(Packet) bool

	ctx    context.Context
	conv   *Conversation
	said   []Said
	groups Membership
	moment int
	target int // the moment that Advance is driving to
	event  int // events done

	started bool
}

// Said is what travels for a message: its text and files, each after a salt.
type Said struct {
	Body  []byte
	Files []Attachment
}

// NewPlay connects the nodes and a user for each account; [Play.Start] switches
// all on. said[k-1] is what the user types as message k.
func NewPlay(ctx context.Context, c *Conversation, said []Said, nodes []Node, watch func(Packet)) (*Play, error) {
	nodes = slices.Clone(nodes)
	for _, a := range c.Accounts {
		nodes = append(nodes, NewUser(a))
	}
	net, err := NewNetwork(c.start(), nodes...)
	if err != nil {
		return nil, err
	}
	net.Watch = watch
	return &Play{Net: net, ctx: ctx, conv: c, said: said, groups: c.founded()}, nil
}

// Start switches everything on and lets the devices know the groups that their
// users are in already. It does so once, at the latest when time passes.
func (p *Play) Start() error {
	if p.started {
		return nil
	}
	p.started = true
	for _, name := range p.Net.Names() {
		p.Net.Post(Packet{From: Life, To: name, Data: Pack(KindStart)})
	}
	for _, a := range p.conv.Accounts {
		p.tellGroups(a)
	}
	return p.Settle()
}

// tellGroups gives a device the groups of its account, as its user knows them.
func (p *Play) tellGroups(account string) {
	for _, g := range p.conv.Groups {
		if members := p.groups[g.Name]; slices.Contains(members, account) {
			p.tellMembers(Life, account, g.Name, members)
		}
	}
}

func (p *Play) tellMembers(from, account, group string, members []string) {
	p.Net.Post(Packet{From: from, To: DeviceOf(account), Data: Pack(KindMembers, []byte(group), Strings(members))})
}

// start is when everything is switched on, an hour before the first message.
func (c *Conversation) start() time.Time { return c.Messages[0].Sent.Add(-time.Hour) }

// Day is the number of midnights, and so of ticks, before message k is typed.
func (c *Conversation) Day(k int) int {
	return int(c.Messages[k-1].Sent.Sub(midnight(c.start())).Hours()+24) / 24
}

// Moment is the number of messages typed so far.
func (p *Play) Moment() int { return p.moment }

// Stop makes a call of Advance that is under way end at the current moment.
func (p *Play) Stop() { p.target = p.moment }

// Advance lives on until moment m.
func (p *Play) Advance(m int) error {
	if m < p.moment || m > len(p.conv.Messages) {
		return fmt.Errorf("moment %d: want one from %d (now) to %d (the end)", m, p.moment, len(p.conv.Messages))
	}
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.live(); err != nil {
		return err
	}
	for p.target = m; p.moment < p.target; {
		if err := p.Net.Advance(p.conv.Messages[p.moment].Sent, p.Settle); err != nil {
			return err
		}
		if p.target <= p.moment {
			return nil // stopped while the days went by
		}
		p.moment++
		p.typeMessage(p.moment)
		if err := p.Settle(); err != nil {
			return err
		}
		if err := p.live(); err != nil {
			return err
		}
		if err := p.count(); err != nil {
			return err
		}
	}
	return nil
}

// count tells the moment to the nodes that count messages.
func (p *Play) count() error {
	for _, name := range p.Net.Names() {
		if c, ok := p.Net.Node(name).(Counter); ok && c.CountsMessages() {
			p.Net.Post(Packet{From: Clock, To: name, Data: Pack(KindMoment, Int(int64(p.moment)))})
		}
	}
	return p.Settle()
}

// Rest lets days pass without a message.
func (p *Play) Rest(days int) error {
	return p.Net.Rest(p.Net.Now().AddDate(0, 0, days), p.Settle)
}

// Settle delivers packets until the network is quiet.
func (p *Play) Settle() error {
	for range packetsPerMoment {
		packet, ok := p.Net.Next()
		if !ok {
			return p.Net.Err()
		}
		if p.Intercept == nil || !p.Intercept(packet) {
			p.Net.Deliver(packet)
		}
		if p.ctx.Err() != nil {
			return context.Cause(p.ctx)
		}
	}
	return fmt.Errorf("the network does not come to rest: %d packets since message %d", packetsPerMoment, p.moment)
}

// packetsPerMoment bounds what programs may say to each other before they come
// to rest: far above any honest exchange, and it ends a loop between two.
const packetsPerMoment = 1 << 16

func (p *Play) typeMessage(k int) {
	m, said := &p.conv.Messages[k-1], &p.said[k-1]
	t := Typed{To: m.To, Group: m.Group, Body: said.Body, Files: said.Files}
	p.Net.Post(Packet{From: UserOf(m.From), To: DeviceOf(m.From), Data: t.Encode()})
}

// live lets users do what the conversation says they do at this moment.
func (p *Play) live() error {
	for ; p.event < len(p.conv.Events) && p.conv.Events[p.event].After <= p.moment; p.event++ {
		e := p.conv.Events[p.event]
		switch e.Kind {
		case Compare:
			p.Net.Post(Packet{From: Life, To: UserOf(e.Account), Data: Pack(KindCompare, []byte(e.With), nil)})
		case Reinstall:
			p.Net.Post(Packet{From: Life, To: UserOf(e.Account), Data: Pack(KindReinstall)},
				Packet{From: UserOf(e.Account), To: DeviceOf(e.Account), Data: Pack(KindReinstall)})
			p.tellGroups(e.Account)
		case Join, Leave:
			p.change(e)
		}
		if err := p.Settle(); err != nil {
			return err
		}
	}
	return nil
}

// change lets the user who changes a group tell its device; the devices tell each
// other. Whoever is taken in learns of the group from the one who does it.
func (p *Play) change(e Event) {
	p.groups.follow(e)
	by := e.With
	if e.Kind == Leave {
		by = e.Account
	}
	p.tellMembers(UserOf(by), by, e.Group, p.groups[e.Group])
}
