package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"testing"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

// move replaces what trustee i would post. honest is nil when it has nothing to say.
type move func(c *committee, i int, honest []byte) [][]byte

// committee is a whole group with its board, in one process.
type committee struct {
	testing.TB
	roster      *Roster
	identities  []ed25519.PrivateKey // [0] is nobody's
	trustees    []*Trustee
	old         []kyber.Scalar        // shares of the epoch before
	polynomials []*sharing.Polynomial // kept for adversaries, who do not erase
	oneUse      []kyber.Scalar
	audit       *Audit
	board       [][]byte
	random      io.Reader
	moves       map[Phase]map[int]move
}

var checkpoint = []byte("log.example\n42\nroot\n")

func newCommittee(tb testing.TB, session string, t, n int) *committee {
	identities := make([]ed25519.PrivateKey, n+1)
	for i := 1; i <= n; i++ {
		identities[i] = identity(i)
	}
	return gather(tb, &Roster{Session: []byte(session), Threshold: t}, identities)
}

func identity(i int) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(fmt.Appendf(nil, "%032d", i)) }

// gather fills in the roster's identities and starts.
func gather(tb testing.TB, r *Roster, identities []ed25519.PrivateKey) *committee {
	n := len(identities) - 1
	c := &committee{TB: tb, random: blake2xb.New(fmt.Appendf(nil, "%s %d %d", r.Session, r.Threshold, n)), roster: r,
		identities: identities, moves: map[Phase]map[int]move{}, trustees: make([]*Trustee, n+1),
		old: make([]kyber.Scalar, n+1), polynomials: make([]*sharing.Polynomial, n+1), oneUse: make([]kyber.Scalar, n+1)}
	for _, key := range identities[1:] {
		r.Identities = append(r.Identities, key.Public().(ed25519.PublicKey))
	}
	var err error
	c.audit, err = NewAudit(r)
	require.NoError(tb, err)
	for i := 1; i <= n; i++ {
		c.trustees[i], err = NewTrustee(r, i, identities[i])
		require.NoError(tb, err)
	}
	return c
}

// next is the resharing that follows c, at its start. Whoever is in changed holds no share: a
// newcomer, in somebody's place or at the end, or one who lost it.
func (c *committee) next(session string, changed map[int]ed25519.PrivateKey) *committee {
	o, err := c.audit.Outcome()
	require.NoError(c, err)
	r := &Roster{Session: []byte(session), Threshold: c.roster.Threshold, From: o.Commitments}
	identities := c.renewed()
	if certificate, err := c.audit.Certificate(); err == nil {
		r.Counter, r.Previous = certificate.Counter+1, certificate.Hash()
	}
	if changed[len(identities)] != nil {
		identities = append(identities, nil)
	}
	for i, key := range changed {
		identities[i] = key
	}
	for _, i := range o.Holders {
		if changed[i] == nil {
			r.Dealers = append(r.Dealers, i)
		}
	}
	fresh := gather(c.TB, r, identities)
	for _, i := range r.Dealers {
		s, err := c.trustees[i].Share()
		require.NoError(c, err)
		require.NoError(c, fresh.trustees[i].Redistribute(s))
		fresh.old[i] = s.Value
	}
	return fresh
}

// renewed gives the identities that are in force after the ceremony.
func (c *committee) renewed() []ed25519.PrivateKey {
	identities := slices.Clone(c.identities)
	certificate, err := c.audit.Certificate()
	for i := 1; i < len(identities) && err == nil; i++ {
		if key := c.trustees[i].Identity(); key != nil && certificate.Identities[i-1].Equal(key.Public()) {
			identities[i] = key
		}
	}
	return identities
}

// cheat makes trustee i deviate in a phase.
func (c *committee) cheat(phase Phase, i int, m move) *committee {
	if c.moves[phase] == nil {
		c.moves[phase] = map[int]move{}
	}
	c.moves[phase][i] = m
	return c
}

// post puts a post on the board and returns why it was ignored.
func (c *committee) post(raw []byte) error {
	c.board = append(c.board, raw)
	return c.audit.Read(raw)
}

func (c *committee) signed(i int, phase Phase, body []byte) []byte {
	raw, err := c.audit.sign(c.identities[i], phase, i, body)
	require.NoError(c, err)
	return raw
}

