package threshold

import (
	"errors"
	"maps"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/escrow"
	"doormat/escrow/committee"
	"doormat/world"
	"doormat/world/publiclog"
)

// This file brings a new key from the trustees to the devices although packets get lost.
// Trustees deliver its certificate until the provider acknowledges it, and the provider
// offers it to a device until the device seals under it. Either warns the public if that
// does not help. TestLostKey shows both.

// providerExtension is the provider's part in the escrow: it takes certificates from
// trustees, reads what the board says of them, and passes that on to devices.
type providerExtension struct {
	e2ee.NoProviderHooks
	committee.Keyring
	devices       func() []string // those that are registered
	deviceOf      func(account string) string
	chain         [][]byte         // all certificates, by number
	using         map[string]int   // number of the key of a device's last message
	oldKeyUploads map[string]int   // messages under an old key since a newer was offered
	waiting       map[string]int64 // devices that want the board: records that they have read
	requested     bool             // it has asked the log for the board
}

func newProviderExtension(cache *committee.Cache, devices func() []string) *providerExtension {
	x := &providerExtension{Keyring: committee.Keyring{Cache: cache}, devices: devices, using: map[string]int{}, oldKeyUploads: map[string]int{},
		waiting: map[string]int64{}}
	x.Board = cache.NewView()
	x.Follow(cache.Genesis.FreshState(cache.Memo))
	x.chain = [][]byte{cache.Genesis.FirstKey().Certificate}
	return x
}

// Registered implements [e2ee.ProviderExtension]: the phone to which an account has moved is
// offered the newest certificate. An owner's phone that is set up anew asks for the board.
func (x *providerExtension) Registered(_ time.Time, account string, _ []byte) []world.Packet {
	if phone := x.deviceOf(account); phone != world.DeviceOf(account) {
		return []world.Packet{x.offerNewest(phone)}
	}
	return nil
}

// Tick implements [e2ee.ProviderExtension].
func (x *providerExtension) Tick(time.Time) []world.Packet {
	x.requested = false
	return append(x.remindDevices(x.devices()), x.requestBoard()...)
}

// Accept implements [e2ee.ProviderExtension].
func (x *providerExtension) Accept(m world.Meta, public []byte) error { return x.CheckField(m, public) }

// Handle implements [e2ee.ProviderExtension].
func (x *providerExtension) Handle(_ time.Time, p world.Packet) []world.Packet {
	switch {
	case p.Kind() == committee.KindFetchBoard:
		if _, isDevice := world.AccountOf(p.From); isDevice {
			return x.fetchBoard(p)
		}
	case p.From == world.Log && p.Kind() == publiclog.KindUpdate:
		return x.forwardUpdate(p.Data, x.devices())
	case p.Kind() == committee.KindKey:
		return x.takeCertificates(p)
	}
	return nil
}

// fetchBoard asks the log for what a device has not read of the board.
func (x *providerExtension) fetchBoard(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, committee.KindFetchBoard, 1)
	if err != nil {
		return nil
	}
	from, err := world.ParseInt(f[0])
	if err != nil || from < 0 {
		return nil
	}
	for _, others := range x.waiting {
		x.requested = x.requested && from >= others // otherwise the answer begins too late for it
	}
	x.waiting[p.From] = from
	return x.requestBoard()
}

// requestBoard asks the log for all records that the provider or a waiting device has not
// read, unless it has asked already.
func (x *providerExtension) requestBoard() []world.Packet {
	if x.requested || len(x.waiting)+len(x.Offers) == 0 {
		return nil
	}
	x.requested = true
	from := x.Size()
	for _, size := range x.waiting {
		from = min(from, size)
	}
	return []world.Packet{{From: world.Provider, To: world.Log, Data: world.Pack(publiclog.KindReadBoard, world.Int(from))}}
}

// forwardUpdate reads an update of the log. If it brings a new certificate, the provider
// passes the update on to every device, and otherwise to those that wait for it. These get
// the newest certificate as well, by which they see whether something has come since, and so
// does a phone to which an account has moved: it lives on certificates, as [Registered] says. It
// tells whoever delivered a certificate which is its newest.
func (x *providerExtension) forwardUpdate(update []byte, devices []string) []world.Packet {
	x.requested = false
	fresh, settled, err := x.ReadUpdate(update)
	if errors.Is(err, publiclog.ErrGap) {
		return nil // it asks again when the next certificate comes, or at midnight
	}
	var out []world.Packet
	if err != nil {
		out = append(out, world.Warn(world.Provider, "the board that the log shows was refused: "+err.Error()))
	}
	if fresh {
		for _, l := range x.Board.State().Links[len(x.chain):] {
			x.chain = append(x.chain, l.Encoded)
		}
	} else {
		devices = slices.Sorted(maps.Keys(x.waiting))
	}
	for _, d := range devices {
		out = append(out, world.Packet{From: world.Provider, To: d, Data: update})
		if _, owned := world.AccountOf(d); !fresh || !owned {
			out = append(out, x.offerNewest(d))
		}
	}
	clear(x.waiting)
	for _, v := range settled {
		if v.Err != nil {
			out = append(out, warnRefused(v.From, v.Err))
		}
		out = append(out, x.acknowledge(v.From))
	}
	return out
}

