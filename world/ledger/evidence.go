package ledger

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// Evidence is what travels with a record to show that it is in the log. The
// record itself is not part of it.
type Evidence struct {
	Index      int64  // of the record, from 0
	Proof      []byte // of Log.Inclusion, at the checkpoint's size
	Checkpoint []byte // signed and, if the reader's policy demands it, cosigned note
}

// Verify checks the checkpoint by the policy and the proof that it includes
// record at Index, and returns the checkpoint.
func (e Evidence) Verify(policy *Policy, record []byte) (Checkpoint, error) {
	c, err := policy.Check(e.Checkpoint)
	if err != nil {
		return Checkpoint{}, err
	}
	if err := c.CheckInclusion(e.Proof, e.Index, record); err != nil {
		return Checkpoint{}, err
	}
	return c, nil
}

// Encode returns the kind, the index (8 bytes), and proof and checkpoint,
// each behind its length (2 bytes): at most 34 kB. It refuses what
// [ParseEvidence] would.
func (e Evidence) Encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	b := cryptobyte.NewBuilder([]byte{kindEvidence})
	b.AddUint64(uint64(e.Index))
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.Proof) })
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.Checkpoint) })
	return b.Bytes()
}

// ParseEvidence is the inverse of [Evidence.Encode]. It checks the form and no
// signature; [Evidence.Verify] checks the rest.
func ParseEvidence(encoded []byte) (Evidence, error) {
	s := cryptobyte.String(encoded)
	var kind uint8
	if !s.ReadUint8(&kind) || kind != kindEvidence {
		return Evidence{}, fmt.Errorf("ledger: evidence: does not start with kind %d", kindEvidence)
	}
	var index uint64
	var proof, checkpoint cryptobyte.String
	if !s.ReadUint64(&index) || !s.ReadUint16LengthPrefixed(&proof) ||
		!s.ReadUint16LengthPrefixed(&checkpoint) || !s.Empty() {
		return Evidence{}, errors.New("ledger: evidence: too short or too long")
	}
	e := Evidence{int64(index), bytes.Clone(proof), bytes.Clone(checkpoint)}
	if err := e.check(); err != nil {
		return Evidence{}, err
	}
	return e, nil
}

// check bounds the fields and reads the proof.
func (e Evidence) check() error {
	if e.Index < 0 || e.Index >= MaxSize {
		return fmt.Errorf("ledger: evidence: index %d is not 0 to %d", e.Index, int64(MaxSize-1))
	}
	if len(e.Checkpoint) > MaxNote {
		return fmt.Errorf("ledger: evidence: checkpoint of %d bytes, more than %d",
			len(e.Checkpoint), MaxNote)
	}
	if _, err := parseProof(kindInclusion, e.Proof); err != nil {
		return fmt.Errorf("ledger: evidence: proof: %w", err)
	}
	return nil
}
