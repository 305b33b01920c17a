package ceremony

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
)

const (
	digestSize = 32
	saltSize   = 32
)

// digest is the whole body of a commit post. The dealer's index is hashed too, so that nobody
// can repeat another's digest and then its reveal.
func (s *session) digest(dealer int, salt, commitments []byte) []byte {
	wide := group.Expand("doormat/ceremony/digest/v1", s.context("digest", dealer), salt,
		commitments)
	return wide[:digestSize]
}

func readDigest(body []byte) ([]byte, *fault) {
	if len(body) != digestSize {
		return nil, &fault{Malformed, fmt.Errorf("a commit body has %d bytes, got %d", digestSize,
			len(body))}
	}
	return body, nil
}

// revealBody is the salt (32 bytes), the t commitments (32 each) and a proof of knowledge of
// the constant term (64).
func (s *session) revealBody(dealer int, salt []byte, p *sharing.Polynomial,
	random io.Reader) ([]byte, error) {
	commitments, secret := p.Commit(), p.Secret()
	defer secret.Zero()
	proof, err := dleq.ProveKnowledge(suite, s.context("reveal", dealer),
		[]kyber.Point{commitments.Key()},
		[]kyber.Scalar{secret}, random)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{salt, commitments.Bytes(), proof.Bytes()}, nil), nil
}

func (s *session) readReveal(dealer int, digest, body []byte) (*sharing.Commitments, *fault) {
	salt, points, err := s.splitReveal(body)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(s.digest(dealer, salt, points), digest) {
		return nil, &fault{WrongHash, errors.New("the commit post hashed something else")}
	}
	commitments, failed := sharing.DecodeCommitments(suite, s.t, points)
	if failed != nil {
		return nil, &fault{Malformed, failed}
	}
	return commitments, s.checkConstant(dealer, commitments, body)
}

func (s *session) splitReveal(body []byte) (salt, points []byte, f *fault) {
	size := len(body) - saltSize - proofSize
	if size < 0 || size%pointSize != 0 {
		return nil, nil, &fault{Malformed, fmt.Errorf("a reveal body has %d bytes, got %d",
			saltSize+s.t*pointSize+proofSize, len(body))}
	}
	if size != s.t*pointSize {
		return nil, nil, &fault{WrongDegree, fmt.Errorf("%d commitments, the threshold is %d",
			size/pointSize, s.t)}
	}
	return body[:saltSize], body[saltSize : saltSize+size], nil
}

// checkConstant is the one rule about what a dealer may share: in a key generation anything not
// zero that it knows, in a resharing its own share. There the public share leaves nothing to
// choose, and the proof is no defence; it stays because one layout serves both, and because it
// convicts a dealer that lost its share here already.
func (s *session) checkConstant(dealer int, c *sharing.Commitments, body []byte) *fault {
	if s.from != nil {
		if want, err := s.from.PublicShare(dealer); err != nil || !c.Key().Equal(want) {
			return &fault{WrongConstant, fmt.Errorf("the first commitment is not the public "+
				"share of trustee %d", dealer)}
		}
	}
	proof, err := readProof(body)
	if err != nil {
		return &fault{Malformed, err}
	}
	if err := s.verifyKnowledge(s.context("reveal", dealer), []kyber.Point{c.Key()}, proof,
		body); err != nil {
		return &fault{BadProof, err}
	}
	return nil
}
