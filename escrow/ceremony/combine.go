package ceremony

import (
	"errors"
	"fmt"
	"slices"

	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world/memo"

	"go.dedis.ch/kyber/v3"
)

// choose returns whose polynomials make up the public one, and the weight of each. In a key
// generation every qualified dealer's secret is part of the key, and counts once. In a resharing
// the shares of any t give back the old secret, with the weights of Lagrange's interpolation at 0;
// the t lowest are taken, so that everybody takes the same.
func (s *session) choose(qualified []int) ([]int, []kyber.Scalar, error) {
	if s.from != nil {
		weights, err := sharing.Lagrange(suite, qualified[:s.t])
		return qualified[:s.t], weights, err
	}
	weights := make([]kyber.Scalar, len(qualified))
	for k := range weights {
		weights[k] = suite.Scalar().One()
	}
	return qualified, weights, nil
}

// combine weighs and adds up the commitments of dealers.
func (a *Audit) combine(dealers []int, weights []kyber.Scalar) (*sharing.Commitments, error) {
	list := make([]*sharing.Commitments, len(dealers))
	for k, i := range dealers {
		list[k] = a.trustees[i].commitments
	}
	sum, err := sharing.Combine(suite, weights, list)
	if err != nil {
		return nil, fmt.Errorf("ceremony: %w", err)
	}
	if err := checkKey(sum); err != nil {
		return nil, err
	}
	return sum, a.checkFrom(sum)
}

// checkKey refuses the key whose secret is zero.
func checkKey(c *sharing.Commitments) error {
	if group.IsIdentity(suite, c.Key()) {
		return errors.New("ceremony: the key is the identity, which everybody can use")
	}
	return nil
}

// checkFrom refuses a resharing that changed the committee's key.
func (s *session) checkFrom(c *sharing.Commitments) error {
	if s.from != nil && !c.Key().Equal(s.from.Key()) {
		return errors.New("ceremony: the key is not that of the shares that were dealt anew")
	}
	return nil
}

// combineShares does with shares, in constant time, what combine does with commitments. Each
// share was checked; that the sum is right is checked nevertheless, because everything hangs
// on it.
func (a *Audit) combineShares(index int, received map[int]sharing.Share) (sharing.Share, error) {
	sum, term := sharing.Share{Index: index, Value: suite.Scalar().Zero()}, suite.Scalar()
	for k, dealer := range a.outcome.Dealers {
		share, ok := received[dealer]
		if !ok {
			return sharing.Share{}, fmt.Errorf("ceremony: trustee %d has no good share from "+
				"qualified dealer %d and did not complain in time", index, dealer)
		}
		sum.Value.Add(sum.Value, term.Mul(a.weights[k], share.Value))
	}
	term.Zero()
	if err := a.outcome.Commitments.Verify(sum); err != nil {
		return sharing.Share{}, fmt.Errorf("ceremony: the final share is not on the public "+
			"polynomial: %w", err)
	}
	return sum, nil
}

// open opens with a recipient's one-use key what dealers sealed to it: the good shares by
// dealer, and the dealers whose share is bad, in the order given.
func (a *Audit) open(index int, oneUse kyber.Scalar, dealers []int) (map[int]sharing.Share, []int) {
	received := map[int]sharing.Share{}
	var bad []int
	for _, dealer := range dealers {
		share, err := a.openOne(index, oneUse, dealer)
		if err != nil {
			bad = append(bad, dealer)
			continue
		}
		received[dealer] = share
	}
	return received, bad
}

func (a *Audit) openOne(index int, oneUse kyber.Scalar, dealer int) (sharing.Share, error) {
	d := &a.trustees[dealer]
	open := func() (sharing.Share, error) {
		shared := suite.Point().Mul(oneUse, d.deal[index].ephemeral)
		defer shared.Null()
		return a.share(dealer, index, shared)
	}
	if a.memo == nil {
		return open()
	}
	secret := group.Bytes(oneUse)
	defer clear(secret)
	share, err := memo.Compute(a.memo, "ceremony share", open, a.context("share", dealer, index), secret,
		a.trustees[index].posts[PhaseKey], d.posts[PhaseReveal], d.posts[PhaseDeal])
	if err == nil {
		share.Value = share.Value.Clone() // which its owner will erase
	}
	return share, err
}

// OpenShare computes trustee index's share from the board and its one-use key, a
// [SecretOneUseKey] of 32 bytes: what the trustee itself does, and what a thief can do who
// copied the key during the ceremony, however much later. That too few confirmed is no
// hindrance: the shares are there. It fails before the complain phase has closed, when the
// trustee is no recipient, when a share that it was dealt is bad, and when the key is not that
// trustee's.
func (a *Audit) OpenShare(index int, oneUse []byte) (sharing.Share, error) {
	if a.outcome == nil {
		return sharing.Share{}, fmt.Errorf("ceremony: no shares yet, the %s phase is open", a.phase)
	}
	if !slices.Contains(a.outcome.Recipients, index) {
		return sharing.Share{}, fmt.Errorf("ceremony: nobody dealt a share to trustee %d", index)
	}
	key, err := group.DecodeScalar(suite, oneUse)
	if err != nil {
		return sharing.Share{}, fmt.Errorf("ceremony: one-use key: %w", err)
	}
	if !suite.Point().Mul(key, nil).Equal(a.trustees[index].key) {
		return sharing.Share{}, fmt.Errorf("ceremony: the key is not the one-use key of trustee "+
			"%d in this ceremony", index)
	}
	defer key.Zero()
	received, _ := a.open(index, key, a.outcome.Dealers)
	return a.combineShares(index, received)
}
