package transparency

import (
	"bytes"
	"slices"

	"doormat/e2ee/linked"
	"doormat/world"
)

// maxIdentities is of how many identities of one account lists are kept, besides that which
// the log shows.
const maxIdentities = 8

// lists are what is known of the linked devices of each account: of each identity the list with
// the largest number that it signed. So no list of another key hides the true one, no older one
// comes back, and it does not matter whether a list or its identity comes first.
type lists map[string]map[string]entry

// add takes a list, if it is newer than the one before. newest is the account's identity, as the
// log shows it.
func (l lists) add(e entry, newest []byte) bool {
	of := l[e.account]
	before, known := of[string(e.identity)]
	switch {
	case known && before.number >= e.number,
		!known && len(of) >= maxIdentities && !bytes.Equal(e.identity, newest):
		return false
	case of == nil:
		of = map[string]entry{}
		l[e.account] = of
	}
	of[string(e.identity)] = e
	return true
}

// of is the list of an account that an identity signed, without a number if there is none.
func (l lists) of(account string, identity []byte) entry { return l[account][string(identity)] }

// readList takes a list of linked devices that the log shows. Of a device on one of this account,
// the owner is told at night.
func (w *watcher) readList(e entry) {
	if !w.linked.add(e, w.newest[e.account]) || world.DeviceOf(e.account) != w.device.Name() ||
		!bytes.Equal(e.identity, w.device.Identity()) {
		return
	}
	for device := range w.listed { // linked again, it is told of again
		if !slices.ContainsFunc(e.devices, func(d []byte) bool { return string(d) == device }) {
			delete(w.listed, device)
		}
	}
	for _, device := range e.devices {
		w.strange = w.strange || !w.listed[string(device)]
		w.listed[string(device)] = true
	}
}

// hidden tells whether the log does not show the list that this phone signed last.
func (w *watcher) hidden() bool {
	own := w.device.Linked()
	if own.Number == 0 {
		return false
	}
	e := listEntry(own)
	return !bytes.Equal(e.encode(), w.linked.of(e.account, e.identity).encode())
}

// lookUpOwn tells the owner that a list is kept from the log. An honest provider posts a list as
// soon as it has come, and again each night, so one that is missing twice is told.
func (w *watcher) lookUpOwn() []world.Packet {
	own := w.device.Linked()
	if own.Number != w.awaited {
		w.awaited, w.missing = own.Number, 0
	}
	if !w.hidden() {
		w.missing = 0
		return nil
	}
	w.missing++
	if w.missing != missed {
		return nil
	}
	return []world.Packet{w.device.Warning("the log of keys does not show the list of linked " +
		"devices that this phone signed last: a device that is not on it may still get copies")}
}

// show takes a list of a contact's that the provider shows.
func (w *watcher) show(data []byte) {
	if l, err := linked.Verify(data); err == nil && l.Number > 0 {
		w.shown.add(listEntry(l), w.newest[l.Account])
	}
}
