package e2ee

import (
	"fmt"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/senderkey"
	"doormat/world"
)

// Kinds of facts about groups and attachments.
const (
	Contents      world.Kind = "content"          // what an envelope sealed; Ref the message id
	GroupView     world.Kind = "group members"    // as a device knows them; Ref the group
	OwnSenderKey  world.Kind = "own sender key"   // with those who have it; Ref the group
	SenderKey     world.Kind = "sender key"       // of another member; Ref the group
	GroupUpdate   world.Kind = "group update"     // a change of members; Ref the message id
	AttachmentKey world.Kind = "attachment key"   // a Pointer; Ref as of the file
	SealedChunk   world.Kind = "attachment chunk" // a Chunk; Ref as of the file
	KeptFile      world.Kind = "kept attachment"  // of a device's history; Ref as of the file
)

const (
	viewTag     = 'v'
	ownChainTag = 'o'
	chainTag    = 'g'
	giveTag     = 'd'
	givenTag    = 'i'
)

// distribution is a sender key on its way: what the pairwise part of a message to
// a group carries.
type distribution struct {
	group string
	chain senderkey.Distribution
}

func (d *distribution) encode() []byte {
	return world.Pack(giveTag, []byte(d.group), d.chain.Bytes())
}

func parseDistribution(data []byte) (*distribution, error) {
	f, err := world.Unpack(data, giveTag, 2)
	if err != nil {
		return nil, fmt.Errorf("sender key: %w", err)
	}
	chain, err := senderkey.ParseDistribution(f[1])
	if err != nil {
		return nil, err
	}
	return &distribution{string(f[0]), chain}, nil
}

// facts are what a device keeps of a group.
func (g *group) facts(name string) []world.Fact {
	facts := []world.Fact{viewFact(name, g.members, g.since)}
	if g.own != nil {
		facts = append(facts, world.Fact{Kind: OwnSenderKey, Ref: name, Data: g.own.encode(name)})
	}
	for _, member := range sortedKeys(g.chains) {
		for _, c := range g.chains[member] {
			facts = append(facts, world.Fact{Kind: SenderKey, Ref: name,
				Data: world.Pack(chainTag, []byte(name), []byte(member), c.Marshal(),
					world.Time(c.sent))})
		}
	}
	return facts
}

// viewFact states who is in a group, nobody if the account is not, and since when.
func viewFact(name string, members []string, since stamp) world.Fact {
	return world.Fact{Kind: GroupView, Ref: name,
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
		{Kind: Secret, Ref: o.meta.ID, Data: o.secret}, {Kind: Public, Ref: o.meta.ID, Data: o.public}}
	if o.chain != nil {
		facts = append(facts, world.Fact{Kind: Secret, Ref: o.meta.ID, Data: o.key},
			world.Fact{Kind: OwnSenderKey, Ref: o.meta.Group, Data: o.chain.encode(o.meta.Group)})
	}
	return facts
}

// facts are the keys of attachments under way, and the chunks that have come.
func (f *download) facts() []world.Fact {
	facts := attachmentKeys(f.meta.ID, f.files)
	for i, data := range f.chunks {
		facts = append(facts, (&Chunk{f.meta.ID, f.at, i, data}).fact())
	}
	return facts
}

func attachmentKeys(id string, files []Pointer) []world.Fact {
	var facts []world.Fact
	for i := range files {
		facts = append(facts, world.Fact{Kind: AttachmentKey, Ref: world.FileRef(id, i), Data: files[i].encode()})
	}
	return facts
}

// chainKey states the chain of a group from a message on.
func chainKey(group string, c ratchet.Chain) world.Fact {
	ad := groupData(group)
	return world.Fact{Kind: ChainKey, Ref: place(c.Ratchet, c.N), Data: keyData(c.Key, ad[:])}
}
