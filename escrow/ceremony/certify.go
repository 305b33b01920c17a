package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
)

// buildCertificate makes the certificate that is to be signed, when the confirm phase closes.
// It lists the new identity of everybody who posted one confirmation, and the identity of
// before of everybody else.
func (a *Audit) buildCertificate() *Certificate {
	c := &Certificate{Counter: a.counter, Previous: a.previous, Session: a.name, Threshold: a.t,
		Resharing:   a.from != nil,
		Commitments: a.outcome.Commitments, Transcript: a.outcome.Transcript}
	for i := 1; i <= a.n; i++ {
		key := a.trustees[i].next
		if key == nil {
			key, c.Stale = a.identities[i-1], append(c.Stale, i)
		}
		c.Identities = append(c.Identities, key)
	}
	return c
}

// readCertified takes a certify post. There is one right body. Any other is ignored: it may be
// a true one of another ceremony, for its signature must say enough without the roster, and is
// not bound to it.
func (a *Audit) readCertified(p *post, raw []byte) error {
	if hash := a.certificate.Hash(); !bytes.Equal(p.body, hash[:]) {
		return fmt.Errorf("ceremony: trustee %d signed a certificate that the board does not give",
			p.author)
	}
	a.trustees[p.author].posts[PhaseCertify] = raw
	signature := Signature{p.author, [ed25519.SignatureSize]byte(p.signature)}
	at, _ := slices.BinarySearchFunc(a.certificate.Signatures, signature,
		func(a, b Signature) int { return a.Trustee - b.Trustee })
	a.certificate.Signatures = slices.Insert(a.certificate.Signatures, at, signature)
	if len(a.certificate.Signatures) >= a.quorum() {
		a.phase = PhaseDone
	}
	return nil
}

// Certificate returns the certificate, with the signatures that the board holds. It is an
// error before the ceremony is done.
func (a *Audit) Certificate() (*Certificate, error) {
	if _, err := a.Outcome(); err != nil {
		return nil, err
	}
	if a.phase != PhaseDone {
		return nil, fmt.Errorf("ceremony: no certificate yet, the %s phase is open", a.phase)
	}
	c := *a.certificate
	c.Signatures = slices.Clone(c.Signatures)
	return &c, nil
}

// Certify returns the certify post: the trustee's signature, with the identity that ends, on
// the certificate. It is nil unless the certify phase is open. It fails when the trustee holds
// no share that it confirmed.
func (t *Trustee) Certify(a *Audit) ([]byte, error) {
	if err := t.checkStanding(a); err != nil {
		return nil, err
	}
	if a.phase != PhaseCertify {
		return nil, nil
	}
	if t.final == nil {
		return nil, fmt.Errorf("ceremony: trustee %d has not confirmed, and certifies nothing",
			t.index)
	}
	if t.sent[PhaseCertify] != nil {
		return bytes.Clone(t.sent[PhaseCertify]), nil
	}
	hash := a.certificate.Hash()
	return t.post(PhaseCertify, hash[:])
}

// Identity returns a copy of the trustee's next identity key, which is the caller's to erase;
// nil before Confirm and after Erase. It is in force when a certificate lists it, and not
// before: until then the old key must be kept, and if the ceremony fails, or the certificate
// lists another, this one is worth nothing.
func (t *Trustee) Identity() ed25519.PrivateKey { return slices.Clone(t.next) }
