package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"

	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
)

// Audit reads a board, post by post in the board's order, and knows at each moment what
// follows from it. It is the same deterministic function for everybody and holds no secret.
// Trustees that run in one process may therefore share an Audit: each would compute the
// identical one, so that computing it once changes the cost and nothing else. Trustees on
// machines of their own each run their own; none takes it from another. An Audit must not be
// used by two goroutines at once.
type Audit struct {
	// Checkpoint, if set, says what is wrong with the checkpoint of a confirmation: that too
	// few witnesses cosigned it, or that it is not of the log that holds these posts.
	// Checkpoints are opaque here. It has to give the same answer to everybody who reads the
	// board.
	Checkpoint func(checkpoint []byte) error

	*session
	phase       Phase
	trustees    []standing   // trustees[0] is nobody
	recipients  []int        // of shares: those left when the deal phase opened
	votes       map[int]bool // who voted to close the open phase
	culprits    []Culprit
	transcript  hash.Hash
	outcome     *Outcome
	certificate *Certificate   // from the certify phase on; its signatures are those on the board
	weights     []kyber.Scalar // of the outcome's dealers
	overdue     bool
	failed      error
}

// standing is what the board shows of one trustee.
type standing struct {
	out         bool              // disqualified
	posts       [PhaseDone][]byte // by phase, the one that counts
	key         kyber.Point
	digest      []byte
	commitments *sharing.Commitments
	deal        map[int]sealed // by recipient
	confirmed   bool
	next        ed25519.PublicKey // from its confirmation, unless it posted two
}

// Outcome is what a board amounts to once the complain phase has closed.
type Outcome struct {
	// Dealers are the trustees whose polynomials make up the public one, ascending: all who
	// qualified in a key generation, the t lowest of them in a resharing.
	Dealers []int
	// Recipients are the trustees to whom every one of the dealers dealt a share, ascending:
	// all who were left. A share that is bad, and of which its recipient did not complain in
	// time, is among them.
	Recipients []int
	// Holders are those of the recipients who have confirmed by now, ascending: each says that
	// it holds its share. They deal in the next resharing.
	Holders []int
	// Culprits are all who broke the rules, in the order of the board; of one phase's absent
	// the lower index first.
	Culprits []Culprit
	// Commitments are the weighted sum of the dealers': the public polynomial, whose Key is
	// the committee's.
	Commitments *sharing.Commitments
	// Transcript is a hash of the roster and of every post that counted in phases 1 to 5.
	Transcript [sha256.Size]byte
}

// NewAudit starts to read the board of a ceremony. It fails when the roster is not one.
func NewAudit(r *Roster) (*Audit, error) {
	s, err := newSession(r)
	if err != nil {
		return nil, err
	}
	a := &Audit{session: s, phase: PhaseKey, trustees: make([]standing, s.n+1),
		votes: map[int]bool{}, transcript: sha256.New()}
	a.transcript.Write(s.context("transcript"))
	return a, nil
}

// ReadBoard reads a whole board. It fails when the roster is not one.
func ReadBoard(r *Roster, posts [][]byte) (*Audit, error) {
	a, err := NewAudit(r)
	if err != nil {
		return nil, err
	}
	for _, p := range posts {
		_ = a.Read(p) // an error says why the post is ignored, as it should be
	}
	return a, nil
}

// Phase returns the phase that is open, or [PhaseDone] or [PhaseFailed].
func (a *Audit) Phase() Phase { return a.phase }

// Overdue reports that the confirm phase is open although time is up or all who are left have
// confirmed: too few have, or too few the same checkpoint. Later confirmations still count and
// may close it. The audit never gives up, since t signatures make a certificate, on the board
// or not; the package comment says who may.
func (a *Audit) Overdue() bool { return a.overdue }

// Awaited returns who has not yet posted what the open phase wants, ascending: of all who are
// left, and in the certify phase of those who confirmed, since nobody else has to certify. It
// is no proof against them: the log may be slow, or keep their posts back.
func (a *Audit) Awaited() []int {
	switch {
	case a.phase > PhaseCertify:
		return nil
	case a.phase == PhaseCertify:
		return a.silent(a.holders())
	}
	return a.silent(a.speakers())
}

// Outcome returns what the board amounts to, a copy. Before the complain phase has closed it
// is an error; when too few trustees qualified, a *[FailedError].
func (a *Audit) Outcome() (*Outcome, error) {
	if a.failed != nil {
		return nil, a.failed
	}
	if a.outcome == nil {
		return nil, fmt.Errorf("ceremony: no outcome yet, the %s phase is open", a.phase)
	}
	o := *a.outcome
	o.Dealers, o.Recipients, o.Holders = slices.Clone(o.Dealers), slices.Clone(o.Recipients),
		a.holders()
	o.Culprits = slices.Clone(a.culprits)
	return &o, nil
}

