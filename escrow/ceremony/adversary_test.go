package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"testing"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world/worldtest"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
)

func silent(*committee, int, []byte) [][]byte { return nil }

// body signs another body instead of the honest one.
func body(change func(c *committee, i int, b []byte) []byte) move {
	return func(c *committee, i int, honest []byte) [][]byte {
		p, err := parsePost(honest)
		require.NoError(c, err)
		return [][]byte{c.signed(i, p.phase, change(c, i, bytes.Clone(p.body)))}
	}
}

// also posts the honest one first.
func also(m move) move {
	return func(c *committee, i int, honest []byte) [][]byte { return append([][]byte{honest}, m(c, i, honest)...) }
}

// put overwrites the body at an offset; a negative one counts from the end.
func put(at int, b []byte) move {
	return body(func(_ *committee, _ int, honest []byte) []byte {
		if at < 0 {
			at += len(honest)
		}
		copy(honest[at:], b)
		return honest
	})
}

func cut(n int) move {
	return body(func(_ *committee, _ int, b []byte) []byte { return b[:len(b)-n] })
}

// unreduced is l, the order of the group.
func unreduced() []byte {
	b := group.Bytes(suite.Scalar().SetInt64(-1))
	b[0]++
	return b
}

// torsion encodes the curve point of order 2, which ristretto255 has no element for.
func torsion() []byte {
	b := bytes.Repeat([]byte{0xff}, 32)
	b[0], b[31] = 0xec, 0x7f
	return b
}

// degree commits to and reveals a polynomial with another number of coefficients.
func degree(c *committee, i, coefficients int) {
	c.cheat(PhaseCommit, i, body(func(c *committee, i int, _ []byte) []byte {
		p, err := sharing.NewPolynomial(suite, coefficients, nil, c.random)
		require.NoError(c, err)
		c.trustees[i].polynomial = p
		return c.audit.digest(i, c.trustees[i].salt, p.Commit().Bytes())
	}))
	c.cheat(PhaseReveal, i, body(func(c *committee, i int, b []byte) []byte { return b }))
}

// redeal deals anew, with another scalar for one recipient.
func redeal(recipient int, scalar func(c *committee, i int) []byte) move {
	return body(func(c *committee, i int, _ []byte) []byte {
		var scalars [][]byte
		for _, to := range c.audit.recipients {
			share, err := c.polynomials[i].Share(to)
			require.NoError(c, err)
			scalars = append(scalars, group.Bytes(share.Value))
			if to == recipient {
				scalars[len(scalars)-1] = scalar(c, i)
			}
		}
		b, err := c.audit.dealBody(i, scalars, c.random)
		require.NoError(c, err)
		return b
	})
}

// accuse complains of dealer with the complainer's key, or with another.
func accuse(dealer int, with kyber.Scalar) move {
	return body(func(c *committee, i int, _ []byte) []byte {
		secret := with
		if secret == nil {
			secret = c.oneUse[i]
		}
		return complaints(c, i, secret, dealer)
	})
}

func complaints(c *committee, i int, secret kyber.Scalar, dealers ...int) []byte {
	var list []complaint
	for _, dealer := range dealers {
		k, err := c.audit.complaint(dealer, i, secret, c.random)
		require.NoError(c, err)
		list = append(list, k)
	}
	return complaintBody(list)
}

