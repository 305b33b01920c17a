package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/escrow/request"
	"doormat/escrow/sharing"
	"doormat/escrow/threshold/rules"
	"doormat/world"
	"doormat/world/law"
)

// TestQuantumCommittee needs the logarithm of one public key, and no share: the key is on
// the tape, in the certificate that every phone is sent.
func TestQuantumCommittee(t *testing.T) {
	s := newStage(t)
	s.advance(2)
	var tape []world.Fact
	for i, p := range s.sent {
		if !p.Private() {
			tape = append(tape, world.Fact{Kind: world.Observed, Ref: string(world.Int(int64(i))), Data: p.Encode(start)})
		}
	}
	secret, _, err := sharing.Recover(s.genesis.FirstKey().Commitments, s.shares)
	require.NoError(t, err)
	var seen []world.SeenKey
	for _, f := range saturate(tape) {
		require.NotContains(t, []world.Kind{committee.CommitteeKey, rules.Seed}, f.Kind)
		if k, err := world.ParseSeenKey(f.Data); err == nil && f.Kind == world.PublicKey && k.Kind == "ristretto255" {
			seen = append(seen, k)
		}
	}
	require.Equal(t, []world.SeenKey{{Kind: "ristretto255", Public: group.Bytes(s.genesis.FirstKey().Commitments.Key()), Owner: "key 1"}}, seen)

	opened := 0
	for _, f := range saturate(append(tape, seen[0].PrivateFact(group.Bytes(secret)))) {
		if f.Kind == rules.Seed {
			opened++
		}
	}
	require.Equal(t, 2, opened, "both messages")

	other := group.Bytes(suite.Scalar().SetInt64(7))
	stranger, account, another := seen[0], seen[0], seen[0]
	stranger.Public, account.Owner, another.Kind = other, "Ana", "X25519"
	for name, in := range map[string][]world.Fact{
		"another logarithm":     {seen[0].Fact(), seen[0].PrivateFact(other)},
		"none":                  {seen[0].Fact(), seen[0].PrivateFact(nil)},
		"another key":           {stranger.Fact(), stranger.PrivateFact(group.Bytes(secret))},
		"nobody's committee":    {account.Fact(), account.PrivateFact(group.Bytes(secret))},
		"another kind of key":   {another.Fact(), another.PrivateFact(group.Bytes(secret))},
		"something else":        {{Kind: world.PublicKey, Data: []byte("key 1")}, seen[0].PrivateFact(group.Bytes(secret))},
		"a scalar not reduced":  {seen[0].Fact(), seen[0].PrivateFact(append(make([]byte, 31), 0xff))},
		"a public key too long": {world.SeenKey{Kind: "ristretto255", Public: make([]byte, 64), Owner: "key 1"}.Fact(), seen[0].PrivateFact(group.Bytes(secret))},
	} {
		_, err := applyRule("use a committee's private key", world.Input{Facts: in})
		require.Error(t, err, name)
	}
}

// TestQuantumAnswers opens what trustees sealed to the agency under an order, from a
// recording of it and the private half of the agency's public key.
func TestQuantumAnswers(t *testing.T) {
	s := newStage(t)
	s.advance(4)
	s.comply(everybody...)
	s.order()
	var tape []world.Fact
	for i, p := range s.sent {
		if !p.Private() {
			tape = append(tape, world.Fact{Kind: world.Observed, Ref: string(world.Int(int64(i))), Data: p.Encode(start)})
		}
	}
	require.Zero(t, countKinds(saturate(tape))[request.Partial])
	key := s.sim.Net.Node("agency").Holdings()[0]
	require.Equal(t, law.AgencyKey, key.Kind)
	agency := world.SeenKey{Kind: "X25519", Public: s.signed().Order.Agency, Owner: "agency"}
	require.Equal(t, 12, countKinds(saturate(append(tape, agency.PrivateFact(key.Data))))[request.Partial], "three trustees, four messages")
}
