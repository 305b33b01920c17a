package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	format "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint is what a log committed to at one size. One that came from
// [Policy.Check] or [Evidence.Verify] was verified; its methods verify proofs
// and records against it.
type Checkpoint struct {
	Origin string    // name of the log
	Size   int64     // number of records, 0 to MaxSize
	Root   tlog.Hash // root of the Merkle tree: 32 bytes, RFC 6962 section 2.1

	// Time is the latest time such that as many witnesses as the policy demands
	// cosigned then or later. It has whole seconds and is as true as those
	// witnesses are. It is the zero time if the policy demands none.
	Time time.Time
}

// emptyCheckpoint is that of the log before its first record.
func emptyCheckpoint(origin string) Checkpoint {
	return Checkpoint{Origin: origin, Root: must(tlog.TreeHash(0, nil))}
}

// sign formats the checkpoint and signs it as a note.
func (c Checkpoint) sign(signer note.Signer) ([]byte, error) {
	text := format.Checkpoint{Origin: c.Origin, Size: uint64(c.Size), Hash: c.Root[:]}.Marshal()
	return note.Sign(&note.Note{Text: string(text)}, signer)
}

// openCheckpoint verifies a note under the log's key and reads its text. In the
// returned note, Sigs are the valid signatures of log and others. A false one
// under the name and key hash of one of them spoils the note.
func openCheckpoint(msg []byte, log note.Verifier,
	others ...note.Verifier) (Checkpoint, *note.Note, error) {
	if len(msg) > MaxNote {
		return Checkpoint{}, nil, fmt.Errorf("ledger: checkpoint: %d bytes, more than %d",
			len(msg), MaxNote)
	}
	parsed, _, n, err := format.ParseCheckpoint(msg, log.Name(), log, others...)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("ledger: checkpoint: %w", err)
	}
	for _, s := range slices.Concat(n.Sigs, n.UnverifiedSigs) {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Checkpoint{}, nil, fmt.Errorf("ledger: checkpoint: signature of %q: %w",
				s.Name, err)
		}
	}
	c, err := fromFormat(parsed, n.Text)
	return c, n, err
}

// fromFormat takes over a parsed checkpoint if text is exactly its canonical
// form: no leading zero, no spare bits in the base64, no extension lines (which
// no log here writes).
func fromFormat(parsed *format.Checkpoint, text string) (Checkpoint, error) {
	c := Checkpoint{Origin: parsed.Origin}
	if string(parsed.Marshal()) != text || len(parsed.Hash) != len(c.Root) {
		return Checkpoint{}, errors.New("ledger: checkpoint: not the canonical three lines: " +
			"origin, size, root")
	}
	if parsed.Size > MaxSize {
		return Checkpoint{}, fmt.Errorf("ledger: checkpoint: size %d is larger than %d",
			parsed.Size, uint64(MaxSize))
	}
	c.Size, c.Root = int64(parsed.Size), tlog.Hash(parsed.Hash)
	if c.Size == 0 && c != emptyCheckpoint(c.Origin) {
		return Checkpoint{}, errors.New("ledger: checkpoint: size 0 with a root that is not the " +
			"empty tree's")
	}
	return c, nil
}
