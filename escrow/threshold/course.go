package threshold

import (
	"slices"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/world/ledger"
)

// course is what the board amounts to: which keys live, in which share epoch, and
// which ceremonies are open. It is a function of the log's records and holds no
// secret, so whoever reads the same log has the same course.
//
// There is one open ceremony for each key at most, and one for a new key. Its name
// and its roster follow from what is over: nobody can choose them.
type course struct {
	roster   *ceremony.Roster
	reader   ledger.Reader
	live     []*epoch            // the newest key last; at most two
	tried    int                 // number of the last key that was to be made
	attempts map[int]int         // number of the last epoch that was to be made, by key
	open     map[string]*session // by name
	over     map[int]*session    // the last one for each key
}

// epoch is a share epoch of a live key. It does not change.
type epoch struct {
	*committee
	holders []int // trustees with a share, ascending
}

// session is one ceremony.
type session struct {
	name       string
	key, epoch int
	roster     *ceremony.Roster
	audit      *ceremony.Audit
	posts      [][]byte // that counted, while it is open
	checkpoint []byte   // of the update in which the outcome came to stand
}

// keep is how many keys live: the newest, and the one before for what is under way
// and for orders about it.
const keep = 2

func newCourse(f *founding) *course {
	c := &course{roster: f.roster, tried: 1, attempts: map[int]int{}, open: map[string]*session{}, over: map[int]*session{}}
	first := &epoch{committee: f.committee}
	for i := range f.roster.Identities {
		first.holders = append(first.holders, i+1)
	}
	c.live = []*epoch{first}
	return c
}

// follow reads records, and the checkpoint that shows them.
func (c *course) follow(records [][]byte, checkpoint []byte) {
	for _, record := range records {
		if r, err := escrow.ParseBoardRecord(record); err == nil {
			c.read(r)
		}
	}
	for _, s := range c.sessions() {
		if s.checkpoint == nil && s.audit.Phase() >= ceremony.PhaseConfirm {
			s.checkpoint = checkpoint
		}
	}
}

func (c *course) read(r *escrow.BoardRecord) {
	s := c.session(r.Session)
	if s == nil || s.audit.Read(r.Post) != nil { // whatever is wrong with the post, it is ignored
		return
	}
	s.posts = append(s.posts, r.Post)
	switch {
	case s.audit.Phase() == ceremony.PhaseDone:
		c.succeed(s)
		c.end(s)
	case s.failed():
		c.end(s)
	}
}

// failed tells whether there is nothing more to wait for. New shares that too few
// confirmed in time are given up: the old ones go on. A new key is not, for whoever
// has its certificate may use it.
func (s *session) failed() bool {
	return s.audit.Phase() == ceremony.PhaseFailed || s.epoch > 0 && s.audit.Overdue()
}

// session returns the open ceremony of that name, and begins it if its turn has
// come; nil if nobody holds such a ceremony now.
func (c *course) session(name string) *session {
	if s := c.open[name]; s != nil {
		return s
	}
	number, n, ok := parseEpoch(name)
	if !ok {
		return nil
	}
	s := &session{name: name, key: number, epoch: n}
	switch e := c.epochOf(number); {
	case n == 0 && number == c.tried+1:
		s.roster = founders(c.roster, number)
	case n > 0 && e != nil && n == c.attempts[number]+1:
		s.roster = &ceremony.Roster{Session: []byte(name), Threshold: c.roster.Threshold, Identities: c.roster.Identities,
			From: e.commitments, Dealers: e.holders}
	default:
		return nil
	}
	var err error
	if s.audit, err = ceremony.NewAudit(s.roster); err != nil {
		return nil
	}
	c.open[name] = s
	return s
}

// refresh and rotation are the ceremonies whose turn it is.
func (c *course) refresh(e *epoch) *session {
	return c.session(epochName(e.number, c.attempts[e.number]+1))
}

func (c *course) rotation() *session { return c.session(epochName(c.tried+1, 0)) }

// find returns a ceremony that is open, or the last that is over for its key.
func (c *course) find(name string) *session {
	if s := c.open[name]; s != nil {
		return s
	}
	number, _, _ := parseEpoch(name)
	if s := c.over[number]; s != nil && s.name == name {
		return s
	}
	return nil
}

// sessions lists those open and those that were over last, by key.
func (c *course) sessions() []*session {
	var list []*session
	for _, s := range c.over {
		list = append(list, s)
	}
	for _, s := range c.open {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *session) int { return (a.key-b.key)<<16 + a.epoch - b.epoch })
	return list
}

func (c *course) epochOf(number int) *epoch {
	for _, e := range c.live {
		if e.number == number {
			return e
		}
	}
	return nil
}

// succeed puts new shares in the place of old ones, or a new key beside the old.
func (c *course) succeed(s *session) {
	o, err := s.audit.Outcome()
	if err != nil {
		return
	}
	if s.epoch > 0 {
		for i, e := range c.live {
			if e.number == s.key {
				c.live[i] = &epoch{e.in(s.name, o.Commitments), o.Holders}
			}
		}
		return
	}
	certificate, err := s.audit.Certificate()
	if err != nil {
		return
	}
	encoded, err := certificate.Encode()
	if err != nil {
		return
	}
	made, err := buildCommittee(s.key, o.Commitments, encoded)
	if err != nil {
		return
	}
	c.live = append(c.live, &epoch{made, o.Holders})
	for len(c.live) > keep {
		c.destroy(c.live[0].number)
	}
}

// destroy ends a key, and whatever ceremony is open for it.
func (c *course) destroy(number int) {
	c.live = slices.DeleteFunc(slices.Clone(c.live), func(e *epoch) bool { return e.number == number })
	delete(c.open, epochName(number, c.attempts[number]+1))
	delete(c.attempts, number)
	delete(c.over, number)
}

// end closes a ceremony, however it ended. Its name is never used again.
func (c *course) end(s *session) {
	delete(c.open, s.name)
	c.over[s.key], s.posts = s, nil
	if s.epoch == 0 {
		c.tried = s.key
	} else {
		c.attempts[s.key] = s.epoch
	}
}
