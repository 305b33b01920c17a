package committee

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"maps"
	"math"
	"slices"

	"doormat/escrow/ceremony"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/memo"
	"doormat/world/publiclog"
)

// State is what the board amounts to: who the trustees are, which keys live, in which
// share epoch, and which ceremonies are open. It is a function of the log's records and
// holds no secret, so whoever reads the same log has the same State.
//
// Each ceremony that completes ends the identities with which it was held, so there is
// one after another: of those that are open the first to complete counts, and the others
// are void. Names and rosters follow from the ceremonies before: nobody can choose them.
type State struct {
	policy      *ledger.Policy // of the checkpoints that trustees confirm under
	memo        *memo.Memo     // what audits share with those of other runs; may be nil
	Tree        ledger.Reader
	reading     int64                       // index of the record that is being read
	NextRoster  *ceremony.Roster            // of the next ceremony, without its name
	Links       []*Link                     // certificates so far, a chain
	former      map[int][]ed25519.PublicKey // identities that were given up, by trustee
	SignedPosts []SignedPost                // in the order of the board
	Live        []*Key                      // the newest key last; at most two
	LastKey     int                         // number of the last key that a ceremony tried to make
	LastEpoch   map[int]int                 // likewise of the last share epoch, by key
	Open        map[string]*Session         // by name
	finished    map[int]*Session            // the last ceremony for each key, once it is over
	unproved    []*Session                  // ceremonies completed since the last checkpoint
}

var errNoCeremony = errors.New("no such ceremony is held now")

// SignedPost says whose identity a post is signed with: the one in force or, if former, one
// that was given up. The owner of the identity knows whether the post is its own.
type SignedPost struct {
	Author  int
	Former  bool
	Session string
	Post    [32]byte // its hash
	Phase   ceremony.Phase
}

// Session is one ceremony.
type Session struct {
	Name                   string
	KeyNumber, EpochNumber int
	Roster                 *ceremony.Roster
	Audit                  *ceremony.Audit
	Posts                  [][]byte         // the valid ones, while the ceremony is open
	Checkpoint             []byte           // the first one with the outcome; trustees confirm it
	places                 map[int]Position // of the signatures under the certificate, by trustee
	link                   *Link            // the certificate, once the ceremony is done
	Made                   *Key             // its outcome, likewise
}

// liveKeys is how many keys live: the newest, and the one before for what is under way
// and for orders about it.
const liveKeys = 2

// KeyLife gives the moments at which the committee key of a message is made and destroyed: a
// new one is made every so many messages.
func KeyLife(s world.Settings, message int) (made, destroyed int) {
	if s.Rotate == 0 {
		return 0, math.MaxInt
	}
	number := (message - 1) / s.Rotate
	return number * s.Rotate, (number + liveKeys) * s.Rotate
}

// NewState is the state of an empty board, on which the founders are to make the key of
// that number.
func NewState(founders *ceremony.Roster, number int, policy *ledger.Policy,
	shared *memo.Memo) *State {
	return &State{policy: policy, memo: shared, NextRoster: WithSession(founders, ""),
		former: map[int][]ed25519.PublicKey{}, LastKey: number - 1,
		LastEpoch: map[int]int{}, Open: map[string]*Session{}, finished: map[int]*Session{}}
}

// FreshState is a copy of the state after set-up, without the tree of records. Everybody would
// compute it from the same records, so set-up has computed it for all.
func (g *Genesis) FreshState(shared *memo.Memo) *State {
	c := *g.State
	c.memo = shared
	c.Tree, c.SignedPosts, c.Links = ledger.Reader{}, nil, slices.Clip(c.Links)
	c.former, c.LastEpoch = maps.Clone(c.former), maps.Clone(c.LastEpoch)
	c.Open, c.finished, c.Live = map[string]*Session{}, map[int]*Session{}, slices.Clone(c.Live)
	return &c
}

// apply reads records that were added to the tree, and then the checkpoint over them.
func (c *State) apply(records [][]byte, checkpoint []byte) {
	first := c.Tree.Size() - int64(len(records))
	for i, record := range records {
		if r, err := publiclog.ParseBoardRecord(record); err == nil {
			_ = c.applyPost(r, first+int64(i)) // an invalid post changes nothing
		}
	}
	c.applyCheckpoint(checkpoint)
}

