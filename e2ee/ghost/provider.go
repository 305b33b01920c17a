package ghost

import (
	"bytes"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/copies"
	"doormat/world"
	"doormat/world/law"
)

// provider is the provider's part: it tells clients of silent devices and passes their copies
// on to the agency. It keeps none.
type provider struct {
	e2ee.NoProviderHooks
	devices  func() []string // those that have registered
	register *law.Register   // the provider's own
	signers  *signers
	orders   []law.Order // future orders of the court, which it answers
	warrants []warrant   // those under which it has added a silent device
}

func newProvider(p *e2ee.Provider, signers *signers) *provider {
	return &provider{devices: p.Devices, register: p.Register(), signers: signers}
}

// Produce implements [e2ee.ProviderExtension]: a provider that answers an order of the court
// will do what it says, once the minister has signed as well.
func (p *provider) Produce(now time.Time, order law.Order) []world.Fact {
	if order.Until.After(now) {
		p.orders = append(p.orders, order)
	}
	return nil
}

// Registered implements [e2ee.ProviderExtension]: a phone that was set up anew is told again.
func (p *provider) Registered(_ time.Time, account string, _ []byte) []world.Packet {
	return p.add(p.warrants, []string{world.DeviceOf(account)})
}

// Tick implements [e2ee.ProviderExtension]. Since packets get lost, it tells all again.
func (p *provider) Tick(now time.Time) []world.Packet {
	p.orders = slices.DeleteFunc(p.orders, func(o law.Order) bool {
		return now.After(o.Until) || now.After(o.Expiry)
	})
	p.warrants = slices.DeleteFunc(p.warrants, func(w warrant) bool { return w.over(now) })
	return p.add(p.warrants, p.devices())
}

// add tells devices of silent ones.
func (p *provider) add(warrants []warrant, devices []string) (out []world.Packet) {
	for _, w := range warrants {
		for _, device := range devices {
			out = append(out, addPacket(device, w))
		}
	}
	return out
}

func addPacket(device string, w warrant) world.Packet {
	return world.Packet{From: world.Provider, To: device, Data: world.Pack(KindAdd, w.encode())}
}

// Handle implements [e2ee.ProviderExtension].
func (p *provider) Handle(now time.Time, in world.Packet) []world.Packet {
	account, _ := world.AccountOf(in.From)
	switch {
	case world.KindOf(in.From) == world.Agency && in.Kind() == KindInstruct:
		return p.instruct(now, in.Data)
	case in.From == world.DeviceOf(account) && in.Kind() == KindCopy:
		return p.pass(now, account, in.Data)
	}
	return nil
}

// instruct adds a silent device under a warrant with both signatures.
func (p *provider) instruct(now time.Time, data []byte) []world.Packet {
	f, err := world.Unpack(data, KindInstruct, 1)
	if err != nil {
		return nil
	}
	w, err := parseWarrant(f[0])
	if err != nil {
		return nil
	}
	same := func(o law.Order) bool { return bytes.Equal(o.Encode(), w.order.Encode()) }
	if !slices.ContainsFunc(p.orders, same) { // it has not been told to answer, or does not know of it
		return nil
	}
	if err := p.signers.check(w, now); err != nil {
		return []world.Packet{world.Warn(world.Provider, "added no silent device: "+err.Error())}
	}
	if slices.ContainsFunc(p.warrants, func(other warrant) bool {
		return bytes.Equal(other.signed, w.signed)
	}) {
		return nil
	}
	p.warrants = append(p.warrants, w)
	return p.add([]warrant{w}, p.devices())
}

// pass hands a copy to the agency of the warrant, if it is of the device's own message and under a warrant.
func (p *provider) pass(now time.Time, account string, data []byte) []world.Packet {
	f, err := world.Unpack(data, KindCopy, 1)
	if err != nil {
		return nil
	}
	c, err := copies.Parse(f[0])
	if err != nil {
		return nil
	}
	at := slices.IndexFunc(p.warrants, func(w warrant) bool {
		return !w.over(now) && w.order.Covers(c.Meta) && bytes.Equal(w.order.Agency, c.Key) &&
			!p.register.Forbidden(w.order, now)
	})
	if c.Meta.From != account || at < 0 {
		return nil
	}
	return []world.Packet{{From: world.Provider, To: p.warrants[at].order.AgencyName(),
		Data: world.Pack(KindPassed, f[0])}}
}

// Holdings implements [e2ee.ProviderExtension].
func (p *provider) Holdings() []world.Fact { return silentFacts(p.warrants) }

// agency is the agency's part: it asks the minister to sign what the court has signed, has
// the provider add the silent device, and opens the copies.
type agency struct{}

// Execute implements [law.AgencyExtension].
func (agency) Execute(s law.Signed) []world.Packet {
	return []world.Packet{{From: world.Agency, To: Minister,
		Data: world.Pack(KindSignOff, s.Bytes)}}
}

// Present implements [law.AgencyExtension].
func (agency) Present(law.Signed, []world.Fact) []world.Packet { return nil }

// Handle implements [law.AgencyExtension].
func (agency) Handle(private []byte, p world.Packet) ([]world.Fact, []world.Packet) {
	f, err := world.Unpack(p.Data, p.Kind(), 1)
	switch {
	case err != nil:
	case p.From == Minister && p.Kind() == KindSignedOff:
		return nil, []world.Packet{{From: world.Agency, To: world.Provider,
			Data: world.Pack(KindInstruct, f[0])}}
	case p.From == world.Provider && p.Kind() == KindPassed:
		c, err := copies.Parse(f[0])
		if err != nil {
			return nil, nil
		}
		content, err := c.Open(use, private)
		if err != nil {
			return nil, nil
		}
		return []world.Fact{c.Meta.Fact(), content}, nil
	}
	return nil, nil
}

// Holdings implements [law.AgencyExtension].
func (agency) Holdings() []world.Fact { return nil }
