package rules

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
)

// Rules follow chains down to their start and not for ever.
func TestRulesEnd(t *testing.T) {
	count := func(n uint32) ([]world.Derived, error) {
		return countDown(world.Input{Facts: []world.Fact{{Kind: MessageNumber, Data: callData(ratchet.Key{1}, n)}}})
	}
	derived, err := count(2)
	require.NoError(t, err)
	require.Equal(t, world.Fact{Kind: MessageNumber, Ref: place(ratchet.Key{1}, 1), Data: callData(ratchet.Key{1}, 1)}, derived[0].Fact)
	for _, n := range []uint32{0, maxChain, 1<<32 - 1} {
		_, err = count(n)
		require.Error(t, err)
	}
	far := &wire.Delivery{Meta: world.Meta{ID: "1", From: "Ana", To: []string{"Ben"}}, Part: wire.Part{To: "Ben", Header: ratchet.Header{N: maxChain}}}
	derived, err = readDelivery(world.Input{Facts: []world.Fact{far.Fact()}})
	require.NoError(t, err)
	for _, d := range derived {
		require.NotEqual(t, MessageNumber, d.Kind)
	}
}

// A private half is believed if the public one follows from it.
func TestWrongPrivateHalf(t *testing.T) {
	id, err := pqxdh.NewIdentity(world.Seed(1).Stream("id"))
	require.NoError(t, err)
	exchange := id.Public().Exchange
	private := id.Bytes()[33:]
	seen := world.SeenKey{Kind: "X25519", Public: exchange[:], Owner: "Ana"}
	got, err := solved(world.Input{Facts: []world.Fact{seen.Fact(), seen.PrivateFact(private)}})
	require.NoError(t, err)
	require.Equal(t, SolvedKey, got[0].Kind)
	for _, wrong := range [][]byte{nil, private[1:], bytes.Repeat([]byte{1}, 32)} {
		_, err := solved(world.Input{Facts: []world.Fact{seen.Fact(), seen.PrivateFact(wrong)}})
		require.Error(t, err)
	}
	seen.Kind = "ML-KEM-768"
	_, err = solved(world.Input{Facts: []world.Fact{seen.Fact(), seen.PrivateFact(private)}})
	require.ErrorContains(t, err, "breaks no key")
}
