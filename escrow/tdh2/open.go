package tdh2

import (
	"errors"
	"fmt"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
)

// Combine opens the seed from any t good partials among those given. The commitments are those of
// the trustees' present shares. Every partial is verified before t are chosen; bad lists the
// trustees whose partial failed, with or without success. One trustee twice is a
// *sharing.DuplicateError, too few good partials a *sharing.TooFewError.
func (c *Checked) Combine(commitments *sharing.Commitments,
	partials []*Partial) (seed [SeedSize]byte, bad []int, err error) {
	if err := c.pk.owns(commitments); err != nil {
		return seed, nil, err
	}
	indices := make([]int, len(partials))
	for k, p := range partials {
		if p == nil {
			return seed, nil, errors.New("tdh2: a partial decryption is missing")
		}
		indices[k] = p.index
	}
	if err := sharing.CheckIndices(indices); err != nil {
		return seed, nil, fmt.Errorf("tdh2: combining: %w", err)
	}
	good, bad := c.sort(commitments, partials)
	need := commitments.Threshold()
	if len(good) < need {
		return seed, bad, fmt.Errorf("tdh2: combining: %w",
			&sharing.TooFewError{Good: len(good), Need: need, Bad: bad})
	}
	seed, err = c.CombineVerified(good[:need])
	return seed, bad, err
}

// CombineVerified opens the seed from t partials of different trustees, each of which
// [Checked.Verify] has accepted. It checks no proof again: fewer partials than t, or a wrong one,
// give a wrong seed and no error. One trustee twice is a *sharing.DuplicateError.
func (c *Checked) CombineVerified(partials []*Partial) (seed [SeedSize]byte, err error) {
	shared, err := c.interpolate(partials)
	if err != nil {
		return seed, err
	}
	return mask(shared, c.ct.masked), nil
}

// sort verifies every partial.
func (c *Checked) sort(commitments *sharing.Commitments,
	partials []*Partial) (good []*Partial, bad []int) {
	for _, p := range partials {
		public, err := commitments.PublicShare(p.index)
		if err == nil && c.Verify(public, p) == nil {
			good = append(good, p)
		} else {
			bad = append(bad, p.index)
		}
	}
	return good, bad
}

// interpolate computes x*u. The weights depend on the indices only, so variable time in them
// reveals nothing.
func (c *Checked) interpolate(partials []*Partial) (kyber.Point, error) {
	indices := make([]int, len(partials))
	points := make([]kyber.Point, len(partials))
	for k, p := range partials {
		indices[k], points[k] = p.index, p.point
	}
	weights, err := sharing.Lagrange(c.pk.group, indices)
	if err != nil {
		return nil, fmt.Errorf("tdh2: combining: %w", err)
	}
	return group.VarTimeMul(c.pk.group, weights, points), nil
}

// Open opens the seed with the committee's whole secret, which no honest party ever holds. It fails
// when the secret is not the one behind the key.
func (c *Checked) Open(secret kyber.Scalar) (seed [SeedSize]byte, err error) {
	g := c.pk.group
	if secret == nil || !g.Point().Mul(secret, nil).Equal(c.pk.Key()) {
		return seed, errors.New("tdh2: the secret is not the one behind this committee key")
	}
	return mask(g.Point().Mul(secret, c.ct.u), c.ct.masked), nil
}

// OpenUnchecked opens an encoded ciphertext with the committee's whole secret and checks nothing:
// neither the proof nor that the secret is the one behind a key. It is what a thief of the secret
// does, who answers to nobody and whom the proof does not concern: what the seed opens, or fails to
// open, tells whether it is right. It decodes one point and multiplies once, in constant time. A
// trustee must not use anything like it: without the check its answer opens somebody else's
// ciphertext (TestLaundering).
func OpenUnchecked(g kyber.Group, secret kyber.Scalar,
	ciphertext []byte) (seed [SeedSize]byte, err error) {
	if secret == nil || len(ciphertext) != CiphertextSize(g) {
		return seed, fmt.Errorf("tdh2: want a secret and a ciphertext of %d bytes, got %d",
			CiphertextSize(g), len(ciphertext))
	}
	u, err := group.DecodePoint(g, ciphertext[SeedSize:][:g.PointLen()])
	if err != nil {
		return seed, fmt.Errorf("tdh2: u: %w", err)
	}
	return mask(u.Mul(secret, u), [SeedSize]byte(ciphertext)), nil
}

// owns refuses commitments of another committee, under which good shares would be called bad.
func (pk *PublicKey) owns(commitments *sharing.Commitments) error {
	if commitments == nil || !commitments.Key().Equal(pk.Key()) {
		return errors.New("tdh2: the commitments are not those of this committee key")
	}
	return nil
}
