// Package group is the prime-order group that the escrow designs compute in: ristretto255 (RFC
// 9496), shaped as a kyber.Group so that kyber's secret sharing, Schnorr signatures and key
// generation run over it unchanged.
//
// # Why not the curve itself
//
// edwards25519 has 8*l points, l prime. A protocol proved secure in a group of prime order breaks
// in small ways on such a curve: a trustee that multiplies rG + T, T of order 8, by its share
// reveals the share modulo 8. ristretto255 takes the quotient by the small subgroup inside the
// encoding. Every element has exactly one encoding of 32 bytes, every other string is refused, and
// no element has small order. The arithmetic underneath is filippo.io/edwards25519.
//
// # What is constant time
//
// The methods of points and scalars, and [Table], take time independent of the values. Functions
// whose name begins with VarTime do not: give them public scalars only. Decoding reveals whether
// the input was valid and nothing else.
//
// # What is checked
//
// TestRFC9496 runs all vectors of RFC 9496, appendix A.1 to A.3. TestRFC9497 checks hashing to the
// group and to scalars (RFC 9380, expand_message_xmd) against vectors that use them, and
// TestKyberConformance runs kyber's own suite.
package group

import (
	"crypto/cipher"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/edwards25519"
	"go.dedis.ch/kyber/v3"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

// Size is the length in bytes of an encoded point and of an encoded scalar.
const Size = 32

// Suite is ristretto255 with SHA-512. It implements kyber.Group, kyber.HashFactory,
// kyber.XOFFactory and kyber.Random, which is all that kyber's share, share/dkg/pedersen and
// sign/schnorr ask for. Suites differ only in their randomness: elements of any two mix freely. It
// is safe for concurrent use.
type Suite struct {
	random *stream
}

// New returns a suite whose RandomStream reads from random. Nothing else in the suite reads it, and
// the suite never reads the operating system. With a nil random everything works except
// RandomStream, whose stream panics when read: a missing source must not turn into a predictable
// key.
func New(random io.Reader) *Suite {
	return &Suite{random: &stream{source: random}}
}

// String returns "ristretto255".
func (s *Suite) String() string { return "ristretto255" }

// ScalarLen returns 32.
func (s *Suite) ScalarLen() int { return Size }

// PointLen returns 32.
func (s *Suite) PointLen() int { return Size }

// Scalar returns a new scalar, zero.
func (s *Suite) Scalar() kyber.Scalar { return new(scalar) }

// Point returns a new point, the identity.
func (s *Suite) Point() kyber.Point { return new(point).Null() }

// Hash returns a new SHA-512.
func (s *Suite) Hash() hash.Hash { return sha512.New() }

// XOF returns a BLAKE2Xb extendable output, seeded with seed.
func (s *Suite) XOF(seed []byte) kyber.XOF { return blake2xb.New(seed) }

// RandomStream returns the suite's source of randomness. Because a cipher.Stream cannot return an
// error, reading from it panics when the source fails or when New was given none.
func (s *Suite) RandomStream() cipher.Stream { return s.random }

// IsIdentity reports whether p is the neutral element of g, in constant time over this package's
// group.
func IsIdentity(g kyber.Group, p kyber.Point) bool { return p.Equal(g.Point().Null()) }

// DecodePoint decodes exactly one point of g and refuses the identity, which no protocol here
// accepts from outside.
func DecodePoint(g kyber.Group, b []byte) (kyber.Point, error) {
	if len(b) != g.PointLen() {
		return nil, fmt.Errorf("group: a point has %d bytes, got %d", g.PointLen(), len(b))
	}
	p := g.Point()
	if err := p.UnmarshalBinary(b); err != nil {
		return nil, err
	}
	if IsIdentity(g, p) {
		return nil, errors.New("group: the point is the identity, which carries no key")
	}
	return p, nil
}

// DecodeScalar decodes exactly one scalar of g. Over this package's group it refuses values of l
// and above.
func DecodeScalar(g kyber.Group, b []byte) (kyber.Scalar, error) {
	if len(b) != g.ScalarLen() {
		return nil, fmt.Errorf("group: a scalar has %d bytes, got %d", g.ScalarLen(), len(b))
	}
	s := g.Scalar()
	if err := s.UnmarshalBinary(b); err != nil {
		return nil, err
	}
	return s, nil
}

// Bytes returns the encoding of a point or scalar, whose MarshalBinary cannot fail in a group of
// fixed-size elements.
func Bytes(element kyber.Marshaling) []byte {
	b, err := element.MarshalBinary()
	if err != nil {
		panic("group: an element did not encode: " + err.Error())
	}
	return b
}

// generator is RFC 9496's generator, which the identity map sends to the one of RFC 8032.
func generator() *edwards25519.Point { return edwards25519.NewGeneratorPoint() }
