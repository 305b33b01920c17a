package e2ee

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"doormat/world"
)

// VendorKey is the key with which a vendor signs what phones run: an Ed25519 seed, 32 bytes.
// Its Ref is the public key in hexadecimal.
const VendorKey world.Kind = "vendor key"

// Vendor is whoever writes and signs the programs of phones. It implements [world.Node].
type Vendor struct {
	key ed25519.PrivateKey
}

// NewVendor makes a vendor with a key of its own.
func NewVendor(random io.Reader) (*Vendor, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("%s: %w", world.Vendor, err)
	}
	return &Vendor{key: ed25519.NewKeyFromSeed(seed)}, nil
}

// Public is the key with which phones are shipped.
func (v *Vendor) Public() ed25519.PublicKey { return v.key.Public().(ed25519.PublicKey) }

// Name implements [world.Node].
func (*Vendor) Name() string { return world.Vendor }

// Holdings implements [world.Node].
func (v *Vendor) Holdings() []world.Fact {
	return []world.Fact{{Kind: VendorKey, Ref: hex.EncodeToString(v.Public()), Data: v.key.Seed()}}
}

// Handle implements [world.Node].
func (*Vendor) Handle(time.Time, world.Packet) []world.Packet { return nil }
