// Package dleq proves in zero knowledge that two points have the same logarithm: A = x*G and B =
// x*H for one secret x (Chaum and Pedersen, "Wallet databases with observers", CRYPTO 1992), made
// non-interactive by hashing (Fiat and Shamir, CRYPTO 1986), and beside it that one knows the
// logarithms of one or more points (Schnorr, "Efficient signature generation by smart cards", J.
// Cryptology 1991; for many at the price of one: Gennaro, Leigh, Sundaram and Yerazunis, "Batching
// Schnorr identification scheme", ASIACRYPT 2004).
//
// A trustee uses the first to show that a partial decryption was made with its share, a complainer
// in a key ceremony to show what it received; a dealer uses the second to show that it knows the
// constant term it commits to and the ephemeral keys that it seals under.
//
// # The challenge
//
// The prover commits to a nonce v with v*G and v*H and takes the challenge c =
// group.HashToScalar(domain, context, G|A|H|B, v*G|v*H), where | joins encodings of fixed size and
// the other lengths are hashed too. The response is r = v + c*x, the proof (c, r). The verifier
// computes r*G - c*A and r*H - c*B and hashes anew: c must come out. So everything in the statement
// stands under the hash, and so does the caller's context, which ties a proof to its use. A proof
// of knowledge has another domain and one equation; see [ProveKnowledge].
//
// kyber v3.1.0's proof/dleq never recomputes its challenge and leaves the bases out of it;
// TestKyberAcceptsWhatWeRefuse builds the false statements that pass there and are refused here.
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

// Statement claims one x with A = x*G and B = x*H. No point may be the identity: x = 0 proves
// nothing.
type Statement struct {
	G, A kyber.Point // a nil G is the generator
	H, B kyber.Point
}

func (s Statement) points() []kyber.Point { return []kyber.Point{s.G, s.A, s.H, s.B} }

// Prove shows that the statement is true with x, under a context that the verifier must know too.
// It fails when random does and when a point is the identity; that x fits the statement is the
// caller's business, for a proof of a false one does not verify. The nonce is hashed from 64 bytes
// of random together with x, the statement and the context: a reader that repeats itself or is
// known to the adversary does not give x away. It is overwritten afterwards, for with the proof it
// does.
func Prove(g kyber.Group, context []byte, s Statement, x kyber.Scalar,
	random io.Reader) (*Proof, error) {
	public, err := encode(g, s.points())
	if err != nil {
		return nil, err
	}
	v, err := nonce(g, equalDomain, context, public, []kyber.Scalar{x}, random)
	if err != nil {
		return nil, err
	}
	defer v.Zero()
	challenge := hash(g, equalDomain, context, public, g.Point().Mul(v, s.G), g.Point().Mul(v, s.H))
	response := g.Scalar().Mul(challenge, x)
	return &Proof{challenge: challenge, response: response.Add(response, v)}, nil
}

// Verify returns nil when the proof shows the statement under the context. Everything is public: it
// takes variable time.
func Verify(g kyber.Group, context []byte, s Statement, p *Proof) error {
	if p == nil || p.challenge == nil || p.response == nil {
		return errNoProof
	}
	public, err := encode(g, s.points())
	if err != nil {
		return err
	}
	scalars := []kyber.Scalar{p.response, g.Scalar().Neg(p.challenge)}
	first := group.VarTimeMul(g, scalars, []kyber.Point{s.G, s.A})
	second := group.VarTimeMul(g, scalars, []kyber.Point{s.H, s.B})
	if !hash(g, equalDomain, context, public, first, second).Equal(p.challenge) {
		return errNotShown
	}
	return nil
}

var (
	errNoProof  = errors.New("dleq: there is no proof")
	errNotShown = errors.New("dleq: the proof does not show the statement in this context")
)

// encode lays out the points of a statement and refuses the identity. The first may be nil for the
// generator.
func encode(g kyber.Group, points []kyber.Point) ([]byte, error) {
	var b []byte
	for i, p := range points {
		if i == 0 && p == nil {
			p = g.Point().Base()
		}
		if p == nil || group.IsIdentity(g, p) {
			return nil, fmt.Errorf("dleq: point %d of the statement is missing or the identity",
				i+1)
		}
		b = append(b, group.Bytes(p)...)
	}
	return b, nil
}

func hash(g kyber.Group, domain string, context, public []byte,
	commitments ...kyber.Point) kyber.Scalar {
	var committed []byte
	for _, p := range commitments {
		committed = append(committed, group.Bytes(p)...)
	}
	return group.HashToScalar(g, domain, context, public, committed)
}

func nonce(g kyber.Group, domain string, context, public []byte, secrets []kyber.Scalar,
	random io.Reader) (kyber.Scalar,
	error) {
	if random == nil {
		return nil, errors.New("dleq: no source of randomness was given")
	}
	var fresh [64]byte
	defer clear(fresh[:])
	if _, err := io.ReadFull(random, fresh[:]); err != nil {
		return nil, fmt.Errorf("dleq: the source of randomness failed: %w", err)
	}
	hidden := make([]byte, 0, len(secrets)*g.ScalarLen())
	for _, x := range secrets {
		encoded := group.Bytes(x)
		hidden = append(hidden, encoded...)
		clear(encoded)
	}
	defer clear(hidden)
	return group.HashToScalar(g, nonceDomain, []byte(domain), fresh[:], hidden, context, public),
		nil
}
