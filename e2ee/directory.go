package e2ee

import (
	"bytes"
	"slices"
	"time"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
)

// directoryEntry is what the directory has of one account.
type directoryEntry struct {
	identity []byte          // fingerprint
	former   [][]byte        // fingerprints of identities that the account had before
	bundles  []offeredBundle // the last one stays
	given    map[uint32]bool // one-time prekeys handed out, which the device still has
}

type offeredBundle struct {
	oneTime uint32 // number of the one-time prekey in it
	bundle  []byte
}

// has reports whether a bundle is the lasting one of an entry, and so verified.
func (e *directoryEntry) has(bundle []byte) bool {
	return e != nil && bytes.Equal(e.bundles[len(e.bundles)-1].bundle, bundle)
}

// accepts reports whether what is sealed for an identity is delivered: to the
// present one, and by a lax provider to any that the account never registered.
func (e *directoryEntry) accepts(identity []byte, lax bool) bool {
	if bytes.Equal(e.identity, identity) {
		return true
	}
	return lax && !slices.ContainsFunc(e.former, func(f []byte) bool {
		return bytes.Equal(f, identity)
	})
}

// maxBundles is how many bundles a device may register.
const maxBundles = 100

// register replaces an account's bundles, which must all be of one identity.
// Whoever speaks as the device is believed, as after a registration by text
// message.
func (p *Provider) register(now time.Time, account string, data []byte) []world.Packet {
	e, same := p.newEntry(account, data)
	if same {
		p.directory[account] = e
	}
	if e == nil || same {
		return nil
	}
	return p.enter(now, account, e)
}

// enter puts an account's new identity into the directory.
func (p *Provider) enter(now time.Time, account string, e *directoryEntry) []world.Packet {
	p.directory[account] = e
	return call(p.Extensions, func(x ProviderExtension) []world.Packet {
		return x.Registered(now, account, e.identity)
	})
}

// newEntry reads a registration, and tells whether its identity is the one that the account has.
// It gives nil if the registration is not well formed.
func (p *Provider) newEntry(account string, data []byte) (entry *directoryEntry, same bool) {
	bundles, err := world.UnpackList(data, wire.KindRegister)
	if err != nil || len(bundles) == 0 || len(bundles) > maxBundles {
		return nil, false
	}
	last := len(bundles) - 1
	before := p.directory[account]
	lasting, err := pqxdh.ParseBundle(bundles[last])
	if err != nil || (!before.has(bundles[last]) && p.verify(lasting, bundles[last]) != nil) {
		return nil, false
	}
	e := &directoryEntry{identity: wire.Fingerprint(lasting.Identity), given: map[uint32]bool{}}
	same = before != nil && bytes.Equal(before.identity, e.identity)
	if before != nil {
		e.former = before.former
		if !same {
			e.former = append(slices.Clone(e.former), before.identity)
		}
	}
	for _, data := range bundles[:last] {
		b, err := pqxdh.ParseBundle(data)
		if err != nil || b.Identity != lasting.Identity {
			return nil, false
		}
		if same && before.given[b.OneTime.ID] {
			e.given[b.OneTime.ID] = true
			continue
		}
		e.bundles = append(e.bundles, offeredBundle{b.OneTime.ID, data})
	}
	e.bundles = append(e.bundles, offeredBundle{bundle: bundles[last]})
	return e, same
}

func (p *Provider) verify(b *pqxdh.Bundle, encoded []byte) error {
	_, err := memo.Compute(p.Memo, "verify", func() (struct{}, error) {
		return struct{}{}, b.Verify()
	}, encoded)
	return err
}

// fetch hands out a bundle, each but the last one once.
func (p *Provider) fetch(in world.Packet) []world.Packet {
	f, err := world.Unpack(in.Data, wire.KindFetch, 1)
	if err != nil {
		return nil
	}
	var next offeredBundle
	if e := p.directory[string(f[0])]; e != nil {
		next = e.bundles[0]
		if len(e.bundles) > 1 {
			e.given[next.oneTime] = true
			e.bundles = e.bundles[1:]
		}
	}
	return []world.Packet{{From: world.Provider, To: in.From,
		Data: world.Pack(wire.KindBundle, f[0], next.bundle)}}
}
