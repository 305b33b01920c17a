// Package lawtest signs orders for tests, with the keys of a deployment or of a stranger.
// TestEverybodyWhoAnswersOrders in package demo uses it most.
package lawtest

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"io"

	"doormat/world"
	"doormat/world/law"
)

// Keys are the private keys of a court and an agency.
type Keys struct {
	Court  ed25519.PrivateKey
	Agency *ecdh.PrivateKey
}

// New makes keys of nobody in a deployment.
func New(name string) Keys {
	stream, seed := world.Seed(1).Stream(name), make([]byte, 64)
	_, _ = io.ReadFull(stream, seed)
	agency, _ := ecdh.X25519().NewPrivateKey(seed[32:])
	return Keys{ed25519.NewKeyFromSeed(seed[:32]), agency}
}

// Of copies the keys of these two nodes.
func Of(court, agency world.Node) Keys {
	key, err := ecdh.X25519().NewPrivateKey(agency.Holdings()[0].Data)
	if err != nil {
		panic(err)
	}
	return Keys{ed25519.NewKeyFromSeed(court.Holdings()[0].Data), key}
}

// Name completes an order with the agency's public key.
func (k Keys) Name(o law.Order) law.Order {
	o.Agency = k.Agency.PublicKey().Bytes()
	return o
}

// Sign gives the order, completed, with both signatures.
func (k Keys) Sign(o law.Order) []byte {
	return law.Sign(law.Apply(k.Name(o), law.SigningKey(k.Agency.Bytes())), k.Court)
}

// Register holds the public halves.
func (k Keys) Register() *law.Register {
	return &law.Register{Courts: []ed25519.PublicKey{k.Court.Public().(ed25519.PublicKey)},
		Agencies: []law.Registered{{Answers: k.Agency.PublicKey().Bytes(),
			Signs: law.SigningKey(k.Agency.Bytes()).Public().(ed25519.PublicKey)}}}
}
