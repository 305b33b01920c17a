package ghost

import (
	"bytes"
	"io"
	"slices"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/copies"
	"doormat/e2ee/wire"
	"doormat/world"
)

// client is a device's part: it knows of silent devices, and seals one more copy for each
// that a message concerns.
type client struct {
	e2ee.NoDeviceHooks
	device  *e2ee.Device
	random  io.Reader
	signers *signers // nil if the client believes the provider
	silent  []warrant
}

// maxSilent bounds the warrants that a client remembers.
const maxSilent = 64

// Begin implements [e2ee.DeviceExtension]: the provider tells a new phone again.
func (c *client) Begin(time.Time) []world.Packet { c.silent = nil; return nil }

// Tick implements [e2ee.DeviceExtension].
func (c *client) Tick(now time.Time) []world.Packet {
	c.silent = slices.DeleteFunc(c.silent, func(w warrant) bool { return w.over(now) })
	return nil
}

// Wakes implements [e2ee.DeviceExtension]: a client forgets a warrant on the night after its
// end.
func (c *client) Wakes() (next time.Time) {
	for _, w := range c.silent {
		if end := w.end(); next.IsZero() || end.Before(next) {
			next = end
		}
	}
	return next
}

// Handle implements [e2ee.DeviceExtension]: it takes a silent device, and tells nobody.
func (c *client) Handle(now time.Time, p world.Packet) []world.Packet {
	if p.From != world.Provider || p.Kind() != KindAdd || len(c.silent) >= maxSilent {
		return nil
	}
	f, err := world.Unpack(p.Data, KindAdd, 1)
	if err != nil {
		return nil
	}
	w, err := parseWarrant(f[0])
	known := func(other warrant) bool { return bytes.Equal(other.signed, w.signed) }
	if err != nil || w.over(now) || slices.ContainsFunc(c.silent, known) {
		return nil
	}
	if c.signers != nil && c.signers.check(w, now) != nil {
		return nil
	}
	c.silent = append(c.silent, w)
	return nil
}

// Sealing implements [e2ee.DeviceExtension].
func (c *client) Sealing(now time.Time, m world.Meta, content *wire.Content) (out []world.Packet) {
	for _, w := range c.silent {
		if w.over(now) || !w.order.Covers(m) {
			continue
		}
		sealed, err := copies.Seal(use, c.random, w.order.Agency, m, content)
		if err != nil {
			continue // a key of low order: nobody could open it
		}
		out = append(out, world.Packet{From: c.device.Name(), To: world.Provider,
			Data: world.Pack(KindCopy, sealed)})
	}
	return out
}

// Holdings implements [e2ee.DeviceExtension].
func (c *client) Holdings() []world.Fact { return silentFacts(c.silent) }

// silentFacts state whom warrants name.
func silentFacts(warrants []warrant) (facts []world.Fact) {
	for _, w := range warrants {
		for _, account := range w.order.Accounts {
			facts = append(facts, world.Fact{Kind: SilentDevice, Ref: account, Data: w.encode()})
		}
	}
	return facts
}

// use is what copies are sealed for.
const use = "doormat silent copy v1"
