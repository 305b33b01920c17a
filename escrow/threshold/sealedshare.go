package threshold

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/group"
	"doormat/world"
	"doormat/world/ledger"
)

// These rules are what a thief computes who copied a one-use key in time: the
// shares sealed to it stay on the board for ever.

const oneUseTag = 'o'

func readLog(in world.Input) ([]world.Derived, error) {
	l, err := ledger.ParseLog(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	records, err := l.Records(0, l.Size())
	if err != nil {
		return nil, err
	}
	return boardPosts(records), nil
}

func boardPosts(records [][]byte) []world.Derived {
	var facts []world.Fact
	for _, record := range records {
		if r, err := escrow.ParseBoardRecord(record); err == nil {
			facts = append(facts, world.Fact{Kind: BoardPost, Ref: r.Session, Data: record})
		}
	}
	return world.Conclude(facts...)
}

// parseOneUseKey reads a one-use key: the roster of its ceremony and a scalar.
func parseOneUseKey(data []byte) (*ceremony.Roster, []byte, error) {
	f, err := world.Unpack(data, oneUseTag, 2)
	if err != nil {
		return nil, nil, fmt.Errorf("one-use key: %w", err)
	}
	r, err := ceremony.ParseRoster(f[0])
	if err == nil && len(f[1]) != group.Size {
		err = fmt.Errorf("one-use key: %d bytes, want %d", len(f[1]), group.Size)
	}
	return r, f[1], err
}

// openSealedShare does as the owner of the key does. Records name the one before,
// so they form a tree. The true board is a way down from its root; the others are
// made up, and nothing follows from them or something that is true as well.
func openSealedShare(in world.Input) ([]world.Derived, error) {
	roster, key, err := parseOneUseKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	t := &shareSearch{roster: roster, session: string(roster.Session), key: key, after: map[[32]byte][]int{}, posts: in.Facts}
	for at, f := range in.Facts[1:] {
		if r, err := escrow.ParseBoardRecord(f.Data); err == nil && r.Session == t.session {
			t.after[r.Before] = append(t.after[r.Before], at+1)
		}
	}
	if err := t.walk([]int{0}, [32]byte{}); err != nil {
		return nil, err
	}
	if len(t.found) == 0 {
		return nil, errors.New("the board does not hold a share for this key")
	}
	return t.found, nil
}

// shareSearch looks for shares on every way through the records.
type shareSearch struct {
	roster  *ceremony.Roster
	session string
	key     []byte
	posts   []world.Fact
	after   map[[32]byte][]int // positions of records, by the hash of the one before
	found   []world.Derived
}

// walk goes on from a record to all that name it. Where the way ends, the board is
// read; where it forks, each branch is.
func (t *shareSearch) walk(way []int, last [32]byte) error {
	for {
		next := t.after[last]
		if len(next) == 0 {
			return t.read(way)
		}
		if len(next) > 1 {
			for _, at := range next {
				if err := t.walk(append(slices.Clone(way), at), sha256.Sum256(t.posts[at].Data)); err != nil {
					return err
				}
			}
			return nil
		}
		way, last = append(way, next[0]), sha256.Sum256(t.posts[next[0]].Data)
	}
}

// read follows the ceremony until its outcome stands.
func (t *shareSearch) read(way []int) error {
	audit, err := ceremony.NewAudit(t.roster)
	if err != nil {
		return err
	}
	for i, at := range way[1:] {
		r, err := escrow.ParseBoardRecord(t.posts[at].Data)
		if err != nil {
			return err
		}
		_ = audit.Read(r.Post) // what is ignored changes nothing
		if o, err := audit.Outcome(); err == nil {
			t.open(audit, o, way[:i+2])
			return nil
		}
	}
	return nil
}

func (t *shareSearch) open(audit *ceremony.Audit, o *ceremony.Outcome, way []int) {
	for _, index := range o.Recipients {
		share, err := audit.OpenShare(index, t.key)
		if err != nil {
			continue // somebody else's
		}
		from := slices.Clone(way)
		t.found = append(t.found,
			world.Derived{Fact: world.Fact{Kind: Share, Ref: t.session, Data: ceremony.EncodeShare(share)}, From: from},
			world.Derived{Fact: committeeFact(t.session, o.Commitments), From: from})
	}
}
