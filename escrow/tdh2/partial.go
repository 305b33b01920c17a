package tdh2

import (
	"errors"
	"fmt"
	"io"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
	"golang.org/x/crypto/cryptobyte"
)

// Partial is one trustee's answer for one ciphertext: u_i = x_i*u with a proof. t of them open the
// seed, so it is as secret as the order that asked for it: seal it to whoever may combine.
type Partial struct {
	index int
	point kyber.Point
	proof *dleq.Proof
}

// Index returns the trustee that the partial claims to come from, in 1..sharing.MaxTrustees.
func (p *Partial) Index() int { return p.index }

// PartialSize returns the length of an encoded partial in bytes: 97 over ristretto255.
func PartialSize(g kyber.Group) int { return 1 + g.PointLen() + dleq.Size(g) }

// Bytes returns the index in one byte, the point and the proof.
func (p *Partial) Bytes() []byte {
	b := append([]byte{byte(p.index)}, group.Bytes(p.point)...)
	return append(b, p.proof.Bytes()...)
}

// DecodePartial reads exactly what Bytes wrote. It refuses other lengths, indices out of range, the
// identity and, over ristretto255, encodings that are not canonical. The proof is checked by
// [Checked.Verify].
func DecodePartial(g kyber.Group, b []byte) (*Partial, error) {
	var index uint8
	var point, proof []byte
	in := cryptobyte.String(b)
	if !in.ReadUint8(&index) || !in.ReadBytes(&point, g.PointLen()) ||
		!in.ReadBytes(&proof, dleq.Size(g)) || !in.Empty() {
		return nil, fmt.Errorf("tdh2: a partial decryption has %d bytes, got %d", PartialSize(g),
			len(b))
	}
	p := &Partial{index: int(index)}
	if err := sharing.CheckIndices([]int{p.index}); err != nil {
		return nil, fmt.Errorf("tdh2: partial decryption: %w", err)
	}
	var err error
	if p.point, err = group.DecodePoint(g, point); err != nil {
		return nil, fmt.Errorf("tdh2: partial decryption of trustee %d: %w", index, err)
	}
	if p.proof, err = dleq.Decode(g, proof); err != nil {
		return nil, fmt.Errorf("tdh2: partial decryption of trustee %d: %w", index, err)
	}
	return p, nil
}

// Partial answers for the ciphertext with a trustee's share. The proof reads 64 bytes of random,
// hedged as package dleq says. It takes constant time in the share.
func (c *Checked) Partial(share sharing.Share, random io.Reader) (*Partial, error) {
	if err := sharing.CheckIndices([]int{share.Index}); err != nil {
		return nil, fmt.Errorf("tdh2: %w", err)
	}
	if share.Value == nil {
		return nil, fmt.Errorf("tdh2: the share of trustee %d has no value", share.Index)
	}
	g := c.pk.group
	p := &Partial{index: share.Index, point: g.Point().Mul(share.Value, c.ct.u)}
	var err error
	p.proof, err = dleq.Prove(g, c.bind(p.index), c.statement(g.Point().Mul(share.Value, nil), p),
		share.Value, random)
	if err != nil {
		return nil, fmt.Errorf("tdh2: answering as trustee %d: %w", share.Index, err)
	}
	return p, nil
}

// Verify checks a partial against the trustee's public share (sharing.Commitments.PublicShare), in
// variable time.
func (c *Checked) Verify(public kyber.Point, p *Partial) error {
	if p == nil || public == nil {
		return errors.New("tdh2: the partial decryption or the public share is missing")
	}
	if err := dleq.Verify(c.pk.group, c.bind(p.index), c.statement(public, p),
		p.proof); err != nil {
		return fmt.Errorf("tdh2: the partial decryption of trustee %d is wrong: %w", p.index, err)
	}
	return nil
}

// statement says that the trustee's public share and its answer have the same logarithm, to the
// generator and to u.
func (c *Checked) statement(public kyber.Point, p *Partial) dleq.Statement {
	return dleq.Statement{A: public, H: c.ct.u, B: p.point}
}

// bind is the context of a proof: key, ciphertext and label, hashed in Check, and the index.
func (c *Checked) bind(index int) []byte { return append(c.context[:64:64], byte(index)) }
