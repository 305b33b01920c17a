package committee

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"doormat/world/ledger"
	"doormat/world/memo"
	"doormat/world/publiclog"
)

// View is one principal's view of the board: which version of it the principal has
// read, and the committee state that follows. It believes records that make up a checkpoint
// which enough witnesses cosigned, and nothing else.
//
// Views in one process share what they would all compute alike. Those at the same version
// that are shown the same records under the same checkpoint arrive at the same committee
// state, so the first of them computes it and the others find it in the cache. A view
// that is shown anything else, or lags behind, computes its own: nobody learns what it
// was not shown. TestOwnEyes proves it.
type View struct {
	*Cache
	Version  *Version
	ownState *State   // its own, for when the shared state has moved on to a later version
	ownAt    *Version // the version that ownState is at, this one or an earlier one
}

// Cache is what the views in one process share.
type Cache struct {
	Genesis  *Genesis
	Memo     *memo.Memo              // shared by all runs
	initial  *Version                // the board after set-up
	versions map[[32]byte][]*Version // by SHA-256 of their cosigned checkpoint
}

// Version is the board as it stands after an update.
type Version struct {
	previous   *Version // nil if the board was read from the beginning
	Size       int64
	Records    [][]byte // those that the previous version has not
	Checkpoint []byte
	state      *State // nil if no view needed it yet, or if stateMoved
	stateMoved bool   // the state was carried on to a later version
}

// NewCache makes the cache of views that begin with this genesis. The memo may be nil.
func NewCache(g *Genesis, shared *memo.Memo) *Cache {
	return &Cache{Genesis: g, Memo: shared, versions: map[[32]byte][]*Version{}}
}

// NewView begins with the board after set-up.
func (c *Cache) NewView() *View {
	if c.initial == nil {
		g := c.Genesis
		c.initial = &Version{Size: int64(len(g.records)), Records: g.records,
			Checkpoint: g.Checkpoint}
		c.add(c.initial)
	}
	return &View{Cache: c, Version: c.initial}
}

func (c *Cache) add(p *Version) {
	key := sha256.Sum256(p.Checkpoint)
	c.versions[key] = append(c.versions[key], p)
}

// lookup gives the version at which a view in this process has read exactly these records
// after the version before, under the checkpoint encoded in note; nil if there is none.
func (c *Cache) lookup(before *Version, records [][]byte, note []byte) *Version {
	for _, p := range c.versions[sha256.Sum256(note)] {
		if p.continues(before, records) {
			return p
		}
	}
	return nil
}

// Read takes an update. It tells whether there was anything new. It fails with
// [publiclog.ErrGap] if the update begins beyond what was read, and if the checkpoint,
// larger or smaller, is not of the log that was read.
func (v *View) Read(data []byte) (bool, error) {
	u, err := publiclog.ParseUpdate(data)
	if err != nil {
		return false, err
	}
	c, err := v.Genesis.Policy.Check(u.Checkpoint)
	if err != nil {
		return false, err
	}
	switch {
	case c.Size <= v.Version.Size:
		if !v.has(u.Checkpoint, c) {
			return false, fmt.Errorf("a checkpoint of size %d is not of the log that was read",
				c.Size)
		}
		return false, nil
	case u.First > v.Version.Size:
		return false, publiclog.ErrGap
	case u.First+int64(len(u.Records)) != c.Size:
		return false, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records),
			u.First, c.Size)
	}
	records := u.Records[v.Version.Size-u.First:]
	next := v.lookup(v.Version, records, u.Checkpoint)
	if next == nil {
		if next, err = v.transition(c, records, u.Checkpoint); err != nil {
			return false, err
		}
		v.add(next)
	}
	v.Version = next
	return true, nil
}

// has tells whether checkpoint c, encoded in note, is of the log as far as it was read.
func (v *View) has(note []byte, c ledger.Checkpoint) bool {
	return string(note) == string(v.Version.Checkpoint) || v.State().Tree.Has(c)
}

