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

// boardView is one principal's view of the board: up to where it has read, and what
// that amounts to. It believes what enough witnesses cosigned, and nothing else.
//
// Programs in one process share what they would compute alike: readers at the same
// point who are shown the same records under the same checkpoint have the same
// course, so it is computed once and moves on with whoever reads on first. Whoever
// is shown anything else, or lags behind, computes its own: nobody learns what it
// was not shown. TestOwnEyes proves it.
type boardView struct {
	*boardCache
	version  *boardVersion
	ownState *committeeState // at the point, if the shared one has moved on
}

// boardCache is what readers in one process share.
type boardCache struct {
	genesis  *genesis
	memo     *memo.Memo                 // of all runs
	first    *boardVersion              // the end of the founding
	versions map[string][]*boardVersion // by note
}

// boardVersion is the board after an update.
type boardVersion struct {
	previous   *boardVersion // nil if the board was read from the beginning
	size       int64
	records    [][]byte // since the point before
	checkpoint []byte
	state      *committeeState // nil if nobody needed it yet, or once it has moved on
	stateMoved bool            // it has
}

func newBoardCache(f *genesis) *boardCache {
	return &boardCache{genesis: f, versions: map[string][]*boardVersion{}}
}

// newView begins at the end of the founding.
func (c *boardCache) newView() (*boardView, error) {
	if c.first == nil {
		l, err := ledger.ParseLog(c.genesis.log)
		if err != nil {
			return nil, err
		}
		first := &boardVersion{size: l.Size(), checkpoint: c.genesis.checkpoint}
		if first.records, err = l.Records(0, l.Size()); err != nil {
			return nil, err
		}
		c.first = first
		c.add(first)
	}
	return &boardView{boardCache: c, version: c.first}, nil
}

func (c *boardCache) add(p *boardVersion) {
	c.versions[string(p.checkpoint)] = append(c.versions[string(p.checkpoint)], p)
}

// lookup gives the point at which somebody in this process has read exactly these records
// after the point before, under this note; nil if nobody has.
func (c *boardCache) lookup(before *boardVersion, records [][]byte, note []byte) *boardVersion {
	for _, p := range c.versions[string(note)] {
		if p.continues(before, records) {
			return p
		}
	}
	return nil
}

// read takes an update. It tells whether there was anything new. It fails with
// [escrow.ErrGap] if the update begins beyond what was read, and if the checkpoint,
// larger or smaller, is not of the log that was read.
func (r *boardView) read(data []byte) (bool, error) {
	u, err := escrow.ParseUpdate(data)
	if err != nil {
		return false, err
	}
	c, err := r.genesis.policy.Check(u.Checkpoint)
	if err != nil {
		return false, err
	}
	switch {
	case c.Size <= r.version.size:
		if !r.has(u.Checkpoint, c) {
			return false, fmt.Errorf("a checkpoint of size %d is not of the log that was read", c.Size)
		}
		return false, nil
	case u.First > r.version.size:
		return false, escrow.ErrGap
	case u.First+int64(len(u.Records)) != c.Size:
		return false, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records), u.First, c.Size)
	}
	records := u.Records[r.version.size-u.First:]
	next := r.lookup(r.version, records, u.Checkpoint)
	if next == nil {
		if next, err = r.transition(c, records, u.Checkpoint); err != nil {
			return false, err
		}
		r.add(next)
	}
	r.version, r.ownState = next, nil
	return true, nil
}

// has tells whether a checkpoint, that of the note, is of the log as far as it was read.
func (r *boardView) has(note []byte, c ledger.Checkpoint) bool {
	return string(note) == string(r.version.checkpoint) || r.state().tree.Has(c)
}

// transition moves the course on, if the records are what the checkpoint commits to.
func (r *boardView) transition(c ledger.Checkpoint, records [][]byte, checkpoint []byte) (*boardVersion, error) {
	course := r.state()
	if err := course.tree.Read(c, records); err != nil {
		return nil, err
	}
	course.apply(records, checkpoint)
	r.version.state, r.version.stateMoved = nil, true
	return &boardVersion{previous: r.version, size: c.Size, records: records, checkpoint: checkpoint, state: course}, nil
}

// state is what the board amounts to, as far as it was read.
func (r *boardView) state() *committeeState {
	if r.version.state == nil && !r.version.stateMoved {
		r.version.state = r.compute()
	}
	if r.version.state != nil {
		return r.version.state
	}
	if r.ownState == nil {
		r.ownState = r.compute()
	}
	return r.ownState
}

// compute reads the board from the beginning. The founding that this process has seen is
// in a new course already.
func (r *boardView) compute() *committeeState {
	var way []*boardVersion
	for at := r.version; at != nil; at = at.previous {
		way = append(way, at)
	}
	slices.Reverse(way)
	c := genesisState(r.genesis)
	if way[0] != r.first {
		c = blankState(r.genesis.roster, 1, r.genesis.policy)
	}
	for _, p := range way {
		for _, record := range p.records {
			c.tree.Add(record)
		}
		if p != r.first {
			c.apply(p.records, p.checkpoint)
		}
	}
	return c
}

// replay reads the whole board at once, as somebody does who knows nothing but the
// people who founded the committee.
func (c *boardCache) replay(update []byte) (*boardView, error) {
	u, err := escrow.ParseUpdate(update)
	if err != nil {
		return nil, err
	}
	checkpoint, err := c.genesis.policy.Check(u.Checkpoint)
	if err != nil {
		return nil, err
	}
	if u.First != 0 || int64(len(u.Records)) != checkpoint.Size {
		return nil, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records), u.First, checkpoint.Size)
	}
	r, err := c.newView() // at the founding
	if err != nil {
		return nil, err
	}
	if p := c.lookup(nil, u.Records, u.Checkpoint); p != nil {
		r.version = p
		return r, nil
	}
	if checkpoint.Size > r.version.size && r.version.continues(nil, u.Records[:r.version.size]) {
		_, err = r.read(update)
		return r, err
	}
	fresh := blankState(c.genesis.roster, 1, c.genesis.policy)
	if err := fresh.tree.Read(checkpoint, u.Records); err != nil {
		return nil, err
	}
	fresh.apply(u.Records, u.Checkpoint)
	if len(fresh.links) == 0 {
		return nil, errors.New("the board does not show a ceremony of the trustees that this program was shipped with")
	}
	r.version = &boardVersion{size: checkpoint.Size, records: u.Records, checkpoint: u.Checkpoint, state: fresh}
	c.add(r.version)
	return r, nil
}

// continues tells whether exactly these records lie between the point before, nil for the
// beginning, and p.
func (p *boardVersion) continues(before *boardVersion, records [][]byte) bool {
	for at := p; at != before; at = at.previous {
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
