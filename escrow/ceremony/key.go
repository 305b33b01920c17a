package ceremony

import (
	"fmt"
	"io"

	"doormat/escrow/dleq"
	"doormat/escrow/group"

	"go.dedis.ch/kyber/v3"
)

// A key body is a point and a proof of knowledge of its logarithm: 96 bytes.

func (s *session) keyBody(trustee int, secret kyber.Scalar, random io.Reader) ([]byte, error) {
	public := suite.Point().Mul(secret, nil)
	proof, err := dleq.ProveKnowledge(suite, s.context("key", trustee), []kyber.Point{public},
		[]kyber.Scalar{secret}, random)
	if err != nil {
		return nil, err
	}
	return append(group.Bytes(public), proof.Bytes()...), nil
}

func (s *session) readKey(trustee int, body []byte) (kyber.Point, *fault) {
	if len(body) != pointSize+proofSize {
		return nil, &fault{Malformed, fmt.Errorf("a key body has %d bytes, got %d",
			pointSize+proofSize, len(body))}
	}
	public, err := group.DecodePoint(suite, body[:pointSize])
	if err != nil {
		return nil, &fault{Malformed, err}
	}
	proof, err := readProof(body)
	if err != nil {
		return nil, &fault{Malformed, err}
	}
	if err := s.verifyKnowledge(s.context("key", trustee), []kyber.Point{public}, proof,
		body); err != nil {
		return nil, &fault{BadProof, err}
	}
	return public, nil
}
