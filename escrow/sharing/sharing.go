// Package sharing splits a secret scalar among n trustees so that any t of them can use or recover
// it and t-1 learn nothing: Shamir's secret sharing ("How to share a secret", CACM 1979), made
// verifiable by Feldman's commitments ("A practical scheme for non-interactive verifiable secret
// sharing", FOCS 1987).
//
// The secret is the value at 0 of a random polynomial of degree t-1; trustee i, counted from 1,
// holds the value at i. The dealer publishes each coefficient times the generator. Whoever has
// these [Commitments] can compute the public share of every trustee, and so check a share, without
// learning it.
//
// kyber's share.Recover* accept whatever they are given: one wrong share, or one index twice,
// yields a wrong secret and no error. [Recover] checks each share first, refuses repeated indices
// and names the bad ones; TestRecoverNeverLies holds it to that, beside kyber's behaviour.
package sharing

import (
	"errors"
	"fmt"
	"io"

	"doormat/escrow/group"

	"go.dedis.ch/kyber/v3"
)

// MaxTrustees is the largest number of trustees, and so the largest index.
const MaxTrustees = 100

// Share is what one trustee holds: the polynomial's value at its index, which lies in
// 1..MaxTrustees. Value is secret.
type Share struct {
	Index int
	Value kyber.Scalar
}

// CheckThreshold returns an error unless 1 <= t <= n <= MaxTrustees.
func CheckThreshold(t, n int) error {
	if t < 1 || t > n || n > MaxTrustees {
		return fmt.Errorf("sharing: threshold %d of %d trustees, need 1 <= t <= n <= %d", t, n,
			MaxTrustees)
	}
	return nil
}

func checkIndex(i int) error {
	if i < 1 || i > MaxTrustees {
		return fmt.Errorf("sharing: trustee %d is not in 1..%d", i, MaxTrustees)
	}
	return nil
}

// Polynomial is a dealer's secret: t coefficients. Wipe it once the shares are out.
type Polynomial struct {
	group        kyber.Group
	coefficients []kyber.Scalar
}

// NewPolynomial draws a polynomial of degree t-1 whose value at 0 is secret, or a random one when
// secret is nil. Each drawn coefficient reads 64 bytes of random.
func NewPolynomial(g kyber.Group, t int, secret kyber.Scalar,
	random io.Reader) (*Polynomial, error) {
	if err := CheckThreshold(t, MaxTrustees); err != nil {
		return nil, err
	}
	p := &Polynomial{group: g, coefficients: make([]kyber.Scalar, t)}
	for j := range p.coefficients {
		if j == 0 && secret != nil {
			p.coefficients[0] = secret.Clone()
			continue
		}
		c, err := group.RandomScalar(g, random)
		if err != nil {
			p.Wipe()
			return nil, fmt.Errorf("sharing: drawing coefficient %d: %w", j, err)
		}
		p.coefficients[j] = c
	}
	return p, nil
}

// Secret returns a copy of the value at 0.
func (p *Polynomial) Secret() kyber.Scalar { return p.coefficients[0].Clone() }

// Wipe overwrites the coefficients with zero; the polynomial is of no use afterwards. A garbage
// collector may have copied them before, which Go cannot prevent.
func (p *Polynomial) Wipe() {
	for _, c := range p.coefficients {
		if c != nil { // for it was never drawn
			c.Zero()
		}
	}
}

// Share returns the share of trustee i in 1..MaxTrustees. It takes constant time in the
// coefficients.
func (p *Polynomial) Share(i int) (Share, error) {
	if err := checkIndex(i); err != nil {
		return Share{}, err
	}
	at := p.group.Scalar().SetInt64(int64(i))
	value := p.group.Scalar().Zero()
	for j := len(p.coefficients) - 1; j >= 0; j-- {
		value.Mul(value, at).Add(value, p.coefficients[j])
	}
	return Share{Index: i, Value: value}, nil
}

// Shares returns the shares of trustees 1..n, for t <= n <= MaxTrustees.
func (p *Polynomial) Shares(n int) ([]Share, error) {
	if err := CheckThreshold(len(p.coefficients), n); err != nil {
		return nil, err
	}
	shares := make([]Share, n)
	for i := range shares {
		share, err := p.Share(i + 1)
		if err != nil {
			return nil, err
		}
		shares[i] = share
	}
	return shares, nil
}

// Commit returns the public commitments, in constant time.
func (p *Polynomial) Commit() *Commitments {
	points := make([]kyber.Point, len(p.coefficients))
	for j, c := range p.coefficients {
		points[j] = p.group.Point().Mul(c, nil)
	}
	return &Commitments{group: p.group, points: points}
}

// Lagrange returns, for each of the distinct indices, the public weight that its share has in the
// secret: the secret is the sum of weight times share over any t trustees.
func Lagrange(g kyber.Group, indices []int) ([]kyber.Scalar, error) {
	if len(indices) == 0 {
		return nil, errors.New("sharing: no indices to interpolate from")
	}
	if err := CheckIndices(indices); err != nil {
		return nil, err
	}
	weights := make([]kyber.Scalar, len(indices))
	for k, i := range indices {
		num, den := g.Scalar().One(), g.Scalar().One()
		for _, j := range indices {
			if j != i {
				num.Mul(num, g.Scalar().SetInt64(int64(j)))
				den.Mul(den, g.Scalar().SetInt64(int64(j-i)))
			}
		}
		weights[k] = num.Div(num, den)
	}
	return weights, nil
}

// CheckIndices returns an error when an index is not in 1..MaxTrustees, and a *DuplicateError when
// one occurs twice.
func CheckIndices(indices []int) error {
	var seen [MaxTrustees + 1]bool
	for _, i := range indices {
		if err := checkIndex(i); err != nil {
			return err
		}
		if seen[i] {
			return &DuplicateError{Index: i}
		}
		seen[i] = true
	}
	return nil
}
