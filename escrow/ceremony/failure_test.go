package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"testing"

	"doormat/escrow/sharing"

	"github.com/stretchr/testify/require"
)

// TestTooFew: in each phase, with fewer than t left there is no key, and the error names who and
// why.
func TestTooFew(t *testing.T) {
	for phase := PhaseKey; phase <= PhaseDeal; phase++ {
		c := newCommittee(t, "few", 2, 3).cheat(phase, 1, silent).cheat(phase, 3, silent).until(PhaseDone)
		require.Equal(t, PhaseFailed, c.audit.Phase())
		_, err := readOutcome(c.roster, c.board)
		var failed *FailedError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, []int{1, 2}, []int{failed.Left, failed.Need})
		require.Equal(t, phase, failed.Phase)
		require.ErrorContains(t, err, "trustee 1: absent in the "+phase.String()+" phase; trustee 3: absent")
		_, err = c.audit.Certificate()
		require.Error(t, err)
		for _, tr := range c.trustees[1:] {
			_, err := tr.Next(c.audit, c.random)
			require.ErrorAs(t, err, &failed)
			require.Empty(t, tr.Secrets())
			_, err = tr.Share()
			require.ErrorAs(t, err, &failed)
		}
	}
}

func TestTooFewAfterComplaints(t *testing.T) {
	c := newCommittee(t, "few", 3, 3).cheat(PhaseComplain, 1, accuse(2, nil)).until(PhaseDone)
	_, err := c.audit.Outcome()
	require.ErrorContains(t, err, "failed in the complain phase: 2 dealers qualified, 3 are needed; trustee 1: false complaint")
}

// TestZeroKey: two dealers whose secrets cancel out, which takes both of them, make no key.
func TestZeroKey(t *testing.T) {
	c := newCommittee(t, "zero", 1, 2).cheat(PhaseCommit, 2, body(func(c *committee, i int, _ []byte) []byte {
		p, err := sharing.NewPolynomial(suite, 1, suite.Scalar().Neg(c.polynomials[1].Secret()), c.random)
		require.NoError(c, err)
		c.trustees[i].polynomial = p
		return c.audit.digest(i, c.trustees[i].salt, p.Commit().Bytes())
	})).until(PhaseFailed)
	_, err := c.audit.Outcome()
	require.ErrorContains(t, err, "is the identity")
}

// TestDifferentCheckpoints: each signs the checkpoint that it saw. What is certified is the same.
func TestDifferentCheckpoints(t *testing.T) {
	c := newCommittee(t, "checkpoints", 4, 5)
	for i := 1; i <= 2; i++ {
		c.cheat(PhaseConfirm, i, put(-1, []byte{'?'}))
	}
	certificate, err := c.until(PhaseDone).audit.Certificate()
	require.NoError(t, err)
	require.NoError(t, certificate.Verify(c.roster))
	require.Empty(t, c.outcome().Culprits)
}

// TestCertificateIsThere as soon as enough have signed it, and not before.
func TestCertificateIsThere(t *testing.T) {
	before := newCommittee(t, "soon", 3, 5).until(PhaseDone)
	for need, c := range map[int]*committee{3: newCommittee(t, "soon", 3, 5), 4: before.next("soon again", nil)} {
		c.until(PhaseCertify)
		for i := 1; i <= need; i++ {
			_, err := c.audit.Certificate()
			require.ErrorContains(t, err, "no certificate yet, the certify phase is open")
			raw, err := c.trustees[i].Certify(c.audit)
			require.NoError(t, err)
			require.NoError(t, c.post(raw))
		}
		certificate, err := c.audit.Certificate()
		require.NoError(t, err)
		require.Len(t, certificate.Signatures, need)
		require.NoError(t, certificate.Verify(c.roster))
		for k, s := range certificate.Signatures {
			require.Equal(t, c.board[len(c.board)-need+k], certificate.CertifiedPost(s))
		}
	}
}

// TestFinalShareIsChecked: a trustee whose memory went wrong signs nothing.
func TestFinalShareIsChecked(t *testing.T) {
	c := newCommittee(t, "memory", 2, 3).until(PhaseConfirm)
	v := c.trustees[1].received[3].Value
	v.Add(v, suite.Scalar().One())
	_, err := c.trustees[1].Confirm(c.audit, checkpoint, c.random)
	require.ErrorContains(t, err, "not on the public polynomial")
	_, err = c.trustees[1].Share()
	require.Error(t, err)

	delete(c.trustees[2].received, 1)
	_, err = c.trustees[2].Confirm(c.audit, checkpoint, c.random)
	require.ErrorContains(t, err, "no good share from qualified dealer 1")
}

