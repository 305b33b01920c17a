// Package tdh2 encrypts a 32-byte message seed to a committee of trustees, t of whom can open it,
// with the threshold cryptosystem TDH2 of Shoup and Gennaro ("Securing threshold cryptosystems
// against chosen ciphertext attack", EUROCRYPT 1998; J. Cryptology 15(2), 2002, section 4).
//
// # Why not plain threshold ElGamal
//
// Trustees answer for one labelled ciphertext, the label saying whose message it is and when it was
// sent. ElGamal does not hold them to that: from a victim's (u, c) anybody makes u' = a*u + d*G,
// has it opened under another label, and divides a and d out again. A TDH2 ciphertext carries a
// proof that its maker knew the nonce, and the proof covers the label, so a ciphertext that was
// moved to another label or re-randomised is refused before any share touches it (TestLaundering).
//
// # The scheme
//
// Written additively, with generator G, committee key H = x*G, Gbar hashed to the group from key id
// and key, and a seed K:
//
//	c = K XOR mask(r*H)    u = r*G    ubar = r*Gbar
//	w = s*G   wbar = s*Gbar   e = challenge(c, label, u, w, ubar, wbar, H, key id)   f = s + r*e
//
// mask and challenge are group.Expand and group.HashToScalar, each under a domain of its own; they
// hash lengths too. The ciphertext is (c, u, ubar, e, f), 160 bytes. To check it, recompute w = f*G
// - e*u and wbar = f*Gbar - e*ubar, and the hash must give e. Trustee i answers u_i = x_i*u with a
// proof (package dleq) that u_i and its public share have the same logarithm. Any t good answers
// interpolate to x*u = r*H.
//
// # Derived nonces
//
// r and s are not drawn but derived from K, the key and the label (HKDF-SHA512, RFC 5869). A
// recipient who knows K can therefore recompute the whole ciphertext and compare bytes, and two
// labels never share a nonce. That is safe only because K is itself uniform and used for one
// message: never encrypt a guessable K.
//
// # The order of things
//
// [PublicKey.Check] is the only way to a [Checked] ciphertext, and only a Checked one can be
// answered, combined or opened: the check is made once by each party and cannot be forgotten.
// [OpenUnchecked] is for whoever stole the whole secret, and gives nobody an answer.
//
// The code takes any kyber.Group; the floors in BenchmarkFloors compare ristretto255
// with kyber's own curve. testdata/tdh2.json has known answers for other
// implementations; TestVectors computes them again.
package tdh2

import (
	"crypto/hkdf"
	"crypto/sha512"
	"errors"
	"fmt"
	"slices"

	"doormat/escrow/group"

	"go.dedis.ch/kyber/v3"
)

// SeedSize is the length in bytes of what is encrypted.
const SeedSize = 32

const (
	gbarDomain      = "doormat/tdh2/gbar/v1"
	nonceDomain     = "doormat/tdh2/nonce/v1"
	maskDomain      = "doormat/tdh2/mask/v1"
	challengeDomain = "doormat/tdh2/challenge/v1"
	partialDomain   = "doormat/tdh2/partial/v1"
)

// PublicKey is a committee key under a key id, with tables for its two fixed points. It costs about
// three encryptions to build and is then immutable and safe for concurrent use.
type PublicKey struct {
	group     kyber.Group
	id        []byte
	encoded   []byte // the committee key
	key, gbar *group.Table
}

// NewPublicKey prepares a committee key for use. The id, of any length, tells keys apart after a
// rotation; it is hashed into everything. The identity is refused: under it every seed lies open.
func NewPublicKey(g kyber.Group, id []byte, key kyber.Point) (*PublicKey, error) {
	if key == nil || group.IsIdentity(g, key) {
		return nil, errors.New("tdh2: the committee key is missing or the identity")
	}
	encoded := group.Bytes(key)
	return &PublicKey{
		group:   g,
		id:      slices.Clone(id),
		encoded: encoded,
		key:     group.NewTable(g, key),
		gbar:    group.NewTable(g, group.HashToPoint(g, gbarDomain, id, encoded)),
	}, nil
}

