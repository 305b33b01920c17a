package threshold

import (
	"slices"
	"time"

	"doormat/world"
)

// Modified programs whose labels say something else than the message.
const (
	BackdateLabels = "backdate labels"
	OmitRecipient  = "leave out a recipient"
)

// relabelled is a client that binds its fields to another label than that of the
// message: proved and well formed, but outside an order that looks for the truth.
// The provider compares label and message, and so does an honest recipient.
type relabelled struct {
	*envelope
	change func(world.Meta) world.Meta
}

func (r relabelled) Seal(m world.Meta, body []byte) (secret, public []byte, err error) {
	return r.envelope.Seal(r.change(m), body)
}

// backdate puts a message out of every order's window.
func backdate(m world.Meta) world.Meta {
	m.Sent = time.Unix(0, 0).UTC()
	return m
}

// omitRecipient leaves an account out of the recipients.
func omitRecipient(account string) func(world.Meta) world.Meta {
	return func(m world.Meta) world.Meta {
		m.To = slices.DeleteFunc(slices.Clone(m.To), func(a string) bool { return a == account })
		return m
	}
}