// TestLateConfirmation: too late to renew the identity, not for the share.
func TestLateConfirmation(t *testing.T) {
	c := newCommittee(t, "late", 2, 3).until(PhaseConfirm)
	for _, i := range []int{1, 2} {
		raw, err := c.trustees[i].Confirm(c.audit, checkpoint, c.random)
		require.NoError(t, err)
		require.NoError(t, c.post(raw))
	}
	for _, i := range []int{1, 2} {
		call, err := c.trustees[i].VoteToClose(c.audit)
		require.NoError(t, err)
		require.NoError(t, c.post(call))
	}
	require.Equal(t, PhaseCertify, c.audit.Phase())
	_, err := c.trustees[3].Certify(c.audit)
	require.ErrorContains(t, err, "trustee 3 has not confirmed")
	raw, err := c.trustees[3].Confirm(c.audit, checkpoint, c.random)
	require.NoError(t, err)
	require.Error(t, c.post(raw))
	require.Len(t, c.shares(), 3)
	certificate, err := c.until(PhaseDone).audit.Certificate()
	require.NoError(t, err)
	require.Equal(t, []int{3}, certificate.Stale)
	require.Equal(t, c.roster.Identities[2], certificate.Identities[2])
}

// TestStolenIdentity: a trustee that finds itself spoken for says so and stops, until the key
// stands.
func TestStolenIdentity(t *testing.T) {
	c := newCommittee(t, "thief", 2, 3).until(PhaseDeal)
	require.NoError(t, c.post(c.signed(2, PhaseDeal, []byte("thief"))))
	_, err := c.trustees[2].Next(c.audit, c.random)
	require.ErrorContains(t, err, "stolen")
	require.Empty(t, c.trustees[2].Secrets())

	c = newCommittee(t, "thief", 2, 3).until(PhaseConfirm)
	require.NoError(t, c.post(c.signed(2, PhaseConfirm, []byte("thief"))))
	_, err = c.trustees[2].Confirm(c.audit, checkpoint, c.random)
	require.NoError(t, err)
	require.Len(t, c.shares(), 1)
}

func TestTrusteeRefuses(t *testing.T) {
	c, other := newCommittee(t, "one", 2, 3), newCommittee(t, "two", 2, 3)
	_, err := c.trustees[1].Next(other.audit, c.random)
	require.ErrorContains(t, err, "another ceremony")
	_, err = c.trustees[1].VoteToClose(other.audit)
	require.Error(t, err)
	_, err = c.trustees[1].Confirm(c.audit, checkpoint, c.random)
	require.ErrorContains(t, err, "cannot confirm, the key phase is open")
	c.until(PhaseConfirm)
	for _, size := range []int{0, MaxCheckpoint + 1} {
		_, err = c.trustees[1].Confirm(c.audit, make([]byte, size), c.random)
		require.ErrorContains(t, err, "need 1 to")
	}
	first, err := c.trustees[1].Confirm(c.audit, checkpoint, c.random)
	require.NoError(t, err)
	again, err := c.trustees[1].Confirm(c.audit, []byte("another"), c.random)
	require.NoError(t, err)
	require.Equal(t, first, again)
}

// TestRandomFails: a broken source is an error in each phase that draws, and the call can be
// repeated.
func TestRandomFails(t *testing.T) {
	c := newCommittee(t, "random", 2, 3)
	for c.audit.Phase() < PhaseComplain {
		for _, size := range []int{0, 10, 64, 100} {
			if _, err := c.trustees[1].Next(c.audit, bytes.NewReader(make([]byte, size))); err == nil {
				require.Equal(t, PhaseReveal, c.audit.Phase()) // its 64 bytes suffice
				continue
			}
		}
		if c.audit.Phase() == PhaseReveal {
			require.NoError(t, c.post(c.trustees[1].sent[PhaseReveal]))
		}
		c.play()
	}
	require.Equal(t, PhaseDone, c.until(PhaseDone).audit.Phase())
	require.Len(t, c.shares(), 3)
}

