package registration

import (
	"fmt"
	"slices"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// Operator is the program of a telephone operator: it brings text messages to whoever has the
// SIM card of a number. If it answers lawful process, it copies to the agency those for the
// accounts that an order names, from the moment it is shown the order until that expires, and
// brings them to their owner as well: that is what an interception is. It implements
// [world.Node].
type Operator struct {
	register *law.Register
	moved    map[string]bool // numbers whose SIM card an adversary has
	willing  bool
	orders   []law.Order // in force, or not yet forgotten
}

// NewOperator makes an operator under which every number is with its owner, and which answers
// orders of registered courts.
func NewOperator(register *law.Register) *Operator {
	return &Operator{register: register.For(world.Abroad), moved: map[string]bool{}}
}

// MoveNumber is the program of an operator that has given a number to a SIM card of the
// adversary's: in a shop, say, where somebody said that the old one was lost.
const MoveNumber = "give a number to another SIM card"

// Programs publishes what an operator may run.
func Programs() []world.Program {
	return []world.Program{{Name: MoveNumber,
		Doc: "an operator that has given the number of the account in text to a SIM card of the " +
			"adversary's"}}
}

// Name implements [world.Node].
func (*Operator) Name() string { return world.Operator }

// Holdings implements [world.Node]: it keeps no text message that it has delivered, but knows
// whose it copies.
func (o *Operator) Holdings() (facts []world.Fact) {
	for _, order := range o.orders {
		for _, account := range order.Accounts {
			facts = append(facts, world.Fact{Kind: law.OrderTarget, Ref: account,
				Data: order.Encode()})
		}
	}
	return facts
}

// Reprogram implements [world.Reprogrammable].
func (o *Operator) Reprogram(program string, text []byte) error {
	if program != MoveNumber {
		return fmt.Errorf("%s: no program %q", world.Operator, program)
	}
	o.moved[string(text)] = true
	return nil
}

// Handle implements [world.Node].
func (o *Operator) Handle(now time.Time, p world.Packet) []world.Packet {
	o.orders = slices.DeleteFunc(o.orders, func(order law.Order) bool {
		return now.After(order.Expiry) || now.After(order.Until) || o.register.Forbidden(order, now)
	})
	switch {
	case p.From == world.Law && p.Kind() == world.KindComply:
		o.willing = true
	case world.KindOf(p.From) == world.Agency && p.Kind() == KindListen && o.willing:
		order, err := o.register.VerifyPacket(p.Data, KindListen, now)
		if err == nil && order.Until.After(now) {
			o.orders = append(o.orders, order)
		}
		return law.Refused(o.Name(), err)
	case p.Kind() == KindText:
		return o.bring(p)
	}
	return nil
}

// bring takes a text message to whoever has the SIM card, and a copy to whom an order says.
func (o *Operator) bring(p world.Packet) (out []world.Packet) {
	f, err := world.Unpack(p.Data, KindText, 2)
	if err != nil {
		return nil
	}
	account := string(f[0])
	var told []string
	for _, order := range o.orders {
		if agency := order.AgencyName(); slices.Contains(order.Accounts, account) &&
			!slices.Contains(told, agency) {
			told = append(told, agency)
			out = append(out, world.Packet{From: world.Operator, To: agency,
				Data: world.Pack(KindCopied, f...)})
		}
	}
	to := world.DeviceOf(account)
	if o.moved[account] {
		to = world.Outsider
	}
	return append(out, world.Packet{From: world.Operator, To: to, Data: p.Data})
}

// Listener is the agency's part: it shows orders to the operator and files the codes that this
// copies. It implements [law.AgencyExtension].
type Listener struct{}

// Execute implements [law.AgencyExtension].
func (Listener) Execute(s law.Signed) []world.Packet {
	return []world.Packet{{From: world.Agency, To: world.Operator,
		Data: world.Pack(KindListen, s.Bytes)}}
}

// Present implements [law.AgencyExtension].
func (Listener) Present(law.Signed, []world.Fact) []world.Packet { return nil }

// Handle implements [law.AgencyExtension].
func (Listener) Handle(_ []byte, p world.Packet) ([]world.Fact, []world.Packet) {
	f, err := world.Unpack(p.Data, KindCopied, 2)
	if err != nil || p.From != world.Operator {
		return nil, nil
	}
	return []world.Fact{{Kind: Code, Ref: string(f[0]), Data: f[1]}}, nil
}

// Holdings implements [law.AgencyExtension].
func (Listener) Holdings() []world.Fact { return nil }
