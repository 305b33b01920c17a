package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzKey(f *testing.F)      { fuzzBody(f, PhaseKey) }
func FuzzCommit(f *testing.F)   { fuzzBody(f, PhaseCommit) }
func FuzzReveal(f *testing.F)   { fuzzBody(f, PhaseReveal) }
func FuzzDeal(f *testing.F)     { fuzzBody(f, PhaseDeal) }
func FuzzComplain(f *testing.F) { fuzzBody(f, PhaseComplain) }
func FuzzConfirm(f *testing.F)  { fuzzBody(f, PhaseConfirm) }
func FuzzCertify(f *testing.F)  { fuzzBody(f, PhaseCertify) }

// fuzzBody signs any body with trustee 2's key. Whatever it is, the author is convicted by it or
// accepted, nobody else is hurt, and the audit goes on. In most phases nothing but the honest body
// can be accepted, because it is proved or hashed.
func fuzzBody(f *testing.F, phase Phase) {
	c := newCommittee(f, "fuzz", 2, 3).until(phase)
	before := len(c.board)
	raw, err := c.honest(2)
	require.NoError(f, err)
	p, err := parsePost(raw)
	require.NoError(f, err)
	f.Add(p.body)
	f.Add(p.body[:len(p.body)-1])
	f.Add(append(bytes.Clone(p.body), 0))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := NewAudit(c.roster)
		require.NoError(t, err)
		for _, p := range c.board[:before] {
			require.NoError(t, a.Read(p))
		}
		raw, err := a.sign(c.identities[2], phase, 2, body)
		require.NoError(t, err)
		if a.Read(raw) != nil {
			require.True(t, phase == PhaseCertify && !bytes.Equal(body, p.body) || len(raw) > maxPost)
			require.Empty(t, a.culprits)
			return
		}
		require.Equal(t, phase, a.Phase())
		require.False(t, a.trustees[1].out || a.trustees[3].out)
		if len(body) == 0 {
			require.True(t, a.votes[2])
			return
		}
		require.Equal(t, a.trustees[2].out, len(a.culprits) == 1)
		if !a.trustees[2].out && phase != PhaseCommit && phase != PhaseConfirm && phase != PhaseDeal {
			require.Equal(t, p.body, body)
		}
	})
}

// FuzzRead puts anything on the board.
func FuzzRead(f *testing.F) {
	c := newCommittee(f, "fuzz", 2, 3).until(PhaseDone)
	for _, p := range c.board {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := NewAudit(c.roster)
		require.NoError(t, err)
		_ = a.Read(raw)
		require.Empty(t, a.culprits)
		if p, err := parsePost(raw); err == nil {
			require.Equal(t, len(raw), 1+1+3+len(p.body)+64)
		}
	})
}

func FuzzParseCertificate(f *testing.F) {
	c := newCommittee(f, "fuzz", 2, 3).until(PhaseDone)
	certificate, err := c.audit.Certificate()
	require.NoError(f, err)
	b, err := certificate.Encode()
	require.NoError(f, err)
	f.Add(b)
	f.Add(b[:len(b)-1])
	f.Add(append(bytes.Clone(b), 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		parsed, err := ParseCertificate(b)
		if err != nil {
			return
		}
		again, err := parsed.Encode()
		require.NoError(t, err)
		require.Equal(t, b, again)
		if parsed.Verify(c.roster) == nil {
			require.Equal(t, certificate.Commitments.Bytes(), parsed.Commitments.Bytes())
		}
	})
}

func FuzzParseShare(f *testing.F) {
	c := newCommittee(f, "fuzz", 1, 1).until(PhaseDone)
	f.Add(EncodeShare(c.shares()[0]))
	f.Add(append([]byte{1}, unreduced()...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseShare(b); err == nil {
			require.Equal(t, b, EncodeShare(s))
		}
	})
}

func FuzzParseRoster(f *testing.F) {
	c := newCommittee(f, "fuzz", 2, 3).until(PhaseDone)
	for _, r := range []*Roster{c.roster, c.next("again", nil).roster} {
		b, err := r.Encode()
		require.NoError(f, err)
		f.Add(b)
		f.Add(b[:len(b)-1])
		f.Add(append(b, 0))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseRoster(b)
		if err != nil {
			return
		}
		again, err := r.Encode()
		require.NoError(t, err)
		require.Equal(t, b, again)
	})
}

// FuzzResharing signs anything in any phase with the key of trustee 2, who deals, or 3, who is new.
// Whatever it is, nobody else is hurt, and all readers agree.
func FuzzResharing(f *testing.F) {
	before := newCommittee(f, "fuzz", 2, 4).until(PhaseDone)
	c := before.next("again", map[int]ed25519.PrivateKey{3: identity(33)})
	var starts [PhaseDone]int
	for phase := PhaseKey; phase <= PhaseConfirm; phase++ {
		starts[phase] = len(c.until(phase).board)
	}
	for _, raw := range c.until(PhaseDone).board {
		p, err := parsePost(raw)
		require.NoError(f, err)
		f.Add(uint8(p.phase), p.author == 3, p.body)
		f.Add(uint8(p.phase), p.author != 3, p.body)
	}
	f.Add(uint8(PhaseComplain), false, append([]byte{1, 3}, make([]byte, complaintSize-1)...))
	f.Fuzz(func(t *testing.T, phase uint8, fresh bool, body []byte) {
		author := 2
		if fresh {
			author = 3
		}
		if Phase(phase) < PhaseKey || Phase(phase) > PhaseConfirm {
			return
		}
		board := slices.Clone(c.board[:starts[phase]])
		raw, err := c.audit.sign(c.identities[author], Phase(phase), author, body)
		require.NoError(t, err)
		a, err := ReadBoard(c.roster, append(board, raw))
		require.NoError(t, err)
		require.Equal(t, Phase(phase), a.Phase())
		for i := range a.trustees {
			require.False(t, i != author && a.trustees[i].out)
		}
		if len(body) > 0 && fresh && Phase(phase).dealers() {
			require.Equal(t, NotADealer, a.culprits[0].Reason)
		}
		again, err := ReadBoard(c.roster, append(board, raw))
		require.NoError(t, err)
		require.Equal(t, a.culprits, again.culprits)
		require.Equal(t, a.transcript.Sum(nil), again.transcript.Sum(nil))
	})
}