// Key returns a copy of the committee key.
func (pk *PublicKey) Key() kyber.Point { return pk.key.Base() }

// ID returns a copy of the key id.
func (pk *PublicKey) ID() []byte { return slices.Clone(pk.id) }

// Encrypt encrypts seed under a label of any length. The same key, label and seed always give the
// same bytes. The seed must be uniform and used for one message only. It takes constant time in the
// seed.
func (pk *PublicKey) Encrypt(label []byte, seed [SeedSize]byte) *Ciphertext {
	g := pk.group
	r, s := pk.nonces(label, seed)
	ct := &Ciphertext{
		masked: mask(pk.key.Mul(r), seed),
		u:      g.Point().Mul(r, nil),
		ubar:   pk.gbar.Mul(r),
	}
	ct.points = append(group.Bytes(ct.u), group.Bytes(ct.ubar)...)
	ct.e = pk.challenge(ct, label, g.Point().Mul(s, nil), pk.gbar.Mul(s))
	ct.f = g.Scalar().Mul(r, ct.e)
	ct.f.Add(ct.f, s)
	return ct
}

// nonces derives r and s: each 64 bytes of HKDF-SHA512 over the seed, reduced. The info string
// carries key id, key and label through a hash with lengths.
func (pk *PublicKey) nonces(label []byte, seed [SeedSize]byte) (r, s kyber.Scalar) {
	info := group.Expand(nonceDomain, pk.id, pk.encoded, label)
	wide, err := hkdf.Key(sha512.New, seed[:], nil, nonceDomain+string(info[:]), 128)
	if err != nil {
		panic("tdh2: HKDF-SHA512 refused 128 bytes: " + err.Error())
	}
	return pk.group.Scalar().SetBytes(wide[:64]), pk.group.Scalar().SetBytes(wide[64:])
}

// mask XORs in with 32 bytes hashed from the shared point r*H, so that it both masks and unmasks.
func mask(shared kyber.Point, in [SeedSize]byte) (out [SeedSize]byte) {
	pad := group.Expand(maskDomain, group.Bytes(shared))
	for i := range out {
		out[i] = in[i] ^ pad[i]
	}
	return out
}

func (pk *PublicKey) challenge(ct *Ciphertext, label []byte, w, wbar kyber.Point) kyber.Scalar {
	u, ubar := ct.points[:len(ct.points)/2], ct.points[len(ct.points)/2:]
	return group.HashToScalar(pk.group, challengeDomain,
		ct.masked[:], label, u, group.Bytes(w), ubar, group.Bytes(wbar), pk.encoded, pk.id)
}

// Checked is a ciphertext that was found valid under a key and a label.
type Checked struct {
	pk      *PublicKey
	ct      *Ciphertext
	context [64]byte // what an answer is bound to
}

// Check verifies a ciphertext under a label, in variable time: all of it is public. Each party, a
// trustee or whoever combines answers, checks once and then works on the result.
func (pk *PublicKey) Check(label []byte, ct *Ciphertext) (*Checked, error) {
	g := pk.group
	if ct == nil || ct.u == nil { // others came from Encrypt or DecodeCiphertext
		return nil, errors.New("tdh2: there is no ciphertext")
	}
	minus := g.Scalar().Neg(ct.e)
	scalars := []kyber.Scalar{ct.f, minus}
	w := group.VarTimeMul(g, scalars, []kyber.Point{nil, ct.u})
	wbar := group.VarTimeMul(g, scalars, []kyber.Point{pk.gbar.Base(), ct.ubar})
	if !pk.challenge(ct, label, w, wbar).Equal(ct.e) {
		return nil, fmt.Errorf("tdh2: the ciphertext is not valid under key %x and this label",
			pk.id)
	}
	return &Checked{pk: pk, ct: ct, context: group.Expand(partialDomain, pk.id, pk.encoded,
		ct.Bytes(), label)}, nil
}
