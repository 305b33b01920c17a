package e2ee

import "doormat/world"

// A DeviceExtension is what an escrow design adds to a device beside its [Envelope].
// It obtains keys of others, such as those of an escrow committee, which come through
// the provider and do not depend on its word.
type DeviceExtension interface {
	// Begin is called when the device is set up, for the first time or anew. It
	// forgets everything and returns what to send to the provider.
	Begin() [][]byte
	// Handle takes a packet of the provider of a kind that the device does not know. It
	// returns what to send to the provider, and what to warn the user of, "" for nothing.
	Handle(data []byte) (answers [][]byte, warning string)
}

// A ProviderExtension is what an escrow design adds to a provider.
type ProviderExtension interface {
	// Handle answers the clock, and packets of kinds that the provider does not know,
	// in the provider's name. devices are those registered, sorted.
	Handle(p world.Packet, devices []string) []world.Packet
	// Uploaded is shown the public part of what a device uploads, and answers it.
	Uploaded(device string, public []byte) []world.Packet
	// Holdings are what a thief of the provider finds besides.
	Holdings() []world.Fact
}

// handleByExtension leaves a packet of an unknown kind to the extension, if there is one.
func (d *Device) handleByExtension(data []byte) []world.Packet {
	if d.Extension == nil {
		return nil
	}
	answers, warning := d.Extension.Handle(data)
	out := d.allToProvider(answers)
	if warning != "" {
		out = append(out, d.warn("%s", warning)...)
	}
	return out
}

func (d *Device) allToProvider(list [][]byte) (out []world.Packet) {
	for _, data := range list {
		out = append(out, d.toProvider(data))
	}
	return out
}
