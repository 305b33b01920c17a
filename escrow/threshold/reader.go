package threshold

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"doormat/escrow"
	"doormat/world/ledger"
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
	points   map[step]*point
	checked  map[string]ledger.Checkpoint // by note
	shown    map[string][]*point          // by note
}

// step is the way to a point: from where, and by which checkpoint.
type step struct {
	before     *point // nil for the founding
	checkpoint string
}

// point is the board after an update.
type point struct {
	before     *point
	size       int64
	records    [][]byte // since the point before
	checkpoint []byte
	course     *course // nil once it has moved on
}

func newCommons(f *founding) *commons {
	return &commons{f, map[step]*point{}, map[string]ledger.Checkpoint{}, map[string][]*point{}}
}

// reader begins at the end of the founding.
func (c *commons) reader() (*reader, error) {
	first := c.points[step{}]
	if first == nil {
		l, err := ledger.ParseLog(c.founding.log)
		if err != nil {
			return nil, err
		}
		first = &point{size: l.Size(), checkpoint: c.founding.checkpoint}
		if first.records, err = l.Records(0, l.Size()); err != nil {
			return nil, err
		}
		c.enter(step{}, first)
	}
	return &reader{commons: c, at: first}, nil
}

func (c *commons) enter(way step, p *point) {
	c.points[way] = p
	c.shown[string(p.checkpoint)] = append(c.shown[string(p.checkpoint)], p)
}

// check verifies a checkpoint, once.
func (c *commons) check(note []byte) (ledger.Checkpoint, error) {
	if checkpoint, ok := c.checked[string(note)]; ok {
		return checkpoint, nil
	}
	checkpoint, err := c.founding.policy.Check(note)
	if err == nil {
		c.checked[string(note)] = checkpoint
	}
	return checkpoint, err
}

// read takes an update. It tells whether there was anything new. It fails with
// [escrow.ErrGap] if the update begins beyond what was read, and if the checkpoint,
// larger or smaller, is not of the log that was read.
func (r *reader) read(data []byte) (bool, error) {
	u, err := escrow.ParseUpdate(data)
	if err != nil {
		return false, err
	}
	c, err := r.check(u.Checkpoint)
	if err != nil {
		return false, err
	}
	switch {
	case c.Size <= r.at.size:
		if string(u.Checkpoint) != string(r.at.checkpoint) && !r.course().reader.Has(c) {
			return false, fmt.Errorf("a checkpoint of size %d is not of the log that was read", c.Size)
		}
		return false, nil
	case u.First > r.at.size:
		return false, escrow.ErrGap
	case u.First+int64(len(u.Records)) != c.Size:
		return false, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records), u.First, c.Size)
	}
	way, records := step{r.at, string(u.Checkpoint)}, u.Records[r.at.size-u.First:]
	next := r.points[way]
	if next == nil || !slices.EqualFunc(next.records, records, bytes.Equal) {
		if next, err = r.extend(c, records, u.Checkpoint); err != nil {
			return false, err
		}
		r.enter(way, next)
	}
	r.at, r.own = next, nil
	return true, nil
}

// extend moves the course on, if the records are what the checkpoint commits to.
func (r *reader) extend(c ledger.Checkpoint, records [][]byte, checkpoint []byte) (*point, error) {
	course := r.course()
	if err := course.reader.Read(c, records); err != nil {
		return nil, err
	}
	course.follow(records, checkpoint)
	r.at.course = nil
	return &point{r.at, c.Size, records, checkpoint, course}, nil
}

// course is what the board amounts to, as far as it was read.
func (r *reader) course() *course {
	if r.at.before == nil && r.at.course == nil && len(r.points) == 1 {
		r.at.course = r.at.compute(r.founding) // nobody has read on yet
	}
	if r.at.course != nil {
		return r.at.course
	}
	if r.own == nil {
		r.own = r.at.compute(r.founding)
	}
	return r.own
}

// compute reads the board from the beginning.
func (p *point) compute(f *founding) *course {
	var way []*point
	for at := p; at != nil; at = at.before {
		way = append(way, at)
	}
	c := newCourse(f)
	for i := len(way) - 1; i >= 0; i-- {
		for _, record := range way[i].records {
			c.reader.Add(record)
		}
		if i < len(way)-1 { // the founding is in the course already
			c.follow(way[i].records, way[i].checkpoint)
		}
	}
	return c
}

// replay reads the whole board at once, as somebody does who knows nothing but the
// people who founded the committee, and gives its course. Where somebody in this process
// has read exactly these records, the course is that one's.
func (c *commons) replay(update []byte) (*course, error) {
	u, err := escrow.ParseUpdate(update)
	if err != nil {
		return nil, err
	}
	checkpoint, err := c.check(u.Checkpoint)
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
	for _, p := range c.shown[string(u.Checkpoint)] {
		if p.holds(u.Records) {
			r.at = p
			return r.course(), nil
		}
	}
	if r.at.holds(u.Records[:min(len(r.at.records), len(u.Records))]) && checkpoint.Size > r.at.size {
		_, err = r.read(update)
		return r.course(), err
	}
	fresh := blankCourse(c.founding.roster, 1)
	if err := fresh.reader.Read(checkpoint, u.Records); err != nil {
		return nil, err
	}
	fresh.follow(u.Records, u.Checkpoint)
	if len(fresh.links) == 0 {
		return nil, errors.New("the board does not show a ceremony of the trustees that this program was shipped with")
	}
	return fresh, nil
}

// holds tells whether these are the records that were read up to the point.
func (p *point) holds(records [][]byte) bool {
	rest := records
	for at := p; at != nil; at = at.before {
		from := len(rest) - len(at.records)
		if from < 0 || !slices.EqualFunc(rest[from:], at.records, bytes.Equal) {
			return false
		}
		rest = rest[:from]
	}
	return len(rest) == 0
}
