package world

import "time"

// A User is the person who owns a device. It compares safety numbers when life
// asks for it and unlocks its device only if it answers lawful process, and then
// says so: nobody unlocks a phone without knowing. A notice that a court serves it
// repeats in public. What it is shown or warned of is for the keeper of the truth to
// see on its link.
type User struct {
	account  string
	willing  bool              // unlocks on lawful order
	pending  map[string]string // peer to the number the peer read out, "" if we began
	unlocker string            // the agency that waits for the device
}

// NewUser returns the user of account.
func NewUser(account string) *User {
	return &User{account: account, pending: map[string]string{}}
}

// Name implements [Node].
func (u *User) Name() string { return UserOf(u.account) }

// Holdings implements [Node]: what a person knows is not stolen by copying.
func (u *User) Holdings() []Fact { return nil }

// Handle implements [Node].
func (u *User) Handle(_ time.Time, p Packet) []Packet {
	fromDevice := p.From == DeviceOf(u.account)
	switch p.Kind() {
	case KindComply:
		u.willing = u.willing || p.From == Law
	case KindUnlock:
		if u.willing {
			u.unlocker = p.From
			return append(u.toDevice(Pack(KindUnlock)), Warn(u.Name(), "was made to unlock the phone"))
		}
	case KindHoldings:
		if fromDevice && u.unlocker != "" {
			return []Packet{{From: u.Name(), To: u.unlocker, Data: p.Data}}
		}
	case KindNotice:
		if p.From == Court {
			return []Packet{{From: u.Name(), To: Public, Data: p.Data}}
		}
	case KindCompare:
		return u.compare(p)
	case KindNumber:
		if fromDevice {
			return u.number(p.Data)
		}
	}
	return nil
}

func (u *User) toDevice(data []byte) []Packet {
	return []Packet{{From: u.Name(), To: DeviceOf(u.account), Data: data}}
}

// compare begins a comparison (from life) or answers one (from the other user,
// in person or over a call that no adversary reaches).
func (u *User) compare(p Packet) []Packet {
	f, err := Unpack(p.Data, KindCompare, 2)
	if err != nil {
		return nil
	}
	u.pending[string(f[0])] = string(f[1])
	return u.toDevice(Pack(KindAskNumber, f[0]))
}

func (u *User) number(data []byte) []Packet {
	f, err := Unpack(data, KindNumber, 2)
	if err != nil {
		return nil
	}
	peer, mine := string(f[0]), string(f[1])
	theirs, asked := u.pending[peer]
	delete(u.pending, peer)
	switch {
	case !asked || mine == "": // never spoken to them: nothing to compare
		return nil
	case theirs == "":
		return []Packet{{From: u.Name(), To: UserOf(peer), Data: Pack(KindCompare, []byte(u.account), []byte(mine))}}
	case theirs != mine:
		return []Packet{Warn(u.Name(), "safety numbers differ: "+u.account+" and "+peer)}
	}
	return nil
}
