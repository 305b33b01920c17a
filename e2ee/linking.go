package e2ee

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"time"

	"doormat/e2ee/copies"
	"doormat/e2ee/linked"
	"doormat/e2ee/pqxdh"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Linked devices (package linked): this file is what phones and the provider do about them. Both
// are extensions, and without a link neither sends anything.

// linker is a phone's part: it links what its owner scans, and seals copies for the linked
// devices of its own account and of others. The lists that it knows are public, so a thief of
// the phone finds nothing in them.
type linker struct {
	NoDeviceHooks
	device *Device
	random io.Reader
	tells  bool // the owner is told of a new device the night after

	own   linked.List
	since time.Time                                       // when the newest device was linked, zero if the owner knows
	lists map[string]map[pqxdh.IdentityPublic]linked.List // of others, the newest that each identity signed
}

// Begin implements [DeviceExtension]: a new phone has linked nothing.
func (l *linker) Begin(time.Time) []world.Packet {
	l.own = linked.List{Account: l.device.account}
	l.since = time.Time{}
	l.lists = map[string]map[pqxdh.IdentityPublic]linked.List{}
	return nil
}

// Handle implements [DeviceExtension].
func (l *linker) Handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.Kind() == linked.KindInvite && p.From != world.Provider:
		if f, err := world.Unpack(p.Data, linked.KindInvite, 1); err == nil {
			return l.device.toUser(world.KindScan, f[0]) // the phone shows what it is sent
		}
	case p.From == world.UserOf(l.device.account) && p.Kind() == world.KindScan:
		return l.link(now, p.Data)
	case p.From == world.UserOf(l.device.account) && p.Kind() == world.KindLinked:
		l.own.Devices = nil
		return l.publish()
	case p.From == world.Provider && p.Kind() == linked.KindList:
		l.learn(p.Data)
	}
	return nil
}

// link signs a device whose code was scanned into the list of the account.
func (l *linker) link(now time.Time, data []byte) []world.Packet {
	f, err := world.Unpack(data, world.KindScan, 1)
	if err != nil || l.device.keys == nil {
		return nil
	}
	d, err := linked.ParseDevice(f[0])
	if err != nil || len(l.own.Devices) >= maxLinked {
		return nil
	}
	l.own.Devices = append(l.own.Devices, d)
	l.since = now
	return l.publish()
}

// Linked is the list of linked devices that this phone signed last; its number is 0 if it has
// signed none.
func (d *Device) Linked() linked.List {
	if d.links == nil || d.keys == nil {
		return linked.List{}
	}
	list := d.links.own
	list.Identity = d.keys.Identity.Public()
	return list
}

const (
	maxLinked     = 5
	maxIdentities = 8 // of one account, of which lists are kept
)

func (l *linker) publish() []world.Packet {
	l.own.Number++
	return []world.Packet{l.device.toProvider(l.own.Sign(l.device.keys.Identity))}
}

// learn takes a contact's list. It counts while the identity that signed it is the one under
// which the phone knows the contact. The newest of each identity is kept, so that nobody brings
// back an older one, which the owner has replaced, by showing another's in between.
func (l *linker) learn(data []byte) {
	list, err := linked.Verify(data)
	if err != nil || list.Account == l.device.account || len(list.Devices) > maxLinked {
		return
	}
	of := l.lists[list.Account]
	before, known := of[list.Identity]
	p := l.device.peers[list.Account]
	current := p != nil && p.identity != nil && *p.identity == list.Identity
	switch {
	case known && before.Number >= list.Number, !known && !current && len(of) >= maxIdentities:
		return
	case of == nil:
		of = map[pqxdh.IdentityPublic]linked.List{}
		l.lists[list.Account] = of
	}
	of[list.Identity] = list
}

// Sealing implements [DeviceExtension]. A call rings at phones only.
func (l *linker) Sealing(_ time.Time, m world.Meta, c *wire.Content) (out []world.Packet) {
	if c.Call != nil {
		return nil
	}
	for _, d := range l.own.Devices {
		out = append(out, l.seal(l.device.account, d, m, c)...)
	}
	for _, to := range m.To {
		out = append(out, l.sealFor(to, m, c)...)
	}
	return out
}

