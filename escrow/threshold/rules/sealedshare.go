package rules

import (
	"crypto/sha256"
	"errors"
	"slices"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// These rules are what a thief of a one-use key computes: the shares that were sealed to the
// key stay on the board for ever.

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
		if r, err := publiclog.ParseBoardRecord(record); err == nil {
			facts = append(facts, world.Fact{Kind: committee.BoardPost, Ref: r.Session, Data: record})
		}
	}
	return world.Conclude(facts...)
}

// openSealedShare opens the shares that are sealed to a one-use key, as its owner does. Each
// record names the hash of the one before, so the given records form a tree, and the true
// board is a path down from its root. Other paths hold records that somebody made up. They
// give no share, or one that is true as well, since the dealers' signatures are checked.
func openSealedShare(in world.Input) ([]world.Derived, error) {
	roster, key, err := committee.ParseOneUseKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	s := &shareSearch{roster: roster, session: string(roster.Session), key: key,
		after: map[[32]byte][]int{}, posts: in.Facts}
	for at, f := range in.Facts[1:] {
		if r, err := publiclog.ParseBoardRecord(f.Data); err == nil && r.Session == s.session {
			s.after[r.Before] = append(s.after[r.Before], at+1)
		}
	}
	if err := s.walk([]int{0}, [32]byte{}); err != nil {
		return nil, err
	}
	if len(s.found) == 0 {
		return nil, errors.New("the board does not hold a share for this key")
	}
	return s.found, nil
}

// shareSearch looks for shares on every path through the records.
type shareSearch struct {
	roster  *ceremony.Roster
	session string
	key     []byte
	posts   []world.Fact
	after   map[[32]byte][]int // indices in posts, by the hash of the record before
	found   []world.Derived
}

// walk extends a path from its last record to all that name it. It reads the board along
// each path that ends.
func (s *shareSearch) walk(path []int, last [32]byte) error {
	for {
		next := s.after[last]
		if len(next) == 0 {
			return s.read(path)
		}
		if len(next) > 1 {
			for _, at := range next {
				if err := s.walk(append(slices.Clone(path), at), sha256.Sum256(s.posts[at].Data)); err != nil {
					return err
				}
			}
			return nil
		}
		path, last = append(path, next[0]), sha256.Sum256(s.posts[next[0]].Data)
	}
}

// read audits the ceremony along a path until its outcome stands. Then it opens the shares that
// are sealed to the key; they follow from the records of the path.
func (s *shareSearch) read(path []int) error {
	audit, err := ceremony.NewAudit(s.roster)
	if err != nil {
		return err
	}
	for i, at := range path[1:] {
		r, err := publiclog.ParseBoardRecord(s.posts[at].Data)
		if err != nil {
			return err
		}
		_ = audit.Read(r.Post) // an invalid post changes nothing
		o, err := audit.Outcome()
		if err != nil {
			continue // it does not stand yet
		}
		for _, index := range o.Recipients {
			share, err := audit.OpenShare(index, s.key)
			if err != nil {
				continue // it is sealed to another key
			}
			from := slices.Clone(path[:i+2])
			s.found = append(s.found,
				world.Derived{Fact: world.Fact{Kind: committee.Share, Ref: s.session,
					Data: ceremony.EncodeShare(share)}, From: from},
				world.Derived{Fact: committee.Fact(s.session, o.Commitments), From: from})
		}
		return nil
	}
	return nil
}
