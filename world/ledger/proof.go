package ledger

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/tlog"
)

// maxHashes bounds a proof: a path of log2(MaxSize) hashes, and for
// consistency one more, the subtree at which it starts.
const maxHashes = 33

// maxProof is the length of the longest encoded proof in bytes.
const maxProof = 1 + 2 + maxHashes*tlog.HashSize

// encodeProof writes kind, the length of the hashes (2 bytes) and the hashes
// (32 bytes each).
func encodeProof(kind byte, hashes []tlog.Hash) []byte {
	b := cryptobyte.NewFixedBuilder(make([]byte, 0, maxProof))
	b.AddUint8(kind)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, h := range hashes {
			b.AddBytes(h[:])
		}
	})
	return b.BytesOrPanic()
}

// parseProof is the inverse of encodeProof.
func parseProof(kind byte, proof []byte) ([]tlog.Hash, error) {
	s := cryptobyte.String(proof)
	var found uint8
	var body cryptobyte.String
	if !s.ReadUint8(&found) || found != kind {
		return nil, fmt.Errorf("does not start with kind %d", kind)
	}
	if !s.ReadUint16LengthPrefixed(&body) || !s.Empty() {
		return nil, errors.New("its length differs from the one it states")
	}
	if len(body)%tlog.HashSize != 0 || len(body) > maxHashes*tlog.HashSize {
		return nil, fmt.Errorf("%d bytes are not 0 to %d hashes", len(body), maxHashes)
	}
	hashes := make([]tlog.Hash, len(body)/tlog.HashSize)
	for i := range hashes {
		body.CopyBytes(hashes[i][:])
	}
	return hashes, nil
}

// CheckInclusion verifies a proof of [Log.Inclusion] that record is the
// record number index, counted from 0, of the tree of c (RFC 6962, section 2.1.1).
func (c Checkpoint) CheckInclusion(proof []byte, index int64, record []byte) error {
	hashes, err := parseProof(kindInclusion, proof)
	if err != nil {
		return fmt.Errorf("ledger: inclusion proof: %w", err)
	}
	// tlog does not end on sizes above 2^62.
	if c.Size > MaxSize || index < 0 || index >= c.Size {
		return fmt.Errorf("ledger: inclusion proof: no record %d in a log of size %d",
			index, c.Size)
	}
	if err := tlog.CheckRecord(hashes, c.Size, c.Root, index, tlog.RecordHash(record)); err != nil {
		return fmt.Errorf("ledger: inclusion proof of record %d in %d: %w", index, c.Size, err)
	}
	return nil
}

// CheckConsistency verifies a proof of [Log.Consistency] that the tree of c
// begins with the whole tree of old (RFC 6962, section 2.1.2). From an empty
// tree, and between equal trees, the proof has no hashes.
func (c Checkpoint) CheckConsistency(proof []byte, old Checkpoint) error {
	hashes, err := parseProof(kindConsistency, proof)
	if err != nil {
		return fmt.Errorf("ledger: consistency proof: %w", err)
	}
	if old.Origin != c.Origin {
		return fmt.Errorf("ledger: consistency proof: between two logs, %q and %q",
			old.Origin, c.Origin)
	}
	if old.Size < 0 || old.Size > c.Size || c.Size > MaxSize {
		return fmt.Errorf("ledger: consistency proof: size %d cannot follow %d", c.Size, old.Size)
	}
	if old.Size == 0 {
		return checkFromEmpty(hashes, old, c)
	}
	if err := tlog.CheckTree(hashes, c.Size, c.Root, old.Size, old.Root); err != nil {
		return fmt.Errorf("ledger: consistency proof from %d to %d: %w", old.Size, c.Size, err)
	}
	return nil
}

// checkFromEmpty is CheckConsistency where old has size 0, which RFC 6962
// leaves open: every tree begins with the empty one.
func checkFromEmpty(hashes []tlog.Hash, old, c Checkpoint) error {
	empty := emptyCheckpoint(c.Origin).Root
	if len(hashes) != 0 || old.Root != empty || c.Size == 0 && c.Root != empty {
		return errors.New("ledger: consistency proof: from an empty log, yet with hashes or " +
			"another root")
	}
	return nil
}
