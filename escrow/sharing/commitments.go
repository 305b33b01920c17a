package sharing

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"doormat/escrow/group"

	"go.dedis.ch/kyber/v3"
)

// Commitments are the coefficients of a secret polynomial times the generator. They are public and
// immutable.
type Commitments struct {
	group   kyber.Group
	points  []kyber.Point
	encode  sync.Once // an encoding costs a square root for each point, and is asked for often
	encoded []byte
}

// DecodeCommitments reads what Bytes wrote for a threshold of t: t points and nothing else. Single
// coefficients may be zero, so the identity is allowed here; a committee key must be checked by
// whoever accepts it.
func DecodeCommitments(g kyber.Group, t int, b []byte) (*Commitments, error) {
	if err := CheckThreshold(t, MaxTrustees); err != nil {
		return nil, err
	}
	size := g.PointLen()
	if len(b) != t*size {
		return nil, fmt.Errorf("sharing: %d commitments have %d bytes, got %d", t, t*size, len(b))
	}
	c := &Commitments{group: g, points: make([]kyber.Point, t)}
	for j := range c.points {
		c.points[j] = g.Point()
		if err := c.points[j].UnmarshalBinary(b[j*size : (j+1)*size]); err != nil {
			return nil, fmt.Errorf("sharing: commitment %d: %w", j, err)
		}
	}
	return c, nil
}

// Bytes returns the points one after the other, 32 bytes each over ristretto255.
func (c *Commitments) Bytes() []byte {
	c.encode.Do(func() {
		for _, p := range c.points {
			c.encoded = append(c.encoded, group.Bytes(p)...)
		}
	})
	return bytes.Clone(c.encoded)
}

// Threshold returns t, the number of commitments.
func (c *Commitments) Threshold() int { return len(c.points) }

// Key returns the commitment to the secret: the committee key, when the secret is the committee's.
func (c *Commitments) Key() kyber.Point { return c.points[0].Clone() }

// PublicShare returns trustee i's share times the generator.
func (c *Commitments) PublicShare(i int) (kyber.Point, error) {
	if err := checkIndex(i); err != nil {
		return nil, err
	}
	return group.VarTimeEvaluate(c.group, c.points, uint8(i)), nil
}

// Verify checks a share against the commitments. Its time does not depend on the share's value.
func (c *Commitments) Verify(s Share) error {
	want, err := c.PublicShare(s.Index)
	if err != nil {
		return err
	}
	if s.Value == nil || !c.group.Point().Mul(s.Value, nil).Equal(want) {
		return fmt.Errorf("sharing: the share of trustee %d does not match the commitments",
			s.Index)
	}
	return nil
}

// Combine returns the commitments to the sum of weights[k] times polynomial k: what a key ceremony
// (all weights 1) and a resharing (the weights of [Lagrange]) make of their dealers' commitments.
// The weights are public: it takes variable time. The lists must be equally long, not empty, and of
// one threshold.
func Combine(g kyber.Group, weights []kyber.Scalar, list []*Commitments) (*Commitments, error) {
	if len(list) == 0 || len(list) != len(weights) {
		return nil, fmt.Errorf("sharing: cannot combine %d commitments with %d weights", len(list),
			len(weights))
	}
	sum := &Commitments{group: g, points: make([]kyber.Point, len(list[0].points))}
	column := make([]kyber.Point, len(list))
	for j := range sum.points {
		for k, c := range list {
			if len(c.points) != len(sum.points) {
				return nil, fmt.Errorf("sharing: cannot combine commitments for thresholds %d and %d", len(sum.points), len(c.points))
			}
			column[k] = c.points[j]
		}
		sum.points[j] = group.VarTimeMul(g, weights, column)
	}
	return sum, nil
}

// DuplicateError says that one trustee's index was given twice, which counts for nothing.
type DuplicateError struct {
	Index int
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("sharing: trustee %d was given twice", e.Index)
}

// TooFewError says that fewer than the threshold of shares were good, and which trustees' were bad.
type TooFewError struct {
	Good, Need int
	Bad        []int
}

func (e *TooFewError) Error() string {
	if len(e.Bad) == 0 {
		return fmt.Sprintf("sharing: %d shares, %d are needed", e.Good, e.Need)
	}
	return fmt.Sprintf("sharing: %d good shares, %d are needed; the shares of trustees %v are bad",
		e.Good, e.Need, e.Bad)
}

// Recover returns the secret that the commitments commit to, from any t good shares among those
// given. Each share is checked before t are chosen; bad lists the trustees whose share failed, with
// or without success. One index twice is a *DuplicateError, too few good shares a *TooFewError, an
// index out of range an error.
func Recover(c *Commitments, shares []Share) (secret kyber.Scalar, bad []int, err error) {
	indices := make([]int, len(shares))
	for k, s := range shares {
		indices[k] = s.Index
	}
	if err := CheckIndices(indices); err != nil {
		return nil, nil, err
	}
	var good []Share
	for _, s := range shares {
		if c.Verify(s) == nil {
			good = append(good, s)
		} else {
			bad = append(bad, s.Index)
		}
	}
	if len(good) < c.Threshold() {
		return nil, bad, &TooFewError{Good: len(good), Need: c.Threshold(), Bad: bad}
	}
	secret, err = interpolate(c.group, good[:c.Threshold()])
	if err != nil {
		return nil, bad, err
	}
	if !c.group.Point().Mul(secret, nil).Equal(c.points[0]) {
		return nil, bad, errors.New("sharing: the recovered secret does not match the commitments")
	}
	return secret, bad, nil
}

// interpolate takes constant time in the shares' values.
func interpolate(g kyber.Group, shares []Share) (kyber.Scalar, error) {
	indices := make([]int, len(shares))
	for k, s := range shares {
		indices[k] = s.Index
	}
	weights, err := Lagrange(g, indices)
	if err != nil {
		return nil, err
	}
	secret := g.Scalar().Zero()
	for k, s := range shares {
		secret.Add(secret, weights[k].Mul(weights[k], s.Value))
	}
	return secret, nil
}
