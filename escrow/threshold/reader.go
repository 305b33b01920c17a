package threshold

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"doormat/escrow"
	"doormat/world/ledger"
	"doormat/world/memo"
)

// reader is one principal's view of the board: up to where it has read, and what
// that amounts to. It believes what enough witnesses cosigned, and nothing else.
//
// Programs in one process share what they would compute alike: readers at the same
// point who are shown the same records under the same checkpoint have the same
// course, so it is computed once and moves on with whoever reads on first. Whoever
// is shown anything else, or lags behind, computes its own: nobody learns what it
// was not shown. TestOwnEyes proves it.
type reader struct {
	*commons
	at  *point
	own *course // at the point, if the shared one has moved on
}

// commons is what readers in one process share.
type commons struct {
	founding *founding
	memo     *memo.Memo          // of all runs
	first    *point              // the end of the founding
	shown    map[string][]*point // by note
}

// point is the board after an update.
type point struct {
	before     *point // nil if the board was read from the beginning
	size       int64
	records    [][]byte // since the point before
	checkpoint []byte
	course     *course // nil if nobody needed it yet, or once it has moved on
	moved      bool    // it has
}

func newCommons(f *founding) *commons {
	return &commons{founding: f, shown: map[string][]*point{}}
}

// reader begins at the end of the founding.
func (c *commons) reader() (*reader, error) {
	if c.first == nil {
		l, err := ledger.ParseLog(c.founding.log)
		if err != nil {
			return nil, err
		}
		first := &point{size: l.Size(), checkpoint: c.founding.checkpoint}
		if first.records, err = l.Records(0, l.Size()); err != nil {
			return nil, err
		}
		c.first = first
		c.enter(first)
	}
	return &reader{commons: c, at: c.first}, nil
}

func (c *commons) enter(p *point) {
	c.shown[string(p.checkpoint)] = append(c.shown[string(p.checkpoint)], p)
}

// shared gives the point at which somebody in this process has read exactly these records
// after the point before, under this note; nil if nobody has.
func (c *commons) shared(before *point, records [][]byte, note []byte) *point {
	for _, p := range c.shown[string(note)] {
		if p.continues(before, records) {
			return p
		}
	}
	return nil
}

// read takes an update. It tells whether there was anything new. It fails with
// [escrow.ErrGap] if the update begins beyond what was read, and if the checkpoint,
// larger or smaller, is not of the log that was read.
func (r *reader) read(data []byte) (bool, error) {
	u, err := escrow.ParseUpdate(data)
	if err != nil {
		return false, err
	}
	c, err := r.founding.policy.Check(u.Checkpoint)
	if err != nil {
		return false, err
	}
	switch {
	case c.Size <= r.at.size:
		if !r.has(u.Checkpoint, c) {
			return false, fmt.Errorf("a checkpoint of size %d is not of the log that was read", c.Size)
		}
		return false, nil
	case u.First > r.at.size:
		return false, escrow.ErrGap
	case u.First+int64(len(u.Records)) != c.Size:
		return false, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records), u.First, c.Size)
	}
	records := u.Records[r.at.size-u.First:]
	next := r.shared(r.at, records, u.Checkpoint)
	if next == nil {
		if next, err = r.extend(c, records, u.Checkpoint); err != nil {
			return false, err
		}
		r.enter(next)
	}
	r.at, r.own = next, nil
	return true, nil
}

// has tells whether a checkpoint, that of the note, is of the log as far as it was read.
func (r *reader) has(note []byte, c ledger.Checkpoint) bool {
	return string(note) == string(r.at.checkpoint) || r.course().reader.Has(c)
}

// extend moves the course on, if the records are what the checkpoint commits to.
func (r *reader) extend(c ledger.Checkpoint, records [][]byte, checkpoint []byte) (*point, error) {
	course := r.course()
	if err := course.reader.Read(c, records); err != nil {
		return nil, err
	}
	course.follow(records, checkpoint)
	r.at.course, r.at.moved = nil, true
	return &point{before: r.at, size: c.Size, records: records, checkpoint: checkpoint, course: course}, nil
}

// course is what the board amounts to, as far as it was read.
func (r *reader) course() *course {
	if r.at.course == nil && !r.at.moved {
		r.at.course = r.compute()
	}
	if r.at.course != nil {
		return r.at.course
	}
	if r.own == nil {
		r.own = r.compute()
	}
	return r.own
}

// compute reads the board from the beginning. The founding that this process has seen is
// in a new course already.
func (r *reader) compute() *course {
	var way []*point
	for at := r.at; at != nil; at = at.before {
		way = append(way, at)
	}
	slices.Reverse(way)
	c := newCourse(r.founding)
	if way[0] != r.first {
		c = blankCourse(r.founding.roster, 1, r.founding.policy)
	}
	for _, p := range way {
		for _, record := range p.records {
			c.reader.Add(record)
		}
		if p != r.first {
			c.follow(p.records, p.checkpoint)
		}
	}
	return c
}

// replay reads the whole board at once, as somebody does who knows nothing but the
// people who founded the committee.
func (c *commons) replay(update []byte) (*reader, error) {
	u, err := escrow.ParseUpdate(update)
	if err != nil {
		return nil, err
	}
	checkpoint, err := c.founding.policy.Check(u.Checkpoint)
	if err != nil {
		return nil, err
	}
	if u.First != 0 || int64(len(u.Records)) != checkpoint.Size {
		return nil, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records), u.First, checkpoint.Size)
	}
	r, err := c.reader() // at the founding
	if err != nil {
		return nil, err
	}
	if p := c.shared(nil, u.Records, u.Checkpoint); p != nil {
		r.at = p
		return r, nil
	}
	if checkpoint.Size > r.at.size && r.at.continues(nil, u.Records[:r.at.size]) {
		_, err = r.read(update)
		return r, err
	}
	fresh := blankCourse(c.founding.roster, 1, c.founding.policy)
	if err := fresh.reader.Read(checkpoint, u.Records); err != nil {
		return nil, err
	}
	fresh.follow(u.Records, u.Checkpoint)
	if len(fresh.links) == 0 {
		return nil, errors.New("the board does not show a ceremony of the trustees that this program was shipped with")
	}
	r.at = &point{size: checkpoint.Size, records: u.Records, checkpoint: u.Checkpoint, course: fresh}
	c.enter(r.at)
	return r, nil
}

// continues tells whether exactly these records lie between the point before, nil for the
// beginning, and p.
func (p *point) continues(before *point, records [][]byte) bool {
	for at := p; at != before; at = at.before {
		if at == nil {
			return false
		}
		from := len(records) - len(at.records)
		if from < 0 || !slices.EqualFunc(records[from:], at.records, bytes.Equal) {
			return false
		}
		records = records[:from]
	}
	return len(records) == 0
}