// applyCheckpoint notes the checkpoint of all records so far: ceremonies whose outcome
// stands are confirmed under it, and completed certificates are proved by it.
func (c *State) applyCheckpoint(checkpoint []byte) {
	for _, s := range c.sessions() {
		if s.Checkpoint == nil && s.Audit.Phase() >= ceremony.PhaseConfirm {
			s.Checkpoint = checkpoint
		}
	}
	for _, s := range c.unproved {
		if Prove(s.link.Certificate, s.places, &c.Tree, checkpoint) == nil {
			s.link.Encoded, _ = s.link.Encode() // it was built by the audit
			s.link.share(c.memo)
			s.Made.Certificate = s.link.Encoded
		}
	}
	c.unproved = nil
}

// share keeps one copy of a proved certificate for all states that have it, which holds on to no
// post: certificates of all ceremonies are kept, and posts are longer.
func (l *Link) share(shared *memo.Memo) {
	kept, err := memo.Compute(shared, "keep a certificate", func() (Link, error) {
		c, err := ceremony.ParseCertificate(l.Encoded)
		return Link{c, l.digest, l.Encoded}, err
	}, l.Encoded)
	if err == nil {
		*l = kept
	}
}

// applyPost reads the post in the record of that index. An error says why it is invalid;
// then it counts for nothing but whose identity it is signed with.
func (c *State) applyPost(r *publiclog.BoardRecord, index int64) error {
	s := c.openSession(r.Session)
	if s == nil {
		return errNoCeremony
	}
	phase := s.Audit.Phase()
	_, author, _, _ := ceremony.Split(r.Post)
	c.reading = index
	if err := s.Audit.Read(r.Post); err != nil {
		c.attribute(s, r.Post, author)
		return err
	}
	c.SignedPosts = append(c.SignedPosts, SignedPost{author, false, s.Name, sha256.Sum256(r.Post),
		phase})
	s.Posts = append(s.Posts, r.Post)
	if phase == ceremony.PhaseCertify {
		s.places[author] = Position{r.Before, index}
	}
	switch {
	case s.Audit.Phase() == ceremony.PhaseDone:
		c.complete(s)
		c.closeSession(s)
	case s.Failed():
		c.closeSession(s)
	}
	return nil
}

// attribute notes with whose identity an invalid post is signed. Nobody can be blamed for
// a post that is signed with none.
func (c *State) attribute(s *Session, post []byte, author int) {
	if author < 1 || author > len(s.Roster.Identities) {
		return
	}
	h := SignedPost{Author: author, Session: s.Name, Post: sha256.Sum256(post)}
	if s.Audit.Signed(post, s.Roster.Identities[author-1]) {
		c.SignedPosts = append(c.SignedPosts, h)
		return
	}
	for _, key := range c.former[author] {
		if s.Audit.Signed(post, key) {
			h.Former = true
			c.SignedPosts = append(c.SignedPosts, h)
			return
		}
	}
}

// Failed tells whether the ceremony can come to nothing any more, also because too few
// trustees confirmed its outcome in time. Then shares, keys and identities stay what they
// were.
func (s *Session) Failed() bool {
	return s.Audit.Phase() == ceremony.PhaseFailed || s.Audit.Overdue()
}

// openSession returns the open ceremony of that name, and begins it if its turn has
// come; nil if nobody holds such a ceremony now.
func (c *State) openSession(name string) *Session {
	if s := c.Open[name]; s != nil {
		return s
	}
	number, n, ok := ParseEpoch(name)
	if !ok {
		return nil
	}
	s := &Session{Name: name, KeyNumber: number, EpochNumber: n,
		Roster: WithSession(c.NextRoster, name), places: map[int]Position{}}
	switch e := c.LiveKey(number); {
	case n == 0 && number == c.LastKey+1:
	case n > 0 && e != nil && n == c.LastEpoch[number]+1:
		s.Roster.From, s.Roster.Dealers = e.Commitments, e.Holders
	default:
		return nil
	}
	var err error
	if s.Audit, err = ceremony.NewAudit(s.Roster); err != nil {
		return nil
	}
	s.Audit.Checkpoint = c.checkConfirmation
	s.Audit.Remember(c.memo)
	c.Open[name] = s
	return s
}

