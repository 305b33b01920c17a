package group

import (
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"filippo.io/edwards25519"
	"go.dedis.ch/kyber/v3"
)

// point is an element of ristretto255, held as any one of the curve points that stand for it. As in
// kyber, a method sets its receiver and returns it, arguments may alias the receiver, and a point
// of another group is a programming error (a failed type assertion).
type point struct {
	p edwards25519.Point
}

func inner(p kyber.Point) *edwards25519.Point { return &p.(*point).p }

// String returns the encoding in hexadecimal.
func (p *point) String() string { return hex.EncodeToString(encode(&p.p)) }

// MarshalSize returns 32.
func (p *point) MarshalSize() int { return Size }

// MarshalBinary returns the canonical encoding of 32 bytes. The error is always nil.
func (p *point) MarshalBinary() ([]byte, error) { return encode(&p.p), nil }

// UnmarshalBinary accepts exactly the encodings of RFC 9496, the identity's among them, and
// otherwise leaves p as it was.
func (p *point) UnmarshalBinary(b []byte) error {
	if len(b) != Size {
		return fmt.Errorf("group: a point has %d bytes, got %d", Size, len(b))
	}
	return decode(&p.p, b)
}

// MarshalTo writes the encoding to w.
func (p *point) MarshalTo(w io.Writer) (int, error) { return w.Write(encode(&p.p)) }

// UnmarshalFrom reads an encoding from r or, as kyber asks, picks a point when r is a stream of
// randomness.
func (p *point) UnmarshalFrom(r io.Reader) (int, error) {
	if random, ok := r.(cipher.Stream); ok {
		p.Pick(random)
		return -1, nil
	}
	var b [Size]byte
	n, err := io.ReadFull(r, b[:])
	if err != nil {
		return n, err
	}
	return n, p.UnmarshalBinary(b[:])
}

// Equal compares elements, not representations. A point of another group is never equal.
func (p *point) Equal(other kyber.Point) bool {
	q, ok := other.(*point)
	return ok && equal(&p.p, &q.p)
}

// Null sets p to the identity.
func (p *point) Null() kyber.Point {
	p.p.Set(edwards25519.NewIdentityPoint())
	return p
}

// Base sets p to the generator.
func (p *point) Base() kyber.Point {
	p.p.Set(generator())
	return p
}

// Set sets p to q.
func (p *point) Set(q kyber.Point) kyber.Point {
	p.p.Set(inner(q))
	return p
}

// Clone returns a copy.
func (p *point) Clone() kyber.Point { return new(point).Set(p) }

// Add sets p to a + b.
func (p *point) Add(a, b kyber.Point) kyber.Point {
	p.p.Add(inner(a), inner(b))
	return p
}

// Sub sets p to a - b.
func (p *point) Sub(a, b kyber.Point) kyber.Point {
	p.p.Subtract(inner(a), inner(b))
	return p
}

// Neg sets p to -a.
func (p *point) Neg(a kyber.Point) kyber.Point {
	p.p.Negate(inner(a))
	return p
}

// Mul sets p to s*q, or to s times the generator when q is nil, in constant time.
func (p *point) Mul(s kyber.Scalar, q kyber.Point) kyber.Point {
	if q == nil {
		p.p.ScalarBaseMult(innerScalar(s))
	} else {
		p.p.ScalarMult(innerScalar(s), inner(q))
	}
	return p
}

// Pick sets p to a uniform element made from 64 bytes of random; its logarithm is unknown.
func (p *point) Pick(random cipher.Stream) kyber.Point {
	var uniform [64]byte
	random.XORKeyStream(uniform[:], uniform[:])
	oneWayMap(&p.p, &uniform)
	return p
}

// EmbedLen returns 29: of the 32 bytes one holds the length and two are varied until the whole
// decodes.
func (p *point) EmbedLen() int { return Size - 3 }

// Embed sets p to a point whose encoding carries the first EmbedLen bytes of data, or to a random
// one when data is nil. One string in four decodes, so of the 2^15 tails that it steps through from
// a random one some do.
func (p *point) Embed(data []byte, random cipher.Stream) kyber.Point {
	if data == nil {
		return p.Pick(random)
	}
	var b [Size]byte
	n := min(len(data), p.EmbedLen())
	random.XORKeyStream(b[Size-2:], b[Size-2:])
	b[0] = byte(n) << 1 // even, because an encoding is a non-negative field element
	copy(b[1:], data[:n])
	for range 1 << 15 {
		b[Size-1] &= 0x7f
		if decode(&p.p, b[:]) == nil {
			return p
		}
		if b[Size-2]++; b[Size-2] == 0 {
			b[Size-1]++
		}
	}
	panic("group: no tail made the data decode, which has probability below 2^-10000")
}

// Data returns what Embed put into the point.
func (p *point) Data() ([]byte, error) {
	b := encode(&p.p)
	n := int(b[0] >> 1)
	if n > p.EmbedLen() {
		return nil, errors.New("group: the point carries no embedded data")
	}
	return b[1 : 1+n], nil
}
