package e2ee

import (
	"time"

	"doormat/e2ee/lock"
	"doormat/e2ee/receipts"
	"doormat/e2ee/registration"
	"doormat/e2ee/updates"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// What a device does with the programs that its vendor signs (package updates).

const (
	// ReportCopies is the program of a device that sends what it shows to somebody, at first
	// its history.
	ReportCopies = "report what it shows"
	// NeverUpdate is the program of a device that takes no more updates.
	NeverUpdate = "refuse updates"
)

// reporting is what a device has of the program ReportCopies.
type reporting struct {
	to    string // "" if it does not run
	until time.Time
	news  []world.Fact // what it has not sent yet
}

// ReportsTo implements [world.Reporter].
func (d *Device) ReportsTo() string { return d.reporting.to }

// ProgramsBy implements [world.Reporter].
func (d *Device) ProgramsBy() string { return world.Vendor }

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
	v, err := updates.NewVendor(config.Stream(world.Vendor), provider.law)
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
		d.Receipts = config.Settings.Own.Value(receipts.Name) == receipts.On
		if config.Settings.Lock == world.LockOn {
			d.Lock = l
		}
		nodes = append(nodes, d, e)
	}
	equipLinks(config, provider, devices)
	return append(nodes, v, registration.NewOperator(provider.law)), nil
}