// sealFor copies for the linked devices of a contact what its owner typed. Where the contact's
// first or new phone is not known yet, that comes once its bundle has: the message is sealed then.
func (l *linker) sealFor(to string, m world.Meta, c *wire.Content) (out []world.Packet) {
	if l == nil || c.Call != nil || c.Update != nil || c.Receipt != "" {
		return nil
	}
	p := l.device.peers[to]
	if to == l.device.account || p == nil || p.identity == nil || l.device.mustHoldBack(p) {
		return nil
	}
	for _, d := range l.lists[to][*p.identity].Devices {
		out = append(out, l.seal(to, d, m, c)...)
	}
	return out
}

func (l *linker) seal(account string, d linked.Device, m world.Meta,
	c *wire.Content) []world.Packet {
	sealed, err := copies.Seal(linked.Use, l.random, d.Key, m, c)
	if err != nil {
		return nil // a key of low order: nobody could open it
	}
	return []world.Packet{l.device.toProvider(
		world.Pack(linked.KindSend, []byte(account), sealed))}
}

// IdentitySeen implements [DeviceExtension]: lists that others signed are forgotten.
func (l *linker) IdentitySeen(_ time.Time, account string, identity []byte) []world.Packet {
	maps.DeleteFunc(l.lists[account], func(id pqxdh.IdentityPublic, _ linked.List) bool {
		return string(wire.Fingerprint(id)) != string(identity)
	})
	return nil
}

// Tick implements [DeviceExtension].
func (l *linker) Tick(now time.Time) []world.Packet {
	day := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	if !l.tells || l.since.IsZero() || !day(now).After(day(l.since)) {
		return nil
	}
	l.since = time.Time{}
	return append(l.device.warn("another device was linked to this account: it gets a copy of "+
		"every message"), l.device.toUser(world.KindLinked)...)
}

// Wakes implements [DeviceExtension].
func (l *linker) Wakes() time.Time {
	if l.tells && !l.since.IsZero() {
		return world.Tonight
	}
	return time.Time{}
}

// linkKeeper is the provider's part: it hands out the lists that phones sign, and brings copies
// to the devices on them, each with the message that it is a copy of, and once. It keeps none
// that was brought. The lists are as public as the directory.
type linkKeeper struct {
	NoProviderHooks
	provider *Provider
	lists    map[string]signedList
	passed   map[[32]byte]map[string]bool // by metadata of a message: keys of which copies went out
	early    map[[32]byte][]earlyCopy     // copies whose message has not come
	held     int                          // how many these are
}

// earlyCopy is a copy that came before its message, as each does.
type earlyCopy struct {
	account string
	copy    copies.Copy
	data    []byte
}

// maxEarly bounds the copies that wait for their messages.
const maxEarly = 4096

type signedList struct {
	linked.List
	data []byte
}

// Handle implements [ProviderExtension].
func (k *linkKeeper) Handle(_ time.Time, in world.Packet) []world.Packet {
	account, isDevice := k.provider.accounts.AccountAt(in.From)
	switch {
	case isDevice && in.Kind() == linked.KindList:
		return k.list(account, in.Data)
	case isDevice && in.Kind() == linked.KindSend:
		return k.bring(account, in.Data)
	case in.Kind() == wire.KindGet:
		for account, list := range k.lists {
			if slices.ContainsFunc(list.Devices, at(in.From)) {
				return k.provider.sendChunk(account, in)
			}
		}
	}
	return nil
}

func at(address string) func(linked.Device) bool {
	return func(d linked.Device) bool { return d.Address == address }
}

// list takes an account's newest list, and hands it to all other phones.
func (k *linkKeeper) list(account string, data []byte) (out []world.Packet) {
	l, err := linked.Verify(data)
	e := k.provider.directory[account]
	if err != nil || l.Account != account || e == nil || len(l.Devices) > maxLinked ||
		string(wire.Fingerprint(l.Identity)) != string(e.Identity) ||
		l.Number <= k.lists[account].Number {
		return nil
	}
	k.lists[account] = signedList{l, data}
	for _, device := range k.provider.Devices() {
		if device != k.provider.accounts.DeviceOf(account) {
			out = append(out, world.Packet{From: world.Provider, To: device, Data: data})
		}
	}
	return out
}

