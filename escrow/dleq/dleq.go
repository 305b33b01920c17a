// Package dleq proves in zero knowledge that two points have the same logarithm: A = x*G and B = x*H for one secret x
// (Chaum and Pedersen, "Wallet databases with observers", CRYPTO 1992), made non-interactive by hashing (Fiat and Shamir,
// CRYPTO 1986), and beside it that one knows the logarithm of a single point (Schnorr, "Efficient signature generation by
// smart cards", J. Cryptology 1991).
//
// A trustee uses the first to show that a partial decryption was made with its share, a complainer in a key ceremony to
// show what it received; a dealer uses the second to show that it knows the constant term it commits to.
//
// # The challenge
//
// The prover commits to a nonce v with v*G and v*H and takes the challenge c = group.HashToScalar(domain, context, G|A|H|B,
// v*G|v*H), where | joins encodings of fixed size and the other lengths are hashed too. The response is r = v + c*x, the
// proof (c, r). The verifier computes r*G - c*A and r*H - c*B and hashes anew: c must come out. So everything in the statement
// stands under the hash, and so does the caller's context, which ties a proof to its use. A proof of knowledge is the same
// with one equation and another domain.
//
// kyber v3.1.0's proof/dleq never recomputes its challenge and leaves the bases out of it; TestKyberAcceptsWhatWeRefuse
// builds the false statements that pass there and are refused here.
package dleq

import (
	"errors"
	"fmt"
	"io"

	"doormat/escrow/group"

	"go.dedis.ch/kyber/v3"
)

const (
	equalDomain     = "doormat/dleq/equal/v1"
	knowledgeDomain = "doormat/dleq/knowledge/v1"
	nonceDomain     = "doormat/dleq/nonce/v1"
)

// Statement claims one x with A = x*G and B = x*H. No point may be the identity: x = 0 proves nothing.
type Statement struct {
	G, A kyber.Point // a nil G is the generator
	H, B kyber.Point
}

func (s Statement) claims() []claim { return []claim{{s.G, s.A}, {s.H, s.B}} }

// Prove shows that the statement is true with x, under a context that the verifier must know too. It fails when random does
// and when a point is the identity; that x fits the statement is the caller's business, for a proof of a false one does not
// verify. The nonce is hashed from 64 bytes of random together with x, the statement and the context: a reader that
// repeats itself or is known to the adversary does not give x away.
func Prove(g kyber.Group, context []byte, s Statement, x kyber.Scalar, random io.Reader) (*Proof, error) {
	return prove(g, equalDomain, context, s.claims(), x, random)
}

// Verify returns nil when the proof shows the statement under the context. Everything is public: it takes variable time.
func Verify(g kyber.Group, context []byte, s Statement, p *Proof) error {
	return verify(g, equalDomain, context, s.claims(), p)
}

// ProveKnowledge shows knowledge of x in public = x*generator, under a context. It fails as Prove does.
func ProveKnowledge(g kyber.Group, context []byte, public kyber.Point, x kyber.Scalar, random io.Reader) (*Proof, error) {
	return prove(g, knowledgeDomain, context, []claim{{nil, public}}, x, random)
}

// VerifyKnowledge returns nil when the proof shows that its maker knew the logarithm of public, under the context.
func VerifyKnowledge(g kyber.Group, context []byte, public kyber.Point, p *Proof) error {
	return verify(g, knowledgeDomain, context, []claim{{nil, public}}, p)
}

// claim says that image is base times the secret that all claims of a proof share. A nil base is the generator.
type claim struct {
	base, image kyber.Point
}

func prove(g kyber.Group, domain string, context []byte, claims []claim, x kyber.Scalar, random io.Reader) (*Proof, error) {
	public, err := encode(g, claims)
	if err != nil {
		return nil, err
	}
	v, err := nonce(g, domain, context, public, x, random)
	if err != nil {
		return nil, err
	}
	commitments := make([]kyber.Point, len(claims))
	for i, c := range claims {
		commitments[i] = g.Point().Mul(v, c.base)
	}
	challenge := hash(g, domain, context, public, commitments)
	response := g.Scalar().Mul(challenge, x)
	return &Proof{challenge: challenge, response: response.Add(response, v)}, nil
}

func verify(g kyber.Group, domain string, context []byte, claims []claim, p *Proof) error {
	if p == nil || p.challenge == nil || p.response == nil {
		return errors.New("dleq: there is no proof")
	}
	public, err := encode(g, claims)
	if err != nil {
		return err
	}
	minus := g.Scalar().Neg(p.challenge)
	commitments := make([]kyber.Point, len(claims))
	for i, c := range claims {
		commitments[i] = group.VarTimeMul(g, []kyber.Scalar{p.response, minus}, []kyber.Point{c.base, c.image})
	}
	if !hash(g, domain, context, public, commitments).Equal(p.challenge) {
		return errors.New("dleq: the proof does not show the statement in this context")
	}
	return nil
}

// encode lays out base and image of every claim and refuses the identity.
func encode(g kyber.Group, claims []claim) ([]byte, error) {
	var b []byte
	for i, c := range claims {
		base := c.base
		if base == nil {
			base = g.Point().Base()
		}
		if c.image == nil || group.IsIdentity(g, base) || group.IsIdentity(g, c.image) {
			return nil, fmt.Errorf("dleq: a point of equation %d is missing or the identity", i+1)
		}
		b = append(append(b, group.Bytes(base)...), group.Bytes(c.image)...)
	}
	return b, nil
}

func hash(g kyber.Group, domain string, context, public []byte, commitments []kyber.Point) kyber.Scalar {
	var committed []byte
	for _, p := range commitments {
		committed = append(committed, group.Bytes(p)...)
	}
	return group.HashToScalar(g, domain, context, public, committed)
}

func nonce(g kyber.Group, domain string, context, public []byte, x kyber.Scalar, random io.Reader) (kyber.Scalar, error) {
	if random == nil {
		return nil, errors.New("dleq: no source of randomness was given")
	}
	var fresh [64]byte
	if _, err := io.ReadFull(random, fresh[:]); err != nil {
		return nil, fmt.Errorf("dleq: the source of randomness failed: %w", err)
	}
	return group.HashToScalar(g, nonceDomain, []byte(domain), fresh[:], group.Bytes(x), context, public), nil
}
