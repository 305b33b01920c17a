package ceremony

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world/memo"
)

// What audits share changes the answer of none: after an honest board was read, one with a
// wrong signature or proof is judged as by an audit that shares nothing.
func TestRemember(t *testing.T) {
	c := newCommittee(t, "remembered", 2, 2).until(PhaseDone)
	var shared memo.Memo
	read := func(m *memo.Memo, posts ...[]byte) (*Audit, error) {
		a, err := NewAudit(c.roster)
		require.NoError(t, err)
		a.Remember(m)
		for _, p := range posts {
			err = a.Read(p)
		}
		return a, err
	}
	_, err := read(&shared, c.board...)
	require.NoError(t, err)
	for k, raw := range c.board {
		p, err := parsePost(raw)
		require.NoError(t, err)
		forged := bytes.Clone(raw)
		forged[len(forged)-1] ^= 1 // in the signature
		variants := [][]byte{forged}
		if len(p.body) > 0 {
			body := bytes.Clone(p.body)
			body[len(body)-1] ^= 1 // in the proof, if there is one, and signed by its author
			moved := bytes.Clone(raw)
			moved[len(moved)-len(p.signature)-1] ^= 1 // under the signature of another body
			variants = append(variants, c.signed(p.author, p.phase, body), moved)
		}
		for _, v := range variants {
			posts := slices.Clone(c.board[:k])
			want, alone := read(nil, append(posts, v)...)
			got, together := read(&shared, append(posts, v)...)
			require.Equal(t, alone, together)
			require.Equal(t, want.culprits, got.culprits)
			require.Equal(t, want.phase, got.phase)
		}
	}
}

// What trustees share changes no post and no share: a ceremony that repeats one, whose trustees have
// erased everything, goes as one that shares nothing.
func TestTrusteesRemember(t *testing.T) {
	var shared memo.Memo
	var alone *committee
	for _, m := range []*memo.Memo{nil, &shared, &shared} {
		before := newCommittee(t, "before", 2, 3).until(PhaseDone)
		c := before.next("repeated", nil)
		c.audit.Remember(m)
		for _, own := range c.trustees[1:] {
			own.Remember(m)
		}
		c.until(PhaseDone)
		if alone == nil {
			alone = c
		}
		require.Equal(t, alone.board, c.board)
		for i, own := range c.trustees[1:] {
			require.Equal(t, alone.trustees[i+1].Secrets(), own.Secrets())
		}
		if m != nil {
			for _, own := range c.trustees[1:] {
				own.Erase()
			}
		}
	}
}
