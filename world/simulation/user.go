package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"doormat/world"
)

// A User is the person who owns a device. It compares safety numbers when the
// environment asks for it, and tells its device if they agree. It unlocks its device only if it
// answers lawful process, and then says so: nobody unlocks a phone without knowing. A
// notice that a court serves it repeats in public. The harness sees on
// its link what it is shown and warned of.
//
// A user keeps in mind what its device asks it to, such as a PIN, and types it into the next
// device that asks for it. It scans no code that a stranger sends, unless it was persuaded
// ([world.ScanCodes]), and unlinks whatever its device says is linked: in a run nobody links
// a device on purpose.
//
// If the device holds back a message because a key has changed, the user compares again
// with the contact: when the environment next brings the two together, and otherwise at the
// third midnight, by calling. If the numbers differ, what is held back stays so. A user who
// lets it go unseen is one of a run in which devices send at once.
type User struct {
	account  string
	willing  bool              // unlocks on lawful order
	pending  map[string]string // peer to the number the peer read out, "" if we began
	readOut  map[string]string // peer to the number that we read out last
	heldBack map[string]int    // peer whose key has changed to the midnights since messages wait
	unlocker string            // the agency that waits for the device
	mind     map[string][]byte // secrets that no machine keeps, by what they are for
	trusting bool              // runs the program world.ScanCodes
}

// nightsBeforeCall is how many midnights a user waits for an occasion to meet before calling.
const nightsBeforeCall = 3

// NewUser returns the user of account.
func NewUser(account string) *User {
	return &User{account: account, pending: map[string]string{}, readOut: map[string]string{},
		heldBack: map[string]int{}, mind: map[string][]byte{}}
}

// Name implements [world.Node].
func (u *User) Name() string { return world.UserOf(u.account) }

// Holdings implements [world.Node]: what a person knows is not stolen by copying.
func (u *User) Holdings() []world.Fact { return nil }

// Reprogram implements [world.Reprogrammable].
func (u *User) Reprogram(program string, _ []byte) error {
	if program != world.ScanCodes {
		return fmt.Errorf("%s: no program %q", u.Name(), program)
	}
	u.trusting = true
	return nil
}

// Handle implements [world.Node].
func (u *User) Handle(_ time.Time, p world.Packet) []world.Packet {
	fromDevice := p.From == world.DeviceOf(u.account)
	switch p.Kind() {
	case world.KindComply:
		u.willing = u.willing || p.From == world.Law
	case world.KindUnlock:
		if u.willing {
			u.unlocker = p.From
			return append(u.toDevice(world.Pack(world.KindUnlock)),
				world.Warn(u.Name(), "was made to unlock the phone"))
		}
	case world.KindHoldings:
		if fromDevice && u.unlocker != "" {
			return []world.Packet{{From: u.Name(), To: u.unlocker, Data: p.Data}}
		}
	case world.KindNotice:
		if world.KindOf(p.From) == world.Court || world.KindOf(p.From) == world.TrusteeName {
			return []world.Packet{{From: u.Name(), To: world.Public, Data: p.Data}}
		}
	case world.KindCompare:
		return u.compare(p)
	case world.KindNumber:
		if fromDevice {
			return u.number(p.Data)
		}
	case world.KindCompared:
		return u.compared(p)
	case world.KindHeldBack:
		if f, err := world.Unpack(p.Data, world.KindHeldBack, 1); err == nil && fromDevice {
			u.heldBack[string(f[0])] = 0
		}
	case world.KindRemember:
		if f, err := world.Unpack(p.Data, world.KindRemember, 2); err == nil && fromDevice {
			u.mind[string(f[0])] = f[1]
		}
	case world.KindRecall:
		if f, err := world.Unpack(p.Data, world.KindRecall, 1); err == nil && fromDevice {
			return u.toDevice(world.Pack(world.KindRecalled, f[0], u.mind[string(f[0])]))
		}
	case world.KindScan:
		if fromDevice && u.trusting {
			return u.toDevice(p.Data)
		}
	case world.KindLinked:
		if fromDevice {
			return u.toDevice(world.Pack(world.KindLinked))
		}
	case world.KindReinstall:
		if p.From == world.Environment { // on the new phone nothing waits
			clear(u.heldBack)
		}
	case world.KindTick:
		if p.From == world.Clock {
			return u.midnight()
		}
	}
	return nil
}

