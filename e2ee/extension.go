package e2ee

import (
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// A DeviceExtension is what a design adds to a device beside its [wire.Envelope]: a backup, a
// scanner, a reader of a public log. Its methods are hooks, called at the points of a device's
// life that their comments name; one that needs few of them embeds [NoDeviceHooks]. Hooks
// return packets in the device's name, which are sent as they are; [Device.Warning] makes one
// for its user. Rules that read an extension's bytes belong to the design.
type DeviceExtension interface {
	// Begin is called when the device is set up, for the first time or anew. It forgets
	// everything, as the device does, and may ask for what it needs.
	Begin(now time.Time) []world.Packet
	// Sealing is shown what the user wrote, and the invitation to a call that the user makes.
	// Its packets go out before the message does.
	Sealing(now time.Time, m world.Meta, c *wire.Content) []world.Packet
	// Kept is called when a message, written or received, has been added to the history.
	// Its files may come later.
	Kept(now time.Time, m world.Meta, body []byte) []world.Packet
	// IdentitySeen is called when an account appears for the first time, or under another
	// identity than the one seen last. identity is its fingerprint, 16 bytes.
	IdentitySeen(now time.Time, account string, identity []byte) []world.Packet
	// Tick is called by the clock: after each message, and on the nights for which Wakes asks.
	Tick(now time.Time) []world.Packet
	// Wakes says when it has to be ticked in a silence, as [world.Waker] does.
	Wakes() time.Time
	// Handle takes a packet of a kind that the device does not know, whoever sent it.
	Handle(now time.Time, p world.Packet) []world.Packet
	// Holdings are what a thief of the device finds besides.
	Holdings() []world.Fact
}

// NoDeviceHooks is a [DeviceExtension] that does nothing, to be embedded.
type NoDeviceHooks struct{}

// Begin implements [DeviceExtension].
func (NoDeviceHooks) Begin(time.Time) []world.Packet { return nil }

// Sealing implements [DeviceExtension].
func (NoDeviceHooks) Sealing(time.Time, world.Meta, *wire.Content) []world.Packet { return nil }

// Kept implements [DeviceExtension].
func (NoDeviceHooks) Kept(time.Time, world.Meta, []byte) []world.Packet { return nil }

// IdentitySeen implements [DeviceExtension].
func (NoDeviceHooks) IdentitySeen(time.Time, string, []byte) []world.Packet { return nil }

// Tick implements [DeviceExtension].
func (NoDeviceHooks) Tick(time.Time) []world.Packet { return nil }

// Wakes implements [DeviceExtension].
func (NoDeviceHooks) Wakes() time.Time { return time.Time{} }

// Handle implements [DeviceExtension].
func (NoDeviceHooks) Handle(time.Time, world.Packet) []world.Packet { return nil }

// Holdings implements [DeviceExtension].
func (NoDeviceHooks) Holdings() []world.Fact { return nil }

// A ProviderExtension is what a design adds to a provider, in hooks as a [DeviceExtension]
// does; [NoProviderHooks] has them all. Hooks return packets in the provider's name.
type ProviderExtension interface {
	// Accept refuses a message of which the provider can see that it is wrong. The error says
	// why.
	Accept(m world.Meta, public []byte) error
	// Uploaded is shown the public part of what a device uploads, before it is looked at.
	Uploaded(now time.Time, device string, public []byte) []world.Packet
	// Registered is called when an account has registered an identity for the first time, or
	// another one than before. identity is its fingerprint, 16 bytes.
	Registered(now time.Time, account string, identity []byte) []world.Packet
	// Produce gives what the provider hands over under an order besides messages and files.
	Produce(now time.Time, order law.Order) []world.Fact
	// Tick is called by the clock.
	Tick(now time.Time) []world.Packet
	// Handle takes a packet of a kind that the provider does not know, whoever sent it.
	Handle(now time.Time, p world.Packet) []world.Packet
	// Holdings are what a thief of the provider finds besides.
	Holdings() []world.Fact
}

// NoProviderHooks is a [ProviderExtension] that does nothing, to be embedded.
type NoProviderHooks struct{}

// Accept implements [ProviderExtension].
func (NoProviderHooks) Accept(world.Meta, []byte) error { return nil }

// Uploaded implements [ProviderExtension].
func (NoProviderHooks) Uploaded(time.Time, string, []byte) []world.Packet { return nil }

// Registered implements [ProviderExtension].
func (NoProviderHooks) Registered(time.Time, string, []byte) []world.Packet { return nil }

// Produce implements [ProviderExtension].
func (NoProviderHooks) Produce(time.Time, law.Order) []world.Fact { return nil }

// Tick implements [ProviderExtension].
func (NoProviderHooks) Tick(time.Time) []world.Packet { return nil }

// Handle implements [ProviderExtension].
func (NoProviderHooks) Handle(time.Time, world.Packet) []world.Packet { return nil }

// Holdings implements [ProviderExtension].
func (NoProviderHooks) Holdings() []world.Fact { return nil }

// Warning is a packet by which the device warns its user.
func (d *Device) Warning(text string) world.Packet {
	return d.toUser(world.KindWarning, []byte(text))[0]
}

// History lists what the device keeps of past messages, as facts of kind [wire.KeptMessage] and
// [wire.KeptFile].
func (d *Device) History() []world.Fact {
	var facts []world.Fact
	for _, k := range d.history {
		facts = append(facts, k.facts()...)
	}
	return facts
}

// Identity is the fingerprint of the account's own identity, 16 bytes; nil before set-up.
func (d *Device) Identity() []byte {
	if d.keys == nil {
		return nil
	}
	return wire.Fingerprint(d.keys.Identity.Public())
}

// call collects what a hook of each extension returns.
func call[X, Y any](extensions []X, hook func(X) []Y) (out []Y) {
	for _, x := range extensions {
		out = append(out, hook(x)...)
	}
	return out
}
