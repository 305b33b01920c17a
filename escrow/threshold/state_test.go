package threshold

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/simulation"
)

// TestTrusteeAlone builds one trustee from the bytes of its own state and of the genesis, as a
// process of its own would, and lets it live among the others through refreshes, rotations and an
// order. Everybody sends what they send when all are built in one process.
func TestTrusteeAlone(t *testing.T) {
	env := config(2, 3)
	env.Settings.Refresh, env.Settings.Rotate = 2, 3
	together := stageFor(t, env, 8)
	apart := preparedStage(t, env, 8)
	s, err := runSetup(env)
	require.NoError(t, err)
	public, err := s.genesis.Encode()
	require.NoError(t, err)
	by, err := law.Setup(env, true)
	require.NoError(t, err)
	alone := newAlone(t, slices.Clone(s.trustees[1]), public, by.Register, env)

	nodes, err := deploy(env, s)
	require.NoError(t, err)
	i := slices.IndexFunc(nodes, func(n world.Node) bool { return n.Name() == alone.name })
	require.Equal(t, nodes[i].Holdings(), alone.Holdings())
	nodes[i] = alone
	c, said := smallTalk(env, 8)
	apart.sim, err = simulation.New(context.Background(), c, said, nodes, apart.watch)
	require.NoError(t, err)
	require.NoError(t, apart.sim.Start())
	for _, s := range []*stage{together, apart} {
		s.comply(everybody...)
		s.advance(8)
		require.Empty(t, s.warned)
		require.NotEmpty(t, s.order())
	}
	require.Equal(t, together.sent, apart.sent)
	require.Equal(t, "key 3", apart.lastKey())
}

// newAlone builds a trustee from nothing but bytes.
func newAlone(t *testing.T, state, public []byte, register *law.Register, env world.Config) *trustee {
	t.Helper()
	g, err := committee.ParseGenesis(public)
	require.NoError(t, err)
	alone, err := newTrustee(state, committee.NewCache(g, nil), register, env)
	require.NoError(t, err)
	return alone
}

// TestOwnStates: what set-up leaves to one trustee holds no other's share or identity, and what
// it leaves to all holds none.
func TestOwnStates(t *testing.T) {
	s, err := runSetup(config(2, 3))
	require.NoError(t, err)
	public, err := s.genesis.Encode()
	require.NoError(t, err)
	for i, state := range s.trustees {
		own, err := parseTrusteeState(state)
		require.NoError(t, err)
		require.Equal(t, i+1, own.share.Index)
		require.Equal(t, state, own.encode())
		for _, secret := range [][]byte{own.identity.Seed(), group.Bytes(own.share.Value)} {
			require.NotContains(t, string(public), string(secret))
			for j, other := range s.trustees {
				require.Equal(t, i == j, bytes.Contains(other, secret), "%d in %d", i, j)
			}
		}
	}
	for at := 0; at < len(public); at += 97 {
		bad := slices.Clone(public)
		bad[at] ^= 1
		if g, err := committee.ParseGenesis(bad); err == nil { // in a cosignature that is not needed
			require.Equal(t, s.genesis.FirstKey().Commitments.Bytes(), g.FirstKey().Commitments.Bytes())
		}
	}
}
