package world

import "time"

// A Node is the program of one principal.
type Node interface {
	// Name is the principal, such as "device:Ines" or "trustee:3".
	Name() string
	// Handle takes a packet addressed to the node and returns its answers, each
	// with From equal to Name. Bytes that make no sense are ignored, or warned of
	// where somebody could notice.
	Handle(now time.Time, p Packet) []Packet
	// Holdings encodes what a thief of this principal's unsealed storage finds at
	// this moment. It changes nothing and is called between packets only.
	Holdings() []Fact
}

// A Sealer is a node that seals its storage while nobody uses it, as a locked phone does. Its
// Holdings are what a thief finds, sealed; its own program has them open before it.
type Sealer interface {
	// InUse is what Holdings would be without the seal.
	InUse() []Fact
}

// InUse lists what a program finds that runs in the place of a node's own.
func InUse(n Node) []Fact {
	if s, ok := n.(Sealer); ok {
		return s.InUse()
	}
	return n.Holdings()
}

// A Reprogrammable node can run a modified program in place of the honest one,
// with the same holdings: a patched client, say. Info.Programs lists the names.
type Reprogrammable interface {
	Reprogram(program string, text []byte) error
}

// A Reporter is a node that may serve somebody else than its owner: it runs a program which whoever
// signs its programs published for that, or answers whoever has a phone in hand.
type Reporter interface {
	// ReportsTo is the address to which it sends what it knows, "" for none.
	ReportsTo() string
	// ProgramsBy names who signs its programs.
	ProgramsBy() string
}

// A Misled node serves in good faith somebody who passes for somebody else, as a provider does
// with whom a stranger has registered in another's name. Its own word still counts.
type Misled interface {
	// MisledBy names the principals, or [NetworkName], through any of whom a stranger can have
	// come to be served at an address; none if nobody is.
	MisledBy(address string) []string
}

// A Counter is a node that may want to hear from the clock after each message
// ([KindMoment]), as everybody does at midnight.
type Counter interface {
	CountsMessages() bool
}

// A Waker is a node that knows on which nights it has something to do. In a silence
// between two messages it is ticked on these alone, and on the last one, when it makes up
// for what became due meanwhile.
type Waker interface {
	// Wakes is when the next such night is, the zero time if there is none and
	// [Tonight] if it is the next.
	Wakes() time.Time
}

// Tonight is the answer of a [Waker] that wants to live through the next night.
var Tonight = time.Unix(0, 0).UTC()

// A Timer is a node that wants to be woken at an hour of its own, by [KindAlarm]: whoever has to
// wait for hours counts them so, by its own clock.
type Timer interface {
	// Alarm is when, the zero time if nothing waits.
	Alarm() time.Time
}
