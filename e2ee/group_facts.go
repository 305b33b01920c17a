package e2ee

import (
	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
)

const (
	viewTag     = 'v'
	ownChainTag = 'o'
	chainTag    = 'g'
	givenTag    = 'i'
)

// facts are what a device keeps of a group.
func (g *group) facts(name string) []world.Fact {
	facts := []world.Fact{viewFact(name, g.members, g.since)}
	if g.own != nil {
		facts = append(facts, world.Fact{Kind: wire.OwnSenderKey, Ref: name, Data: g.own.encode(name)})
	}
	for _, member := range sortedKeys(g.chains) {
		for _, c := range g.chains[member] {
			facts = append(facts, world.Fact{Kind: wire.SenderKey, Ref: name,
				Data: world.Pack(chainTag, []byte(name), []byte(member), c.Marshal(),
					world.Time(c.sent))})
		}
	}
	return facts
}

// viewFact states who is in a group, nobody if the account is not, and since when.
func viewFact(name string, members []string, since stamp) world.Fact {
	return world.Fact{Kind: wire.GroupView, Ref: name,
		Data: world.Pack(viewTag, world.Strings(members), world.Time(since.sent), []byte(since.author), []byte(since.id))}
}

func (c *ownChain) encode(group string) []byte {
	var given [][]byte
	for _, name := range sortedKeys(c.given) {
		given = append(given, world.Pack(givenTag, []byte(name), c.given[name]))
	}
	return world.Pack(ownChainTag, []byte(group), c.sender.Marshal(), world.Pack(0, given...))
}

// facts are what a device keeps of a message that the provider has not confirmed.
func (o *outgoing) facts() []world.Fact {
	facts := []world.Fact{o.meta.Fact(),
		{Kind: wire.Secret, Ref: o.meta.ID, Data: o.secret}, {Kind: wire.Public, Ref: o.meta.ID, Data: o.public}}
	if o.chain != nil {
		facts = append(facts, world.Fact{Kind: wire.Secret, Ref: o.meta.ID, Data: o.key},
			world.Fact{Kind: wire.OwnSenderKey, Ref: o.meta.Group, Data: o.chain.encode(o.meta.Group)})
	}
	return facts
}

// facts are the keys of attachments under way, and the chunks that have come.
func (f *download) facts() []world.Fact {
	facts := wire.AttachmentKeys(f.meta.ID, f.files)
	for i, data := range f.chunks {
		facts = append(facts, (&wire.Chunk{Message: f.meta.ID, File: f.at, Number: i, Data: data}).Fact())
	}
	return facts
}

// chainKey states the chain of a group from a message on.
func chainKey(group string, c ratchet.Chain) world.Fact {
	ad := wire.GroupData(group)
	return world.Fact{Kind: ChainKey, Ref: place(c.Ratchet, c.N), Data: keyData(c.Key, ad[:])}
}
