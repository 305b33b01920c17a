package e2ee

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/rules"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// solve is the quantum computer: the private half of each public key, from what nodes
// drew.
func (s *stage) solve(facts []world.Fact) (granted []world.Fact) {
	private := map[string][]byte{}
	for _, kind := range rules.KeyKinds() {
		for _, piece := range s.draws.Pieces(kind.Drawn) {
			public, err := kind.Public(piece)
			require.NoError(s.t, err)
			private[kind.Name+string(public)] = piece
		}
	}
	for _, f := range facts {
		if f.Kind != world.PublicKey {
			continue
		}
		k, err := world.ParseSeenKey(f.Data)
		require.NoError(s.t, err)
		require.NotNil(s.t, private[k.Kind+string(k.Public)], "nobody drew the %s key of %s", k.Kind, k.Owner)
		granted = append(granted, k.PrivateFact(private[k.Kind+string(k.Public)]))
	}
	return granted
}

// TestHarvest breaks every X25519 and Ed25519 key on a tape of everything. Nothing opens.
// Then it adds what no quantum computer gives, the ML-KEM prekeys, and it opens: that
// secret, and nothing that a rule was too weak for, is what keeps the recording closed.
func TestHarvest(t *testing.T) {
	s := real(t)
	kem := map[string]*store.Keys{} // as they are before the first message
	for _, a := range s.conv.Accounts {
		kem[a] = s.keysOf(a)
	}
	s.end()
	tape := saturate(Design{}.Rules(), s.wire)
	granted := s.solve(tape)
	require.Greater(t, len(granted), 30, "identities, prekeys, ephemerals, ratchet keys")
	require.Empty(t, s.opens(s.wire, granted))

	var solved, whole []world.Fact
	for _, f := range saturate(Design{}.Rules(), slices.Concat(s.wire, granted)) {
		require.NotContains(t, []world.Kind{rules.RatchetState, rules.ChainKey, rules.MessageKey, wire.Secret}, f.Kind)
		if f.Kind != wire.DeviceKeys {
			continue
		}
		k, err := store.ParseKeys(f.Data)
		require.NoError(t, err)
		require.Empty(t, k.KEM)
		solved = append(solved, f)
		k.KEM = kem[f.Ref].KEM
		whole = append(whole, world.Fact{Kind: wire.DeviceKeys, Ref: f.Ref, Data: k.Encode()})
	}
	require.GreaterOrEqual(t, len(solved), len(s.conv.Accounts))
	require.Contains(t, s.opens(s.wire, whole), 1, "with the ML-KEM prekeys as well")

	var alone []world.Fact // and with those only
	for a, k := range kem {
		other, err := store.NewKeys(world.Seed(9).Stream(a), nil)
		require.NoError(t, err)
		other.KEM = k.KEM
		alone = append(alone, world.Fact{Kind: wire.DeviceKeys, Ref: a, Data: other.Encode()})
	}
	require.Empty(t, s.opens(s.wire, alone))
}

func (s *stage) keysOf(account string) *store.Keys {
	for _, f := range s.device(account).Holdings() {
		if f.Kind == wire.DeviceKeys {
			k, err := store.ParseKeys(f.Data)
			require.NoError(s.t, err)
			return k
		}
	}
	s.t.Fatal("a device without keys")
	return nil
}
