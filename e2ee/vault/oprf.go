package vault

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
)

// context is contextString of RFC 9497, section 3.1: mode 0 is OPRF.
const context = "OPRFV1-\x00-ristretto255-SHA512"

// hashToGroup is HashToGroup of RFC 9497, section 4.1.
func hashToGroup(input []byte) kyber.Point {
	return group.HashMessageToPoint("HashToGroup-"+context, input)
}

// evaluate is BlindEvaluate of section 3.3.1, by a key or by a share of it.
func evaluate(key kyber.Scalar, blinded kyber.Point) kyber.Point {
	return suite.Point().Mul(key, blinded)
}

// finalize hashes input and the unblinded element to the output of the function.
func finalize(input []byte, element kyber.Point) [sha512.Size]byte {
	encoded := group.Bytes(element)
	b := binary.BigEndian.AppendUint16(nil, uint16(len(input)))
	b = append(b, input...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(encoded)))
	return sha512.Sum512(append(append(b, encoded...), "Finalize"...))
}

// An Attempt is a client's try of one PIN. Its memory holds the PIN and the blind.
type Attempt struct {
	params  Params
	pin     []byte
	blind   kyber.Scalar
	blinded kyber.Point
}

// NewAttempt blinds a PIN. It reads 64 random bytes.
func NewAttempt(p Params, pin []byte, random io.Reader) (*Attempt, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if len(pin) == 0 || len(pin) > 255 {
		return nil, fmt.Errorf("vault: a PIN of %d bytes, want 1 to 255", len(pin))
	}
	blind, err := group.RandomScalar(suite, random)
	if err != nil {
		return nil, fmt.Errorf("vault: draw a blind: %w", err)
	}
	return newAttempt(p, pin, blind), nil
}

func newAttempt(p Params, pin []byte, blind kyber.Scalar) *Attempt {
	return &Attempt{params: p, pin: pin, blind: blind, blinded: evaluate(blind, hashToGroup(pin))}
}

// Blinded is what every server is sent. It says nothing of the PIN.
func (a *Attempt) Blinded() []byte { return group.Bytes(a.blinded) }

// Combine makes a key of the answers of m servers, by their numbers. It takes those of one
// registration, the one that most have. If the PIN was wrong, or one of the m lied, it gives
// [ErrPIN] and no key: see the package's doc for why nothing may be proved under another.
func (a *Attempt) Combine(answers map[int]*Answer) (*Key, error) {
	type registration struct{ version, check [32]byte }
	by := map[registration][]int{}
	var best registration
	for i := 1; i <= a.params.Servers; i++ { // in order, so that ties fall the same way
		answer := answers[i]
		if answer == nil {
			continue
		}
		r := registration{answer.Version, answer.Check}
		by[r] = append(by[r], i)
		if len(by[r]) > len(by[best]) {
			best = r
		}
	}
	servers := by[best]
	if len(servers) < a.params.Need {
		return nil, fmt.Errorf("vault: %d answers for one registration, %d are needed",
			len(servers), a.params.Need)
	}
	servers = servers[:a.params.Need]
	weights, err := sharing.Lagrange(suite, servers)
	if err != nil {
		return nil, fmt.Errorf("vault: combine: %w", err)
	}
	sum := suite.Point().Null()
	for n, i := range servers {
		element, err := group.DecodePoint(suite, answers[i].Element[:])
		if err != nil {
			return nil, fmt.Errorf("vault: the answer of server %d: %w", i, err)
		}
		sum.Add(sum, evaluate(weights[n], element))
	}
	unblind := suite.Scalar().Inv(a.blind)
	key := newKey(finalize(a.pin, evaluate(unblind, sum)))
	if check := key.check(); !hmac.Equal(check[:], best.check[:]) {
		return nil, ErrPIN
	}
	return key, nil
}
