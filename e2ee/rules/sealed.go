package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/sealedsender"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Kinds of facts about deliveries that name no sender.
const (
	SealedFor world.Kind = "sealed delivery" // Ref the recipient
	SealedOf  world.Kind = "unnamed message" // the same; Ref the message id

	SealedUnder world.Kind = "unnamed link of a chain" // the same; Ref the chain in its header
	ChainOwner  world.Kind = "owner of a chain"        // an account; Ref the chain that it writes under
	SealedIn    world.Kind = "unnamed group message"   // metadata without sender; Ref the group
	GroupReader world.Kind = "readers in a group"      // recipients of some message; Ref the group
)

// sealedRules are how who sent something is found where the envelope does not say it (package
// sealedsender).
func sealedRules() []world.Rule {
	return []world.Rule{
		{Name: "open a sealed sender",
			Doc: "The sender's certificate is sealed to the recipient's identity, and opens to " +
				"whoever has that.",
			Takes: kinds(wire.DeviceKeys, SealedFor), Gives: kinds(wire.Delivered),
			Apply: openSealedSender},
		{Name: "name a sender",
			Doc: "Who knows otherwise who wrote to whom and when knows what the message is " +
				"authenticated with.",
			Takes: kinds(world.Metadata, SealedOf), Gives: kinds(wire.Delivered),
			Apply: nameSender},
		{Name: "recognise a chain",
			Doc: "A header shows under which chain a message is sealed, and a stored session " +
				"under which its owner writes.",
			Takes: kinds(ChainOwner, SealedUnder), Gives: kinds(wire.Delivered),
			Apply: recogniseChain},
		{Name: "miss a member",
			Doc: "A group's message goes to all of its members but the one who wrote it; who " +
				"they are, other messages to the group show.",
			Takes: kinds(GroupReader, SealedIn), Gives: kinds(world.Metadata),
			Apply: missAmongReaders},
		{Name: "miss a member that a phone knows",
			Doc:   "The same, where a member's phone shows who is in the group.",
			Takes: kinds(wire.GroupView, SealedIn), Gives: kinds(world.Metadata),
			Apply: missAmongMembers},
		{Name: "link by receipts",
			Doc: "A message that names no sender is answered in the same instant by receipts, " +
				"which are all of one size and go to whoever sent it.",
			Takes: kinds(wire.SealedMail), All: wire.SealedMail, Gives: kinds(world.Metadata),
			Apply: linkByReceipts},
	}
}

// unnamed states a delivery that names no sender, for the rules above.
func unnamed(d *wire.Delivery) []world.Derived {
	facts := []world.Fact{{Kind: SealedFor, Ref: d.To, Data: d.Encode()},
		{Kind: SealedOf, Ref: d.Meta.ID, Data: d.Encode()}}
	if !d.Bare() {
		facts = append(facts, world.Fact{Kind: SealedUnder, Ref: ratchet.ChainID(d.Header.Ratchet),
			Data: d.Encode()})
	}
	if d.Meta.Group != "" {
		facts = append(facts,
			world.Fact{Kind: GroupReader, Ref: d.Meta.Group, Data: world.Strings(d.Meta.To)},
			world.Fact{Kind: SealedIn, Ref: d.Meta.Group, Data: d.Meta.Encode()})
	}
	return world.Conclude(facts...)
}

func recogniseChain(in world.Input) ([]world.Derived, error) {
	d, err := wire.ParseDelivery(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	d.Meta.From, d.Sender = string(in.Facts[0].Data), nil
	return world.Conclude(d.Fact()), nil
}

func missAmongReaders(in world.Input) ([]world.Derived, error) {
	readers, err := world.ParseStrings(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return miss(readers, in.Facts[1].Data)
}

func missAmongMembers(in world.Input) ([]world.Derived, error) {
	members, err := store.ParseView(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return miss(members, in.Facts[1].Data)
}

// miss concludes that a message may be from the one of these accounts to whom it did not go.
func miss(accounts []string, message []byte) ([]world.Derived, error) {
	m, err := world.ParseMeta(message)
	if err != nil {
		return nil, err
	}
	accounts = slices.DeleteFunc(slices.Clone(accounts), func(a string) bool {
		return slices.Contains(m.To, a)
	})
	if len(accounts) != 1 {
		return nil, fmt.Errorf("%d are missing among the recipients", len(accounts))
	}
	m.From = accounts[0]
	return world.Conclude(m.Fact()), nil
}

func openSealedSender(in world.Input) ([]world.Derived, error) {
	keys, err := store.PartOf(in.Facts[0].Data, 0, 0, 0) // the identity is enough
	if err != nil {
		return nil, err
	}
	d, err := wire.ParseDelivery(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	if d, err = sealedsender.Named(d, keys.Identity); err != nil {
		return nil, err
	}
	return world.Conclude(d.Fact()), nil
}

func nameSender(in world.Input) ([]world.Derived, error) {
	m, err := world.ParseMeta(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	d, err := wire.ParseDelivery(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	if m.From == "" {
		return nil, errors.New("a message without a sender")
	}
	d.Meta, d.Sender = m, nil
	return world.Conclude(d.Fact()), nil
}

// instant is how the time of a sealed envelope is written, to the millisecond.
const instant = "2006-01-02 15:04:05.000"

// receiptSize is how long the ciphertext of a receipt is: that of every receipt, since a message's
// number has 32 digits, and 16 bytes more than its content.
var receiptSize = len((&wire.Content{Receipt: strings.Repeat("0", 32)}).Encode()) + 16

// receiptTo reads to whom an envelope that names no sender goes, if it can be a receipt.
func receiptTo(u *wire.Upload) string {
	if len(u.Parts) == 1 && u.Group == nil && len(u.Parts[0].Ciphertext) == receiptSize {
		return u.Parts[0].To
	}
	return ""
}

// linkByReceipts concludes of each account that is sent a receipt in the instant of a message, and
// is none of its recipients, that it may have sent it. Each conclusion rests on one receipt, so
// more envelopes never make it conclude less.
func linkByReceipts(in world.Input) ([]world.Derived, error) {
	u, err := wire.ParseUpload(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	var found []world.Derived
	for i, f := range in.Facts[1:] {
		r, err := wire.ParseUpload(f.Data)
		if err != nil {
			continue
		}
		m := u.Meta
		if m.From = receiptTo(r); m.From == "" || slices.Contains(m.To, m.From) {
			continue
		}
		found = append(found, world.Derived{Fact: m.Fact(), From: []int{0, i + 1}})
	}
	if len(found) == 0 {
		return nil, errors.New("no receipt came in the same instant")
	}
	return found, nil
}
