package ceremony

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"testing"

	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world/worldtest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// checkEpoch: any t neighbours among those who hold shares have the secret of the committee's key,
// which is still that of before, and its certificate says so.
func checkEpoch(c, before *committee, holders ...int) {
	o, was := c.outcome(), before.outcome()
	require.Equal(c, holders, o.Holders)
	require.Empty(c, o.Culprits)
	require.Equal(c, c.roster.Dealers[:c.roster.Threshold], o.Dealers)
	require.True(c, o.Commitments.Key().Equal(was.Commitments.Key()))
	shares := c.shares()
	require.Len(c, shares, len(holders))
	for k := 0; k+c.roster.Threshold <= len(shares); k++ {
		require.True(c, isKey(o, interpolate(c, shares[k:k+c.roster.Threshold])))
	}
	for _, s := range shares {
		require.NoError(c, o.Commitments.Verify(s))
		require.Equal(c, c.roster.Threshold == 1, was.Commitments.Verify(s) == nil) // 1 of n: the share is the secret
	}
	certificate, err := c.audit.Certificate()
	require.NoError(c, err)
	require.NoError(c, certificate.Verify(c.roster))
	require.Error(c, certificate.Verify(before.roster))
}

func upTo(n int) (list []int) {
	for i := 1; i <= n; i++ {
		list = append(list, i)
	}
	return list
}

// TestRefresh: the same trustees, three epochs in a row; one epoch where they are many.
func TestRefresh(t *testing.T) {
	for _, size := range []struct{ t, n, epochs int }{{1, 1, 3}, {1, 3, 3}, {2, 3, 3}, {3, 5, 3}, {5, 5, 3}, {7, 13, 1}, {13, 25, 1}} {
		if size.n > 13 && !*worldtest.All {
			continue
		}
		c := newCommittee(t, "founding", size.t, size.n).until(PhaseDone)
		for epoch := range size.epochs {
			before := c
			c = before.next(fmt.Sprint("refresh ", epoch), nil).until(PhaseDone)
			checkEpoch(c, before, upTo(size.n)...)
		}
	}
}

// TestResharingProperty: any number of trustees that leaves t dealers is replaced, or lost its
// share; a trustee is added at the end; dealers fall silent, as many as may. Whoever is left holds
// shares of the same key.
func TestResharingProperty(t *testing.T) {
	sizes, foundings := [][2]int{{1, 1}, {1, 3}, {2, 3}, {2, 5}, {3, 5}, {3, 8}, {5, 5}, {4, 7}}, map[[2]int]*committee{}
	for _, size := range sizes {
		foundings[size] = newCommittee(t, "founding", size[0], size[1]).until(PhaseDone)
	}
	few(t, 30)
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.SampledFrom(sizes).Draw(r, "t of n")
		fates := rapid.Permutation(upTo(size[1])).Draw(r, "order")
		spare := fates[:rapid.IntRange(0, size[1]-size[0]).Draw(r, "how many do not deal")]
		changed := map[int]ed25519.PrivateKey{}
		var holders, quiet []int
		for _, i := range spare {
			switch fate := rapid.SampledFrom([]string{"replaced", "lost", "silent"}).Draw(r, "fate"); {
			case fate == "replaced":
				changed[i] = identity(100 + i)
			case fate == "lost":
				changed[i] = identity(i)
			case len(quiet) < (size[1]-size[0])/2:
				quiet = append(quiet, i)
			}
		}
		if rapid.Bool().Draw(r, "one more") {
			changed[size[1]+1] = identity(200)
		}
		c := foundings[size].next("resharing", changed)
		for _, i := range quiet {
			c.cheat(rapid.SampledFrom([]Phase{PhaseKey, PhaseCommit, PhaseReveal, PhaseDeal}).Draw(r, "phase"), i, silent)
		}
		o := c.until(PhaseDone).outcome()
		for i := range c.trustees[1:] {
			if !slices.Contains(quiet, i+1) {
				holders = append(holders, i+1)
			}
		}
		require.Equal(r, holders, o.Holders)
		require.Len(r, c.shares(), len(holders))
		require.True(r, isKey(foundings[size].outcome(), interpolate(t, rapid.Permutation(c.shares()).Draw(r, "who")[:size[0]])))
	})
}

// TestReplaced: another person takes trustee 2's place and gets a share of the same key; the one
// before is left with a share that fits no other.
func TestReplaced(t *testing.T) {
	before := newCommittee(t, "before", 3, 5).until(PhaseDone)
	c := before.next("after", map[int]ed25519.PrivateKey{2: identity(77)}).until(PhaseDone)
	require.Equal(t, []int{1, 3, 4, 5}, c.roster.Dealers)
	checkEpoch(c, before, 1, 2, 3, 4, 5)
	_, err := NewTrustee(c.roster, 2, before.identities[2])
	require.ErrorContains(t, err, "not trustee 2's")
	retired, err := before.trustees[2].Share()
	require.NoError(t, err)
	require.False(t, isKey(c.outcome(), interpolate(t, append(c.shares()[2:4:4], retired))))
	checkEpoch(c.next("later", nil).until(PhaseDone), c, 1, 2, 3, 4, 5)
}

