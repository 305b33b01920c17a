package threshold

import (
	"crypto/ed25519"
	"errors"
	"maps"
	"math"
	"slices"

	"doormat/escrow/ceremony"
	"doormat/world"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// committeeState is what the board amounts to: who the trustees are, which keys live, in which
// share epoch, and which ceremonies are open. It is a function of the log's records and
// holds no secret, so whoever reads the same log has the same committeeState.
//
// Each ceremony that completes ends the identities with which it was held, so there is
// one after another: of those that are open the first to complete counts, and the others
// are void. Names and rosters follow from the ceremonies before: nobody can choose them.
type committeeState struct {
	policy      *ledger.Policy // of the checkpoints that trustees confirm under
	tree        ledger.Reader
	reading     int64                       // index of the record that is being read
	nextRoster  *ceremony.Roster            // of the next ceremony, without its name
	links       []*link                     // certificates so far, a chain
	former      map[int][]ed25519.PublicKey // identities that were given up, by trustee
	signedPosts []signedPost                // in the order of the board
	live        []*committee                // the newest key last; at most two
	lastKey     int                         // number of the last key that a ceremony tried to make
	lastEpoch   map[int]int                 // likewise of the last share epoch, by key
	open        map[string]*session         // by name
	finished    map[int]*session            // the last ceremony for each key, once it is over
	unproved    []*session                  // ceremonies completed since the last checkpoint
}

var errNoCeremony = errors.New("no such ceremony is held now")

// signedPost says whose identity a post is signed with: the one in force or, if former, one
// that was given up. The owner of the identity knows whether the post is its own.
type signedPost struct {
	author  int
	former  bool
	session string
	post    [32]byte // its hash
	phase   ceremony.Phase
}

// session is one ceremony.
type session struct {
	name       string
	key, epoch int
	roster     *ceremony.Roster
	audit      *ceremony.Audit
	posts      [][]byte            // the valid ones, while the ceremony is open
	checkpoint []byte              // the first one with the outcome; trustees confirm it
	places     map[int]logPosition // of the signatures under the certificate, by trustee
	link       *link               // the certificate, once the ceremony is done
	committee  *committee          // its outcome, likewise
}

// liveKeys is how many keys live: the newest, and the one before for what is under way
// and for orders about it.
const liveKeys = 2

// keyLife gives the moments at which the committee key of a message is made and destroyed: a
// new one is made every so many messages.
func keyLife(s world.Settings, message int) (made, destroyed int) {
	if s.Rotate == 0 {
		return 0, math.MaxInt
	}
	number := (message - 1) / s.Rotate
	return number * s.Rotate, (number + liveKeys) * s.Rotate
}

// blankState is the state of an empty board, on which the founders are to make the key of
// that number.
func blankState(founders *ceremony.Roster, number int, policy *ledger.Policy) *committeeState {
	return &committeeState{policy: policy, nextRoster: withSession(founders, ""),
		former: map[int][]ed25519.PublicKey{}, lastKey: number - 1,
		lastEpoch: map[int]int{}, open: map[string]*session{}, finished: map[int]*session{}}
}

// freshState is a copy of the state after set-up, without the tree of records. Everybody would
// compute it from the same records, so set-up has computed it for all.
func (g *genesis) freshState() *committeeState {
	c := *g.state
	c.tree, c.signedPosts, c.links = ledger.Reader{}, nil, slices.Clip(c.links)
	c.former, c.lastEpoch = maps.Clone(c.former), maps.Clone(c.lastEpoch)
	c.open, c.finished, c.live = map[string]*session{}, map[int]*session{}, slices.Clone(c.live)
	return &c
}

// apply reads records that were added to the tree, and then the checkpoint over them.
func (c *committeeState) apply(records [][]byte, checkpoint []byte) {
	first := c.tree.Size() - int64(len(records))
	for i, record := range records {
		if r, err := publiclog.ParseBoardRecord(record); err == nil {
			_ = c.applyPost(r, first+int64(i)) // an invalid post changes nothing
		}
	}
	c.applyCheckpoint(checkpoint)
}

// applyCheckpoint notes the checkpoint of all records so far: ceremonies whose outcome
// stands are confirmed under it, and completed certificates are proved by it.
func (c *committeeState) applyCheckpoint(checkpoint []byte) {
	for _, s := range c.sessions() {
		if s.checkpoint == nil && s.audit.Phase() >= ceremony.PhaseConfirm {
			s.checkpoint = checkpoint
		}
	}
	for _, s := range c.unproved {
		if prove(s.link.Certificate, s.places, &c.tree, checkpoint) == nil {
			s.link.encoded, _ = s.link.Encode() // it was built by the audit
			s.committee.certificate = s.link.encoded
		}
	}
	c.unproved = nil
}

// applyPost reads the post in the record of that index. An error says why it is invalid;
// then it counts for nothing but whose identity it is signed with.
func (c *committeeState) applyPost(r *publiclog.BoardRecord, index int64) error {
	s := c.openSession(r.Session)
	if s == nil {
		return errNoCeremony
	}
	phase := s.audit.Phase()
	_, author, _, _ := ceremony.Split(r.Post)
	c.reading = index
	if err := s.audit.Read(r.Post); err != nil {
		c.attribute(s, r.Post, author)
		return err
	}
	c.signedPosts = append(c.signedPosts, signedPost{author, false, s.name, sum(r.Post), phase})
	s.posts = append(s.posts, r.Post)
	if phase == ceremony.PhaseCertify {
		s.places[author] = logPosition{r.Before, index}
	}
	switch {
	case s.audit.Phase() == ceremony.PhaseDone:
		c.complete(s)
		c.closeSession(s)
	case s.failed():
		c.closeSession(s)
	}
	return nil
}

// attribute notes with whose identity an invalid post is signed. Nobody can be blamed for
// a post that is signed with none.
func (c *committeeState) attribute(s *session, post []byte, author int) {
	if author < 1 || author > len(s.roster.Identities) {
		return
	}
	h := signedPost{author: author, session: s.name, post: sum(post)}
	if s.audit.Signed(post, s.roster.Identities[author-1]) {
		c.signedPosts = append(c.signedPosts, h)
		return
	}
	for _, key := range c.former[author] {
		if s.audit.Signed(post, key) {
			h.former = true
			c.signedPosts = append(c.signedPosts, h)
			return
		}
	}
}

// failed tells whether the ceremony can come to nothing any more, also because too few
// trustees confirmed its outcome in time. Then shares, keys and identities stay what they
// were.
func (s *session) failed() bool {
	return s.audit.Phase() == ceremony.PhaseFailed || s.audit.Overdue()
}

// openSession returns the open ceremony of that name, and begins it if its turn has
// come; nil if nobody holds such a ceremony now.
func (c *committeeState) openSession(name string) *session {
	if s := c.open[name]; s != nil {
		return s
	}
	number, n, ok := parseEpoch(name)
	if !ok {
		return nil
	}
	s := &session{name: name, key: number, epoch: n, roster: withSession(c.nextRoster, name), places: map[int]logPosition{}}
	switch e := c.epochOf(number); {
	case n == 0 && number == c.lastKey+1:
	case n > 0 && e != nil && n == c.lastEpoch[number]+1:
		s.roster.From, s.roster.Dealers = e.commitments, e.holders
	default:
		return nil
	}
	var err error
	if s.audit, err = ceremony.NewAudit(s.roster); err != nil {
		return nil
	}
	s.audit.Checkpoint = c.checkConfirmation
	c.open[name] = s
	return s
}

// checkConfirmation says what is wrong with the checkpoint of a confirmation, which has to
// be one of this log, of any earlier size. The checkpoint shows that the trustee has seen
// the log. Which posts it has read, the confirmation says by their hash.
func (c *committeeState) checkConfirmation(note []byte) error {
	checkpoint, err := c.policy.Check(note)
	switch {
	case err != nil:
		return errors.New("too few of the log's witnesses cosigned it")
	case checkpoint.Size > c.reading || !c.tree.Has(checkpoint):
		return errors.New("it is not of the log that holds the posts")
	}
	return nil
}

// refresh and rotation are the next ceremonies: for new shares of a key, and for a new key.
func (c *committeeState) refresh(e *committee) *session {
	return c.openSession(epochName(e.number, c.lastEpoch[e.number]+1))
}

func (c *committeeState) rotation() *session { return c.openSession(epochName(c.lastKey+1, 0)) }

// findSession returns the ceremony of that name if it is open, or the last that is over for
// its key; otherwise nil.
func (c *committeeState) findSession(name string) *session {
	if s := c.open[name]; s != nil {
		return s
	}
	number, _, _ := parseEpoch(name)
	if s := c.finished[number]; s != nil && s.name == name {
		return s
	}
	return nil
}

// sessions lists the open ceremonies, and for each key the last that is over, by key.
func (c *committeeState) sessions() []*session {
	var list []*session
	for _, s := range c.finished {
		list = append(list, s)
	}
	for _, s := range c.open {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *session) int { return (a.key-b.key)<<16 + a.epoch - b.epoch })
	return list
}

