package group

import (
	"crypto/cipher"
	"encoding/hex"
	"fmt"
	"io"

	"filippo.io/edwards25519"
	"go.dedis.ch/kyber/v3"
)

// scalar is an integer modulo l = 2^252 + 27742317777372353535851937790883648493, always reduced.
type scalar struct {
	s edwards25519.Scalar
}

func innerScalar(s kyber.Scalar) *edwards25519.Scalar { return &s.(*scalar).s }

// String returns the encoding in hexadecimal. It prints secrets too: keep it out of logs.
func (s *scalar) String() string { return hex.EncodeToString(s.s.Bytes()) }

// MarshalSize returns 32.
func (s *scalar) MarshalSize() int { return Size }

// MarshalBinary returns the little-endian encoding of 32 bytes. The error is always nil.
func (s *scalar) MarshalBinary() ([]byte, error) { return s.s.Bytes(), nil }

// UnmarshalBinary accepts exactly 32 bytes below l and otherwise leaves s as it was.
func (s *scalar) UnmarshalBinary(b []byte) error {
	if len(b) != Size {
		return fmt.Errorf("group: a scalar has %d bytes, got %d", Size, len(b))
	}
	if _, err := s.s.SetCanonicalBytes(b); err != nil {
		return fmt.Errorf("group: the scalar is not below the group's order: %w", err)
	}
	return nil
}

// MarshalTo writes the encoding to w.
func (s *scalar) MarshalTo(w io.Writer) (int, error) { return w.Write(s.s.Bytes()) }

// UnmarshalFrom reads an encoding from r or, as kyber asks, picks a scalar when r is a stream of
// randomness.
func (s *scalar) UnmarshalFrom(r io.Reader) (int, error) {
	if random, ok := r.(cipher.Stream); ok {
		s.Pick(random)
		return -1, nil
	}
	var b [Size]byte
	n, err := io.ReadFull(r, b[:])
	if err != nil {
		return n, err
	}
	return n, s.UnmarshalBinary(b[:])
}

// Equal compares in constant time. A scalar of another group is never equal.
func (s *scalar) Equal(other kyber.Scalar) bool {
	o, ok := other.(*scalar)
	return ok && s.s.Equal(&o.s) == 1
}

// Set sets s to a.
func (s *scalar) Set(a kyber.Scalar) kyber.Scalar {
	s.s.Set(innerScalar(a))
	return s
}

// Clone returns a copy.
func (s *scalar) Clone() kyber.Scalar { return new(scalar).Set(s) }

// SetInt64 sets s to v modulo l.
func (s *scalar) SetInt64(v int64) kyber.Scalar {
	magnitude := uint64(v)
	if v < 0 {
		magnitude = -magnitude
	}
	var b [8]byte
	for i := range b {
		b[i] = byte(magnitude >> (8 * i))
	}
	s.SetBytes(b[:])
	if v < 0 {
		s.s.Negate(&s.s)
	}
	return s
}

// Zero sets s to 0.
func (s *scalar) Zero() kyber.Scalar {
	s.s.Set(edwards25519.NewScalar())
	return s
}

// One sets s to 1.
func (s *scalar) One() kyber.Scalar { return s.SetInt64(1) }

// Add sets s to a + b.
func (s *scalar) Add(a, b kyber.Scalar) kyber.Scalar {
	s.s.Add(innerScalar(a), innerScalar(b))
	return s
}

// Sub sets s to a - b.
func (s *scalar) Sub(a, b kyber.Scalar) kyber.Scalar {
	s.s.Subtract(innerScalar(a), innerScalar(b))
	return s
}

// Neg sets s to -a.
func (s *scalar) Neg(a kyber.Scalar) kyber.Scalar {
	s.s.Negate(innerScalar(a))
	return s
}

// Mul sets s to a * b.
func (s *scalar) Mul(a, b kyber.Scalar) kyber.Scalar {
	s.s.Multiply(innerScalar(a), innerScalar(b))
	return s
}

// Div sets s to a / b, and to 0 when b is 0.
func (s *scalar) Div(a, b kyber.Scalar) kyber.Scalar {
	var inverse edwards25519.Scalar
	inverse.Invert(innerScalar(b))
	s.s.Multiply(innerScalar(a), &inverse)
	return s
}

// Inv sets s to 1 / a, and to 0 when a is 0.
func (s *scalar) Inv(a kyber.Scalar) kyber.Scalar {
	s.s.Invert(innerScalar(a))
	return s
}

// Pick sets s to a uniform scalar, reduced from 64 bytes of random.
func (s *scalar) Pick(random cipher.Stream) kyber.Scalar {
	var wide [64]byte
	defer clear(wide[:])
	random.XORKeyStream(wide[:], wide[:])
	return s.SetBytes(wide[:])
}

// SetBytes sets s to b modulo l, b a little-endian integer of any length. 64 uniform bytes give a
// uniform scalar.
func (s *scalar) SetBytes(b []byte) kyber.Scalar {
	if len(b) <= 64 {
		s.setWide(b)
		return s
	}
	var high, shift scalar
	high.SetBytes(b[32:])
	shift.setWide(append(make([]byte, 32), 1)) // 2^256
	s.setWide(b[:32])
	s.s.MultiplyAdd(&high.s, &shift.s, &s.s)
	return s
}

// setWide reduces at most 64 bytes.
func (s *scalar) setWide(b []byte) {
	var wide [64]byte
	defer clear(wide[:])
	copy(wide[:], b)
	if _, err := s.s.SetUniformBytes(wide[:]); err != nil {
		panic("group: 64 bytes did not reduce: " + err.Error())
	}
}