// TestCulprits: one adversary a line, trustee 2 of 6 with t = 3, in a founding and in a resharing.
// It is convicted in the phase and for the reason given, the others make a key or new shares
// without it, and nobody else is named. Lies take turns at the two ceremonies; with -all each is
// told in both.
func TestCulprits(t *testing.T) {
	founded := newCommittee(t, "founded", 3, 6).until(PhaseDone)
	identity := make([]byte, 32)
	wrong := func(recipient int) move {
		return redeal(recipient, func(c *committee, i int) []byte {
			s, err := c.polynomials[i].Share(recipient)
			require.NoError(c, err)
			return group.Bytes(s.Value.Add(s.Value, suite.Scalar().One()))
		})
	}
	other := put(0, []byte{0xaa, 0xbb, 0xcc, 0xdd})
	for n, l := range []struct {
		name  string
		phase Phase // in which trustee 2 deviates
		do    move
		in    Phase // in which it is convicted, if later
		why   Reason
	}{
		{"no key", PhaseKey, silent, 0, Absent},
		{"no digest", PhaseCommit, silent, 0, Absent},
		{"no reveal", PhaseReveal, silent, 0, Absent},
		{"no deal", PhaseDeal, silent, 0, Absent},
		{"two keys", PhaseKey, also(other), 0, Equivocation},
		{"two digests", PhaseCommit, also(other), 0, Equivocation},
		{"two reveals", PhaseReveal, also(other), 0, Equivocation},
		{"two deals", PhaseDeal, also(wrong(3)), 0, Equivocation},
		{"two complaints", PhaseComplain, also(accuse(3, nil)), 0, Equivocation},
		{"short key", PhaseKey, cut(1), 0, Malformed},
		{"torsion key", PhaseKey, put(0, torsion()), 0, Malformed},
		{"identity key", PhaseKey, put(0, identity), 0, Malformed},
		{"unreduced key proof", PhaseKey, put(-32, unreduced()), 0, Malformed},
		{"another's key", PhaseKey, body(func(c *committee, _ int, _ []byte) []byte {
			return bodyOf(c, 1, PhaseKey)
		}), 0, BadProof},
		{"short digest", PhaseCommit, cut(1), 0, Malformed},
		{"short reveal", PhaseReveal, cut(1), 0, Malformed},
		{"tiny reveal", PhaseReveal, cut(saltSize + 3*pointSize + 1), 0, Malformed},
		{"one commitment too few", PhaseReveal, cut(32), 0, WrongDegree},
		{"one commitment too many", PhaseReveal, body(func(_ *committee, _ int, b []byte) []byte {
			return append(b, identity...)
		}), 0, WrongDegree},
		{"other salt", PhaseReveal, other, 0, WrongHash},
		{"other commitments", PhaseReveal, put(saltSize, group.Bytes(suite.Point().Base())), 0, WrongHash},
		{"unreduced constant proof", PhaseReveal, put(-32, unreduced()), 0, Malformed},
		{"wrong constant proof", PhaseReveal, put(-32, identity), 0, BadProof},
		{"short deal", PhaseDeal, cut(1), 0, Malformed},
		{"a share too few", PhaseDeal, cut(sealedSize), 0, Malformed},
		{"a share too many", PhaseDeal, body(func(_ *committee, _ int, b []byte) []byte {
			return append(b, b[len(b)-sealedSize:]...)
		}), 0, Malformed},
		{"torsion ephemeral", PhaseDeal, put(proofSize, torsion()), 0, Malformed},
		{"identity ephemeral", PhaseDeal, put(proofSize+4*sealedSize, identity), 0, Malformed},
		{"unreduced ephemeral proof", PhaseDeal, put(0, unreduced()), 0, Malformed},
		{"one share sealed to two", PhaseDeal, body(func(_ *committee, _ int, b []byte) []byte {
			copy(b[proofSize+sealedSize:], b[proofSize:proofSize+sealedSize])
			return b
		}), 0, BadProof},
		{"garbage ciphertext", PhaseDeal, put(-1, []byte{0xff}), PhaseComplain, BadShare},
		{"wrong share", PhaseDeal, wrong(3), PhaseComplain, BadShare},
		{"wrong share to the last", PhaseDeal, wrong(6), PhaseComplain, BadShare},
		{"unreduced share", PhaseDeal, redeal(1, func(*committee, int) []byte { return unreduced() }),
			PhaseComplain, BadShare},
		{"false complaint", PhaseComplain, accuse(3, nil), 0, FalseComplaint},
		{"two false complaints", PhaseComplain, body(func(c *committee, i int, _ []byte) []byte {
			return complaints(c, i, c.oneUse[i], 3, 5)
		}), 0, FalseComplaint},
		{"false complaint, false proof", PhaseComplain, accuse(3, suite.Scalar().SetInt64(5)), 0, FalseComplaint},
		{"short complaint", PhaseComplain, body(func(*committee, int, []byte) []byte { return []byte{1} }), 0, Malformed},
		{"long complaint", PhaseComplain, body(func(*committee, int, []byte) []byte { return []byte{0, 0} }), 0, Malformed},
		{"complaint of nobody", PhaseComplain, renamed(0), 0, Malformed},
		{"complaint of a stranger", PhaseComplain, renamed(7), 0, Malformed},
		{"the same complaint twice", PhaseComplain, body(func(c *committee, i int, _ []byte) []byte {
			return complaints(c, i, c.oneUse[i], 3, 3)
		}), 0, Malformed},
		{"torsion complaint", PhaseComplain, body(func(*committee, int, []byte) []byte {
			return append(append([]byte{1, 3}, torsion()...), make([]byte, proofSize)...)
		}), 0, Malformed},
		{"unreduced complaint proof", PhaseComplain, body(func(*committee, int, []byte) []byte {
			b := append([]byte{1, 3}, group.Bytes(suite.Point().Base())...)
			return append(append(b, make([]byte, 32)...), unreduced()...)
		}), 0, Malformed},
		{"no confirmation", PhaseConfirm, silent, 0, Absent},
		{"two confirmations", PhaseConfirm, also(put(-1, []byte{0xff})), 0, Equivocation},
		{"another transcript", PhaseConfirm, other, 0, WrongTranscript},
		{"another identity", PhaseConfirm, put(32, group.Bytes(suite.Point().Base())), 0, WrongIdentity},
		{"an identity proved for another ceremony", PhaseConfirm, identified(2, 2, 77, true), 0, WrongIdentity},
		{"an identity proved for another trustee", PhaseConfirm, identified(2, 3, 77, false), 0, WrongIdentity},
		{"the identity that it has", PhaseConfirm, identified(2, 2, -2, false), 0, WrongIdentity},
		{"the identity of another", PhaseConfirm, identified(2, 2, -3, false), 0, WrongIdentity},
		{"short confirmation", PhaseConfirm, cut(len(checkpoint) + 1), 0, Malformed},
		{"long checkpoint", PhaseConfirm, body(func(_ *committee, _ int, b []byte) []byte {
			return append(b, make([]byte, MaxCheckpoint)...)
		}), 0, Malformed},
		{"no checkpoint", PhaseConfirm, cut(len(checkpoint)), 0, Malformed},
	} {
		if l.in == 0 {
			l.in = l.phase
		}
		if n%2 == 0 || *worldtest.All {
			t.Run(l.name, func(t *testing.T) {
				checkConvicted(newCommittee(t, l.name, 3, 6).cheat(l.phase, 2, l.do).until(PhaseDone), 2, l.in, l.why)
			})
		}
		if n%2 == 1 || *worldtest.All {
			t.Run(l.name+" in a resharing", func(t *testing.T) {
				checkConvicted(founded.next(l.name, nil).cheat(l.phase, 2, l.do).until(PhaseDone), 2, l.in, l.why)
			})
		}
	}
}

