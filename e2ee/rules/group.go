package rules

import (
	"fmt"
	"slices"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// groupRules publishes how the bytes of groups and attachments are read. The
// chain of a sender key is stepped and opened by the rules for any chain.
func groupRules() []world.Rule {
	return []world.Rule{
		{Name: "read a distribution",
			Doc: "What a pairwise part of a message to a group carries is the sender's chain key " +
				"from that message on.",
			Takes: kinds(wire.Secret), Gives: kinds(ChainKey), Apply: readDistribution},
		{Name: "read a sender key",
			Doc: "A member's device holds the chain keys of all other members, and so what they " +
				"write until they change them.",
			Takes: kinds(wire.SenderKey), Gives: kinds(ChainKey, MessageKey), Apply: readSenderKey},
		{Name: "read an own sender key",
			Doc:   "The owner's device holds the chain key of what it will write next.",
			Takes: kinds(wire.OwnSenderKey), Gives: kinds(ChainKey), Apply: readOwnSenderKey},
		{Name: "read the content",
			Doc: "A content is a text with the keys of its attachments, a change of a group's " +
				"members, the key of a call, or a receipt.",
			Takes: kinds(wire.Contents), Gives: kinds(world.Plaintext, wire.AttachmentKey,
				wire.GroupUpdate, wire.CallKey, wire.Receipt), Apply: readContent},
		{Name: "open an attachment",
			Doc:   "The key of an attachment opens its chunks, if all of them are there.",
			Takes: kinds(wire.AttachmentKey), All: wire.SealedChunk, Gives: kinds(world.File),
			Apply: openAttachment},
		{Name: "read a kept attachment",
			Doc:   "A file that a device still shows to its user, it also shows to a thief.",
			Takes: kinds(wire.KeptFile), Gives: kinds(world.File), Apply: readKeptFile},
	}
}

func readDistribution(in world.Input) ([]world.Derived, error) {
	d, err := wire.ParseDistribution(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(chainKey(d.Group, ratchet.Chain(d.Chain))), nil
}

func readSenderKey(in world.Input) ([]world.Derived, error) {
	group, r, err := store.ParseSenderKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	facts := []world.Fact{chainKey(group, r.Chain())}
	ad := wire.GroupData(group)
	for _, k := range r.Skipped() {
		facts = append(facts, world.Fact{Kind: MessageKey, Ref: place(k.Ratchet, k.N),
			Data: keyData(k.Key, ad[:])})
	}
	return world.Conclude(facts...), nil
}

func readOwnSenderKey(in world.Input) ([]world.Derived, error) {
	group, own, err := store.ParseOwnSenderKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(chainKey(group, ratchet.Chain(own.Sender.Distribution()))), nil
}

func readContent(in world.Input) ([]world.Derived, error) {
	id := in.Facts[0].Ref
	c, err := wire.ParseContent(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	if c.Update != nil {
		return world.Conclude(world.Fact{Kind: wire.GroupUpdate, Ref: id,
			Data: in.Facts[0].Data}), nil
	}
	if c.Call != nil {
		return world.Conclude(wire.CallKeyFact(id, *c.Call)), nil
	}
	if c.Receipt != "" {
		return world.Conclude(world.Fact{Kind: wire.Receipt, Ref: c.Receipt, Data: []byte(id)}), nil
	}
	text := world.Fact{Kind: world.Plaintext, Ref: id, Data: c.Body}
	return world.Conclude(append([]world.Fact{text}, wire.AttachmentKeys(id, c.Files)...)...), nil
}

// openAttachment takes for each place the chunk that the author meant. No other
// one stands in its way, so more facts never conclude less.
func openAttachment(in world.Input) ([]world.Derived, error) {
	p, err := wire.ParsePointer(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	sealed := make([][]byte, len(p.Hashes))
	from := make([]int, len(p.Hashes)) // 0, the pointer's own place, for none
	for at, f := range in.Facts[1:] {
		if c, err := wire.ParseChunk(f.Data, wire.KindPut); err == nil && c.Ref() == f.Ref &&
			p.Means(c.Number, c.Data) {
			sealed[c.Number], from[c.Number] = c.Data, at+1
		}
	}
	if i := slices.Index(from, 0); i >= 0 {
		return nil, fmt.Errorf("chunk %d of %d is missing", i+1, len(from))
	}
	file, err := p.OpenFile(sealed)
	if err != nil {
		return nil, err
	}
	return []world.Derived{{Fact: world.Fact{Kind: world.File, Ref: in.Facts[0].Ref, Data: file},
		From: append([]int{0}, from...)}}, nil
}

func readKeptFile(in world.Input) ([]world.Derived, error) {
	return world.Conclude(world.Fact{Kind: world.File, Ref: in.Facts[0].Ref,
		Data: in.Facts[0].Data}), nil
}

// chainKey states the chain of a group from a message on.
func chainKey(group string, c ratchet.Chain) world.Fact {
	ad := wire.GroupData(group)
	return world.Fact{Kind: ChainKey, Ref: place(c.Ratchet, c.N), Data: keyData(c.Key, ad[:])}
}