// checkConfirmation says what is wrong with the checkpoint of a confirmation, which has to
// be one of this log, of any earlier size. The checkpoint shows that the trustee has seen
// the log. Which posts it has read, the confirmation says by their hash.
func (c *State) checkConfirmation(note []byte) error {
	checkpoint, err := c.policy.Check(note)
	switch {
	case err != nil:
		return errors.New("too few of the log's witnesses cosigned it")
	case checkpoint.Size > c.reading || !c.Tree.Has(checkpoint):
		return errors.New("it is not of the log that holds the posts")
	}
	return nil
}

// Refresh is the next ceremony for new shares of a key, nil if it cannot be held.
func (c *State) Refresh(e *Key) *Session {
	return c.openSession(EpochName(e.Number, c.LastEpoch[e.Number]+1))
}

// Rotation is the next ceremony for a new key, nil if it cannot be held.
func (c *State) Rotation() *Session { return c.openSession(EpochName(c.LastKey+1, 0)) }

// FindSession returns the ceremony of that name if it is open, or the last that is over for
// its key; otherwise nil.
func (c *State) FindSession(name string) *Session {
	if s := c.Open[name]; s != nil {
		return s
	}
	number, _, _ := ParseEpoch(name)
	if s := c.finished[number]; s != nil && s.Name == name {
		return s
	}
	return nil
}

// sessions lists the open ceremonies, and for each key the last that is over, by key.
func (c *State) sessions() []*Session {
	all := slices.AppendSeq(slices.Collect(maps.Values(c.finished)), maps.Values(c.Open))
	slices.SortFunc(all, func(a, b *Session) int {
		return (a.KeyNumber-b.KeyNumber)<<16 + a.EpochNumber - b.EpochNumber
	})
	return all
}

// LiveKey is the key of that number, nil if it does not live.
func (c *State) LiveKey(number int) *Key {
	for _, e := range c.Live {
		if e.Number == number {
			return e
		}
	}
	return nil
}

// complete puts new shares in the place of old ones, or a new key beside the old, and the
// trustees' new identities in the place of those that end.
func (c *State) complete(s *Session) {
	o, err := s.Audit.Outcome()
	if err != nil {
		return
	}
	certificate, err := s.Audit.Certificate()
	if err != nil {
		return
	}
	if s.EpochNumber > 0 {
		for i, e := range c.Live {
			if e.Number == s.KeyNumber {
				s.Made = e.InEpoch(s.Name, o.Commitments)
				c.Live[i] = s.Made
			}
		}
	} else {
		if s.Made, err = NewKey(s.KeyNumber, o.Commitments, nil); err != nil {
			return
		}
		c.Live = append(c.Live, s.Made)
	}
	s.Made.Holders = o.Holders
	s.link = &Link{Certificate: certificate, digest: certificate.Hash()}
	c.replaceIdentities(s)
	for len(c.Live) > liveKeys { // the oldest key is destroyed
		delete(c.LastEpoch, c.Live[0].Number)
		delete(c.finished, c.Live[0].Number)
		c.Live = slices.Clone(c.Live[1:])
	}
}

// replaceIdentities puts the identities that a certificate lists in force. Other open
// ceremonies were begun with the identities before, so they are void.
func (c *State) replaceIdentities(s *Session) {
	c.Links, c.unproved = append(c.Links, s.link), append(c.unproved, s)
	for i, key := range c.NextRoster.Identities {
		if !slices.Contains(s.link.Stale, i+1) {
			c.former[i+1] = append(c.former[i+1], bytes.Clone(key)) // not the post around it
		}
	}
	c.NextRoster = NextRoster(s.link.Certificate)
	c.Open = map[string]*Session{s.Name: s}
}

// closeSession closes a ceremony, however it ended.
func (c *State) closeSession(s *Session) {
	delete(c.Open, s.Name)
	c.finished[s.KeyNumber], s.Posts = s, nil
	if s.EpochNumber == 0 {
		c.LastKey = s.KeyNumber
	} else {
		c.LastEpoch[s.KeyNumber] = s.EpochNumber
	}
}

// Dealers are the trustees who post polynomials: in a refresh, those who hold a share.
func (s *Session) Dealers() []int {
	if s.Roster.From != nil {
		return s.Roster.Dealers
	}
	all := make([]int, len(s.Roster.Identities))
	for i := range all {
		all[i] = i + 1
	}
	return all
}
