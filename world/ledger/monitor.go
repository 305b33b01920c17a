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

// Reconcile compares what a log published with what somebody expects there, a
// court's docket for instance. Unknown are the records that are not on the
// docket, missing the entries of the docket that are not published, each in the
// order given. A record published twice and expected once is unknown once.
func Reconcile(published, docket [][]byte) (unknown, missing [][]byte) {
	return without(published, docket), without(docket, published)
}

// without returns a less b, as multisets.
func without(a, b [][]byte) [][]byte {
	count := make(map[string]int)
	for _, x := range b {
		count[string(x)]++
	}
	var rest [][]byte
	for _, x := range a {
		if count[string(x)]--; count[string(x)] < 0 {
			rest = append(rest, x)
		}
	}
	return rest
}
