package linked

import (
	"crypto/ecdh"
	"encoding/hex"
	"errors"
	"time"

	"doormat/e2ee/copies"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Kinds of facts; the Ref of both is the public key in hexadecimal.
const (
	Key    world.Kind = "key of a linked device" // X25519 private key, 32 bytes
	Sealed world.Kind = "copy for a linked device"
)

// Names of the making rules, which scripts apply by name.
const (
	MakeDevice = "make a device to link"
	Invite     = "send its code as an invitation"
)

// Rules publishes how the bytes of this package are read.
func Rules() []world.Rule {
	return []world.Rule{
		{Name: "read a copy for a linked device",
			Doc:   "A copy shows who wrote to whom and when, and to which key it is sealed.",
			Takes: []world.Kind{world.Observed}, Gives: []world.Kind{Sealed, world.Metadata},
			Apply: world.FromPacket(readCopy)},
		{Name: "open a copy for a linked device",
			Doc: "The private key of a linked device opens the copies that were sealed to it " +
				"(HPKE, RFC 9180).",
			Takes: []world.Kind{Sealed, Key}, Gives: []world.Kind{wire.Contents},
			Apply: copies.Opening(Use)}}
}

// MakingRules publishes what anybody can do.
func MakingRules() []world.Rule {
	return []world.Rule{
		{Name: MakeDevice, Make: true,
			Doc:   "Anybody can make the key of a device that shows a code to be linked.",
			Gives: []world.Kind{Key}, Apply: makeDevice},
		{Name: Invite, Make: true,
			Doc: "Anybody can send the code of a device to the phone of the account in text, with " +
				"words that make it look like an invitation.",
			Takes: []world.Kind{Key}, Gives: []world.Kind{world.Outgoing},
			Text: world.TextAccount, Apply: invite}}
}

func readCopy(p world.Packet) ([]world.Derived, error) {
	var data []byte
	switch p.Kind() {
	case KindSend:
		f, err := world.Unpack(p.Data, KindSend, 2)
		if err != nil {
			return nil, err
		}
		data = f[1]
	case KindBring:
		f, err := world.Unpack(p.Data, KindBring, 1)
		if err != nil {
			return nil, err
		}
		data = f[0]
	default:
		return nil, errors.New("no copy for a linked device in this packet")
	}
	return copies.Conclude(Sealed, data)
}

func makeDevice(in world.Input) ([]world.Derived, error) {
	key, err := ecdh.X25519().NewPrivateKey(in.Random[:32])
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: Key,
		Ref: hex.EncodeToString(key.PublicKey().Bytes()), Data: key.Bytes()}), nil
}

func invite(in world.Input) ([]world.Derived, error) {
	key, err := ecdh.X25519().NewPrivateKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	account := string(in.Text)
	code := Device{key.PublicKey().Bytes(), world.Outsider}.Encode()
	p := world.Packet{From: world.Outsider, To: world.DeviceOf(account),
		Data: world.Pack(KindInvite, code)}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: account,
		Data: p.Encode(time.Time{})}), nil
}
