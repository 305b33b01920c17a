package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Log is the log's own side: its key, its records and their tree.
type Log struct {
	key     key
	verify  note.Verifier
	signed  []byte // the checkpoint of all records, nil if it has not been asked for
	tree    tree
	records [][]byte
}

// New makes an empty log whose signing key is drawn from rand (32 bytes).
// The name is also the origin of its checkpoints; by convention it is a URL
// without scheme. It has 1 to 255 bytes of UTF-8 without spaces, plus signs or
// control characters.
func New(name string, rand io.Reader) (*Log, error) {
	k, err := generateKey(name, rand)
	if err != nil {
		return nil, err
	}
	return newLog(k)
}

func newLog(k key) (*Log, error) {
	_, v, err := parseLogKey(k.public)
	if err != nil {
		return nil, err
	}
	return &Log{key: k, verify: v}, nil
}

// VerifierKey returns the public key, named, as text (c2sp.org/signed-note,
// type 1).
func (l *Log) VerifierKey() string { return l.key.public }

// Size returns the number of records.
func (l *Log) Size() int64 { return l.tree.size }

// Append adds a copy of record and returns its index, counted from 0. The
// log accepts any bytes; its caller bounds their length.
func (l *Log) Append(record []byte) (index int64) {
	l.tree.append(record)
	l.records = append(l.records, bytes.Clone(record))
	l.signed = nil
	return l.tree.size - 1
}

// Records returns copies of the records from (included) to to (excluded).
func (l *Log) Records(from, to int64) ([][]byte, error) {
	if from < 0 || from > to || to > l.Size() {
		return nil, fmt.Errorf("ledger: no records %d to %d: the log has %d", from, to, l.Size())
	}
	records := make([][]byte, 0, to-from)
	for _, r := range l.records[from:to] {
		records = append(records, bytes.Clone(r))
	}
	return records, nil
}

// Checkpoint returns the current checkpoint as a signed note.
func (l *Log) Checkpoint() []byte {
	if l.signed == nil {
		c := Checkpoint{Origin: l.key.name, Size: l.Size(), Root: must(l.tree.root(l.Size()))}
		l.signed = must(c.sign(l.key.signer))
	}
	return bytes.Clone(l.signed)
}

// Inclusion returns the encoded proof that record index is in the tree of
// the first size records, for [Checkpoint.CheckInclusion]: at most 1059 bytes.
func (l *Log) Inclusion(index, size int64) ([]byte, error) {
	return l.tree.inclusion(index, size)
}

func (t *tree) inclusion(index, size int64) ([]byte, error) {
	if index < 0 || index >= size || size > t.size {
		return nil, fmt.Errorf("ledger: no proof of record %d at size %d: the log has %d records",
			index, size, t.size)
	}
	hashes, err := tlog.ProveRecord(size, index, t)
	if err != nil {
		return nil, fmt.Errorf("ledger: prove record %d: %w", index, err)
	}
	return encodeProof(kindInclusion, hashes), nil
}

// Consistency returns the encoded proof that the tree of the first old
// records begins that of the first size records, for
// [Checkpoint.CheckConsistency]: at most 1059 bytes.
func (l *Log) Consistency(old, size int64) ([]byte, error) {
	if old < 0 || old > size || size > l.Size() {
		return nil, fmt.Errorf("ledger: no proof from size %d to %d: the log has %d records", old,
			size, l.Size())
	}
	if old == 0 {
		return encodeProof(kindConsistency, nil), nil
	}
	hashes, err := tlog.ProveTree(size, old, &l.tree)
	if err != nil {
		return nil, fmt.Errorf("ledger: prove consistency from %d: %w", old, err)
	}
	return encodeProof(kindConsistency, hashes), nil
}

// Evidence bundles the proof that record index is in the log with a
// checkpoint of the log, which is best cosigned. A checkpoint that does not
// match the log's records is refused, even if the log's key signed it.
func (l *Log) Evidence(index int64, checkpoint []byte) (Evidence, error) {
	c, _, err := openCheckpoint(checkpoint, l.verify)
	if err != nil {
		return Evidence{}, err
	}
	root, err := l.tree.root(c.Size)
	if err != nil {
		return Evidence{}, err
	}
	if root != c.Root {
		return Evidence{}, fmt.Errorf("ledger: evidence: the checkpoint of size %d is not of "+
			"this tree",
			c.Size)
	}
	proof, err := l.Inclusion(index, c.Size)
	if err != nil {
		return Evidence{}, err
	}
	return Evidence{Index: index, Proof: proof, Checkpoint: bytes.Clone(checkpoint)}, nil
}

// Fork returns a log with the same key and the first size records. An honest
// log never does this; whoever controls it, or stole its state, can. Fork(0) is
// what the key alone is worth.
func (l *Log) Fork(size int64) (*Log, error) {
	records, err := l.Records(0, size)
	if err != nil {
		return nil, err
	}
	fork := &Log{key: l.key, verify: l.verify}
	for _, r := range records {
		fork.Append(r)
	}
	return fork, nil
}

// Encode returns the whole state, the secret key included: what a thief of
// the log's store finds. It is the kind, the name, the seed (32 bytes) and each
// record behind its length (4 bytes).
func (l *Log) Encode() []byte {
	b := cryptobyte.NewBuilder([]byte{kindLog})
	b.AddValue(l.key)
	for _, r := range l.records {
		b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(r) })
	}
	return b.BytesOrPanic()
}

// ParseLog is the inverse of [Log.Encode].
func ParseLog(state []byte) (*Log, error) {
	s := cryptobyte.String(state)
	var kind uint8
	if !s.ReadUint8(&kind) || kind != kindLog {
		return nil, fmt.Errorf("ledger: log state: does not start with kind %d", kindLog)
	}
	k, err := readKey(&s)
	if err != nil {
		return nil, fmt.Errorf("ledger: log state: %w", err)
	}
	l, err := newLog(k)
	if err != nil {
		return nil, err
	}
	for !s.Empty() {
		var n uint32
		var record []byte
		if !s.ReadUint32(&n) || !s.ReadBytes(&record, int(n)) {
			return nil, errors.New("ledger: log state: cut off within a record")
		}
		l.Append(record)
	}
	return l, nil
}
