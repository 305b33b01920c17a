package ledger

import "errors"

// CheckRecords verifies that records are all the records of the checkpoint's
// tree, in order. It hashes each one: a monitor's way to know that it was shown
// what everybody else was.
func (c Checkpoint) CheckRecords(records [][]byte) error {
	var t tree
	for _, r := range records {
		t.append(r)
	}
	root, err := t.root(t.size)
	if err != nil {
		return err
	}
	if t.size != c.Size || root != c.Root {
		return errors.New("ledger: records: not the ones that the checkpoint commits to")
	}
	return nil
}

// A Reader follows a log to which records are added. It keeps the hashes of the
// tree only, so that new records cost no more when the log is long. The zero
// Reader has read nothing.
type Reader struct{ tree tree }

// Size returns the number of records read.
func (r *Reader) Size() int64 { return r.tree.size }

// Inclusion returns the encoded proof that record index is in the tree of the first
// size records, of those read, for [Checkpoint.CheckInclusion].
func (r *Reader) Inclusion(index,
	size int64) ([]byte, error) {
	return r.tree.inclusion(index, size)
}

// Add takes the next record as it is, for a reader who has checked it before.
func (r *Reader) Add(record []byte) { r.tree.append(record) }

// Read takes the records that follow those read before, up to the size of c,
// which must have been verified. It fails, and has read nothing, unless c commits
// to all that was read and these: then the log was forked, or the records are not
// the log's.
func (r *Reader) Read(c Checkpoint, records [][]byte) error {
	before := r.tree
	for _, record := range records {
		r.tree.append(record)
	}
	root, err := r.tree.root(r.tree.size)
	if err == nil && (r.tree.size != c.Size || root != c.Root) {
		err = errors.New("ledger: records: not the ones that the checkpoint commits to")
	}
	if err != nil {
		r.tree = before
	}
	return err
}

// Has tells whether the tree of c is the beginning of what was read, or all of it.
func (r *Reader) Has(c Checkpoint) bool {
	root, err := r.tree.root(c.Size)
	return err == nil && root == c.Root
}
