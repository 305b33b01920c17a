package rules

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/registration"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Names of the making rules of somebody who has registered as somebody else.
const (
	RegisterWithCode = "register with a code"
	AskForBundle     = "ask for a bundle"
	WriteRegistered  = "write as the registered phone"
	FetchFiles       = "fetch files"
)

// envelopeMaker builds a design's envelope, as for [Making].
type envelopeMaker = func(random io.Reader, more []world.Fact) (wire.Envelope, error)

// takeoverRules publishes what somebody can do who has a code.
func takeoverRules(envelope envelopeMaker, more world.Kind) []world.Rule {
	return []world.Rule{
		{Name: RegisterWithCode,
			Doc: "Whoever has the code that was sent to a number registers the account with keys " +
				"made for it, on a phone of the adversary's own; text is a guess at the PIN of a " +
				"registration lock, or that follows as a fact.",
			Takes: kinds(wire.DeviceKeys, registration.Code), All: registration.PIN,
			Gives: kinds(world.Outgoing), Poses: true, Text: world.TextGuess, Apply: registerWithCode},
		{Name: AskForBundle, Doc: "Anybody can ask for the keys of the account in text.",
			Gives: kinds(world.Outgoing), Text: world.TextAccount, Apply: askForBundle},
		{Name: WriteRegistered,
			Doc: "The phone that is registered as somebody writes in that name, at the time of a " +
				"packet that it has just got; the provider brings the message.",
			Takes: kinds(OwnSession, world.Observed), All: more, Text: world.TextMessage,
			Gives: kinds(OwnSession, world.Outgoing),
			Apply: func(in world.Input) ([]world.Derived, error) {
				return writeRegistered(in, envelope)
			}},
		{Name: FetchFiles,
			Doc:   "The phone that a message went to can fetch the chunks of its files.",
			Takes: kinds(wire.Contents), Gives: kinds(world.Outgoing), Apply: fetchFiles},
	}
}

func registerWithCode(in world.Input) ([]world.Derived, error) {
	keys, err := store.ParseKeys(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	if len(keys.Signed) == 0 || !slices.ContainsFunc(keys.KEM, (*pqxdh.KEMPrekey).LastResort) {
		return nil, errors.New("a phone registers with a signed prekey and a KEM key of last resort")
	}
	if in.Facts[0].Ref != in.Facts[1].Ref {
		return nil, fmt.Errorf("a code for %s, and keys for %s", in.Facts[1].Ref, in.Facts[0].Ref)
	}
	pin := string(in.Text)
	for _, found := range in.Facts[2:] {
		pin = string(found.Data)
	}
	c := registration.Claim{Account: in.Facts[1].Ref, Code: string(in.Facts[1].Data), PIN: pin,
		Registration: world.Pack(wire.KindRegister, keys.Bundles()...)}
	return registration.Outgoing(c.Account, c.Encode()), nil
}

func askForBundle(in world.Input) ([]world.Derived, error) {
	return registration.Outgoing(string(in.Text), world.Pack(wire.KindFetch, in.Text)), nil
}

// writeRegistered writes as [write] does, dated when a packet was seen, and sends the message by
// way of the provider.
func writeRegistered(in world.Input, envelope envelopeMaker) ([]world.Derived, error) {
	seen, at, err := world.ParsePacket(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	like := world.Meta{ID: hex.EncodeToString(in.Random[:16]), From: seen.From,
		To: []string{seen.To}, Sent: at}
	in.Facts = append([]world.Fact{in.Facts[0], like.Fact()}, in.Facts[2:]...)
	out, err := write(in, envelope)
	if err != nil {
		return nil, err
	}
	for i, derived := range out {
		if derived.Kind != world.Outgoing {
			continue
		}
		p, _, err := world.ParsePacket(derived.Data)
		if err != nil {
			return nil, err
		}
		d, err := wire.ParseDelivery(p.Data)
		if err != nil {
			return nil, err
		}
		u := &wire.Upload{Meta: d.Meta, Public: d.Public, Parts: []wire.Part{d.Part}}
		out[i] = registration.Outgoing(d.Meta.ID, u.Encode())[0]
	}
	return out, nil
}

func fetchFiles(in world.Input) ([]world.Derived, error) {
	c, err := wire.ParseContent(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	var out []world.Derived
	for i, f := range c.Files {
		for n := range f.Hashes {
			chunk := wire.Chunk{Message: in.Facts[0].Ref, File: i, Number: n}
			out = append(out, registration.Outgoing(in.Facts[0].Ref, chunk.Encode(wire.KindGet))...)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("the message has no files")
	}
	return out, nil
}
