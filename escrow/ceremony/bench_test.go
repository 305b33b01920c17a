package ceremony

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	"go.dedis.ch/kyber/v3/group/edwards25519"
	dkg "go.dedis.ch/kyber/v3/share/dkg/pedersen"
)

var slow = flag.Bool("slow", false, "measure at 51 of 100 what takes ten minutes, too: kyber, and an audit for each trustee")

// sizes are t and n of the benchmarks.
var sizes = [][2]int{{13, 25}, {51, 100}}

// BenchmarkCeremony makes the key of a whole group in one process. "shared" computes the public
// audit once, as a simulation does; in "each" every trustee computes its own, as it would on its
// own machine; "audit" is one reader of the whole board; "kyber" is share/dkg/pedersen over kyber's
// edwards25519: deals, responses, the key of each.
func BenchmarkCeremony(b *testing.B) {
	for _, size := range sizes {
		t, n := size[0], size[1]
		b.Run(fmt.Sprintf("%d of %d/shared", t, n), func(b *testing.B) {
			for b.Loop() {
				require.Len(b, newCommittee(b, "bench", t, n).until(PhaseDone).shares(), n)
			}
		})
		b.Run(fmt.Sprintf("%d of %d/audit", t, n), func(b *testing.B) {
			c := newCommittee(b, "bench", t, n).until(PhaseDone)
			for b.Loop() {
				_, err := readOutcome(c.roster, c.board)
				require.NoError(b, err)
			}
		})
		if n > 25 && !*slow {
			continue
		}
		b.Run(fmt.Sprintf("%d of %d/each", t, n), func(b *testing.B) {
			for b.Loop() {
				each(b, t, n)
			}
		})
		b.Run(fmt.Sprintf("%d of %d/kyber", t, n), func(b *testing.B) {
			for b.Loop() {
				kyberDKG(b, t, n)
			}
		})
	}
}

// BenchmarkRefresh makes new shares for a whole group in one process, all of whom deal, with a
// shared audit.
func BenchmarkRefresh(b *testing.B) {
	for _, size := range sizes {
		founded := newCommittee(b, "founded", size[0], size[1]).until(PhaseDone)
		b.Run(fmt.Sprintf("%d of %d", size[0], size[1]), func(b *testing.B) {
			for b.Loop() {
				require.Len(b, founded.next("bench", nil).until(PhaseDone).shares(), size[1])
			}
		})
	}
}

func each(b *testing.B, threshold, n int) {
	c := newCommittee(b, "bench", threshold, n)
	audits := make([]*Audit, n+1)
	for i := range audits {
		var err error
		audits[i], err = NewAudit(c.roster)
		require.NoError(b, err)
	}
	for audits[0].Phase() != PhaseDone {
		var posts [][]byte
		for i := 1; i <= n; i++ {
			c.audit = audits[i]
			raw, err := c.honest(i)
			require.NoError(b, err)
			posts = append(posts, raw)
		}
		for _, a := range audits {
			for _, raw := range posts {
				require.NoError(b, a.Read(raw))
			}
		}
	}
	require.Len(b, c.shares(), n)
}

func kyberDKG(b *testing.B, threshold, n int) {
	suite := edwards25519.NewBlakeSHA256Ed25519()
	secrets, public := make([]kyber.Scalar, n), make([]kyber.Point, n)
	for i := range secrets {
		secrets[i] = suite.Scalar().Pick(suite.RandomStream())
		public[i] = suite.Point().Mul(secrets[i], nil)
	}
	group := make([]*dkg.DistKeyGenerator, n)
	for i := range group {
		var err error
		group[i], err = dkg.NewDistKeyGenerator(suite, secrets[i], public, threshold)
		require.NoError(b, err)
	}
	var responses []*dkg.Response
	for _, dealer := range group {
		deals, err := dealer.Deals()
		require.NoError(b, err)
		for i, deal := range deals {
			response, err := group[i].ProcessDeal(deal)
			require.NoError(b, err)
			responses = append(responses, response)
		}
	}
	for _, response := range responses {
		for i, member := range group {
			if uint32(i) == response.Response.Index {
				continue
			}
			_, err := member.ProcessResponse(response)
			require.NoError(b, err)
		}
	}
	for _, member := range group {
		require.True(b, member.Certified())
		_, err := member.DistKeyShare()
		require.NoError(b, err)
	}
}
