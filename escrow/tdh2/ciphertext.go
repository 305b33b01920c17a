package tdh2

import (
	"fmt"

	"doormat/escrow/group"

	"go.dedis.ch/kyber/v3"
	"golang.org/x/crypto/cryptobyte"
)

// Ciphertext is an encrypted seed. It does not contain its label or its key. It is immutable.
type Ciphertext struct {
	masked  [SeedSize]byte // c
	u, ubar kyber.Point
	points  []byte // u and ubar encoded, which every hash needs
	e, f    kyber.Scalar
}

// CiphertextSize returns the length of an encoded ciphertext in bytes: 160 over ristretto255.
func CiphertextSize(g kyber.Group) int { return SeedSize + 2*g.PointLen() + 2*g.ScalarLen() }

// Bytes returns c, u, ubar, e and f one after the other.
func (ct *Ciphertext) Bytes() []byte {
	b := append(ct.masked[:len(ct.masked):len(ct.masked)], ct.points...)
	b = append(b, group.Bytes(ct.e)...)
	return append(b, group.Bytes(ct.f)...)
}

// DecodeCiphertext reads exactly what Bytes wrote. It refuses other lengths, identities and, over
// ristretto255, encodings that are not canonical. That the ciphertext decodes says nothing about
// its validity: see [PublicKey.Check].
func DecodeCiphertext(g kyber.Group, b []byte) (*Ciphertext, error) {
	var points, scalars []byte
	ct := new(Ciphertext)
	in := cryptobyte.String(b)
	if !in.CopyBytes(ct.masked[:]) || !in.ReadBytes(&points, 2*g.PointLen()) ||
		!in.ReadBytes(&scalars, 2*g.ScalarLen()) || !in.Empty() {
		return nil, fmt.Errorf("tdh2: a ciphertext has %d bytes, got %d", CiphertextSize(g), len(b))
	}
	var err error
	if ct.u, err = group.DecodePoint(g, points[:g.PointLen()]); err != nil {
		return nil, fmt.Errorf("tdh2: u: %w", err)
	}
	if ct.ubar, err = group.DecodePoint(g, points[g.PointLen():]); err != nil {
		return nil, fmt.Errorf("tdh2: ubar: %w", err)
	}
	if ct.e, err = group.DecodeScalar(g, scalars[:g.ScalarLen()]); err != nil {
		return nil, fmt.Errorf("tdh2: e: %w", err)
	}
	if ct.f, err = group.DecodeScalar(g, scalars[g.ScalarLen():]); err != nil {
		return nil, fmt.Errorf("tdh2: f: %w", err)
	}
	ct.points = append(group.Bytes(ct.u), group.Bytes(ct.ubar)...)
	return ct, nil
}
