package world

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// Noting what is drawn changes no byte of it, and keys that were drawn together are
// pieces as well.
func TestDraws(t *testing.T) {
	read := func(e Config, sizes ...int) (all []byte) {
		s := e.Stream("device:Ana")
		for _, n := range sizes {
			b := make([]byte, n)
			_, err := io.ReadFull(s, b)
			require.NoError(t, err)
			all = append(all, b...)
		}
		return all
	}
	sizes := []int{32, 16, 64, 100, 32}
	draws := &Draws{}
	plain := read(Config{Seed: 5}, sizes...)
	require.Equal(t, plain, read(Config{Seed: 5, Draws: draws}, sizes...))
	require.NotEqual(t, plain, read(Config{Seed: 6}, sizes...))
	want, err := io.ReadAll(io.LimitReader(Seed(5).Stream("device:Ana"), int64(len(plain))))
	require.NoError(t, err)
	require.Equal(t, want, plain)

	require.Equal(t, [][]byte{plain[:32], plain[48:80], plain[80:112], plain[212:]}, draws.Pieces(32))
	require.Equal(t, [][]byte{plain[48:112]}, draws.Pieces(64))
}

func TestSeenKey(t *testing.T) {
	k := SeenKey{"X25519", bytes.Repeat([]byte{3}, 32), "Ana"}
	again, err := ParseSeenKey(k.Fact().Data)
	require.NoError(t, err)
	require.Equal(t, k, again)
	require.Equal(t, k.Fact().Ref, k.PrivateFact(nil).Ref, "rules join the two")
	other := k
	other.Kind = "Ed25519"
	require.NotEqual(t, k.Fact().Ref, other.Fact().Ref)
	_, err = FindKind([]KeyKind{{Name: "X25519"}}, "ML-KEM-768")
	require.ErrorContains(t, err, "breaks no key")
}

func FuzzParseSeenKey(f *testing.F) {
	f.Add(SeenKey{"X25519", make([]byte, 32), "Ana"}.Fact().Data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := ParseSeenKey(data)
		if err == nil {
			require.Equal(t, data, k.Fact().Data)
		}
	})
}

func TestQuantumCapability(t *testing.T) {
	c, err := ParseCapability("quantum.control")
	require.NoError(t, err)
	require.Equal(t, Capability{QuantumName, Control}, c)
	for _, text := range []string{"quantum.store", "quantum.order", "quantum.tap"} {
		_, err := ParseCapability(text)
		require.Error(t, err, text)
	}
}
