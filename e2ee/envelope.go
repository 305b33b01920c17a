package e2ee

import "doormat/world"

// An Envelope decides what a device puts around a [Content]. Its secret part
// travels inside the ratchet or under the sender key of a group, its public part
// beside it, where the provider sees it. Pure end-to-end encryption puts the
// content inside and nothing beside; an escrow design
// supplies another Envelope and leaves the rest of this package as it is.
type Envelope interface {
	// Seal wraps body, an encoded Content, for the message described by m.
	Seal(m world.Meta, body []byte) (secret, public []byte, err error)
	// Open unwraps; an error means that the recipient refuses the message, and
	// says why in words for its user.
	Open(m world.Meta, secret, public []byte) (body []byte, err error)
}

// plain is the envelope of pure end-to-end encryption.
type plain struct{}

func (plain) Seal(_ world.Meta, body []byte) ([]byte, []byte, error) { return body, nil, nil }

func (plain) Open(_ world.Meta, secret, public []byte) ([]byte, error) {
	if len(public) > 0 {
		return nil, errUnexpected
	}
	return secret, nil
}
