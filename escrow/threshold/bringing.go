package threshold

import (
	"errors"
	"maps"
	"slices"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/world"
)

// How a new key gets from the trustees to the devices although packets are lost.
// Trustees bring its certificate until the provider says that it has it; the
// provider hands it to a device until the device seals under it. Whoever has done
// so in vain tells the public. TestLostKey shows both.

// clerk is the provider's part in the escrow: it takes certificates from trustees, reads
// what the board says of them, and passes that on to devices.
type clerk struct {
	keyring
	chain   [][]byte         // all certificates, by number
	using   map[string]int   // number of the key of a device's last message
	slow    map[string]int   // messages of a device since it was to use a newer key
	waiting map[string]int64 // devices that wait for the board, and how much of it they have read
	asked   bool             // the log for the board
}

func newClerk(common *commons) (*clerk, error) {
	k := &clerk{keyring: keyring{common: common}, using: map[string]int{}, slow: map[string]int{},
		waiting: map[string]int64{}}
	var err error
	if k.board, err = common.reader(); err != nil {
		return nil, err
	}
	k.adopt(newCourse(common.founding))
	k.chain = [][]byte{common.founding.committee.certificate}
	return k, nil
}

// Handle implements [e2ee.ProviderExtension].
func (k *clerk) Handle(p world.Packet, devices []string) []world.Packet {
	switch {
	case p.From == world.Clock:
		k.asked = false
		return append(k.remind(devices), k.ask()...)
	case p.Kind() == KindFetchBoard:
		if _, isDevice := world.AccountOf(p.From); isDevice {
			return k.fetch(p)
		}
	case p.From == "log" && p.Kind() == escrow.KindUpdate:
		return k.shown(p.Data, devices)
	case p.Kind() == KindKey:
		return k.brought(p)
	}
	return nil
}

// fetch asks the log for what a device has not read of the board.
func (k *clerk) fetch(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindFetchBoard, 1)
	if err != nil {
		return nil
	}
	from, err := world.ParseInt(f[0])
	if err != nil || from < 0 {
		return nil
	}
	for _, others := range k.waiting {
		k.asked = k.asked && from >= others // otherwise the answer begins too late for it
	}
	k.waiting[p.From] = from
	return k.ask()
}

// ask asks the log, unless it has been asked, for all that somebody here has not read.
func (k *clerk) ask() []world.Packet {
	if k.asked || len(k.waiting)+len(k.offers) == 0 {
		return nil
	}
	k.asked = true
	from := k.size()
	for _, size := range k.waiting {
		from = min(from, size)
	}
	return []world.Packet{{From: "provider", To: "log", Data: world.Pack(escrow.KindReadBoard, world.Int(from))}}
}

// shown reads what the log says. If there is a new certificate, it passes that on to every
// device, and otherwise to those that wait, as it is, with the newest certificate, by which
// they see whether something has come since. Whoever brought a certificate is told
// which it has.
func (k *clerk) shown(update []byte, devices []string) []world.Packet {
	k.asked = false
	fresh, settled, err := k.read(update)
	if errors.Is(err, escrow.ErrGap) {
		return nil // the next certificate makes it ask again
	}
	var out []world.Packet
	if err != nil {
		out = append(out, world.Warn("provider", "the board that the log shows was refused: "+err.Error()))
	}
	if fresh {
		for _, l := range k.board.course().links[len(k.chain):] {
			k.chain = append(k.chain, l.encoded)
		}
	} else {
		devices = slices.Sorted(maps.Keys(k.waiting))
	}
	for _, d := range devices {
		out = append(out, world.Packet{From: "provider", To: d, Data: update})
		if !fresh {
			out = append(out, k.hand(d))
		}
	}
	clear(k.waiting)
	for _, v := range settled {
		if v.err != nil {
			out = append(out, refused(v.from, v.err))
		}
		out = append(out, k.acknowledge(v.from))
	}
	return out
}

// brought takes certificates from a trustee, or whoever it is.
func (k *clerk) brought(p world.Packet) []world.Packet {
	list, err := world.UnpackList(p.Data, KindKey)
	if err != nil {
		return nil
	}
	before := len(k.offers)
	unread, err := k.hear(list, p.From)
	k.asked = k.asked && len(k.offers) > before // who brings the same again has waited long enough
	var out []world.Packet
	if err != nil {
		out = append(out, refused(p.From, err))
	}
	if unread {
		return append(out, k.ask()...)
	}
	return append(out, k.acknowledge(p.From))
}

