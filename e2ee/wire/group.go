package wire

import (
	"crypto/sha256"
	"fmt"

	"doormat/e2ee/senderkey"
	"doormat/world"
)

const giveTag = 'd'

// Distribution is a sender key on its way: what the pairwise part of a message to
// a group carries.
type Distribution struct {
	Group string
	Chain senderkey.Distribution
}

// Encode gives the bytes that a part seals.
func (d *Distribution) Encode() []byte {
	return world.Pack(giveTag, []byte(d.Group), d.Chain.Bytes())
}

// ParseDistribution decodes [Distribution.Encode].
func ParseDistribution(data []byte) (*Distribution, error) {
	f, err := world.Unpack(data, giveTag, 2)
	if err != nil {
		return nil, fmt.Errorf("sender key: %w", err)
	}
	chain, err := senderkey.ParseDistribution(f[1])
	if err != nil {
		return nil, err
	}
	return &Distribution{string(f[0]), chain}, nil
}

// GroupData is the associated data of a group's sender keys, 32 bytes. That of a
// message says besides who wrote it.
func GroupData(name string) [32]byte { return sha256.Sum256(world.Pack('G', []byte(name))) }
