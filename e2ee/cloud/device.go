package cloud

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"doormat/e2ee/lock"
	"doormat/e2ee/pqxdh"
	"doormat/world"
)

// Device is the program of a user's device: a window on what the provider keeps. It remembers
// the newest messages, and how to log in.
type Device struct {
	account   string
	random    io.Reader
	password  []byte // what the user types to log in; on no device afterwards
	retention int

	dialer
	outbox  []outgoing
	groups  map[string][]string
	history []*Content
	seen    map[string]bool // ids of messages that were shown or loaded
	login   login           // of the handshake under way
	call    *call           // that is under way, nil if none

	// Lock seals what a thief finds; nil if the device is found open.
	Lock *lock.Lock
}

// outgoing waits for a channel.
type outgoing struct{ open, plain []byte }

// NewDevice makes a device that keeps the newest retention messages, 0 for all, and speaks
// with the provider of that identity.
func NewDevice(account string, random io.Reader, retention int, password []byte,
	provider pqxdh.IdentityPublic) *Device {
	return &Device{account: account, random: random, retention: retention, password: password,
		dialer: dialer{random: random, server: provider}}
}

// Name implements [world.Node].
func (d *Device) Name() string { return world.DeviceOf(d.account) }

// Holdings implements [world.Node].
func (d *Device) Holdings() []world.Fact {
	return d.Lock.Found(d.account, d.InUse())
}

// InUse implements [world.Sealer].
func (d *Device) InUse() []world.Fact {
	facts := d.dialer.facts(d.account)
	for _, name := range slices.Sorted(maps.Keys(d.groups)) {
		facts = append(facts, roster{name, d.groups[name]}.fact())
	}
	for _, o := range d.outbox {
		if c, err := ParseContent(o.plain); err == nil {
			facts = append(facts, c.fact())
		}
	}
	for _, c := range d.history {
		facts = append(facts, c.kept()...)
	}
	return append(facts, d.call.facts()...)
}

// Wakes implements [world.Waker]: what waits for a channel is tried again at night.
func (d *Device) Wakes() time.Time {
	if d.identity != nil && !d.ready() {
		return world.Tonight
	}
	return time.Time{}
}

// Handle implements [world.Node].
func (d *Device) Handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.From == world.Environment && p.Kind() == world.KindStart:
		return d.install()
	case p.From == world.Environment && p.Kind() == world.KindMembers:
		return d.members(p.Data, createTag)
	case p.From == world.Clock:
		if d.identity != nil && d.due(now) {
			return d.connect(-1)
		}
	case p.From == world.UserOf(d.account):
		return d.fromUser(now, p)
	case p.From == world.Provider && p.Kind() == KindOffer:
		hello, err := d.answer(p.Data, d.login.encode())
		if err == nil {
			return d.toProvider(hello)
		}
	case p.From == world.Provider && p.Kind() == KindRecord:
		return d.record(now, p.Data)
	}
	return nil
}

func (d *Device) fromUser(now time.Time, p world.Packet) []world.Packet {
	switch p.Kind() {
	case world.KindTyped:
		return d.typed(now, p.Data)
	case world.KindMembers:
		return d.members(p.Data, membersTag)
	case world.KindReinstall:
		return d.install()
	case world.KindUnlock:
		return d.tell(world.KindHoldings, world.EncodeFacts(d.InUse()))
	}
	return d.fromUserCalling(p) // there are no safety numbers: no key is the users' own
}

func (d *Device) tell(kind byte, fields ...[]byte) []world.Packet {
	return []world.Packet{{From: d.Name(), To: world.UserOf(d.account),
		Data: world.Pack(kind, fields...)}}
}

func (d *Device) warn(format string, args ...any) []world.Packet {
	return d.tell(world.KindWarning, fmt.Appendf(nil, format, args...))
}

func (d *Device) toProvider(data []byte) []world.Packet {
	return []world.Packet{{From: d.Name(), To: world.Provider, Data: data}}
}

// install begins anew, on a new phone or after a loss: the user logs in with the password, and
// the history comes from the provider.
func (d *Device) install() []world.Packet {
	d.outbox, d.history, d.groups, d.seen = nil, nil, map[string][]string{}, map[string]bool{}
	d.current, d.next, d.call = nil, nil, nil
	var err error
	if d.identity, err = pqxdh.NewIdentity(d.random); err != nil {
		return d.warn("the device could not be set up: %v", err)
	}
	return d.connect(int64(d.retention))
}

