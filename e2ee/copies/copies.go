// Package copies seals one more copy of what a message says, to the key of a device that is no
// party to the session: a silent device under a warrant (package ghost), or a computer that an
// account has linked to its phone (package linked). A copy is the content under HPKE (RFC 9180,
// as package law has it) with the message's metadata in the clear, since somebody has to know
// where it goes.
//
// A copy has what HPKE gives and no more: whoever comes to hold the private key opens every copy
// that was ever sealed to it, for no ratchet moves on; it rests on X25519 alone; and it proves
// nothing about its sender.
//
// TestForeignCopies of package ghost shows that a provider passes on no other copies than a
// device's own.
package copies

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

const tag = 'C'

// A Copy is one as it travels.
type Copy struct {
	Meta   world.Meta
	Key    []byte // X25519 public key of the device, 32 bytes
	Sealed []byte
}

// Encode gives what travels.
func (c Copy) Encode() []byte { return world.Pack(tag, c.Meta.Encode(), c.Key, c.Sealed) }

// info is what a copy is sealed for: one message, of which the metadata say enough, for one use.
func info(use string, meta []byte) []byte { return append([]byte(use+"\x00"), meta...) }

// Seal seals a content to the key of a device. use says what for, such as "doormat silent copy
// v1", and keeps copies of one kind from passing as another.
func Seal(use string, random io.Reader, key []byte, m world.Meta,
	content *wire.Content) ([]byte, error) {
	meta := m.Encode()
	sealed, err := law.Seal(random, key, info(use, meta), content.Encode())
	if err != nil {
		return nil, fmt.Errorf("copy for a device: %w", err)
	}
	return Copy{m, key, sealed}.Encode(), nil
}

// Parse decodes what [Seal] gives.
func Parse(data []byte) (Copy, error) {
	f, err := world.Unpack(data, tag, 3)
	if err != nil {
		return Copy{}, fmt.Errorf("copy for a device: %w", err)
	}
	m, err := world.ParseMeta(f[0])
	if err != nil {
		return Copy{}, fmt.Errorf("copy for a device: %w", err)
	}
	if len(f[1]) != 32 {
		return Copy{}, errors.New("copy for a device: a key that is not 32 bytes long")
	}
	return Copy{m, f[1], f[2]}, nil
}

// Conclude is what a rule concludes from a copy on the wire: the copy, as a fact of a kind and with
// the key that it is sealed to as its Ref, and who wrote to whom and when.
func Conclude(kind world.Kind, data []byte) ([]world.Derived, error) {
	c, err := Parse(data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: kind, Ref: hex.EncodeToString(c.Key), Data: data},
		c.Meta.Fact()), nil
}

// Opening is what a rule does that opens a copy, its first fact, with the device's private key,
// its second.
func Opening(use string) func(world.Input) ([]world.Derived, error) {
	return func(in world.Input) ([]world.Derived, error) {
		c, err := Parse(in.Facts[0].Data)
		if err != nil {
			return nil, err
		}
		content, err := c.Open(use, in.Facts[1].Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(content), nil
	}
}

// Open gives the content as a fact.
func (c Copy) Open(use string, private []byte) (world.Fact, error) {
	data, err := law.Open(private, info(use, c.Meta.Encode()), c.Sealed)
	if err != nil {
		return world.Fact{}, err
	}
	if _, err := wire.ParseContent(data); err != nil {
		return world.Fact{}, err
	}
	return world.Fact{Kind: wire.Contents, Ref: c.Meta.ID, Data: data}, nil
}
