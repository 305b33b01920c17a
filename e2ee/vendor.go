package e2ee

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"doormat/e2ee/lock"
	"doormat/e2ee/registration"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// # Updates
//
// Phones run what their vendor signs. A device, or its secure element, runs any [wire.Update] with a
// good signature that names it, or names nobody: it does not matter who brings it, since the
// signature is what counts. So whoever has the vendor's key has every phone, and a court that
// can compel the vendor to sign has each phone that it names. The programs are those that the
// design publishes; [ReportCopies] is the one that serves somebody else. Nothing here shows the
// public what was signed for whom: in a log of programs it could be seen that one phone got
// another than all others have (binary transparency). TestUpdate and TestCompelled show what
// runs and what does not.

const (
	// ReportCopies is the program of a device that sends what it shows to somebody, at first
	// its history.
	ReportCopies = "report what it shows"
	// NeverUpdate is the program of a device that takes no more updates.
	NeverUpdate = "refuse updates"
)

// Vendor is whoever writes and signs the programs of phones. It implements [world.Node].
type Vendor struct {
	key     ed25519.PrivateKey
	court   ed25519.PublicKey
	willing bool
}

// NewVendor makes a vendor with a key of its own, under the jurisdiction of a court.
func NewVendor(random io.Reader, court ed25519.PublicKey) (*Vendor, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("%s: %w", world.Vendor, err)
	}
	return &Vendor{key: ed25519.NewKeyFromSeed(seed), court: court}, nil
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
	case p.From == world.Agency && p.Kind() == law.KindCompel && v.willing:
		order, err := law.VerifyPacket(p.Data, law.KindCompel, v.court, now)
		if err != nil || order.Program == "" { // an order that names no program compels no vendor
			return nil
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

// reporting is what a device has of the program ReportCopies.
type reporting struct {
	to    string // "" if it does not run
	until time.Time
	news  []world.Fact // what it has not sent yet
}

// ReportsTo implements [world.Reporter].
func (d *Device) ReportsTo() string { return d.reporting.to }

// runUpdate runs a program that the vendor signed.
func (d *Device) runUpdate(now time.Time, p world.Packet) {
	u, err := wire.VerifyUpdate(now, p.Data, d.vendor, d.Name())
	switch {
	case err != nil || d.pinned:
	case u.Program == ReportCopies:
		d.reporting = reporting{to: u.Serves, until: u.Until, news: d.History()}
	default:
		_ = d.Reprogram(u.Program, []byte(u.Serves)) // a program for another node is none for this one
	}
}

// report sends what came to stand on the screen.
func (d *Device) report(now time.Time) []world.Packet {
	r := &d.reporting
	if r.to == "" || len(r.news) == 0 {
		return nil
	}
	data := world.Pack(law.KindReport, world.EncodeFacts(r.news))
	r.news = nil
	if !r.until.IsZero() && now.After(r.until) {
		return nil
	}
	return []world.Packet{{From: d.Name(), To: r.to, Data: data}}
}

// Equip gives devices their secure elements, and locks them if the settings say so; and to the
// provider the register of where accounts are. It returns the nodes of devices and elements, of
// the vendor of their programs and of the telephone operator.
func Equip(config world.Config, provider *Provider, devices ...*Device) ([]world.Node, error) {
	provider.accounts = registration.NewRegister(config.Stream("codes"))
	court, err := law.NewCourt(config.Stream(world.Court), false) // to know its public key
	if err != nil {
		return nil, err
	}
	v, err := NewVendor(config.Stream(world.Vendor), court.Public())
	if err != nil {
		return nil, err
	}
	var nodes []world.Node
	for _, d := range devices {
		e, l, err := lock.NewElement(d.account, config.Stream(world.ElementOf(d.account)),
			v.Public())
		if err != nil {
			return nil, err
		}
		d.vendor = v.Public()
		d.RegistrationLock = config.Settings.Own.Value(registration.LockName) == registration.LockOn
		if config.Settings.Lock == world.LockOn {
			d.Lock = l
		}
		nodes = append(nodes, d, e)
	}
	equipLinks(config, provider, devices)
	return append(nodes, v, registration.NewOperator(court.Public())), nil
}
