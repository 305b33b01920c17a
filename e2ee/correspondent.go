package e2ee

import "doormat/world"

// A Correspondent is what an escrow design adds to a device, beside the
// [Envelope]: keys of others that come through the provider and do not depend on
// its word.
type Correspondent interface {
	// Begin is called when the device is set up, for the first time or anew. It
	// forgets everything and returns what to send to the provider.
	Begin() [][]byte
	// Hear takes a packet of the provider of a kind that the device does not know. It
	// returns what to send to the provider, and what to warn the user of, "" for nothing.
	Hear(data []byte) (answers [][]byte, warning string)
}

// A Clerk is what an escrow design adds to a provider, beside what it accepts.
type Clerk interface {
	// Handle answers the clock, and packets of kinds that the provider does not know,
	// in the provider's name. devices are those registered, sorted.
	Handle(p world.Packet, devices []string) []world.Packet
	// Uploaded is shown the public part of what a device uploads, and answers it.
	Uploaded(device string, public []byte) []world.Packet
	// Holdings are what a thief of the provider finds besides.
	Holdings() []world.Fact
}

func (d *Device) begin() []world.Packet {
	if d.Correspondent == nil {
		return nil
	}
	return d.allToProvider(d.Correspondent.Begin())
}

func (d *Device) allToProvider(list [][]byte) (out []world.Packet) {
	for _, data := range list {
		out = append(out, d.toProvider(data))
	}
	return out
}

func (d *Device) hear(data []byte) []world.Packet {
	if d.Correspondent == nil {
		return nil
	}
	answers, warning := d.Correspondent.Hear(data)
	out := d.allToProvider(answers)
	if warning != "" {
		out = append(out, d.warn("%s", warning)...)
	}
	return out
}
