package group

import (
	"crypto/subtle"
	"sync"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
	"go.dedis.ch/kyber/v3"
)

// Table multiplies one fixed point by secret scalars, in constant time and about as fast as the
// generator is multiplied. It pays from the fifth multiplication on. Over a group other than this
// package's it falls back to Mul. It is immutable and safe for concurrent use.
type Table struct {
	group kyber.Group
	base  kyber.Point
	rows  func() *[32][8]affine // rows[i][j] = (j+1) * 256^i * base; nil for another group
}

// affine is a curve point (x, y) as the three values that adding it needs: y+x, y-x and 2dxy
// (Hisil, Wong, Carter and Dawson, "Twisted Edwards curves revisited", ASIACRYPT 2008, section
// 3.1).
type affine struct {
	yPlusX, yMinusX, xy2d field.Element
}

// NewTable keeps base; its multiples, about 30 kB, are computed by the first multiplication.
func NewTable(g kyber.Group, base kyber.Point) *Table {
	t := &Table{group: g, base: base.Clone()}
	if ours, ok := t.base.(*point); ok {
		t.rows = sync.OnceValue(func() *[32][8]affine {
			rows := new([32][8]affine)
			fill(rows, &ours.p)
			return rows
		})
	}
	return t
}

// Base returns a copy of the fixed point.
func (t *Table) Base() kyber.Point { return t.base.Clone() }

// Mul returns s times the fixed point. With s written as the sum of d[k]*16^k, -8 <= d[k] <= 8, the
// odd k are summed first, multiplied by 16, and the even k added, so that one row serves two
// digits.
func (t *Table) Mul(s kyber.Scalar) kyber.Point {
	product := t.group.Point()
	ours, ok := product.(*point)
	if !ok {
		return product.Mul(s, t.base)
	}
	digits := signedDigits(innerScalar(s).Bytes())
	t.addDigits(&ours.p, &digits, 1)
	for range 4 {
		ours.p.Double(&ours.p)
	}
	t.addDigits(&ours.p, &digits, 0)
	return product
}

// addDigits adds to sum the terms of digits first, first+2, first+4 and so on.
func (t *Table) addDigits(sum *edwards25519.Point, digits *[64]int8, first int) {
	x, y, z, xy := sum.ExtendedCoordinates()
	rows := t.rows()
	var term affine
	var a, b, c, d, e, f, g, h field.Element
	for k := first; k < 64; k += 2 {
		term.pick(&rows[k/2], digits[k])
		a.Multiply(a.Subtract(y, x), &term.yMinusX)
		b.Multiply(b.Add(y, x), &term.yPlusX)
		c.Multiply(xy, &term.xy2d)
		d.Add(z, z)
		e.Subtract(&b, &a)
		f.Subtract(&d, &c)
		g.Add(&d, &c)
		h.Add(&b, &a)
		x.Multiply(&e, &f)
		y.Multiply(&g, &h)
		z.Multiply(&f, &g)
		xy.Multiply(&e, &h)
	}
	if err := setCoordinates(sum, x, y, z, xy); err != nil {
		panic("group: adding points left the curve: " + err.Error())
	}
}

// pick sets a to digit times the row's base, reading the whole row whatever the digit is.
func (a *affine) pick(row *[8]affine, digit int8) {
	sign := digit >> 7 // -1 or 0
	magnitude := uint8((digit ^ sign) - sign)
	a.yPlusX.One()
	a.yMinusX.One()
	a.xy2d.Zero()
	for j := range row {
		cond := subtle.ConstantTimeByteEq(magnitude, uint8(j+1))
		a.yPlusX.Select(&row[j].yPlusX, &a.yPlusX, cond)
		a.yMinusX.Select(&row[j].yMinusX, &a.yMinusX, cond)
		a.xy2d.Select(&row[j].xy2d, &a.xy2d, cond)
	}
	negative := int(sign & 1)
	a.yPlusX.Swap(&a.yMinusX, negative)
	var minus field.Element
	a.xy2d.Select(minus.Negate(&a.xy2d), &a.xy2d, negative)
}

// signedDigits recodes a reduced scalar in base 16 with digits from -8 to 8. The last digit absorbs
// the last carry, because l < 2^253.
func signedDigits(b []byte) (digits [64]int8) {
	for i, x := range b {
		digits[2*i] = int8(x & 15)
		digits[2*i+1] = int8(x >> 4)
	}
	for k := range 63 {
		carry := (digits[k] + 8) >> 4
		digits[k] -= carry << 4
		digits[k+1] += carry
	}
	return digits
}

// fill computes all multiples, then brings them to z = 1 with a single inversion for the lot.
func fill(rows *[32][8]affine, base *edwards25519.Point) {
	multiples := make([]edwards25519.Point, 0, 32*8)
	power := new(edwards25519.Point).Set(base)
	for range rows {
		multiple := new(edwards25519.Point).Set(power)
		for range 8 {
			multiples = append(multiples, *multiple)
			multiple.Add(multiple, power)
		}
		for range 8 {
			power.Double(power)
		}
	}
	zs := make([]field.Element, len(multiples))
	for i := range multiples {
		_, _, z, _ := multiples[i].ExtendedCoordinates()
		zs[i] = *z
	}
	invertAll(zs)
	for i := range multiples {
		rows[i/8][i%8].set(&multiples[i], &zs[i])
	}
}

// set sets a to the point p, given the inverse of p's z coordinate.
func (a *affine) set(p *edwards25519.Point, zInv *field.Element) {
	x, y, _, _ := p.ExtendedCoordinates()
	x.Multiply(x, zInv)
	y.Multiply(y, zInv)
	a.yPlusX.Add(y, x)
	a.yMinusX.Subtract(y, x)
	a.xy2d.Multiply(a.xy2d.Multiply(x, y), curveD)
	a.xy2d.Add(&a.xy2d, &a.xy2d)
}

// invertAll inverts non-zero elements with one inversion and three multiplications each
// (Montgomery's trick): running products forwards, then peeling one factor off at a time backwards.
func invertAll(xs []field.Element) {
	products := make([]field.Element, len(xs))
	running := new(field.Element).One()
	for i := range xs {
		products[i] = *running
		running.Multiply(running, &xs[i])
	}
	running.Invert(running)
	for i := len(xs) - 1; i >= 0; i-- {
		inverse := new(field.Element).Multiply(running, &products[i])
		running.Multiply(running, &xs[i])
		xs[i] = *inverse
	}
}
