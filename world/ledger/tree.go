package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A tree keeps the hashes of all complete subtrees, in the order of
// tlog.StoredHashIndex, in memory. It is a tlog.HashReader.
type tree struct {
	size   int64
	hashes []tlog.Hash
}

// append adds the hash of one record and of the subtrees that it completes.
func (t *tree) append(record []byte) {
	t.hashes = append(t.hashes, must(tlog.StoredHashes(t.size, record, t))...)
	t.size++
}

// root returns the root of the tree over the first size records.
func (t *tree) root(size int64) (tlog.Hash, error) {
	if size < 0 || size > t.size {
		return tlog.Hash{}, fmt.Errorf("ledger: no root at size %d: the log has %d records",
			size, t.size)
	}
	return tlog.TreeHash(size, t)
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("ledger: no stored hash %d", x)
		}
		found[i] = t.hashes[x]
	}
	return found, nil
}

// must is for steps that fail only if this package is wrong: sizes within
// the tree's own, keys and names that were checked when they were made.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("ledger: internal error: %v", err))
	}
	return v
}
