// Package directory is a provider's directory of keys: for each account the fingerprint of its
// identity and the prekey bundles (package pqxdh) that its phone has left there. It gives each
// bundle out once, and the last one, whose KEM key is that of last resort, as often as it is
// asked for.
//
// Whoever speaks as a phone is believed, as after a registration by text message, so the
// directory proves nothing about whose keys it has: that is what users compare safety numbers
// for, and what a log of keys (package transparency) makes visible. It remembers which identities
// an account had before, and a provider delivers nothing that is sealed for those.
//
// TestOneTimePrekeysAreHandedOutOnce and TestRegistration of package e2ee show what it gives out.
package directory

import (
	"bytes"
	"maps"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
)

// Directory is all entries, by account.
type Directory map[string]*Entry

// Entry is what the directory has of one account.
type Entry struct {
	Identity []byte          // fingerprint
	Former   [][]byte        // fingerprints of identities that the account had before
	Bundles  []Offered       // the last one stays
	Given    map[uint32]bool // one-time prekeys handed out, which the device still has
}

// Offered is a bundle as it was registered.
type Offered struct {
	OneTime uint32 // number of the one-time prekey in it
	Bundle  []byte
}

// has reports whether a bundle is the lasting one of an entry, and so verified.
func (e *Entry) has(bundle []byte) bool {
	return e != nil && bytes.Equal(e.Bundles[len(e.Bundles)-1].Bundle, bundle)
}

// Accepts reports whether what is sealed for an identity is delivered: to the present one, and by
// a lax provider to any that the account never registered.
func (e *Entry) Accepts(identity []byte, lax bool) bool {
	if bytes.Equal(e.Identity, identity) {
		return true
	}
	return lax && !slices.ContainsFunc(e.Former, func(f []byte) bool {
		return bytes.Equal(f, identity)
	})
}

// MaxBundles is how many bundles a device may register.
const MaxBundles = 100

// Read reads a registration, which replaces an account's bundles and must be of one identity, and
// tells whether that is the one that the account has. It gives nil if the registration is not well
// formed. m remembers which bundles were verified, and may be nil.
func (d Directory) Read(m *memo.Memo, account string, data []byte) (entry *Entry, same bool) {
	bundles, err := world.UnpackList(data, wire.KindRegister)
	if err != nil || len(bundles) == 0 || len(bundles) > MaxBundles {
		return nil, false
	}
	last := len(bundles) - 1
	before := d[account]
	lasting, err := pqxdh.ParseBundle(bundles[last])
	if err != nil || (!before.has(bundles[last]) && verify(m, lasting, bundles[last]) != nil) {
		return nil, false
	}
	e := &Entry{Identity: wire.Fingerprint(lasting.Identity), Given: map[uint32]bool{}}
	same = before != nil && bytes.Equal(before.Identity, e.Identity)
	if before != nil {
		e.Former = before.Former
		if !same {
			e.Former = append(slices.Clone(e.Former), before.Identity)
		}
	}
	for _, data := range bundles[:last] {
		b, err := pqxdh.ParseBundle(data)
		if err != nil || b.Identity != lasting.Identity {
			return nil, false
		}
		if same && before.Given[b.OneTime.ID] {
			e.Given[b.OneTime.ID] = true
			continue
		}
		e.Bundles = append(e.Bundles, Offered{b.OneTime.ID, data})
	}
	e.Bundles = append(e.Bundles, Offered{Bundle: bundles[last]})
	return e, same
}

func verify(m *memo.Memo, b *pqxdh.Bundle, encoded []byte) error {
	_, err := memo.Compute(m, "verify", func() (struct{}, error) {
		return struct{}{}, b.Verify()
	}, encoded)
	return err
}

// Take hands out a bundle, each but the last one once; nil if there is no such account.
func (d Directory) Take(account string) []byte {
	e := d[account]
	if e == nil {
		return nil
	}
	next := e.Bundles[0]
	if len(e.Bundles) > 1 {
		e.Given[next.OneTime] = true
		e.Bundles = e.Bundles[1:]
	}
	return next.Bundle
}

// Facts lists the bundles that are left and the identities that were.
func (d Directory) Facts() (facts []world.Fact) {
	for _, account := range slices.Sorted(maps.Keys(d)) {
		for _, o := range d[account].Bundles {
			facts = append(facts, world.Fact{Kind: wire.Bundle, Ref: account, Data: o.Bundle})
		}
		for _, id := range d[account].Former {
			facts = append(facts, world.Fact{Kind: wire.OldIdentity, Ref: account, Data: id})
		}
	}
	return facts
}
