package threshold

import (
	"errors"
	"strings"

	"doormat/e2ee/wire"
	"doormat/escrow"
	"doormat/world"
)

// Names of the modified programs of users who evade together. Each needs the other end: what
// an honest recipient would refuse, an accomplice takes.
const (
	AcceptEverything = "accept any field"
	CoverText        = "write a cover text"
	LeaveOutField    = "leave out the field"
)

// acceptAny is a client that reads what the seed in the ratchet opens, and does not compute the
// field again: whatever trustees would open, its owner reads what was meant.
type acceptAny struct{ *envelope }

// Open implements [wire.Envelope].
func (a acceptAny) Open(_ world.Meta, secret, public []byte) ([]byte, error) {
	f, err := escrow.ParseField(public)
	if err != nil {
		return nil, errors.New("it carries no escrow field")
	}
	return escrow.OpenBody(secret, f.Body)
}

// together is a client that seals otherwise for its accomplices, and honestly for all others.
type together struct {
	*envelope
	accounts []string
}

// newTogether reads the accomplices' accounts, one a line.
func newTogether(honest *envelope, lines []string) (together, error) {
	if len(lines) < 2 {
		return together{}, errors.New("want the accounts of at least two accomplices, one a line")
	}
	return together{honest, lines}, nil
}

// coverText is a client whose field, and the body that it opens, hold a harmless text. What was
// typed travels behind the seed in the ratchet, which no trustee opens. Field and body are
// genuine: provider, recipient and trustees find nothing wrong with them.
type coverText struct {
	together
	cover string
}

// newCoverText reads the accomplices' accounts, one a line, and last the cover text.
func newCoverText(honest *envelope, text []byte) (wire.Envelope, error) {
	lines := strings.Split(string(text), "\n")
	t, err := newTogether(honest, lines[:len(lines)-1])
	return &coverText{t, lines[len(lines)-1]}, err
}

// Seal implements [wire.Envelope].
func (c *coverText) Seal(m world.Meta, body []byte) (secret, public []byte, err error) {
	if !among(c.accounts, m) {
		return c.envelope.Seal(m, body)
	}
	seed, public, err := c.envelope.Seal(m, (&wire.Content{Body: []byte(c.cover)}).Encode())
	return append(seed, body...), public, err
}

// Open implements [wire.Envelope].
func (c *coverText) Open(m world.Meta, secret, public []byte) ([]byte, error) {
	if !among(c.accounts, m) || len(secret) < escrow.SeedSize {
		return c.envelope.Open(m, secret, public)
	}
	if _, err := c.envelope.Open(m, secret[:escrow.SeedSize], public); err != nil {
		return nil, err
	}
	return secret[escrow.SeedSize:], nil
}

// noField is a client that puts what was typed inside the ratchet, as a messenger without
// escrow does, and no field beside it. An honest provider passes no such message on.
type noField struct{ together }

func newNoField(honest *envelope, text []byte) (wire.Envelope, error) {
	t, err := newTogether(honest, strings.Split(string(text), "\n"))
	return &noField{t}, err
}

// Seal implements [wire.Envelope].
func (n *noField) Seal(m world.Meta, body []byte) (secret, public []byte, err error) {
	if !among(n.accounts, m) {
		return n.envelope.Seal(m, body)
	}
	return body, nil, nil
}

// Open implements [wire.Envelope].
func (n *noField) Open(m world.Meta, secret, public []byte) ([]byte, error) {
	if among(n.accounts, m) && len(public) == 0 {
		return secret, nil
	}
	return n.envelope.Open(m, secret, public)
}