func TestCertificateIsStrict(t *testing.T) {
	c := newCommittee(t, "certificate", 3, 5).until(PhaseDone)
	parsed := func() *Certificate {
		good, err := c.audit.Certificate()
		require.NoError(t, err)
		b, err := good.Encode()
		require.NoError(t, err)
		p, err := ParseCertificate(b)
		require.NoError(t, err)
		require.Equal(t, good.Signatures, p.Signatures)
		return p
	}
	require.NoError(t, parsed().Verify(c.roster))
	other := newCommittee(t, "other", 3, 5)
	impostors := &Roster{Session: c.roster.Session, Threshold: 3}
	for _, seed := range []byte{7, 8, 9, 10, 11} {
		key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32))
		impostors.Identities = append(impostors.Identities, key.Public().(ed25519.PublicKey))
	}
	zero, err := sharing.NewPolynomial(suite, 3, suite.Scalar().Zero(), c.random)
	require.NoError(t, err)
	fresh, err := sharing.NewPolynomial(suite, 3, nil, c.random)
	require.NoError(t, err)
	four, err := sharing.NewPolynomial(suite, 4, nil, c.random)
	require.NoError(t, err)
	for why, spoil := range map[string]func(p *Certificate){
		"2 signatures, 3 are needed":       func(p *Certificate) { p.Signatures = p.Signatures[1:] },
		"0 signatures, 3 are needed":       func(p *Certificate) { p.Signatures = nil },
		"signer 2 follows 2":               func(p *Certificate) { p.Signatures[2] = p.Signatures[1] },
		"signer 1 follows 2":               func(p *Certificate) { slices.Reverse(p.Signatures[:2]) },
		"signature is not trustee 1":       func(p *Certificate) { p.Signatures[0].Bytes[5] ^= 1 },
		"signature is not trustee 3":       func(p *Certificate) { p.Signatures[2].Bytes = p.Signatures[1].Bytes },
		"is not trustee 1's":               func(p *Certificate) { p.Transcript[0] ^= 1 },
		"signature is not":                 func(p *Certificate) { p.Commitments = fresh.Commit() },
		"its number is 1, the next one is": func(p *Certificate) { p.Counter = 1 },
		"counter -1 is not in":             func(p *Certificate) { p.Counter = -1 },
		"is not in 0..2147483647":          func(p *Certificate) { p.Counter = MaxCounter + 1 },
		"does not follow the":              func(p *Certificate) { p.Previous[0] ^= 1 },
		"it is of ceremony":                func(p *Certificate) { p.Session = []byte("x") },
		"it lists 6 trustees":              func(p *Certificate) { p.Identities = append(p.Identities, impostors.Identities[0]) },
		"have the same identity":           func(p *Certificate) { p.Identities[1] = p.Identities[0] },
		"of trustee 2 is new and listed":   func(p *Certificate) { p.Stale = []int{2} },
		"of trustee 1 is new and listed":   func(p *Certificate) { p.Identities[0] = c.roster.Identities[0] },
		"stale trustee 6 follows":          func(p *Certificate) { p.Stale = []int{2, 6} },
		"stale trustee 2 follows":          func(p *Certificate) { p.Stale = []int{2, 2} },
		"the key is not that of":           func(p *Certificate) { p.Resharing = true },
		"it is the identity":               func(p *Certificate) { p.Commitments = zero.Commit() },
		"there is no key":                  func(p *Certificate) { p.Commitments = nil },
		"that of the shares 4":             func(p *Certificate) { p.Commitments = four.Commit() },
		"the threshold is 4":               func(p *Certificate) { p.Threshold, p.Commitments = 4, four.Commit() },
		"trustee 6 is not on":              func(p *Certificate) { p.Signatures[2].Trustee = 6 },
		"signer 0 follows":                 func(p *Certificate) { p.Signatures[0].Trustee = 0 },
		"signer 101 follows":               func(p *Certificate) { p.Signatures[2].Trustee = 101 },
		"a checkpoint of 65537":            func(p *Certificate) { p.Checkpoint = make([]byte, MaxCheckpoint+1) },
		"4 proofs of 3 signatures":         func(p *Certificate) { p.Proofs = make([][]byte, 4) },
	} {
		p := parsed()
		spoil(p)
		require.ErrorContains(t, p.Verify(c.roster), why)
	}
	require.Error(t, parsed().Verify(other.roster))
	require.Error(t, parsed().Verify(impostors))
	_, err = new(Certificate).Encode()
	require.Error(t, err)
}

func TestStringsNameThings(t *testing.T) {
	require.Equal(t, "reveal", PhaseReveal.String())
	require.Equal(t, "certify", PhaseCertify.String())
	require.Equal(t, "failed", PhaseFailed.String())
	require.Equal(t, "unknown (0)", Phase(0).String())
	require.Equal(t, "unknown (10)", Phase(10).String())
	require.Equal(t, "trustee 2: absent in the key phase", Culprit{Trustee: 2, Phase: PhaseKey, Reason: Absent}.String())
}