// identified confirms with an identity key of the tests, or that of a trustee if key is negative,
// proved to be a trustee's, in this ceremony or another.
func identified(i, owner, key int, elsewhere bool) move {
	return body(func(c *committee, _ int, b []byte) []byte {
		s := *c.audit.session
		if elsewhere {
			s.id[0] ^= 1
		}
		next := identity(max(key, 0))
		if key < 0 {
			next = c.identities[-key]
		}
		return s.confirmBody(owner, c.audit.outcome.Transcript, next, checkpoint)
	})
}

// renamed accuses dealer 3 and then writes another dealer's index.
func renamed(dealer byte) move {
	return func(c *committee, i int, honest []byte) [][]byte {
		p, err := parsePost(accuse(3, nil)(c, i, honest)[0])
		require.NoError(c, err)
		p.body[1] = dealer
		return [][]byte{c.signed(i, PhaseComplain, p.body)}
	}
}

func bodyOf(c *committee, i int, phase Phase) []byte {
	p, err := parsePost(c.audit.trustees[i].posts[phase])
	require.NoError(c, err)
	return p.body
}

// checkConvicted: exactly that trustee, and the rest hold a key.
func checkConvicted(c *committee, culprit int, phase Phase, why Reason) {
	o := c.outcome()
	require.Len(c, o.Culprits, 1)
	got := o.Culprits[0]
	require.Equal(c, []any{culprit, phase, why}, []any{got.Trustee, got.Phase, got.Reason}, got)
	require.Equal(c, why == Absent, len(got.Evidence) == 0)
	for _, p := range got.Evidence {
		parsed, err := parsePost(p)
		require.NoError(c, err)
		require.NoError(c, c.audit.checkSignature(parsed.phase, parsed.author, parsed.body, parsed.signature))
	}
	all := upTo(len(c.trustees) - 1)
	rest := slices.DeleteFunc(slices.Clone(all), func(i int) bool { return i == culprit })
	recipients, holders := all, rest // who misbehaves in the confirm phase has a share and is not counted
	if phase < PhaseConfirm {
		recipients = rest
		require.Empty(c, c.trustees[culprit].final)
	} else if why == Equivocation { // its first confirmation is good
		holders = all
	}
	require.Equal(c, recipients, o.Recipients)
	require.Equal(c, holders, o.Holders)
	shares := c.shares()
	require.Len(c, shares, len(recipients))
	for k := 0; k+3 <= len(shares); k++ {
		require.True(c, isKey(o, interpolate(c, shares[k:k+3])))
	}
	certificate, err := c.audit.Certificate()
	require.NoError(c, err)
	require.NoError(c, certificate.Verify(c.roster))
	require.True(c, c.roster.From == nil || c.roster.From.Key().Equal(certificate.Key()))
	// the cheater learns from its next look at the board, and keeps nothing that was never to be a
	// share
	_, err = c.trustees[culprit].Next(c.audit, c.random)
	if phase < PhaseConfirm {
		require.ErrorContains(c, err, string(why))
		require.Empty(c, c.trustees[culprit].Secrets())
	} else {
		require.NoError(c, err)
	}
}

