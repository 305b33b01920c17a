package ceremony

import (
	"errors"
	"fmt"
	"io"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
)

const complaintSize = 1 + pointSize + proofSize

// complaint opens the share that dealer sealed to the complainer. A body is the number of
// complaints (1 byte), then for each, in order of dealer, the dealer (1 byte), the
// Diffie-Hellman value (32) and the proof (64).
type complaint struct {
	dealer int
	shared kyber.Point
	proof  *dleq.Proof
}

// statement is what a complaint proves: log(one-use key) = log(shared value to the base ephemeral).
func (c *complaint) statement(key kyber.Point, box sealed) dleq.Statement {
	return dleq.Statement{A: key, H: box.ephemeral, B: c.shared}
}

func complaintBody(list []complaint) []byte {
	body := []byte{byte(len(list))}
	for _, c := range list {
		body = append(body, byte(c.dealer))
		body = append(body, group.Bytes(c.shared)...)
		body = append(body, c.proof.Bytes()...)
	}
	return body
}

func (s *session) readComplaints(body []byte) ([]complaint, *fault) {
	if len(body) < 1 || len(body) != 1+int(body[0])*complaintSize {
		return nil, &fault{Malformed, errors.New("the body is not a number and that many complaints")}
	}
	list := make([]complaint, body[0])
	last := 0
	for k := range list {
		b := body[1+k*complaintSize : 1+(k+1)*complaintSize]
		c, err := readComplaint(b)
		if err != nil {
			return nil, &fault{Malformed, fmt.Errorf("complaint %d: %w", k+1, err)}
		}
		if c.dealer <= last || !s.deals(c.dealer) {
			return nil, &fault{Malformed, fmt.Errorf("complaint %d: %d, after %d, is no dealer",
				k+1, c.dealer, last)}
		}
		list[k], last = c, c.dealer
	}
	return list, nil
}

func readComplaint(b []byte) (complaint, error) {
	shared, err := group.DecodePoint(suite, b[1:1+pointSize])
	if err != nil {
		return complaint{}, err
	}
	proof, err := readProof(b)
	return complaint{int(b[0]), shared, proof}, err
}

// complaint makes a complaint with the recipient's one-use secret.
func (a *Audit) complaint(dealer, recipient int, secret kyber.Scalar, random io.Reader) (complaint,
	error) {
	box := a.trustees[dealer].deal[recipient]
	c := complaint{dealer: dealer, shared: suite.Point().Mul(secret, box.ephemeral)}
	var err error
	c.proof, err = dleq.Prove(suite, a.context("complaint", dealer, recipient),
		c.statement(a.trustees[recipient].key, box),
		secret, random)
	return c, err
}

// share returns the share that the Diffie-Hellman value opens, or why it is bad. Recipients
// and judges call it alike, so that whatever a recipient refuses convicts the dealer.
func (a *Audit) share(dealer, recipient int, shared kyber.Point) (sharing.Share, error) {
	d := &a.trustees[dealer]
	share, err := a.unseal(dealer, recipient, d.deal[recipient], a.trustees[recipient].key, shared)
	if err != nil {
		return sharing.Share{}, err
	}
	return share, d.commitments.Verify(share)
}

// judgeComplaints judges all complaints of one post. Those against dealers who are disqualified
// already change nothing. Each is judged by itself: a proved one convicts even when another in
// the same post is false.
func (a *Audit) judgeComplaints(author int, body []byte) *fault {
	list, f := a.readComplaints(body)
	if f != nil {
		return f
	}
	for _, c := range list {
		if !a.trustees[c.dealer].out {
			a.judge(author, c)
		}
	}
	return nil
}

func (a *Audit) judge(complainer int, c complaint) {
	from, dealer := &a.trustees[complainer], &a.trustees[c.dealer]
	evidence := [][]byte{from.posts[PhaseKey], dealer.posts[PhaseReveal], dealer.posts[PhaseDeal],
		from.posts[PhaseComplain]}
	st := c.statement(from.key, dealer.deal[complainer])
	if err := dleq.Verify(suite, a.context("complaint", c.dealer, complainer), st,
		c.proof); err != nil {
		a.convict(complainer, &fault{FalseComplaint, err}, evidence...)
		return
	}
	if _, err := a.share(c.dealer, complainer, c.shared); err != nil {
		a.convict(c.dealer, &fault{BadShare, err}, evidence...)
		return
	}
	a.convict(complainer, &fault{FalseComplaint,
		fmt.Errorf("the share from trustee %d is good", c.dealer)}, evidence...)
}
