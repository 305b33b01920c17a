package e2ee

import (
	"bytes"

	"doormat/e2ee/pqxdh"
	"doormat/world"
)

// entry is what the directory has of one account.
type entry struct {
	identity []byte          // fingerprint
	bundles  []offer         // the last one stays
	given    map[uint32]bool // one-time prekeys handed out, which the device still has
}

type offer struct {
	oneTime uint32 // number of the one-time prekey in it
	bundle  []byte
}

// has reports whether a bundle is the lasting one of an entry, and so verified.
func (e *entry) has(bundle []byte) bool {
	return e != nil && bytes.Equal(e.bundles[len(e.bundles)-1].bundle, bundle)
}

// maxBundles is how many bundles a device may register.
const maxBundles = 100

// register replaces an account's bundles, which must all be of one identity.
// Whoever speaks as the device is believed, as after a registration by text
// message.
func (p *Provider) register(account string, data []byte) {
	bundles, err := world.UnpackList(data, KindRegister)
	if err != nil || len(bundles) == 0 || len(bundles) > maxBundles {
		return
	}
	last := len(bundles) - 1
	before := p.directory[account]
	lasting, err := pqxdh.ParseBundle(bundles[last])
	if err != nil || (!before.has(bundles[last]) && lasting.Verify() != nil) {
		return
	}
	e := &entry{identity: fingerprint(lasting.Identity), given: map[uint32]bool{}}
	same := before != nil && bytes.Equal(before.identity, e.identity)
	for _, data := range bundles[:last] {
		b, err := pqxdh.ParseBundle(data)
		if err != nil || b.Identity != lasting.Identity {
			return
		}
		if same && before.given[b.OneTime.ID] {
			e.given[b.OneTime.ID] = true
			continue
		}
		e.bundles = append(e.bundles, offer{b.OneTime.ID, data})
	}
	e.bundles = append(e.bundles, offer{bundle: bundles[last]})
	if p.lax != nil && before != nil && !same {
		p.lax[string(before.identity)] = true
	}
	p.directory[account] = e
}

// fetch hands out a bundle, each but the last one once.
func (p *Provider) fetch(in world.Packet) []world.Packet {
	f, err := world.Unpack(in.Data, KindFetch, 1)
	if err != nil {
		return nil
	}
	var next offer
	if e := p.directory[string(f[0])]; e != nil {
		next = e.bundles[0]
		if len(e.bundles) > 1 {
			e.given[next.oneTime] = true
			e.bundles = e.bundles[1:]
		}
	}
	return []world.Packet{{From: "provider", To: in.From, Data: world.Pack(KindBundle, f[0], next.bundle)}}
}
