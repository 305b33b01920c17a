package world

import (
	"fmt"
	"strings"
	"time"
)

// A Packet is bytes on a link. Data starts with its kind byte.
type Packet struct {
	From, To string
	Data     []byte
}

// Kind returns the first byte of Data, 0 if there is none.
func (p Packet) Kind() byte {
	if len(p.Data) == 0 {
		return 0
	}
	return p.Data[0]
}

// Kinds of the packets between a user, the user's device, and the world outside
// the network. Designs use kinds from 32.
const (
	KindStart     byte = 1 + iota // environment to everybody: switched on, before the first message
	KindTyped                     // user to device: a message, see Typed
	KindShown                     // device to user: sender, body
	KindWarning                   // anybody to Public or a user: text
	KindAskNumber                 // user to device: peer
	KindNumber                    // device to user: peer, safety number or "", own half of it
	KindCompare                   // environment to user, user to user: peer, number
	KindReinstall                 // user to device
	KindTick                      // clock to everybody: a day has passed
	KindComply                    // law to a principal: answer lawful process from now on
	KindUnlock                    // agency to user, user to device
	KindHoldings                  // device to user, user to agency: facts
	KindCase                      // law to agency: an order to apply for, the program in it if there is one, a mark if it forbids
	KindObtained                  // agency to law: facts obtained under the order
	KindFile                      // device to user: sender, an attachment
	KindMembers                   // environment or user to device: group, its members from now on
	KindMoment                    // clock to whoever counts messages: how many were typed
	KindNotice                    // court or trustee to user, user or monitor to Public: text, since when
	KindHeldBack                  // device to user: peer whose key has changed, see simulation.User
	KindCompared                  // user to user: account, 1 if the numbers agree and 0 if not
	KindConfirm                   // user to device: peer, the number that both have
	KindDial                      // user to device: accounts to call
	KindSpeak                     // user to device: what is said in the call that is under way
	KindHeard                     // device to user: speaker, what was said
	KindHangUp                    // user to device: the call is over
	KindRemember                  // device to user: what a secret is for, the secret to keep in mind
	KindRecall                    // device to user: what the secret is for
	KindRecalled                  // user to device: what it is for, the secret or ""
	KindUrgent                    // law to agency: what to ask for at once, since a life is in danger
	KindScan                      // device to user: a code that somebody sent; back: the code is scanned
	KindLinked                    // device to user: devices are linked to the account; back: not mine
)

// KindAlarm is from the clock to a [Timer]: it is the hour for which it asked. Up to 31 all kinds
// are taken.
const KindAlarm byte = 255

// ScanCodes is the program of a user who is persuaded: what somebody sends as an invitation, with
// a code to scan, is scanned.
const ScanCodes = "scan a code that somebody sent"

// Principals that are no machine on the network.
const (
	Clock       = "clock"  // sends ticks
	Environment = "life"   // makes users do what the conversation says
	Law         = "law"    // grants lawful process, receives what an agency obtained
	Public      = "public" // hears warnings and notices
)

// Outsider is an adversary's own address on the network: what anybody with a
// connection may do needs no capability.
const Outsider = "outsider"

// DeviceOf, ElementOf and UserOf name the principals of an account.
func DeviceOf(account string) string  { return DeviceName + ":" + account }
func ElementOf(account string) string { return ElementName + ":" + account }
func UserOf(account string) string    { return UserName + ":" + account }

// AccountOf returns the account of a device or user principal.
func AccountOf(principal string) (string, bool) {
	for _, prefix := range []string{"device:", "user:"} {
		if a, ok := strings.CutPrefix(principal, prefix); ok {
			return a, true
		}
	}
	return "", false
}

// Private reports whether p travels where no adversary reaches: between a user
// and a device, from the clock, to the public, or between the law and those
// who answer it.
func (p Packet) Private() bool { return offline(p.From) || offline(p.To) }

func offline(name string) bool {
	return name == Clock || name == Environment || name == Law || name == Public ||
		strings.HasPrefix(name, "user:")
}

const packetTag = 'P'

// Encode gives what a tap sees: the addresses, the time to the millisecond, the
// bytes. Links are not encrypted in transport, in any design.
func (p Packet) Encode(at time.Time) []byte {
	return Pack(packetTag, []byte(p.From), []byte(p.To), Time(at), p.Data)
}

// ParsePacket decodes [Packet.Encode].
func ParsePacket(data []byte) (Packet, time.Time, error) {
	f, err := Unpack(data, packetTag, 4)
	if err != nil {
		return Packet{}, time.Time{}, fmt.Errorf("packet: %w", err)
	}
	at, err := ParseTime(f[2])
	return Packet{From: string(f[0]), To: string(f[1]), Data: f[3]}, at, err
}

// Notice builds the packet that tells of an access after the fact, because it is
// time to: no warning, since by then nothing can be done about it. since is when
// what it tells of began.
func Notice(from, to, what string, since time.Time) Packet {
	return Packet{From: from, To: to, Data: Pack(KindNotice, []byte(what), Time(since))}
}

// Warn builds the packet by which a program tells the public that it noticed
// something.
func Warn(by, what string) Packet {
	return Packet{From: by, To: Public, Data: Pack(KindWarning, []byte(what))}
}