// connect asks for a channel. A handshake that was to bring the history, and did not, is made
// again as it was.
func (d *Device) connect(history int64) []world.Packet {
	if d.current != nil {
		d.login = login{account: d.account, history: history}
	} else if history >= 0 {
		d.login = login{account: d.account, password: d.password, history: history}
	}
	return d.toProvider(d.dial())
}

// send sends something now or when there is a channel.
func (d *Device) send(open, plain []byte) []world.Packet {
	if !d.ready() {
		d.outbox = append(d.outbox, outgoing{open, plain})
		return nil
	}
	r, err := d.current.seal(open, plain)
	if err != nil {
		return d.warn("nothing was sent: %v", err)
	}
	return d.toProvider(r.Encode())
}

// typed sends a message of the user.
func (d *Device) typed(now time.Time, data []byte) []world.Packet {
	typed, err := world.ParseTyped(data)
	if err != nil || d.identity == nil {
		return nil
	}
	to := slices.Compact(slices.Sorted(slices.Values(typed.To)))
	if typed.Group != "" {
		members := d.groups[typed.Group]
		if !slices.Contains(members, d.account) {
			return d.warn("the message was not sent: you are not in the group %s", typed.Group)
		}
		to = slices.DeleteFunc(slices.Clone(members), func(a string) bool { return a == d.account })
	}
	id := make([]byte, 16)
	if _, err := io.ReadFull(d.random, id); err != nil || len(to) == 0 {
		return nil
	}
	c := &Content{Body: typed.Body, Files: typed.Files,
		Meta: world.Meta{ID: hex.EncodeToString(id), From: d.account, To: to, Group: typed.Group,
			Sent: now}}
	if err := c.checkFiles(); err != nil {
		return d.warn("the message was not sent: %v", err)
	}
	d.keep(c)
	return d.send(c.Meta.Encode(), c.Encode())
}

// keep adds a message to the history, where its time puts it, and deletes what is beyond the
// newest that the device keeps.
func (d *Device) keep(c *Content) {
	d.seen[c.Meta.ID] = true
	at := len(d.history)
	for at > 0 && d.history[at-1].Meta.Sent.After(c.Meta.Sent) {
		at--
	}
	d.history = slices.Insert(d.history, at, c)
	if d.retention > 0 {
		d.history = slices.Delete(d.history, 0, max(0, len(d.history)-d.retention))
	}
}

// members tells the provider who is in a group: it keeps the list, and tells the others.
func (d *Device) members(data []byte, tag byte) []world.Packet {
	r, err := parseRoster(data, world.KindMembers)
	if err != nil || d.identity == nil {
		return nil
	}
	d.note(r)
	return d.send(nil, r.encode(tag))
}

func (d *Device) note(r roster) {
	d.groups[r.group] = r.members
	if !slices.Contains(r.members, d.account) {
		delete(d.groups, r.group)
	}
}

// record opens what comes from the provider.
func (d *Device) record(now time.Time, data []byte) (out []world.Packet) {
	plain, lost, err := d.open(now, data)
	if err != nil || len(plain) == 0 {
		return nil // altered, or old: what it should have been is missed by its number
	}
	if lost > 0 {
		out = d.warn("%d messages from the provider did not arrive", lost)
	}
	switch plain[0] {
	case welcomeTag:
		return append(out, d.flush()...)
	case messageTag:
		if c, err := ParseContent(plain); err == nil {
			return append(out, d.show(c)...)
		}
	case historyTag:
		f, err := world.Unpack(plain, historyTag, 1)
		if err != nil {
			return out
		}
		if c, err := ParseContent(f[0]); err == nil && !d.seen[c.Meta.ID] {
			d.keep(c)
		}
	case membersTag:
		if r, err := parseRoster(plain, membersTag); err == nil {
			d.note(r)
		}
	case inviteTag, speechTag:
		return append(out, d.rung(plain)...)
	case noticeTag:
		if f, err := world.Unpack(plain, noticeTag, 1); err == nil {
			return append(out, d.warn("%s", f[0])...)
		}
	}
	return out
}

// flush sends what waited for the channel.
func (d *Device) flush() (out []world.Packet) {
	waiting := d.outbox
	d.outbox = nil
	for _, o := range waiting {
		out = append(out, d.send(o.open, o.plain)...)
	}
	return out
}

// show shows a message, or keeps one that another device of the account has sent.
func (d *Device) show(c *Content) []world.Packet {
	if d.seen[c.Meta.ID] {
		return nil
	}
	d.keep(c)
	if c.Meta.From == d.account {
		return nil
	}
	out := d.tell(world.KindShown, []byte(c.Meta.From), c.Body)
	for _, f := range c.Files {
		out = append(out, d.tell(world.KindFile, []byte(c.Meta.From), f.Data)...)
	}
	return out
}
