package group

import (
	"bytes"
	"errors"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// The constants of RFC 9496, section 4.1, computed from the curve's d = -121665/121666 rather than
// written as digits. Square roots are taken non-negative; SQRT_AD_MINUS_ONE is the negative one in
// the RFC.
var (
	one           = new(field.Element).One()
	minusOne      = new(field.Element).Negate(one)
	curveD        = fraction(121665, 121666, true)
	sqrtM1        = root(minusOne)
	sqrtADMinus1  = new(field.Element).Negate(root(new(field.Element).Subtract(new(field.Element).Negate(curveD), one)))
	invSqrtAMinD  = invRoot(new(field.Element).Subtract(minusOne, curveD))
	oneMinusDSq   = new(field.Element).Subtract(one, new(field.Element).Square(curveD))
	dMinusOneSq   = square(new(field.Element).Subtract(curveD, one))
	errNotEncoded = errors.New("group: not the canonical encoding of a ristretto255 element")
)

func fraction(num, den uint32, negative bool) *field.Element {
	n := new(field.Element).Mult32(one, num)
	d := new(field.Element).Mult32(one, den)
	if negative {
		n.Negate(n)
	}
	return n.Multiply(n, d.Invert(d))
}

func root(x *field.Element) *field.Element {
	r, _ := new(field.Element).SqrtRatio(x, one)
	return r
}

func invRoot(x *field.Element) *field.Element {
	r, _ := new(field.Element).SqrtRatio(one, x)
	return r
}

func square(x *field.Element) *field.Element { return new(field.Element).Square(x) }

// encode is RFC 9496, section 4.3.2.
func encode(p *edwards25519.Point) []byte {
	x, y, z, t := p.ExtendedCoordinates()
	var u1, u2, tmp, den1, den2, zInv, ix, iy, enchanted field.Element

	u1.Multiply(u1.Add(z, y), tmp.Subtract(z, y))
	u2.Multiply(x, y)
	// The ratio is always a square for a point of the curve.
	invSqrt, _ := tmp.SqrtRatio(one, tmp.Multiply(&u1, tmp.Square(&u2)))
	den1.Multiply(invSqrt, &u1)
	den2.Multiply(invSqrt, &u2)
	zInv.Multiply(zInv.Multiply(&den1, &den2), t)

	ix.Multiply(x, sqrtM1)
	iy.Multiply(y, sqrtM1)
	enchanted.Multiply(&den1, invSqrtAMinD)
	rotate := tmp.Multiply(t, &zInv).IsNegative()
	x.Select(&iy, x, rotate)
	y.Select(&ix, y, rotate)
	denInv := enchanted.Select(&enchanted, &den2, rotate)

	y.Select(new(field.Element).Negate(y), y, tmp.Multiply(x, &zInv).IsNegative())
	s := tmp.Multiply(denInv, tmp.Subtract(z, y))
	return s.Absolute(s).Bytes()
}

// decode is RFC 9496, section 4.3.1. It leaves p unchanged when it fails.
func decode(p *edwards25519.Point, b []byte) error {
	s, err := new(field.Element).SetBytes(b)
	if err != nil || !bytes.Equal(s.Bytes(), b) || s.IsNegative() == 1 {
		return errNotEncoded
	}
	var u1, u2, u2Sq, v, denX, denY, x, y, t field.Element
	ss := square(s)
	u1.Subtract(one, ss)
	u2.Add(one, ss)
	u2Sq.Square(&u2)
	v.Multiply(curveD, v.Square(&u1))
	v.Subtract(v.Negate(&v), &u2Sq)

	invSqrt, wasSquare := new(field.Element).SqrtRatio(one, t.Multiply(&v, &u2Sq))
	denX.Multiply(invSqrt, &u2)
	denY.Multiply(denY.Multiply(invSqrt, &denX), &v)
	x.Multiply(x.Add(s, s), &denX)
	x.Absolute(&x)
	y.Multiply(&u1, &denY)
	t.Multiply(&x, &y)
	if wasSquare == 0 || t.IsNegative() == 1 || y.Equal(new(field.Element)) == 1 {
		return errNotEncoded
	}
	return setCoordinates(p, &x, &y, one, &t)
}

// oneWayMap is RFC 9496, section 4.3.4: 64 uniform bytes to a uniform element, of which nobody
// knows the logarithm.
func oneWayMap(p *edwards25519.Point, uniform *[64]byte) {
	var q edwards25519.Point
	elligator(p, uniform[:32])
	elligator(&q, uniform[32:])
	p.Add(p, &q)
}

// elligator is the function MAP of RFC 9496, section 4.3.4, on 32 bytes of which it ignores the
// highest bit.
func elligator(p *edwards25519.Point, half []byte) {
	t, err := new(field.Element).SetBytes(half)
	if err != nil {
		panic("group: elligator takes 32 bytes")
	}
	var r, u, v, tmp, sPrime, c, n, w0, w1, w2, w3 field.Element
	r.Multiply(sqrtM1, r.Square(t))
	u.Multiply(u.Add(&r, one), oneMinusDSq)
	v.Subtract(minusOne, tmp.Multiply(&r, curveD))
	v.Multiply(&v, tmp.Add(&r, curveD))

	s, wasSquare := new(field.Element).SqrtRatio(&u, &v)
	sPrime.Multiply(s, t)
	sPrime.Negate(sPrime.Absolute(&sPrime))
	s.Select(s, &sPrime, wasSquare)
	c.Select(minusOne, &r, wasSquare)
	n.Multiply(n.Multiply(&c, tmp.Subtract(&r, one)), dMinusOneSq)
	n.Subtract(&n, &v)

	w0.Multiply(w0.Add(s, s), &v)
	w1.Multiply(&n, sqrtADMinus1)
	ss := square(s)
	w2.Subtract(one, ss)
	w3.Add(one, ss)
	err = setCoordinates(p, new(field.Element).Multiply(&w0, &w3),
		new(field.Element).Multiply(&w2, &w1),
		new(field.Element).Multiply(&w1, &w3), new(field.Element).Multiply(&w0, &w2))
	if err != nil {
		panic("group: the map of RFC 9496 left the curve: " + err.Error())
	}
}

func setCoordinates(p *edwards25519.Point, x, y, z, t *field.Element) error {
	_, err := p.SetExtendedCoordinates(x, y, z, t)
	return err
}

// equal is RFC 9496, section 4.3.3: two points are one element when x1*y2 = y1*x2 or y1*y2 = x1*x2.
func equal(p, q *edwards25519.Point) bool {
	x1, y1, _, _ := p.ExtendedCoordinates()
	x2, y2, _, _ := q.ExtendedCoordinates()
	var a, b, c, d field.Element
	same := a.Multiply(x1, y2).Equal(b.Multiply(y1, x2))
	turned := c.Multiply(y1, y2).Equal(d.Multiply(x1, x2))
	return same|turned == 1
}