// transition gives the version after more records, if these are what the checkpoint commits
// to. It carries the committee state over to that version.
func (v *View) transition(c ledger.Checkpoint, records [][]byte,
	checkpoint []byte) (*Version, error) {
	state := v.State()
	if err := state.Tree.Read(c, records); err != nil {
		return nil, err
	}
	state.apply(records, checkpoint)
	if state == v.ownState {
		v.ownState, v.ownAt = nil, nil // all have it now
	}
	v.Version.state, v.Version.stateMoved = nil, true
	return &Version{previous: v.Version, Size: c.Size, Records: records, Checkpoint: checkpoint,
		state: state}, nil
}

// State gives the committee state at the view's version.
func (v *View) State() *State {
	if v.Version.state == nil && !v.Version.stateMoved {
		v.Version.state = v.Compute()
	}
	if v.Version.state != nil {
		return v.Version.state
	}
	v.carryOwn()
	return v.ownState
}

// carryOwn brings the view's own state to its version, from the version that it is at: who lags
// behind at each update computes each of them once, and not all of them each time.
func (v *View) carryOwn() {
	var path []*Version
	at := v.Version
	for ; at != nil && at != v.ownAt; at = at.previous {
		path = append(path, at)
	}
	if at == nil {
		v.ownState = v.Compute()
	} else {
		for _, p := range slices.Backward(path) {
			v.ownState.read(p)
		}
	}
	v.ownAt = v.Version
}

// Compute derives the committee state from all records up to the view's version. It begins
// after set-up if the view has seen the same set-up as this process.
func (v *View) Compute() *State {
	var path []*Version
	for at := v.Version; at != nil; at = at.previous {
		path = append(path, at)
	}
	slices.Reverse(path)
	c := v.Genesis.FreshState(v.Memo)
	if path[0] != v.initial {
		c = NewState(v.Genesis.Roster, 1, v.Genesis.Policy, v.Memo)
	}
	for _, p := range path {
		if p == v.initial {
			c.add(p)
		} else {
			c.read(p)
		}
	}
	return c
}

// add takes the records of a version into the tree, as those of the set-up, whose posts a fresh
// state has taken in.
func (s *State) add(p *Version) {
	for _, record := range p.Records {
		s.Tree.Add(record)
	}
}

// read carries the state on to a version.
func (s *State) read(p *Version) {
	s.add(p)
	s.apply(p.Records, p.Checkpoint)
}

// replay reads the whole board at once, as a client does that knows nothing but the identity
// keys of the first trustees.
func (c *Cache) replay(update []byte) (*View, error) {
	u, err := publiclog.ParseUpdate(update)
	if err != nil {
		return nil, err
	}
	checkpoint, err := c.Genesis.Policy.Check(u.Checkpoint)
	if err != nil {
		return nil, err
	}
	if u.First != 0 || int64(len(u.Records)) != checkpoint.Size {
		return nil, fmt.Errorf("%d records from %d on, and a checkpoint of %d", len(u.Records),
			u.First, checkpoint.Size)
	}
	v := c.NewView()
	if p := c.lookup(nil, u.Records, u.Checkpoint); p != nil {
		v.Version = p
		return v, nil
	}
	if checkpoint.Size > v.Version.Size && v.Version.continues(nil, u.Records[:v.Version.Size]) {
		_, err = v.Read(update)
		return v, err
	}
	fresh := NewState(c.Genesis.Roster, 1, c.Genesis.Policy, c.Memo)
	if err := fresh.Tree.Read(checkpoint, u.Records); err != nil {
		return nil, err
	}
	fresh.apply(u.Records, u.Checkpoint)
	if len(fresh.Links) == 0 {
		return nil, errors.New("the board does not show a ceremony of the trustees that this " +
			"program was shipped with")
	}
	v.Version = &Version{Size: checkpoint.Size, Records: u.Records, Checkpoint: u.Checkpoint,
		state: fresh}
	c.add(v.Version)
	return v, nil
}

// continues tells whether p is what follows from the version before, nil for an empty board,
// by exactly these records.
func (p *Version) continues(before *Version, records [][]byte) bool {
	for at := p; at != before; at = at.previous {
		if at == nil {
			return false
		}
		from := len(records) - len(at.Records)
		if from < 0 || !slices.EqualFunc(records[from:], at.Records, bytes.Equal) {
			return false
		}
		records = records[:from]
	}
	return len(records) == 0
}
