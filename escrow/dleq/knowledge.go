package dleq

import (
	"errors"
	"io"

	"doormat/escrow/group"

	"go.dedis.ch/kyber/v3"
)

// ProveKnowledge shows knowledge of every x[k] in publics[k] = x[k]*generator, k from 1 to n, under
// a context: one proof, of the size of any other. The response is r = v + c*x[1] + c^2*x[2] + ... +
// c^n*x[n]. Whoever can answer n+1 challenges for one v knows that polynomial of c, and its
// coefficients are the secrets; so the powers of c are what makes one answer stand for all, where a
// plain sum would only show knowledge of the sum. With n = 1 it is Schnorr's proof. It fails as
// Prove does, when there is no point, and when the lists are not equally long.
func ProveKnowledge(g kyber.Group, context []byte, publics []kyber.Point, x []kyber.Scalar,
	random io.Reader) (*Proof, error) {
	public, err := encodePublics(g, publics)
	if err != nil {
		return nil, err
	}
	if len(x) != len(publics) {
		return nil, errors.New("dleq: a proof of knowledge needs one secret for each point")
	}
	v, err := nonce(g, knowledgeDomain, context, public, x, random)
	if err != nil {
		return nil, err
	}
	defer v.Zero()
	challenge := hash(g, knowledgeDomain, context, public, g.Point().Mul(v, nil))
	response := g.Scalar().Zero()
	for k := len(x) - 1; k >= 0; k-- { // Horner's rule
		response.Add(response, x[k]).Mul(response, challenge)
	}
	return &Proof{challenge: challenge, response: response.Add(response, v)}, nil
}

// VerifyKnowledge returns nil when the proof shows that its maker knew the logarithm of each of the
// points, in this order and under the context. It computes r*G - c*publics[1] - ... -
// c^n*publics[n] and hashes anew.
func VerifyKnowledge(g kyber.Group, context []byte, publics []kyber.Point, p *Proof) error {
	if p == nil || p.challenge == nil || p.response == nil {
		return errNoProof
	}
	public, err := encodePublics(g, publics)
	if err != nil {
		return err
	}
	scalars, points := []kyber.Scalar{p.response}, append([]kyber.Point{nil}, publics...)
	power := g.Scalar().Neg(g.Scalar().One())
	for range publics {
		power = g.Scalar().Mul(power, p.challenge)
		scalars = append(scalars, power)
	}
	commitment := group.VarTimeMul(g, scalars, points)
	if !hash(g, knowledgeDomain, context, public, commitment).Equal(p.challenge) {
		return errNotShown
	}
	return nil
}

func encodePublics(g kyber.Group, publics []kyber.Point) ([]byte, error) {
	if len(publics) == 0 {
		return nil, errors.New("dleq: a proof of knowledge needs a point")
	}
	return encode(g, append([]kyber.Point{nil}, publics...))
}
