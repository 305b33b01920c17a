package wire

import "doormat/world"

// An Envelope decides what a device puts around a [Content]. Its secret part
// travels inside the ratchet or under the sender key of a group, its public part
// beside it, where the provider sees it. Pure end-to-end encryption puts the
// content inside and nothing beside; an escrow design supplies another Envelope and leaves
// devices and provider as they are.
type Envelope interface {
	// Seal wraps body, an encoded Content, for the message described by m.
	Seal(m world.Meta, body []byte) (secret, public []byte, err error)
	// Open unwraps; an error means that the recipient refuses the message, and
	// says why in words for its user.
	Open(m world.Meta, secret, public []byte) (body []byte, err error)
}