func refused(from string, err error) world.Packet {
	return world.Warn("provider", "refused a certificate that "+from+" brought: "+err.Error())
}

// acknowledge says which certificate is the newest here.
func (k *clerk) acknowledge(to string) world.Packet {
	return world.Packet{From: "provider", To: to, Data: world.Pack(KindHaveKey, world.Int(int64(len(k.known)-1)))}
}

// hand offers a device the newest certificate, for which it has to read the board.
func (k *clerk) hand(device string) world.Packet {
	return world.Packet{From: "provider", To: device, Data: certificates(k.chain[len(k.chain)-1])}
}

// remind offers the newest certificate to devices that have not used the newest key.
func (k *clerk) remind(devices []string) []world.Packet {
	var out []world.Packet
	for _, d := range devices {
		if newest := k.newest(); newest.number > 1 && k.using[d] < newest.number {
			out = append(out, k.hand(d))
		}
	}
	return out
}

// Uploaded implements [e2ee.Clerk]: a device that seals under an old key has perhaps
// not got the new one. If it does so again, somebody keeps it from it.
func (k *clerk) Uploaded(device string, public []byte) []world.Packet {
	f, err := escrow.ParseField(public)
	if err != nil {
		return nil
	}
	number, newest := keyNumber(f.KeyID), k.newest()
	if k.using[device] = number; number >= newest.number {
		delete(k.slow, device)
		return nil
	}
	out := []world.Packet{k.hand(device)}
	if k.slow[device]++; k.slow[device] == 2 {
		out = append(out, world.Warn("provider", device+" goes on under "+f.KeyID+", although it was handed "+newest.id))
	}
	return out
}

// Holdings implements [e2ee.Clerk]: certificates, public polynomials, and which keys
// they are of.
func (k *clerk) Holdings() []world.Fact {
	var facts []world.Fact
	for _, c := range k.keys {
		facts = append(facts, c.fact(), c.certified())
	}
	for _, encoded := range k.chain {
		facts = append(facts, certificateFact(encoded))
	}
	return facts
}

// certificateFact refers to the ceremony.
func certificateFact(encoded []byte) world.Fact {
	f := world.Fact{Kind: Certificate, Data: encoded}
	if c, err := ceremony.ParseCertificate(encoded); err == nil {
		f.Ref = string(c.Session)
	}
	return f
}

// errand is a trustee's: to bring the provider the certificates up to the newest.
type errand struct {
	open  bool
	key   string // the newest that is among them
	vain  int    // how often it, or one before it, was brought and not acknowledged
	known int    // number of the last one that the provider said that it has
}

// bring takes the newest certificate to the provider.
func (t *trustee) bring() []world.Packet {
	links := t.board.course().links
	newest := links[len(links)-1]
	t.errand.open, t.errand.key = true, keyOfEpoch(string(newest.Session))
	return []world.Packet{{From: t.name, To: "provider", Data: certificates(newest.encoded)}}
}

// bringAgain goes once more if there was no answer, with all that the provider is not
// known to have. After the second time in vain it tells the public: messages go on under
// a key that others may have.
func (t *trustee) bringAgain() []world.Packet {
	if !t.errand.open {
		return nil
	}
	var list [][]byte
	for _, l := range t.board.course().links[t.errand.known+1:] {
		list = append(list, l.encoded)
	}
	out := []world.Packet{{From: t.name, To: "provider", Data: certificates(list...)}}
	if t.errand.vain++; t.errand.vain == 2 {
		out = append(out, world.Warn(t.name, "the provider does not acknowledge "+t.errand.key))
	}
	return out
}

// brought hears which certificate the provider has.
func (t *trustee) brought(data []byte) {
	f, err := world.Unpack(data, KindHaveKey, 1)
	if err != nil {
		return
	}
	known, err := world.ParseInt(f[0])
	links := t.board.course().links
	if err != nil || known < int64(t.errand.known) || known >= int64(len(links)) {
		return
	}
	if t.errand.known = int(known); t.errand.known == len(links)-1 {
		t.errand = errand{known: t.errand.known}
	}
}
