package ceremony

import (
	"errors"
	"fmt"
	"io"

	"doormat/escrow/group"
	"doormat/escrow/sharing"
)

// body returns the body of the trustee's post in the open phase.
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

// makeKey draws the one-use key.
func (t *Trustee) makeKey(random io.Reader) ([]byte, error) {
	secret, err := group.RandomScalar(suite, random)
	if err != nil {
		return nil, err
	}
	body, err := t.keyBody(t.index, secret, random)
	if err != nil {
		secret.Zero()
		return nil, err
	}
	t.oneUse = secret
	return body, nil
}

// commit draws the polynomial and hashes the commitments to it.
func (t *Trustee) commit(random io.Reader) ([]byte, error) {
	if t.from != nil && t.old == nil {
		return nil, errors.New("it is to deal its old share and was not given it, see Redistribute")
	}
	p, err := sharing.NewPolynomial(suite, t.t, t.old, random)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		p.Wipe()
		return nil, fmt.Errorf("the source of randomness failed: %w", err)
	}
	t.polynomial, t.salt = p, salt
	t.forgetOld()
	return t.digest(t.index, salt, p.Commit().Bytes()), nil
}

// deal seals a share to everybody who is left, the dealer included, and forgets the polynomial.
func (t *Trustee) deal(a *Audit, random io.Reader) ([]byte, error) {
	var scalars [][]byte
	for _, recipient := range a.recipients {
		share, err := t.polynomial.Share(recipient)
		if err != nil {
			return nil, err
		}
		scalar := group.Bytes(share.Value)
		share.Value.Zero()
		defer clear(scalar)
		scalars = append(scalars, scalar)
	}
	body, err := a.dealBody(t.index, scalars, random)
	if err != nil {
		return nil, err
	}
	t.forgetPolynomial()
	return body, nil
}

// complain opens the shares and complains of the bad ones.
func (t *Trustee) complain(a *Audit, random io.Reader) ([]byte, error) {
	received, bad := a.open(t.index, t.oneUse, a.qualified())
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

// finish computes the final share and erases all that led to it.
func (t *Trustee) finish(a *Audit) error {
	if t.received == nil { // the complain phase closed without this trustee
		t.received, _ = a.open(t.index, t.oneUse, a.outcome.Dealers)
	}
	sum, err := a.combineShares(t.index, t.received)
	if err != nil {
		return fmt.Errorf("%w; nothing is signed", err)
	}
	t.erase()
	t.final = &sum
	return nil
}
