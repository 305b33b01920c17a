package registration

import (
	"fmt"
	"time"

	"doormat/world"
)

// Operator is the program of a telephone operator: it brings text messages to whoever has the
// SIM card of a number. It implements [world.Node].
type Operator struct {
	moved map[string]bool // numbers whose SIM card an adversary has
}

// NewOperator makes an operator under which every number is with its owner.
func NewOperator() *Operator { return &Operator{moved: map[string]bool{}} }

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

// Holdings implements [world.Node]: it keeps no text message that it has delivered.
func (*Operator) Holdings() []world.Fact { return nil }

// Reprogram implements [world.Reprogrammable].
func (o *Operator) Reprogram(program string, text []byte) error {
	if program != MoveNumber {
		return fmt.Errorf("%s: no program %q", world.Operator, program)
	}
	o.moved[string(text)] = true
	return nil
}

// Handle implements [world.Node].
func (o *Operator) Handle(_ time.Time, p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindText, 2)
	if err != nil {
		return nil
	}
	account := string(f[0])
	to := world.DeviceOf(account)
	if o.moved[account] {
		to = world.Outsider
	}
	return []world.Packet{{From: world.Operator, To: to, Data: p.Data}}
}
