package threshold

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"doormat/world/ledger"
	"doormat/world/memo"
	"doormat/world/publiclog"
)

// boardView is one principal's view of the board: which version of it the principal has
// read, and the committee state that follows. It believes records that make up a checkpoint
// which enough witnesses cosigned, and nothing else.
//
// Views in one process share what they would all compute alike. Those at the same version
// that are shown the same records under the same checkpoint arrive at the same committee
// state, so the first of them computes it and the others find it in the cache. A view
// that is shown anything else, or lags behind, computes its own: nobody learns what it
// was not shown. TestOwnEyes proves it.
type boardView struct {
	*boardCache
	version  *boardVersion
	ownState *committeeState // at this version, if the shared state has moved on to a later one
}

// boardCache is what the views in one process share.
type boardCache struct {
	genesis  *genesis
	memo     *memo.Memo                 // shared by all runs
	initial  *boardVersion              // the board after set-up
	versions map[string][]*boardVersion // by their cosigned checkpoint
}

// boardVersion is the board as it stands after an update.
type boardVersion struct {
	previous   *boardVersion // nil if the board was read from the beginning
	size       int64
	records    [][]byte // those that the previous version has not
	checkpoint []byte
	state      *committeeState // nil if no view needed it yet, or if stateMoved
	stateMoved bool            // the state was carried on to a later version
}

func newBoardCache(g *genesis) *boardCache {
	return &boardCache{genesis: g, versions: map[string][]*boardVersion{}}
}

// newView begins with the board after set-up.
func (c *boardCache) newView() *boardView {
	if c.initial == nil {
		g := c.genesis
		c.initial = &boardVersion{size: int64(len(g.records)), records: g.records, checkpoint: g.checkpoint}
		c.add(c.initial)
	}
	return &boardView{boardCache: c, version: c.initial}
}

func (c *boardCache) add(p *boardVersion) {
	c.versions[string(p.checkpoint)] = append(c.versions[string(p.checkpoint)], p)
}

// lookup gives the version at which a view in this process has read exactly these records
// after the version before, under the checkpoint encoded in note; nil if there is none.
func (c *boardCache) lookup(before *boardVersion, records [][]byte, note []byte) *boardVersion {
	for _, p := range c.versions[string(note)] {
		if p.continues(before, records) {
			return p
		}
	}
	return nil
}

// read takes an update. It tells whether there was anything new. It fails with
// [publiclog.ErrGap] if the update begins beyond what was read, and if the checkpoint,
// larger or smaller, is not of the log that was read.
func (v *boardView) read(data []byte) (bool, error) {
	u, err := publiclog.ParseUpdate(data)
	if err != nil {
		return false, err
	}
	c, err := v.genesis.policy.Check(u.Checkpoint)
	if err != nil {
		return false, err
	}
	switch {
	case c.Size <= v.version.size:
		if !v.has(u.Checkpoint, c) {
			return false, fmt.Errorf("a checkpoint of size %d is not of the log that was read", c.Size)
		}
		return false, nil
	case u.First > v.version.size:
		return false, publiclog.ErrGap
	case u.First+int64(len(u.Records)) != c.Size:
		return false, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records), u.First, c.Size)
	}
	records := u.Records[v.version.size-u.First:]
	next := v.lookup(v.version, records, u.Checkpoint)
	if next == nil {
		if next, err = v.transition(c, records, u.Checkpoint); err != nil {
			return false, err
		}
		v.add(next)
	}
	v.version, v.ownState = next, nil
	return true, nil
}

// has tells whether checkpoint c, encoded in note, is of the log as far as it was read.
func (v *boardView) has(note []byte, c ledger.Checkpoint) bool {
	return string(note) == string(v.version.checkpoint) || v.state().tree.Has(c)
}

// transition gives the version after more records, if these are what the checkpoint commits
// to. It carries the committee state over to that version.
func (v *boardView) transition(c ledger.Checkpoint, records [][]byte, checkpoint []byte) (*boardVersion, error) {
	state := v.state()
	if err := state.tree.Read(c, records); err != nil {
		return nil, err
	}
	state.apply(records, checkpoint)
	v.version.state, v.version.stateMoved = nil, true
	return &boardVersion{previous: v.version, size: c.Size, records: records, checkpoint: checkpoint, state: state}, nil
}

// state gives the committee state at the view's version.
func (v *boardView) state() *committeeState {
	if v.version.state == nil && !v.version.stateMoved {
		v.version.state = v.compute()
	}
	if v.version.state != nil {
		return v.version.state
	}
	if v.ownState == nil {
		v.ownState = v.compute()
	}
	return v.ownState
}

// compute derives the committee state from all records up to the view's version. It begins
// after set-up if the view has seen the same set-up as this process.
func (v *boardView) compute() *committeeState {
	var path []*boardVersion
	for at := v.version; at != nil; at = at.previous {
		path = append(path, at)
	}
	slices.Reverse(path)
	c := v.genesis.freshState()
	if path[0] != v.initial {
		c = blankState(v.genesis.roster, 1, v.genesis.policy)
	}
	for _, p := range path {
		for _, record := range p.records {
			c.tree.Add(record)
		}
		if p != v.initial {
			c.apply(p.records, p.checkpoint)
		}
	}
	return c
}

// replay reads the whole board at once, as a client does that knows nothing but the identity
// keys of the first trustees.
func (c *boardCache) replay(update []byte) (*boardView, error) {
	u, err := publiclog.ParseUpdate(update)
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
	v := c.newView()
	if p := c.lookup(nil, u.Records, u.Checkpoint); p != nil {
		v.version = p
		return v, nil
	}
	if checkpoint.Size > v.version.size && v.version.continues(nil, u.Records[:v.version.size]) {
		_, err = v.read(update)
		return v, err
	}
	fresh := blankState(c.genesis.roster, 1, c.genesis.policy)
	if err := fresh.tree.Read(checkpoint, u.Records); err != nil {
		return nil, err
	}
	fresh.apply(u.Records, u.Checkpoint)
	if len(fresh.links) == 0 {
		return nil, errors.New("the board does not show a ceremony of the trustees that this program was shipped with")
	}
	v.version = &boardVersion{size: checkpoint.Size, records: u.Records, checkpoint: u.Checkpoint, state: fresh}
	c.add(v.version)
	return v, nil
}

// continues tells whether p is what follows from the version before, nil for an empty board,
// by exactly these records.
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
