package publiclog

import (
	"fmt"
	"time"

	"doormat/world/ledger"
)

// A Reader follows the records of a log, from the first on, by the updates that it is sent.
// It believes records that make up a checkpoint which enough witnesses cosigned, and nothing
// else.
type Reader struct {
	policy     *ledger.Policy
	tree       ledger.Reader
	checkpoint []byte // of the size read, nil before the first
	time       time.Time
}

// NewReader begins with the empty log.
func NewReader(policy *ledger.Policy) *Reader { return &Reader{policy: policy} }

// Size is how many records were read.
func (r *Reader) Size() int64 { return r.tree.Size() }

// Checkpoint is the cosigned one of all that was read, nil before the first.
func (r *Reader) Checkpoint() []byte { return r.checkpoint }

// Time is when a quorum of witnesses had signed the newest checkpoint that was shown.
func (r *Reader) Time() time.Time { return r.time }

// Skew is by how much the clocks of witnesses may be ahead of a reader's own.
const Skew = 10 * time.Minute

// Read takes an [Update] and gives the records that are new. It fails with [ErrGap] if the
// update begins beyond what was read; otherwise an error says that somebody forged it, or
// that the log shows another history than before.
func (r *Reader) Read(update []byte) ([][]byte, error) {
	u, c, err := r.check(update)
	if err != nil {
		return nil, err
	}
	return r.read(u, c)
}

// ReadAt is [Reader.Read] for a reader with a clock. It refuses what a quorum signed for a time
// that has not come: one such signature would count as fresh until then.
func (r *Reader) ReadAt(now time.Time, update []byte) ([][]byte, error) {
	u, c, err := r.check(update)
	if err != nil {
		return nil, err
	}
	if c.Time.After(now.Add(Skew)) {
		return nil, fmt.Errorf("witnesses signed a checkpoint of size %d for a time to come, %s",
			c.Size, c.Time.UTC().Format(time.DateTime))
	}
	return r.read(u, c)
}

func (r *Reader) check(update []byte) (*Update, ledger.Checkpoint, error) {
	u, err := ParseUpdate(update)
	if err != nil {
		return nil, ledger.Checkpoint{}, err
	}
	c, err := r.policy.Check(u.Checkpoint)
	return u, c, err
}

func (r *Reader) read(u *Update, c ledger.Checkpoint) ([][]byte, error) {
	switch {
	case c.Size <= r.Size():
		if !r.tree.Has(c) {
			return nil, fmt.Errorf("a checkpoint of size %d is not of the log that was read",
				c.Size)
		}
		r.see(c)
		return nil, nil
	case u.First > r.Size():
		return nil, ErrGap
	case u.First+int64(len(u.Records)) != c.Size:
		return nil, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records),
			u.First, c.Size)
	}
	records := u.Records[r.Size()-u.First:]
	if err := r.tree.Read(c, records); err != nil {
		return nil, err
	}
	r.checkpoint = u.Checkpoint
	r.see(c)
	return records, nil
}

func (r *Reader) see(c ledger.Checkpoint) {
	if c.Time.After(r.time) {
		r.time = c.Time
	}
}