// TestRecovered: a trustee that dropped out of one resharing, or lost its share, has one again
// after the next.
func TestRecovered(t *testing.T) {
	founded := newCommittee(t, "founded", 3, 6).until(PhaseDone)
	c := founded.next("drops out", nil).cheat(PhaseDeal, 4, silent).until(PhaseDone)
	require.Equal(t, []int{1, 2, 3, 5, 6}, c.outcome().Holders)
	_, err := c.trustees[4].Next(c.audit, c.random)
	require.ErrorContains(t, err, "absent in the deal phase")

	again := c.next("is back", nil).until(PhaseDone)
	require.Equal(t, []int{1, 2, 3, 5, 6}, again.roster.Dealers)
	checkEpoch(again, c, 1, 2, 3, 4, 5, 6)

	lost := again.next("lost", map[int]ed25519.PrivateKey{1: again.identities[1], 5: again.identities[5]}).until(PhaseDone)
	require.Equal(t, []int{2, 3, 4}, lost.outcome().Dealers)
	checkEpoch(lost, again, 1, 2, 3, 4, 5, 6)
}

// TestResharingCulprits: what can only go wrong in a resharing. Trustee 2 of 6 holds no share; the
// others deal, t = 3.
func TestResharingCulprits(t *testing.T) {
	before := newCommittee(t, "before", 3, 6).until(PhaseDone)
	other := func(c *committee, i int, constant int64) *sharing.Polynomial {
		p, err := sharing.NewPolynomial(suite, 3, suite.Scalar().Add(c.old[i], suite.Scalar().SetInt64(constant)), c.random)
		require.NoError(c, err)
		return p
	}
	shares := func(shift int64) func(c *committee) {
		return func(c *committee) {
			c.cheat(PhaseCommit, 3, body(func(c *committee, i int, _ []byte) []byte {
				c.trustees[i].polynomial = other(c, i, shift)
				return c.audit.digest(i, c.trustees[i].salt, c.trustees[i].polynomial.Commit().Bytes())
			}))
			c.cheat(PhaseReveal, 3, body(func(_ *committee, _ int, b []byte) []byte { return b }))
		}
	}
	says := func(phase Phase) func(c *committee) {
		return func(c *committee) {
			c.cheat(phase, 2, func(c *committee, i int, _ []byte) [][]byte {
				return [][]byte{c.signed(i, phase, bodyOf(c, 1, phase))}
			})
		}
	}
	for _, l := range []struct {
		name    string
		do      func(c *committee)
		culprit int
		phase   Phase
		why     Reason
	}{
		{"another secret than its share", shares(1), 3, PhaseReveal, WrongConstant},
		{"the public share, but not the share", func(c *committee) {
			public, err := c.roster.From.PublicShare(3)
			require.NoError(t, err)
			claimed := func(p *sharing.Polynomial) []byte {
				return append(group.Bytes(public), p.Commit().Bytes()[pointSize:]...)
			}
			c.cheat(PhaseCommit, 3, body(func(c *committee, i int, _ []byte) []byte {
				c.trustees[i].polynomial = other(c, i, 1)
				return c.audit.digest(i, c.trustees[i].salt, claimed(c.trustees[i].polynomial))
			}))
			c.cheat(PhaseReveal, 3, body(func(c *committee, i int, b []byte) []byte {
				copy(b[saltSize:], claimed(c.trustees[i].polynomial))
				return b
			}))
		}, 3, PhaseReveal, BadProof},
		{"a digest without a share", says(PhaseCommit), 2, PhaseCommit, NotADealer},
		{"a reveal without a share", says(PhaseReveal), 2, PhaseReveal, NotADealer},
		{"a deal without a share", says(PhaseDeal), 2, PhaseDeal, NotADealer},
		{"a complaint of somebody who does not deal", func(c *committee) {
			c.cheat(PhaseComplain, 3, body(func(c *committee, i int, _ []byte) []byte {
				c.audit.trustees[2].deal = c.audit.trustees[1].deal // for the cheater's program, which needs something to open
				b := complaints(c, i, c.oneUse[i], 2)
				c.audit.trustees[2].deal = nil
				return b
			}))
		}, 3, PhaseComplain, Malformed},
	} {
		t.Run(l.name, func(t *testing.T) {
			c := before.next(l.name, map[int]ed25519.PrivateKey{2: identity(2)})
			l.do(c)
			o := c.until(PhaseDone).outcome()
			require.Len(t, o.Culprits, 1)
			got := o.Culprits[0]
			require.Equal(t, []any{l.culprit, l.phase, l.why}, []any{got.Trustee, got.Phase, got.Reason}, got)
			require.Len(t, got.Evidence, 1)
			require.NotContains(t, o.Holders, l.culprit)
			require.Len(t, c.shares(), 5)
			require.True(t, isKey(before.outcome(), interpolate(t, c.shares()[1:])))
		})
	}
}