// TestSilenceIsAcceptance: in the complain phase. The trustee takes part in the rest.
func TestSilenceIsAcceptance(t *testing.T) {
	c := newCommittee(t, "accepts", 3, 5).cheat(PhaseComplain, 2, silent).until(PhaseDone)
	require.Empty(t, c.outcome().Culprits)
	require.Len(t, c.outcome().Holders, 5)

	c = newCommittee(t, "asleep", 3, 5).until(PhaseComplain)
	sleeper := c.trustees[2]
	for _, i := range []int{1, 3, 4, 5} {
		raw, err := c.trustees[i].Next(c.audit, c.random)
		require.NoError(t, err)
		require.NoError(t, c.post(raw))
	}
	for _, i := range []int{1, 3, 4} {
		call, err := c.trustees[i].VoteToClose(c.audit)
		require.NoError(t, err)
		require.NoError(t, c.post(call))
	}
	c.until(PhaseDone)
	share, err := sleeper.Share()
	require.NoError(t, err)
	require.NoError(t, c.outcome().Commitments.Verify(share))
}

// TestWrongDegree: polynomials of degree t-2 and t, honestly hashed and proved.
func TestWrongDegree(t *testing.T) {
	for _, coefficients := range []int{1, 2, 4} {
		c := newCommittee(t, "degree", 3, 5)
		degree(c, 2, coefficients)
		checkConvicted(c.until(PhaseDone), 2, PhaseReveal, WrongDegree)
	}
}

// TestRogueKey: trustee 5 wants to share trustee 1's secret, or a multiple of it. Repeating digest
// and reveal fails at the digest, which names its dealer. Had it learnt the commitments early, it
// would fail at the proof.
func TestRogueKey(t *testing.T) {
	c := newCommittee(t, "repeat", 3, 5)
	c.cheat(PhaseCommit, 2, body(func(c *committee, _ int, _ []byte) []byte { return bodyOf(c, 1, PhaseCommit) }))
	c.cheat(PhaseReveal, 2, body(func(c *committee, _ int, _ []byte) []byte { return bodyOf(c, 1, PhaseReveal) }))
	checkConvicted(c.until(PhaseDone), 2, PhaseReveal, WrongHash)

	c = newCommittee(t, "leaked", 3, 5)
	c.cheat(PhaseCommit, 2, body(func(c *committee, i int, _ []byte) []byte {
		return c.audit.digest(i, make([]byte, saltSize), c.polynomials[1].Commit().Bytes())
	}))
	c.cheat(PhaseReveal, 2, body(func(c *committee, _ int, _ []byte) []byte {
		return append(make([]byte, saltSize), bodyOf(c, 1, PhaseReveal)[saltSize:]...)
	}))
	checkConvicted(c.until(PhaseDone), 2, PhaseReveal, BadProof)
}

