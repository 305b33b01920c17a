package threshold

import (
	"slices"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/world"
)

// How a new key gets from the trustees to the devices although packets are lost.
// Trustees bring its certificate until the provider says that it has it; the
// provider hands it to a device until the device seals under it. Whoever has done
// so in vain tells the public. TestLostKey shows both.

// clerk is the provider's part in the escrow: it takes certificates from trustees
// and hands them to devices. To a device that is new it passes on what the log says.
type clerk struct {
	keyring
	chain   [][]byte       // all certificates, by number
	using   map[string]int // number of the key of a device's last message
	slow    map[string]int // messages of a device since it was to use a newer key
	waiting []string       // devices that wait for the board
}

func newClerk(a *anchor, f *founding) *clerk {
	k := &clerk{keyring: keyring{anchor: a}, using: map[string]int{}, slow: map[string]int{}}
	k.adopt(newCourse(f))
	k.chain = [][]byte{f.committee.certificate}
	return k
}

// Handle implements [e2ee.Clerk].
func (k *clerk) Handle(p world.Packet, devices []string) []world.Packet {
	switch {
	case p.From == world.Clock:
		return append(k.remind(devices), k.askAgain()...)
	case p.Kind() == KindFetchKeys:
		if _, isDevice := world.AccountOf(p.From); isDevice {
			return k.fetch(p)
		}
	case p.From == "log" && p.Kind() == escrow.KindUpdate:
		return k.passOn(p.Data)
	case p.Kind() == KindKey:
		return k.spread(p, devices)
	}
	return nil
}

// fetch hands a device the certificates from a number on, or asks the log for the board.
func (k *clerk) fetch(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindFetchKeys, 1)
	if err != nil {
		return nil
	}
	if len(f[0]) > 0 {
		from, err := world.ParseInt(f[0])
		if err != nil || from < 0 {
			return nil
		}
		return []world.Packet{k.hand(p.From, int(min(from, int64(len(k.chain)-1))))}
	}
	if slices.Contains(k.waiting, p.From) {
		return nil
	}
	k.waiting = append(k.waiting, p.From)
	if len(k.waiting) > 1 {
		return nil // the answer is for all of them
	}
	return k.askAgain()
}

func (k *clerk) askAgain() []world.Packet {
	if len(k.waiting) == 0 {
		return nil
	}
	return []world.Packet{{From: "provider", To: "log", Data: world.Pack(escrow.KindReadBoard, world.Int(0))}}
}

// passOn gives those who wait what the log says, as it is, and the newest certificate,
// by which they see whether something has come since.
func (k *clerk) passOn(update []byte) []world.Packet {
	var out []world.Packet
	for _, d := range k.waiting {
		out = append(out, world.Packet{From: "provider", To: d, Data: update}, k.hand(d, len(k.chain)-1))
	}
	k.waiting = nil
	return out
}

// hand gives a device the certificates from a number on.
func (k *clerk) hand(device string, from int) world.Packet {
	return world.Packet{From: "provider", To: device, Data: certificates(k.chain[from:]...)}
}

// spread hands new certificates to every device, and tells who brought them which it has.
func (k *clerk) spread(p world.Packet, devices []string) []world.Packet {
	list, err := world.UnpackList(p.Data, KindKey)
	if err != nil {
		return nil
	}
	fresh, _, err := k.hear(list)
	k.chain, k.gap = append(k.chain, fresh...), 0
	var out []world.Packet
	for _, d := range devices {
		if len(fresh) > 0 { // several trustees bring each
			out = append(out, k.hand(d, len(k.chain)-len(fresh)))
		}
	}
	if err != nil {
		out = append(out, world.Warn("provider", "refused a certificate that "+p.From+" brought: "+err.Error()))
	}
	return append(out, world.Packet{From: "provider", To: p.From, Data: world.Pack(KindHaveKey, world.Int(int64(k.at.Counter-1)))})
}

// remind hands the newest certificate to devices that have not used the newest key. A
// device that misses others asks for them.
func (k *clerk) remind(devices []string) []world.Packet {
	var out []world.Packet
	for _, d := range devices {
		if newest := k.newest(); newest.number > 1 && k.using[d] < newest.number {
			out = append(out, k.hand(d, len(k.chain)-1))
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
	out := []world.Packet{k.hand(device, len(k.chain)-1)}
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
