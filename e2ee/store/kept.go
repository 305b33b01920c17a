package store

import (
	"doormat/e2ee/wire"
	"doormat/world"
)

const keptTag = 'k'

// KeptFact is a message of the history as a fact.
func KeptFact(m world.Meta, body []byte) world.Fact {
	return world.Fact{Kind: wire.KeptMessage, Ref: m.ID,
		Data: world.Pack(keptTag, m.Encode(), body)}
}

// ParseKept decodes a fact of kind [wire.KeptMessage].
func ParseKept(data []byte) (m world.Meta, body []byte, err error) {
	f, err := world.Unpack(data, keptTag, 2)
	if err != nil {
		return m, nil, err
	}
	m, err = world.ParseMeta(f[0])
	return m, f[1], err
}
