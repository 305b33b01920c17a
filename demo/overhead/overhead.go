// Package overhead counts what an arrangement costs, so that it can be set beside what pure
// end-to-end encryption costs: which secret keys there are and where, how many bytes a message
// takes on the wire and at rest, what an order takes, how long it all lasts, and how many lines
// of program more have to be right.
//
// Keys and bytes are counted in one honest run of a conversation, from what each principal
// holds and sends, and are the same on every machine. Times are of the machine at hand; no
// document has them. Lines are those of the source tree, see [Lines].
//
// TestKinds says of every kind of fact whether it is a secret key, TestMeasure shows that the
// numbers are those of the run.
package overhead

import (
	"context"
	"slices"
	"time"

	"doormat/world"
	"doormat/world/memo"
	"doormat/world/simulation"
)

// Base is the arrangement that others are compared with.
const Base = "e2ee"

// A Count is what one run came to.
type Count struct {
	Messages int
	Keys     []Keys // when all messages have arrived, in the order of principals

	Phones   int // bytes between phones and the provider, for all messages
	Machines int // bytes between all others meanwhile
	Kept     int // bytes that the provider holds in the end
	Others   int // bytes that others hold in the end, phones apart
	Order    int // bytes of the conversation's own order and its answers; 0 if it declares none

	Times Times
}

// Keys are the secret keys of one kind that the principals of one name hold. Two who hold the
// same key count it once.
type Keys struct {
	Principal string
	Kind      world.Kind
	Number    int
}

// Times are of the machine at hand, the least of a few runs each.
type Times struct {
	SetUp, Messages, Order time.Duration
}

// secret are the kinds of facts that are secret keys, or hold some: whoever copies one can read,
// sign or speak as its owner could. A phone's prekeys are one fact, and so is a session.
var secret = []world.Kind{
	"device keys", "session", "own sender key", "sender key", "backup key", "key of element",
	"store key", "login key", "password", "channel key", "server key", "storage key",
	"vault share", "share", "one-use key", "trustee identity", "hardware credential",
	"polynomial", "received share", "witness", "log", "court key", "judge's key",
	"minister's key", "agency key", "vendor key",
}

// Measure sets an arrangement up under settings and lets the conversation happen, without
// anybody who attacks. If it declares an order, that is presented in the end to everybody but
// users. Times are the least of so many runs; with one, nodes share what they compute, and
// there are none.
func Measure(ctx context.Context, d world.Design, s world.Settings, conv *world.Conversation,
	seed world.Seed, runs int) (*Count, error) {
	s, err := s.Override(d.Info().Fixed, d.Info().Parameters...)
	if err != nil {
		return nil, err
	}
	config := world.Config{Settings: s, Accounts: conv.Accounts, Seed: seed}
	if runs == 1 {
		config.Memo = new(memo.Memo)
	}
	var all *Count
	for range runs {
		c, err := once(ctx, d, config, conv)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = c
			continue
		}
		all.Times = Times{
			SetUp:    min(all.Times.SetUp, c.Times.SetUp),
			Messages: min(all.Times.Messages, c.Times.Messages),
			Order:    min(all.Times.Order, c.Times.Order),
		}
	}
	return all, nil
}

func once(ctx context.Context, d world.Design, config world.Config,
	conv *world.Conversation) (*Count, error) {
	c := &Count{Messages: len(conv.Messages)}
	phones, machines := 0, 0
	count := func(p world.Packet) {
		switch {
		case p.Private():
		case isPersonal(p.From) || isPersonal(p.To):
			phones += len(p.Data)
		default:
			machines += len(p.Data)
		}
	}
	begun := time.Now()
	deploy, err := d.Setup(config)
	if err != nil {
		return nil, err
	}
	play, err := simulation.New(ctx, conv, payloads(conv), deploy(), count)
	if err != nil {
		return nil, err
	}
	if err := play.Start(); err != nil {
		return nil, err
	}
	c.Times.SetUp = time.Since(begun)
	phones, machines, begun = 0, 0, time.Now()
	if err := play.Advance(len(conv.Messages)); err != nil {
		return nil, err
	}
	c.Times.Messages = time.Since(begun)
	c.Phones, c.Machines = phones, machines
	c.hold(play.Net)
	if a := conv.Application; a != nil {
		phones, machines, begun = 0, 0, time.Now()
		if err := present(play, conv, a); err != nil {
			return nil, err
		}
		c.Times.Order, c.Order = time.Since(begun), phones+machines
	}
	return c, nil
}

func isPersonal(name string) bool {
	_, personal := world.AccountOf(name)
	return personal
}

// payloads are the messages as their authors type them.
func payloads(conv *world.Conversation) (said []world.Payload) {
	for _, m := range conv.Messages {
		said = append(said, world.Payload{Body: []byte(m.Text), Files: m.Attachments})
	}
	return said
}

// hold counts what lies in the stores.
func (c *Count) hold(net *simulation.Network) {
	seen := map[string]bool{}
	for _, name := range net.Names() {
		kind := world.KindOf(name)
		for _, f := range net.Node(name).Holdings() {
			size := len(f.Ref) + len(f.Data)
			switch {
			case kind == world.Provider:
				c.Kept += size
			case !isPersonal(name) && kind != world.ElementName: // which is in a phone
				c.Others += size
			}
			key := string(world.EncodeFacts([]world.Fact{f}))
			if !slices.Contains(secret, f.Kind) || seen[kind+key] {
				continue
			}
			seen[kind+key] = true
			i := slices.IndexFunc(c.Keys, func(k Keys) bool {
				return k.Principal == kind && k.Kind == f.Kind
			})
			if i < 0 {
				i = len(c.Keys)
				c.Keys = append(c.Keys, Keys{Principal: kind, Kind: f.Kind})
			}
			c.Keys[i].Number++
		}
	}
}

// present has everybody but users and their phones answer lawful process, and the agency apply
// for the order that the conversation declares.
func present(play *simulation.Simulation, conv *world.Conversation, a *world.Application) error {
	for _, name := range play.Net.Names() {
		if !isPersonal(name) {
			play.Net.Post(world.Packet{From: world.Law, To: name,
				Data: world.Pack(world.KindComply)})
		}
	}
	since, until := conv.Messages[a.Since-1].Sent, conv.Messages[a.Until-1].Sent
	play.Net.Post(world.Packet{From: world.Law, To: world.Agency, Data: world.Pack(world.KindCase,
		world.Strings(a.Accounts), world.Time(since), world.Time(until))})
	return play.Settle()
}