// takeCertificates takes certificates from a trustee, or from whoever speaks as one.
func (x *providerExtension) takeCertificates(p world.Packet) []world.Packet {
	list, err := world.UnpackList(p.Data, committee.KindKey)
	if err != nil {
		return nil
	}
	before := len(x.Offers)
	unread, err := x.TakeOffers(list, p.From)
	x.requested = x.requested && len(x.Offers) > before // the same again: the log did not answer
	var out []world.Packet
	if err != nil {
		out = append(out, warnRefused(p.From, err))
	}
	if unread {
		return append(out, x.requestBoard()...)
	}
	return append(out, x.acknowledge(p.From))
}

func warnRefused(from string, err error) world.Packet {
	return world.Warn(world.Provider, "refused a certificate that "+from+" brought: "+err.Error())
}

// acknowledge tells a trustee which certificate is the provider's newest.
func (x *providerExtension) acknowledge(to string) world.Packet {
	return world.Packet{From: world.Provider, To: to, Data: world.Pack(committee.KindHaveKey, world.Int(int64(len(x.Known)-1)))}
}

// offerNewest offers a device the newest certificate, for which it has to read the board.
func (x *providerExtension) offerNewest(device string) world.Packet {
	return world.Packet{From: world.Provider, To: device, Data: committee.Certificates(x.chain[len(x.chain)-1])}
}

// remindDevices offers the newest certificate to devices that have not used the newest key.
func (x *providerExtension) remindDevices(devices []string) []world.Packet {
	var out []world.Packet
	for _, d := range devices {
		if newest := x.Newest(); newest.Number > 1 && x.using[d] < newest.Number {
			out = append(out, x.offerNewest(d))
		}
	}
	return out
}

// Uploaded implements [e2ee.ProviderExtension]: a device that seals under an old key has perhaps
// not got the new one. If it does so again, somebody may be withholding it.
func (x *providerExtension) Uploaded(_ time.Time, device string, public []byte) []world.Packet {
	f, err := escrow.ParseField(public)
	if err != nil {
		return nil
	}
	number, newest := committee.KeyNumber(f.KeyID), x.Newest()
	if x.using[device] = number; number >= newest.Number {
		delete(x.oldKeyUploads, device)
		return nil
	}
	out := []world.Packet{x.offerNewest(device)}
	if x.oldKeyUploads[device]++; x.oldKeyUploads[device] == 2 {
		out = append(out, world.Warn(world.Provider, device+" goes on under "+f.KeyID+", although it was handed "+newest.ID))
	}
	return out
}

// Holdings implements [e2ee.ProviderExtension]: certificates, public polynomials, and which keys
// they are of.
func (x *providerExtension) Holdings() []world.Fact {
	var facts []world.Fact
	for _, c := range x.Keys {
		facts = append(facts, c.Fact(), c.CertifiedFact())
	}
	for _, encoded := range x.chain {
		facts = append(facts, committee.CertificateFact(encoded))
	}
	return facts
}

// delivery is how far a trustee has got in bringing certificates to the provider.
type delivery struct {
	open       bool
	key        string // id of the newest key whose certificate was delivered
	unanswered int    // how often certificates were delivered again without an acknowledgement
	confirmed  int    // number of the last certificate that the provider acknowledged
}

// deliver sends the newest certificate to the provider.
func (t *trustee) deliver() []world.Packet {
	links := t.board.State().Links
	newest := links[len(links)-1]
	t.delivery.open, t.delivery.key = true, committee.KeyOfEpoch(string(newest.Session))
	return []world.Packet{{From: t.name, To: world.Provider, Data: committee.Certificates(newest.Encoded)}}
}

// redeliver sends all certificates that the provider has not acknowledged, if a delivery is
// open. The second time it warns the public: messages go on under an old key, which others
// may have.
func (t *trustee) redeliver() []world.Packet {
	if !t.delivery.open {
		return nil
	}
	var list [][]byte
	for _, l := range t.board.State().Links[t.delivery.confirmed+1:] {
		list = append(list, l.Encoded)
	}
	out := []world.Packet{{From: t.name, To: world.Provider, Data: committee.Certificates(list...)}}
	if t.delivery.unanswered++; t.delivery.unanswered == 2 {
		out = append(out, world.Warn(t.name, "the provider does not acknowledge "+t.delivery.key))
	}
	return out
}

// acknowledged notes which certificate the provider says that it has.
func (t *trustee) acknowledged(data []byte) {
	f, err := world.Unpack(data, committee.KindHaveKey, 1)
	if err != nil {
		return
	}
	known, err := world.ParseInt(f[0])
	links := t.board.State().Links
	if err != nil || known < int64(t.delivery.confirmed) || known >= int64(len(links)) {
		return
	}
	if t.delivery.confirmed = int(known); t.delivery.confirmed == len(links)-1 {
		t.delivery = delivery{confirmed: t.delivery.confirmed}
	}
}