// TestTooFewDealers: newcomers do not stand in for dealers; the old shares stay good.
func TestTooFewDealers(t *testing.T) {
	before := newCommittee(t, "before", 3, 5).until(PhaseDone)
	for phase := PhaseKey; phase <= PhaseDeal; phase++ {
		c := before.next("few", map[int]ed25519.PrivateKey{1: identity(8), 2: identity(9)}).cheat(phase, 4, silent)
		_, err := c.until(PhaseFailed).audit.Outcome()
		require.ErrorContains(t, err, "2 dealers qualified, 3 are needed; trustee 4: absent in the "+phase.String())
		require.Empty(t, c.shares())
		checkEpoch(before.next("better", nil).until(PhaseDone), before, 1, 2, 3, 4, 5)
	}
}

func TestRedistributeRefuses(t *testing.T) {
	before := newCommittee(t, "before", 2, 3).until(PhaseDone)
	good := before.shares()
	c := before.next("after", map[int]ed25519.PrivateKey{3: identity(9)})
	require.ErrorContains(t, before.trustees[1].Redistribute(good[0]), "does not deal")
	require.ErrorContains(t, c.trustees[3].Redistribute(good[2]), "does not deal")
	require.ErrorContains(t, c.trustees[1].Redistribute(good[1]), "the share of trustee 2")
	wrong := sharing.Share{Index: 1, Value: suite.Scalar().Add(good[0].Value, suite.Scalar().One())}
	require.ErrorContains(t, c.trustees[1].Redistribute(wrong), "not of the epoch")

	c.trustees[1].forgetOld()
	c.until(PhaseCommit)
	_, err := c.trustees[1].Next(c.audit, c.random)
	require.ErrorContains(t, err, "Redistribute")
	require.NoError(t, c.trustees[1].Redistribute(good[0]))
	first := c.trustees[1].old
	require.NoError(t, c.trustees[1].Redistribute(good[0]))
	require.True(t, first.Equal(suite.Scalar().Zero()))
	for phase := PhaseCommit; phase <= PhaseDeal; phase++ {
		raw, err := c.until(phase).trustees[3].Next(c.audit, c.random)
		require.NoError(t, err)
		require.Nil(t, raw)
	}
	require.ErrorContains(t, c.trustees[1].Redistribute(good[0]), "has committed")
	checkEpoch(c.until(PhaseDone), before, 1, 2, 3)
}

func TestResharingRosterIsChecked(t *testing.T) {
	before := newCommittee(t, "before", 2, 3).until(PhaseDone)
	good := before.next("after", nil).roster
	id, err := good.ID()
	require.NoError(t, err)
	three := newCommittee(t, "three", 3, 3).until(PhaseDone).outcome().Commitments
	zero, err := sharing.NewPolynomial(suite, 2, suite.Scalar().Zero(), before.random)
	require.NoError(t, err)
	for why, spoil := range map[string]func(r *Roster){
		"no public polynomial": func(r *Roster) { r.From = nil },
		"dealt 3":              func(r *Roster) { r.From = three },
		"is the identity":      func(r *Roster) { r.From = zero.Commit() },
		"1 dealers":            func(r *Roster) { r.Dealers = r.Dealers[:1] },
		"0 dealers":            func(r *Roster) { r.Dealers = nil },
		"dealer 0 follows 0":   func(r *Roster) { r.Dealers = []int{0, 1} },
		"dealer 1 follows 1":   func(r *Roster) { r.Dealers = []int{1, 1, 2} },
		"dealer 1 follows 2":   func(r *Roster) { r.Dealers = []int{2, 1} },
		"dealer 4 follows 2":   func(r *Roster) { r.Dealers = []int{1, 2, 4} },
	} {
		bad := *good
		spoil(&bad)
		_, err := NewAudit(&bad)
		require.ErrorContains(t, err, why)
	}
	founding := *good
	founding.From, founding.Dealers = nil, nil
	fewer := *good
	fewer.Dealers = []int{1, 2}
	later := *good
	later.From = before.next("after", nil).until(PhaseDone).outcome().Commitments
	for _, r := range []*Roster{&founding, &fewer, &later} {
		other, err := r.ID()
		require.NoError(t, err)
		require.NotEqual(t, id, other)
	}
}

// TestCertificateKeepsKey: t trustees of a resharing's roster cannot certify another key to a
// client that knows From.
func TestCertificateKeepsKey(t *testing.T) {
	c := newCommittee(t, "before", 2, 3).until(PhaseDone).next("after", nil).until(PhaseDone)
	other := newCommittee(t, "other", 2, 3).until(PhaseDone).outcome().Commitments
	certificate, err := c.audit.Certificate()
	require.NoError(t, err)
	forged := *certificate
	forged.Commitments, forged.Signatures = other, nil
	for i := 1; i <= 3; i++ {
		forged.Certify(i, c.identities[i])
	}
	require.ErrorContains(t, forged.Verify(c.roster), "not that of the shares")
}