// bring takes a copy to the device that it is sealed for, when the message has been accepted
// of which it claims to be a copy. What is in it nobody but that device can see.
func (k *linkKeeper) bring(sender string, data []byte) []world.Packet {
	f, err := world.Unpack(data, linked.KindSend, 2)
	if err != nil {
		return nil
	}
	c, err := copies.Parse(f[1])
	account := string(f[0])
	if err != nil || c.Meta.From != sender ||
		account != sender && !slices.Contains(c.Meta.To, account) {
		return nil
	}
	e := earlyCopy{account, c, f[1]}
	message := sha256.Sum256(c.Meta.Encode())
	if k.passed[message] != nil || k.provider.looksAway {
		return k.deliver(message, e)
	}
	if k.held < maxEarly {
		k.early[message] = append(k.early[message], e)
		k.held++
	}
	return nil
}

// deliver brings a copy, if it is the first of its message to this device.
func (k *linkKeeper) deliver(message [32]byte, e earlyCopy) []world.Packet {
	key := string(e.copy.Key)
	at := slices.IndexFunc(k.lists[e.account].Devices, func(d linked.Device) bool {
		return string(d.Key) == key
	})
	if at < 0 || k.passed[message][key] {
		return nil
	}
	if brought := k.passed[message]; brought != nil {
		brought[key] = true
	}
	return []world.Packet{{From: world.Provider, To: k.lists[e.account].Devices[at].Address,
		Data: world.Pack(linked.KindBring, e.data)}}
}

// accepted is told of each message that the provider has taken, and brings the copies of it
// that are there. It remembers those of accounts with linked devices.
func (k *linkKeeper) accepted(m world.Meta) (out []world.Packet) {
	if k == nil || !slices.ContainsFunc(append(slices.Clone(m.To), m.From), func(a string) bool {
		return len(k.lists[a].Devices) > 0
	}) {
		return nil
	}
	message := sha256.Sum256(m.Encode())
	if k.passed[message] == nil {
		k.passed[message] = map[string]bool{}
	}
	for _, e := range k.early[message] {
		out = append(out, k.deliver(message, e)...)
		k.held--
	}
	delete(k.early, message)
	return out
}

// Registered implements [ProviderExtension]: a new phone has linked nothing, and is told what
// others have.
func (k *linkKeeper) Registered(_ time.Time, account string, _ []byte) (out []world.Packet) {
	delete(k.lists, account)
	for _, other := range slices.Sorted(maps.Keys(k.lists)) {
		out = append(out, world.Packet{From: world.Provider,
			To: k.provider.accounts.DeviceOf(account), Data: k.lists[other].data})
	}
	return out
}

// Holdings implements [ProviderExtension].
func (k *linkKeeper) Holdings() (facts []world.Fact) {
	for _, message := range slices.SortedFunc(maps.Keys(k.early), compareHashes) {
		for _, e := range k.early[message] {
			facts = append(facts, e.copy.Meta.Fact(), world.Fact{Kind: linked.Sealed,
				Ref: hex.EncodeToString(e.copy.Key), Data: e.data})
		}
	}
	return facts
}

func compareHashes(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) }

// misledBy names the users who have linked a device at an address.
func (k *linkKeeper) misledBy(address string) (users []string) {
	if k == nil {
		return nil
	}
	for _, account := range slices.Sorted(maps.Keys(k.lists)) {
		if slices.ContainsFunc(k.lists[account].Devices, at(address)) {
			users = append(users, world.UserOf(account))
		}
	}
	return users
}

// equipLinks gives phones and provider their part of linked devices.
func equipLinks(config world.Config, provider *Provider, devices []*Device) {
	provider.links = &linkKeeper{provider: provider, lists: map[string]signedList{},
		passed: map[[32]byte]map[string]bool{}, early: map[[32]byte][]earlyCopy{}}
	provider.Extensions = append(provider.Extensions, provider.links)
	for _, d := range devices {
		l := &linker{device: d, random: config.Stream("copies for linked devices of " + d.Name()),
			tells: config.Settings.Own.Value(linked.NoticeName) == linked.NoticeNight}
		l.Begin(time.Time{})
		d.links, d.Extensions = l, append(d.Extensions, l)
	}
}
