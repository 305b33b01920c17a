package law

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// An order shows the key that answers are sealed to. Whoever gets its private half has
// the agency's key, and nobody takes another key for it.
func TestQuantumAgency(t *testing.T) {
	key := agencyKey(t, 1)
	o := sample()
	o.Agency = key.PublicKey().Bytes()
	s := Signed{Order: o, Bytes: Sign(Apply(o, SigningKey(key.Bytes())), courtKey("court"))}
	found, err := publicAgencyKey(world.Input{Facts: []world.Fact{s.Fact()}})
	require.NoError(t, err)
	require.Len(t, found, 1)
	seen, err := world.ParseSeenKey(found[0].Data)
	require.NoError(t, err)

	got, err := useAgencyKey(world.Input{Facts: []world.Fact{found[0].Fact, seen.PrivateFact(key.Bytes())}})
	require.NoError(t, err)
	want, err := NewAgency(world.Seed(1).Stream("agency"))
	require.NoError(t, err)
	want.key = key
	require.Equal(t, want.Holdings()[0], got[0].Fact, "as if it had been stolen")

	other := seen
	other.Owner = "Ana"
	for _, wrong := range [][]world.Fact{
		{seen.Fact(), seen.PrivateFact(agencyKey(t, 2).Bytes())},
		{seen.Fact(), seen.PrivateFact(nil)},
		{other.Fact(), other.PrivateFact(key.Bytes())},
		{{Kind: world.PublicKey, Data: []byte("short")}, seen.PrivateFact(key.Bytes())},
	} {
		_, err := useAgencyKey(world.Input{Facts: wrong})
		require.Error(t, err)
	}
}
