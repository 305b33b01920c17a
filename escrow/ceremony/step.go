package ceremony

import (
	"fmt"
	"io"

	"doormat/escrow/group"
	"doormat/escrow/sharing"
)

// body returns what the trustee has to say in the open phase.
func (t *Trustee) body(a *Audit, random io.Reader) ([]byte, error) {
	switch a.phase {
	case PhaseKey:
		return t.makeKey(random)
	case PhaseCommit:
		return t.commit(random)
	case PhaseReveal:
		return t.revealBody(t.index, t.salt, t.polynomial, random)
	case PhaseDeal:
		return t.deal(a, random)
	case PhaseComplain:
		return t.complain(a, random)
	}
	return nil, fmt.Errorf("nothing is posted in the %s phase", a.phase)
}

func (t *Trustee) makeKey(random io.Reader) ([]byte, error) {
	secret, err := group.RandomScalar(suite, random)
	if err != nil {
		return nil, err
	}
	body, err := t.keyBody(t.index, secret, random)
	if err == nil {
		t.oneUse = secret
	}
	return body, err
}

func (t *Trustee) commit(random io.Reader) ([]byte, error) {
	p, err := sharing.NewPolynomial(suite, t.t, nil, random)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("the source of randomness failed: %w", err)
	}
	t.polynomial, t.salt = p, salt
	return t.digest(t.index, salt, p.Commit().Bytes()), nil
}

// deal seals a share to everybody who is left, the dealer included, and forgets the polynomial.
func (t *Trustee) deal(a *Audit, random io.Reader) ([]byte, error) {
	var body []byte
	for _, recipient := range a.recipients {
		share, err := t.polynomial.Share(recipient)
		if err != nil {
			return nil, err
		}
		box, err := t.seal(t.index, share, a.trustees[recipient].key, random)
		share.Value.Zero()
		if err != nil {
			return nil, err
		}
		body = append(body, box...)
	}
	t.polynomial, t.salt = nil, nil
	return body, nil
}

// complain opens the shares and complains of the bad ones.
func (t *Trustee) complain(a *Audit, random io.Reader) ([]byte, error) {
	received, bad := t.open(a, a.left())
	var list []complaint
	for _, dealer := range bad {
		c, err := a.complaint(dealer, t.index, t.oneUse, random)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	t.received = received
	return complaintBody(list), nil
}

// open returns the good shares by dealer, and the dealers whose share is bad, ascending.
func (t *Trustee) open(a *Audit, dealers []int) (map[int]sharing.Share, []int) {
	received := map[int]sharing.Share{}
	var bad []int
	for _, dealer := range dealers {
		shared := suite.Point().Mul(t.oneUse, a.trustees[dealer].deal[t.index].ephemeral)
		share, err := a.share(dealer, t.index, shared)
		if err != nil {
			bad = append(bad, dealer)
			continue
		}
		received[dealer] = share
	}
	return received, bad
}

// finish adds up the shares of the qualified dealers. Each was checked; that the sum is right is checked nevertheless,
// because everything hangs on it.
func (t *Trustee) finish(a *Audit) error {
	if t.received == nil { // the complain phase closed without this trustee
		t.received, _ = t.open(a, a.outcome.Qualified)
	}
	sum := sharing.Share{Index: t.index, Value: suite.Scalar().Zero()}
	for _, dealer := range a.outcome.Qualified {
		share, ok := t.received[dealer]
		if !ok {
			return fmt.Errorf("ceremony: trustee %d has no good share from qualified dealer %d and did not complain in time",
				t.index, dealer)
		}
		sum.Value.Add(sum.Value, share.Value)
	}
	if err := a.outcome.Commitments.Verify(sum); err != nil {
		return fmt.Errorf("ceremony: the final share is not on the public polynomial, nothing is signed: %w", err)
	}
	t.erase()
	t.final = &sum
	return nil
}
