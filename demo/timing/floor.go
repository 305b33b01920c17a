package timing

import (
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/escrow/group"
	"doormat/world"
)

// newFloor returns the least that a message under any public-key escrow must cost
// whoever opens it: one multiplication of a point by a secret, in the group that the
// escrow designs compute in, and one ChaCha20-Poly1305 opening of a body.
func newFloor() (func(), error) {
	g := group.New(nil)
	random := world.Seed(1).Stream("floor")
	secret, err := group.RandomScalar(g, random)
	if err != nil {
		return nil, fmt.Errorf("floor: %w", err)
	}
	point := group.HashToPoint(g, "doormat/timing/floor/v1")
	key, nonce := make([]byte, chacha20poly1305.KeySize), make([]byte, chacha20poly1305.NonceSize)
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, fmt.Errorf("floor: %w", err)
	}
	sealed := aead.Seal(nil, nonce, make([]byte, BodyBytes), nil)
	return func() {
		g.Point().Mul(secret, point)
		if aead, err := chacha20poly1305.New(key); err == nil {
			_, _ = aead.Open(nil, nonce, sealed, nil)
		}
	}, nil
}
