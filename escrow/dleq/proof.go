package dleq

import (
	"fmt"

	"doormat/escrow/group"

	"go.dedis.ch/kyber/v3"
)

// Proof is a challenge and a response. It does not say what it proves: the verifier brings the
// statement and the context.
type Proof struct {
	challenge, response kyber.Scalar
}

// Size returns the length of an encoded proof in bytes: 64 over ristretto255.
func Size(g kyber.Group) int { return 2 * g.ScalarLen() }

// Bytes returns the challenge followed by the response.
func (p *Proof) Bytes() []byte {
	return append(group.Bytes(p.challenge), group.Bytes(p.response)...)
}

// Decode reads exactly what Bytes wrote. Over ristretto255 it refuses scalars that are not below
// the group's order.
func Decode(g kyber.Group, b []byte) (*Proof, error) {
	if len(b) != Size(g) {
		return nil, fmt.Errorf("dleq: a proof has %d bytes, got %d", Size(g), len(b))
	}
	challenge, err := group.DecodeScalar(g, b[:g.ScalarLen()])
	if err != nil {
		return nil, fmt.Errorf("dleq: challenge: %w", err)
	}
	response, err := group.DecodeScalar(g, b[g.ScalarLen():])
	if err != nil {
		return nil, fmt.Errorf("dleq: response: %w", err)
	}
	return &Proof{challenge: challenge, response: response}, nil
}