// TestStolenEphemeral: trustee 2 copies, or doubles, the ephemeral key under which trustee 1 sealed
// a share to trustee 3. If that passed, trustee 3's complaint would hand out the key of trustee 1's
// share. The one proof covers all of a dealer's ephemeral keys, so trustee 2 makes the best it can:
// it knows the other secrets and leaves the stolen one out, or uses it and its negative for two
// recipients so that they cancel out in a sum. Now nobody has anything to complain of.
func TestStolenEphemeral(t *testing.T) {
	for _, factors := range []map[int]int64{{3: 1}, {3: 2}, {3: 1, 4: -1}} {
		c := newCommittee(t, "stolen", 3, 5).cheat(PhaseDeal, 2, body(func(c *committee, i int, b []byte) []byte {
			stolen := bodyOf(c, 1, PhaseDeal)[proofSize+2*sealedSize:][:sealedSize]
			r, err := group.DecodePoint(suite, stolen[:pointSize])
			require.NoError(c, err)
			points, secrets := make([]kyber.Point, 5), make([]kyber.Scalar, 5)
			for k := range points {
				factor, steal := factors[k+1]
				secrets[k] = suite.Scalar().Zero()
				points[k] = suite.Point().Mul(suite.Scalar().SetInt64(factor), r)
				if !steal {
					secrets[k].Pick(c.random.(kyber.XOF))
					points[k].Mul(secrets[k], nil)
				}
				copy(b[proofSize+k*sealedSize:], append(group.Bytes(points[k]), stolen[pointSize:]...))
			}
			proof, err := dleq.ProveKnowledge(suite, c.audit.context("ephemeral", i), points, secrets, c.random)
			require.NoError(c, err)
			copy(b, proof.Bytes())
			return b
		})).until(PhaseDone)
		for i := 1; i <= 5; i++ {
			if i != 2 {
				require.Equal(t, []byte{0}, bodyOf(c, i, PhaseComplain))
			}
		}
		checkConvicted(c, 2, PhaseDeal, BadProof)
	}
}

// TestTwoSides: a bad dealer and a false complainer at once; each falls by its own doing, and a
// true complaint beside a false one in the same post counts.
func TestTwoSides(t *testing.T) {
	c := newCommittee(t, "two sides", 2, 5)
	c.cheat(PhaseDeal, 4, put(proofSize+2*sealedSize-3, []byte{1, 2, 3})) // to trustee 2
	c.cheat(PhaseComplain, 2, body(func(c *committee, i int, b []byte) []byte {
		k, err := c.audit.complaint(3, i, c.oneUse[i], c.random)
		require.NoError(c, err)
		return append(append([]byte{2}, complaintBody([]complaint{k})[1:]...), b[1:]...)
	}))
	o := c.until(PhaseDone).outcome()
	require.Equal(t, []int{1, 3, 5}, o.Holders)
	require.Len(t, o.Culprits, 2)
	require.Equal(t, []any{2, FalseComplaint}, []any{o.Culprits[0].Trustee, o.Culprits[0].Reason})
	require.Equal(t, 4, o.Culprits[1].Trustee)
	require.True(t, isKey(o, interpolate(t, c.shares()[:2])))
}

// TestComplaintOfTheAbsent changes nothing, for the dealer is out and dealt nothing to judge.
func TestComplaintOfTheAbsent(t *testing.T) {
	c := newCommittee(t, "absent", 3, 5).cheat(PhaseDeal, 2, silent)
	proof, err := dleq.Decode(suite, make([]byte, proofSize))
	require.NoError(t, err)
	c.cheat(PhaseComplain, 1, body(func(*committee, int, []byte) []byte {
		return complaintBody([]complaint{{2, suite.Point().Base(), proof}})
	}))
	checkConvicted(c.until(PhaseDone), 2, PhaseDeal, Absent)
}

