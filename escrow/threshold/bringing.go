package threshold

import (
	"doormat/escrow"
	"doormat/world"
)

// How a new key gets from the trustees to the devices although packets are lost.
// Trustees bring its certificate until the provider says that it has it; the
// provider hands it to a device until the device seals under it. Whoever has done
// so in vain tells the public. TestLostKey shows both.

// clerk is the provider's part in the escrow: it takes certificates from trustees
// and hands them to devices.
type clerk struct {
	keyring
	using map[string]int // number of the key of a device's last message
	slow  map[string]int // messages of a device since it was to use a newer key
}

func newClerk(a *anchor, first *committee) *clerk {
	return &clerk{keyring{a, []*committee{first}}, map[string]int{}, map[string]int{}}
}

// Handle implements [e2ee.Clerk].
func (k *clerk) Handle(p world.Packet, devices []string) []world.Packet {
	switch {
	case p.From == world.Clock:
		return k.remind(devices)
	case p.Kind() == KindFetchKeys:
		if _, isDevice := world.AccountOf(p.From); isDevice {
			return k.hand(p.From, k.keys)
		}
	case p.Kind() == KindKey:
		return k.spread(p, devices)
	}
	return nil
}

func (k *clerk) hand(device string, keys []*committee) []world.Packet {
	var out []world.Packet
	for _, c := range keys {
		out = append(out, world.Packet{From: "provider", To: device, Data: c.packet()})
	}
	return out
}

// spread hands a new key to every device, and acknowledges one that it has.
func (k *clerk) spread(p world.Packet, devices []string) []world.Packet {
	f, err := world.Unpack(p.Data, KindKey, 2)
	if err != nil {
		return nil
	}
	var out []world.Packet
	if fresh, err := k.learn(string(f[0]), f[1]); err == nil && fresh { // several trustees bring each key
		for _, d := range devices {
			out = append(out, k.hand(d, []*committee{k.newest()})...)
		}
	}
	return append(out, world.Packet{From: "provider", To: p.From, Data: world.Pack(KindHaveKey, []byte(k.newest().id))})
}

// remind hands the newest key to devices that have not used it. They asked for the
// first one themselves.
func (k *clerk) remind(devices []string) []world.Packet {
	var out []world.Packet
	for _, d := range devices {
		if newest := k.newest(); newest.number > 1 && k.using[d] < newest.number {
			out = append(out, k.hand(d, []*committee{newest})...)
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
	out := k.hand(device, []*committee{newest})
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
		facts = append(facts, c.fact(), c.certified(), world.Fact{Kind: Certificate, Ref: c.id, Data: c.certificate})
	}
	return facts
}

// errand is a trustee's: to bring the provider the newest key.
type errand struct {
	number int    // of the key, 0 for none
	packet []byte // with its certificate
	vain   int    // how often it, or a key before it, was brought and not acknowledged
}

// bring takes a new key to the provider.
func (t *trustee) bring(c *committee) []world.Packet {
	t.errand.number, t.errand.packet = c.number, c.packet()
	return []world.Packet{{From: t.name, To: "provider", Data: t.errand.packet}}
}

// bringAgain goes once more if there was no answer. After the second time in vain
// it tells the public: messages go on under a key that others may have.
func (t *trustee) bringAgain() []world.Packet {
	if t.errand.number == 0 {
		return nil
	}
	out := []world.Packet{{From: t.name, To: "provider", Data: t.errand.packet}}
	if t.errand.vain++; t.errand.vain == 2 {
		out = append(out, world.Warn(t.name, "the provider does not acknowledge "+keyName(t.errand.number)))
	}
	return out
}

// brought hears which key the provider has.
func (t *trustee) brought(data []byte) {
	f, err := world.Unpack(data, KindHaveKey, 1)
	if err == nil && t.errand.number > 0 && keyNumber(string(f[0])) >= t.errand.number {
		t.errand = errand{}
	}
}