func (c *committeeState) epochOf(number int) *committee {
	for _, e := range c.live {
		if e.number == number {
			return e
		}
	}
	return nil
}

// complete puts new shares in the place of old ones, or a new key beside the old, and the
// trustees' new identities in the place of those that end.
func (c *committeeState) complete(s *session) {
	o, err := s.audit.Outcome()
	if err != nil {
		return
	}
	certificate, err := s.audit.Certificate()
	if err != nil {
		return
	}
	if s.epoch > 0 {
		for i, e := range c.live {
			if e.number == s.key {
				s.committee = e.inEpoch(s.name, o.Commitments)
				c.live[i] = s.committee
			}
		}
	} else {
		if s.committee, err = buildCommittee(s.key, o.Commitments, nil); err != nil {
			return
		}
		c.live = append(c.live, s.committee)
	}
	s.committee.holders = o.Holders
	s.link = &link{Certificate: certificate, hash: certificate.Hash()}
	c.replaceIdentities(s)
	for len(c.live) > liveKeys { // the oldest key is destroyed
		delete(c.lastEpoch, c.live[0].number)
		delete(c.finished, c.live[0].number)
		c.live = slices.Clone(c.live[1:])
	}
}

// replaceIdentities puts the identities that a certificate lists in force. Other open
// ceremonies were begun with the identities before, so they are void.
func (c *committeeState) replaceIdentities(s *session) {
	c.links, c.unproved = append(c.links, s.link), append(c.unproved, s)
	for i, key := range c.nextRoster.Identities {
		if !slices.Contains(s.link.Stale, i+1) {
			c.former[i+1] = append(c.former[i+1], key)
		}
	}
	c.nextRoster = nextRoster(s.link.Certificate)
	c.open = map[string]*session{s.name: s}
}

// closeSession closes a ceremony, however it ended.
func (c *committeeState) closeSession(s *session) {
	delete(c.open, s.name)
	c.finished[s.key], s.posts = s, nil
	if s.epoch == 0 {
		c.lastKey = s.key
	} else {
		c.lastEpoch[s.key] = s.epoch
	}
}