// TestIgnored: what nobody signed moves nothing, and a wrong place neither.
func TestIgnored(t *testing.T) {
	for phase := PhaseKey; phase <= PhaseCertify; phase++ {
		c := newCommittee(t, "ignored", 2, 4).until(phase)
		other := newCommittee(t, "ignored before", 2, 4).until(phase)
		replay, err := other.honest(1)
		require.NoError(t, err)
		first, err := c.honest(1)
		require.NoError(t, err)
		p, err := parsePost(first)
		require.NoError(t, err)
		stranger := ed25519.NewKeyFromSeed(make([]byte, 32))
		forge := func(key ed25519.PrivateKey, phase Phase, author int, body []byte) []byte {
			raw, err := c.audit.sign(key, phase, author, body)
			require.NoError(t, err)
			return raw
		}
		unsigned := bytes.Clone(first)
		clear(unsigned[len(unsigned)-64:])
		why := "on this"
		if phase == PhaseCertify {
			why = "signed a certificate that the board does not give"
		}
		before, culprits := c.audit.transcript.Sum(nil), len(c.audit.culprits)
		for why, raw := range map[string][]byte{
			why:                        replay,
			"not trustee 1's":          unsigned,
			"not trustee 2's":          forge(stranger, phase, 2, p.body),
			"is not trustee 3":         forge(c.identities[1], phase, 3, p.body),
			"trustee 0 is not on":      forge(c.identities[1], phase, 0, p.body),
			"trustee 5 is not on":      forge(stranger, phase, 5, p.body),
			"while the phase is":       forge(c.identities[1], phase+1, 1, p.body),
			"post while the phase":     forge(c.identities[1], phase-1, 1, p.body),
			"not laid out":             first[:len(first)-1],
			"phase, author, body":      append(bytes.Clone(first), 0),
			"body and signature":       nil,
			"at most":                  make([]byte, maxPost+1),
			"signature is not trustee": forge(stranger, phase, 1, nil), // a call of time
		} {
			require.ErrorContains(t, c.post(raw), why)
		}
		require.Equal(t, before, c.audit.transcript.Sum(nil))
		require.Len(t, c.audit.culprits, culprits)
		require.NoError(t, c.post(first))
		require.ErrorContains(t, c.post(first), "posted the same before")
	}
	c := newCommittee(t, "over", 1, 1).until(PhaseDone)
	require.Error(t, c.post(c.signed(1, PhaseDone, []byte{1})))
	require.Error(t, c.post(c.signed(1, PhaseConfirm, []byte{1})))
	require.Error(t, c.post(c.signed(1, PhaseCertify, []byte{1})))
	_, err := c.trustees[1].VoteToClose(c.audit)
	require.Error(t, err)
}

func TestConvictIsIgnored(t *testing.T) {
	c := newCommittee(t, "out", 2, 3)
	require.NoError(t, c.post(c.signed(1, PhaseKey, []byte("nonsense"))))
	require.ErrorContains(t, c.post(c.signed(1, PhaseKey, []byte("more"))), "disqualified before")
}

// TestCallTime: t trustees end a phase, each counted once, convicted or not.
func TestCallTime(t *testing.T) {
	c := newCommittee(t, "time", 2, 3)
	for _, i := range []int{1, 2} {
		raw, err := c.honest(i)
		require.NoError(t, err)
		require.NoError(t, c.post(raw))
	}
	call, err := c.trustees[2].VoteToClose(c.audit)
	require.NoError(t, err)
	require.NoError(t, c.post(call))
	require.ErrorContains(t, c.post(call), "said before")
	require.Equal(t, PhaseKey, c.audit.Phase())
	call, err = c.trustees[3].VoteToClose(c.audit)
	require.NoError(t, err)
	require.NoError(t, c.post(call))
	require.Equal(t, PhaseCommit, c.audit.Phase())
	require.Equal(t, Absent, c.audit.culprits[0].Reason)
	require.Error(t, c.post(call)) // of the phase before
}
