package registration

import (
	"errors"
	"time"

	"doormat/world"
	"doormat/world/law"
)

// Kinds of facts; the Ref of each is the account.
const (
	Code     world.Kind = "registration code"
	LockFact world.Kind = "registration lock" // salt and hash of a PIN
	PIN      world.Kind = "registration PIN"
)

// AskForCode is the making rule by which anybody asks for a code.
const AskForCode = "ask for a code"

// Rules publishes how the bytes of this package are read.
func Rules() []world.Rule {
	return []world.Rule{{Name: "read a text message",
		Doc:   "Text messages are not encrypted: whoever carries or gets one reads the code in it.",
		Takes: []world.Kind{world.Observed}, Gives: []world.Kind{Code},
		Apply: world.FromPacket(readText)},
		{Name: "read the order to an operator",
			Doc: "An order travels in the clear to the operator as well, and so does whom it " +
				"names.",
			Takes: []world.Kind{world.Observed}, Gives: []world.Kind{law.OrderTarget},
			Apply: world.FromPacket(readListen)},
		{Name: "search the PIN of a registration lock",
			Doc:   "With the hash of a PIN all ten thousand can be tried: nobody counts.",
			Takes: []world.Kind{LockFact}, Gives: []world.Kind{PIN}, Apply: searchPIN}}
}

// MakingRules publishes what anybody can send.
func MakingRules() []world.Rule {
	return []world.Rule{{Name: AskForCode, Make: true,
		Doc: "Anybody can say that the account in text has a new phone, and have a code sent " +
			"to its number.",
		Gives: []world.Kind{world.Outgoing}, Text: world.TextAccount, Apply: askForCode}}
}

func readText(p world.Packet) ([]world.Derived, error) {
	if p.Kind() != KindText && p.Kind() != KindCopied {
		return nil, errors.New("no text message in this packet")
	}
	f, err := world.Unpack(p.Data, p.Kind(), 2)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: Code, Ref: string(f[0]), Data: f[1]}), nil
}

func readListen(p world.Packet) ([]world.Derived, error) {
	f, err := world.Unpack(p.Data, KindListen, 1)
	if err != nil {
		return nil, err
	}
	return law.Targets(f[0])
}

func askForCode(in world.Input) ([]world.Derived, error) {
	return Outgoing(string(in.Text), world.Pack(KindAskCode, in.Text)), nil
}

// Outgoing states a packet of a stranger's to the provider.
func Outgoing(ref string, data []byte) []world.Derived {
	p := world.Packet{From: world.Outsider, To: world.Provider, Data: data}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: ref, Data: p.Encode(time.Time{})})
}