// Wakes implements [world.Waker]: a user whose messages wait counts the nights.
func (u *User) Wakes() time.Time {
	for _, nights := range u.heldBack {
		if nights < nightsBeforeCall {
			return world.Tonight
		}
	}
	return time.Time{}
}

// Midnight counts the days that messages wait, and calls whom the user has not met.
func (u *User) midnight() []world.Packet {
	var out []world.Packet
	for _, peer := range slices.Sorted(maps.Keys(u.heldBack)) {
		if u.heldBack[peer]++; u.heldBack[peer] == nightsBeforeCall {
			out = append(out, u.ask(peer, "")...)
		}
	}
	return out
}

// ask looks up the own number, to read it out or to hold it against the peer's.
func (u *User) ask(peer, theirs string) []world.Packet {
	u.pending[peer] = theirs
	return u.toDevice(world.Pack(world.KindAskNumber, []byte(peer)))
}

func (u *User) toDevice(data []byte) []world.Packet {
	return []world.Packet{{From: u.Name(), To: world.DeviceOf(u.account), Data: data}}
}

// compare begins a comparison (from the environment) or answers one (from the other user,
// in person or over a call that no adversary reaches).
func (u *User) compare(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, world.KindCompare, 2)
	if err != nil {
		return nil
	}
	return u.ask(string(f[0]), string(f[1]))
}

// number goes on with a comparison once the device has shown the own number. A device
// that has not met the peer shows only the own half of it. That tells the peer whether
// it has the right key, and nobody more.
func (u *User) number(data []byte) []world.Packet {
	f, err := world.Unpack(data, world.KindNumber, 3)
	if err != nil {
		return nil
	}
	peer, mine, half := string(f[0]), string(f[1]), string(f[2])
	theirs, asked := u.pending[peer]
	delete(u.pending, peer)
	switch {
	case !asked || theirs == "" && mine == "": // neither has spoken to the other: nothing to compare
		return nil
	case theirs == "":
		u.readOut[peer] = mine
		return u.toPeer(peer, world.KindCompare, []byte(mine))
	case mine == "":
		return u.verdict(peer, strings.Contains(theirs, half))
	}
	delete(u.heldBack, peer)
	out := u.verdict(peer, theirs == mine)
	if theirs != mine {
		return append(out, u.differ(peer))
	}
	return append(out, u.confirm(peer, mine)...)
}

func (u *User) toPeer(peer string, kind byte, data []byte) []world.Packet {
	return []world.Packet{{From: u.Name(), To: world.UserOf(peer),
		Data: world.Pack(kind, []byte(u.account), data)}}
}

func (u *User) verdict(peer string, agree bool) []world.Packet {
	if agree {
		return u.toPeer(peer, world.KindCompared, world.Int(1))
	}
	return u.toPeer(peer, world.KindCompared, world.Int(0))
}

func (u *User) confirm(peer, number string) []world.Packet {
	return u.toDevice(world.Pack(world.KindConfirm, []byte(peer), []byte(number)))
}

func (u *User) differ(peer string) world.Packet {
	return world.Warn(u.Name(), "safety numbers differ: "+u.account+" and "+peer)
}

// compared hears from the peer whether the number that was read out is right. If it is
// not, a user whose device had asked knows what to make of it. Otherwise one of the two
// may just have a new phone, which the other's has not met.
func (u *User) compared(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, world.KindCompared, 2)
	if err != nil || p.From != world.UserOf(string(f[0])) {
		return nil
	}
	peer := string(f[0])
	number, begun := u.readOut[peer]
	_, waits := u.heldBack[peer]
	delete(u.readOut, peer)
	agree, err := world.ParseInt(f[1])
	if err != nil || !begun {
		return nil
	}
	delete(u.heldBack, peer)
	switch {
	case agree == 1:
		return u.confirm(peer, number)
	case waits:
		return []world.Packet{u.differ(peer)}
	}
	return nil
}
