package group

import (
	"math/bits"

	"filippo.io/edwards25519"
	"go.dedis.ch/kyber/v3"
)

// VarTimeMul returns the sum of scalars[i]*points[i] in g; a nil point stands for the generator.
// Its time depends on the scalars, so they must be public; the points may be secret. The two lists
// must be equally long. A group other than this package's gets one multiplication per term, in
// variable time where it has one (kyber.AllowsVarTime).
func VarTimeMul(g kyber.Group, scalars []kyber.Scalar, points []kyber.Point) kyber.Point {
	if len(scalars) != len(points) {
		panic("group: VarTimeMul needs one scalar for each point")
	}
	sum := g.Point().Null()
	if ours, ok := sum.(*point); ok {
		varTimeMul(&ours.p, scalars, points)
		return sum
	}
	term := g.Point()
	if faster, ok := term.(kyber.AllowsVarTime); ok {
		faster.AllowVarTime(true)
	}
	for i, s := range scalars {
		sum.Add(sum, term.Mul(s, points[i]))
	}
	return sum
}

func varTimeMul(sum *edwards25519.Point, scalars []kyber.Scalar, points []kyber.Point) {
	if len(points) == 2 && points[0] == nil && points[1] != nil {
		sum.VarTimeDoubleScalarBaseMult(innerScalar(scalars[1]), inner(points[1]),
			innerScalar(scalars[0]))
		return
	}
	s := make([]*edwards25519.Scalar, len(scalars))
	p := make([]*edwards25519.Point, len(points))
	for i := range points {
		s[i] = innerScalar(scalars[i])
		if points[i] == nil {
			p[i] = generator()
		} else {
			p[i] = inner(points[i])
		}
	}
	sum.VarTimeMultiScalarMult(s, p)
}

// VarTimeEvaluate evaluates a polynomial in the exponent: the sum of x^j * coefficients[j], by
// Horner's rule. x is a small public index, so that each step is a handful of additions instead of
// a whole multiplication. Its time depends on x and on the number of coefficients.
func VarTimeEvaluate(g kyber.Group, coefficients []kyber.Point, x uint8) kyber.Point {
	sum, step := g.Point().Null(), g.Point()
	for j := len(coefficients) - 1; j >= 0; j-- {
		varTimeSmall(step, sum, x)
		sum.Add(step, coefficients[j])
	}
	return sum
}

// varTimeSmall sets product to x*p by doubling and adding. The two must not be the same variable.
func varTimeSmall(product, p kyber.Point, x uint8) {
	if x == 0 {
		product.Null()
		return
	}
	product.Set(p)
	for i := bits.Len8(x) - 2; i >= 0; i-- {
		double(product)
		if x>>i&1 == 1 {
			product.Add(product, p)
		}
	}
}

func double(p kyber.Point) {
	if ours, ok := p.(*point); ok {
		ours.p.Double(&ours.p)
		return
	}
	p.Add(p, p)
}
