// Package updates is how phones come by their programs: from a vendor that signs them.
//
// Phones run what their vendor signs. A device, or its secure element, runs any [wire.Update] with
// a good signature that names it, or names nobody: it does not matter who brings it, since the
// signature is what counts. So whoever has the vendor's key has every phone, and a court that
// can compel the vendor to sign has each phone that it names. The programs are those that the
// design publishes. Nothing here shows the public what was signed for whom: in a log of programs it
// could be seen that one phone got another than all others have (binary transparency).
//
// TestUpdate and TestCompelled of package e2ee show what runs and what does not.
package updates

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// Vendor is whoever writes and signs the programs of phones. It implements [world.Node].
type Vendor struct {
	key      ed25519.PrivateKey
	register *law.Register
	willing  bool
}

// NewVendor makes a vendor with a key of its own, which answers orders of registered courts.
func NewVendor(random io.Reader, register *law.Register) (*Vendor, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("%s: %w", world.Vendor, err)
	}
	return &Vendor{key: ed25519.NewKeyFromSeed(seed), register: register.For(world.Abroad)}, nil
}

// Public is the key with which phones are shipped.
func (v *Vendor) Public() ed25519.PublicKey { return v.key.Public().(ed25519.PublicKey) }

// Name implements [world.Node].
func (*Vendor) Name() string { return world.Vendor }

// Holdings implements [world.Node].
func (v *Vendor) Holdings() []world.Fact {
	return []world.Fact{{Kind: wire.VendorKey, Ref: hex.EncodeToString(v.Public()),
		Data: v.key.Seed()}}
}

// Handle implements [world.Node]: a vendor that answers lawful process signs what an order
// compels, for the phones of the accounts that it names and for as long as it is in force.
func (v *Vendor) Handle(now time.Time, p world.Packet) (out []world.Packet) {
	switch {
	case p.From == world.Law && p.Kind() == world.KindComply:
		v.willing = true
	case world.KindOf(p.From) == world.Agency && p.Kind() == law.KindCompel && v.willing:
		order, err := v.register.VerifyPacket(p.Data, law.KindCompel, now)
		if err != nil || order.Program == "" { // an order that names no program compels no vendor
			return law.Refused(v.Name(), err)
		}
		for _, account := range order.Accounts {
			for _, node := range []string{world.DeviceOf(account), world.ElementOf(account)} {
				u := wire.Update{Program: order.Program, For: node, Serves: p.From,
					Until: order.Expiry}
				out = append(out, world.Packet{From: v.Name(), To: node, Data: u.Sign(v.key)})
			}
		}
	}
	return out
}