// Read takes the next post of the board. An error says why the post is ignored, as the package
// comment lists; it is no failure of the audit. A post that convicts its author is not
// ignored.
func (a *Audit) Read(raw []byte) error {
	raw = bytes.Clone(raw)
	p, err := parsePost(raw)
	if err != nil {
		return err
	}
	if err := a.admit(p); err != nil {
		return err
	}
	if p.phase == PhaseCertify {
		return a.readCertified(p, raw)
	}
	a.transcript.Write(binary.BigEndian.AppendUint32(nil, uint32(len(raw))))
	a.transcript.Write(raw)
	s := &a.trustees[p.author]
	switch {
	case len(p.body) == 0:
		a.votes[p.author] = true
	case s.posts[p.phase] != nil:
		s.next = nil // nobody can tell which of the two is its new identity
		a.convict(p.author, &fault{Equivocation, errors.New("two different posts")},
			s.posts[p.phase], raw)
	default:
		s.posts[p.phase] = raw
		if f := a.readBody(p); f != nil {
			a.convict(p.author, f, raw)
		}
	}
	a.advance()
	return nil
}

// admit says why a post is to be ignored.
func (a *Audit) admit(p *post) error {
	if p.phase != a.phase || p.phase > PhaseCertify {
		return fmt.Errorf("ceremony: a %s post while the phase is %s", p.phase, a.phase)
	}
	if err := a.checkSignature(p.phase, p.author, p.body, p.signature); err != nil {
		return err
	}
	s := &a.trustees[p.author]
	if len(p.body) == 0 && p.phase < PhaseCertify {
		if a.votes[p.author] {
			return fmt.Errorf("ceremony: trustee %d said before that time is up", p.author)
		}
		return nil
	}
	if s.out && (p.phase < PhaseConfirm || !slices.Contains(a.outcome.Recipients, p.author)) {
		return fmt.Errorf("ceremony: trustee %d was disqualified before", p.author)
	}
	if first, err := parsePost(s.posts[p.phase]); err == nil && bytes.Equal(first.body, p.body) {
		return fmt.Errorf("ceremony: trustee %d posted the same before", p.author)
	}
	return nil
}

// readBody reads the body of an author's first post in the phase, and says how it breaks the
// rules, if it does.
func (a *Audit) readBody(p *post) (f *fault) {
	if !a.speaks(p.author, p.phase) {
		return &fault{NotADealer, errors.New("the roster does not say that it holds a share")}
	}
	s := &a.trustees[p.author]
	switch p.phase {
	case PhaseKey:
		s.key, f = a.readKey(p.author, p.body)
	case PhaseCommit:
		s.digest, f = readDigest(p.body)
	case PhaseReveal:
		s.commitments, f = a.readReveal(p.author, s.digest, p.body)
	case PhaseDeal:
		s.deal, f = a.readDeal(p.author, a.recipients, p.body)
	case PhaseComplain:
		f = a.judgeComplaints(p.author, p.body)
	case PhaseConfirm:
		s.next, f = a.readConfirmation(p.author, p.body)
		s.confirmed = f == nil
	}
	return f
}

// Signed tells whether a post is signed with a key in the name of its author, for this
// ceremony: whoever finds a post that it did not make under its own key, present or former,
// knows that the key was stolen. Whether the post counts is another matter.
func (a *Audit) Signed(raw []byte, key ed25519.PublicKey) bool {
	p, err := parsePost(raw)
	return err == nil && len(key) == ed25519.PublicKeySize &&
		ed25519.Verify(key, a.signed(p.phase, p.author, p.body), p.signature)
}

// convict adds a trustee to the culprits, once: its first offence is the one that counts.
func (a *Audit) convict(trustee int, f *fault, evidence ...[]byte) {
	if a.trustees[trustee].out {
		return
	}
	c := Culprit{Trustee: trustee, Phase: a.phase, Reason: f.reason, Evidence: evidence}
	if f.detail != nil {
		c.Detail = f.detail.Error()
	}
	a.culprits = append(a.culprits, c)
	a.trustees[trustee].out = true
}

// left returns those of list who are not disqualified.
func (a *Audit) left(list []int) []int {
	var left []int
	for _, i := range list {
		if !a.trustees[i].out {
			left = append(left, i)
		}
	}
	return left
}

// everybodyLeft returns all trustees who are not disqualified, ascending.
func (a *Audit) everybodyLeft() []int {
	var list []int
	for i := 1; i <= a.n; i++ {
		list = append(list, i)
	}
	return a.left(list)
}

// speakers returns the trustees who are left and have to post in the open phase, ascending.
func (a *Audit) speakers() []int {
	if a.phase.dealers() {
		return a.qualified()
	}
	return a.everybodyLeft()
}

// qualified returns the dealers who are left, ascending.
func (a *Audit) qualified() []int { return a.left(a.dealers) }