func (c *committee) honest(i int) ([]byte, error) {
	if c.audit.phase == PhaseConfirm {
		return c.trustees[i].Confirm(c.audit, checkpoint, c.random)
	}
	if c.audit.phase == PhaseCertify {
		return c.trustees[i].Certify(c.audit)
	}
	if c.audit.phase != PhaseCommit {
		return c.trustees[i].Next(c.audit, c.random)
	}
	var drawn bytes.Buffer
	raw, err := c.trustees[i].Next(c.audit, io.TeeReader(c.random, &drawn))
	if raw != nil {
		p, err := sharing.NewPolynomial(suite, c.roster.Threshold, c.old[i], &drawn)
		require.NoError(c, err)
		c.polynomials[i] = p
	}
	return raw, err
}

// play plays one phase; time is called if somebody stayed silent. Only the confirm phase may stay
// open then.
func (c *committee) play() {
	phase := c.audit.Phase()
	for i := 1; i < len(c.trustees) && c.audit.Phase() == phase; i++ {
		raw, err := c.honest(i)
		if err != nil && c.moves[phase][i] == nil {
			continue // disqualified
		}
		c.keep(i)
		var posts [][]byte
		if raw != nil {
			posts = append(posts, raw)
		}
		if m := c.moves[phase][i]; m != nil {
			if posts = m(c, i, raw); len(posts) > 0 {
				c.trustees[i].sent[phase] = posts[0] // its program knows what it did
			}
		}
		for _, p := range posts {
			_ = c.post(p)
		}
	}
	if phase < PhaseCertify {
		c.callTime(phase)
	}
	require.True(c, c.audit.Phase() != phase || c.audit.Overdue())
}

// callTime has trustees say that time is up until they need not.
func (c *committee) callTime(phase Phase) {
	for i := len(c.trustees) - 1; i > 0 && c.audit.Phase() == phase && !c.audit.Overdue(); i-- {
		call, err := c.trustees[i].VoteToClose(c.audit)
		require.NoError(c, err)
		require.NoError(c, c.post(call))
	}
}

func (c *committee) keep(i int) {
	if c.trustees[i].oneUse != nil {
		c.oneUse[i] = c.trustees[i].oneUse.Clone()
	}
}

// until plays up to the beginning of a phase, or as far as it goes.
func (c *committee) until(phase Phase) *committee {
	for c.audit.Phase() < phase && !c.audit.Overdue() {
		c.play()
	}
	return c
}

// readOutcome reads a whole board and returns its outcome. It fails as [Audit.Outcome] does.
func readOutcome(r *Roster, posts [][]byte) (*Outcome, error) {
	a, err := ReadBoard(r, posts)
	if err != nil {
		return nil, err
	}
	return a.Outcome()
}

// outcome returns what the board amounts to, after checking that every reader of it agrees.
func (c *committee) outcome() *Outcome {
	o, err := c.audit.Outcome()
	require.NoError(c, err)
	again, err := readOutcome(c.roster, c.board)
	require.NoError(c, err)
	require.Equal(c, o.Dealers, again.Dealers)
	require.Equal(c, o.Recipients, again.Recipients)
	require.Equal(c, o.Holders, again.Holders)
	require.Equal(c, o.Culprits, again.Culprits)
	require.Equal(c, o.Transcript, again.Transcript)
	require.Equal(c, o.Commitments.Bytes(), again.Commitments.Bytes())
	return o
}

// shares returns the final shares of those who have one.
func (c *committee) shares() []sharing.Share {
	var list []sharing.Share
	for _, t := range c.trustees[1:] {
		if s, err := t.Share(); err == nil {
			list = append(list, s)
		}
	}
	return list
}

// interpolate gives what shares say, right or not.
func interpolate(tb testing.TB, shares []sharing.Share) kyber.Scalar {
	var indices []int
	for _, s := range shares {
		indices = append(indices, s.Index)
	}
	weights, err := sharing.Lagrange(suite, indices)
	require.NoError(tb, err)
	sum := suite.Scalar().Zero()
	for k, s := range shares {
		sum.Add(sum, suite.Scalar().Mul(weights[k], s.Value))
	}
	return sum
}

// isKey reports whether secret belongs to the committee's key.
func isKey(o *Outcome, secret kyber.Scalar) bool {
	return group.IsIdentity(suite, suite.Point().Sub(suite.Point().Mul(secret, nil), o.Commitments.Key()))
}

// few lets rapid try so many cases in a test, unless -rapid.checks says another number, as .ci/run
// does.
func few(t *testing.T, checks int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if f.Value.String() != f.DefValue {
		return
	}
	require.NoError(t, f.Value.Set(strconv.Itoa(checks)))
	t.Cleanup(func() { require.NoError(t, f.Value.Set(f.DefValue)) })
}
