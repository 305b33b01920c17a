package escrow

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

var meta = world.Meta{ID: "0123", From: "A", To: []string{"B"}, Sent: time.Unix(1490551260, 0).UTC()}

func TestField(t *testing.T) {
	seed := bytes.Repeat([]byte{7}, SeedSize)
	body, err := SealBody(seed, []byte("bring the papers"))
	require.NoError(t, err)
	f := &Field{KeyID: "key 1", Seed: []byte("sealed seed"), Body: body}
	again, err := ParseField(f.Encode())
	require.NoError(t, err)
	require.Equal(t, f, again)

	text, err := OpenBody(seed, again.Body)
	require.NoError(t, err)
	require.Equal(t, "bring the papers", string(text))
	_, err = OpenBody(bytes.Repeat([]byte{8}, SeedSize), again.Body)
	require.ErrorContains(t, err, "does not open")
	_, err = OpenBody(seed[1:], again.Body)
	require.ErrorContains(t, err, "seed of 31 bytes")
	for i := range body {
		bad := bytes.Clone(body)
		bad[i] ^= 1
		_, err := OpenBody(seed, bad)
		require.Error(t, err, "byte %d", i)
	}
}

func TestBodyKeys(t *testing.T) {
	for i := range byte(3) {
		seed := [SeedSize]byte(bytes.Repeat([]byte{i}, SeedSize))
		key, commitment := bodyKeys(seed)
		want, err := hkdf.Key(sha256.New, seed[:], nil, bodyInfo, 32)
		require.NoError(t, err)
		require.Equal(t, want, key[:])
		want, err = hkdf.Key(sha256.New, seed[:], nil, commitInfo, 32)
		require.NoError(t, err)
		require.Equal(t, want, commitment[:])
	}
}

// BenchmarkBodyKeys times both keys of a body, beside crypto/hkdf, which extracts once
// and expands twice as well.
func BenchmarkBodyKeys(b *testing.B) {
	seed := [SeedSize]byte{1}
	b.Run("own", func(b *testing.B) {
		for b.Loop() {
			bodyKeys(seed)
		}
	})
	b.Run("hkdf", func(b *testing.B) {
		for b.Loop() {
			prk, err := hkdf.Extract(sha256.New, seed[:], nil)
			require.NoError(b, err)
			for _, info := range []string{bodyInfo, commitInfo} {
				_, err := hkdf.Expand(sha256.New, prk, info, 32)
				require.NoError(b, err)
			}
		}
	})
}

// TestLabel changes each thing that a label binds, one at a time.
func TestLabel(t *testing.T) {
	body := []byte("body")
	label := Label("key 1", meta, sha256.Sum256(body))
	require.Equal(t, label, (&Field{KeyID: "key 1", Body: body}).Label(meta))
	other := []func(m *world.Meta){
		func(m *world.Meta) { m.ID = "0124" },
		func(m *world.Meta) { m.From = "C" },
		func(m *world.Meta) { m.To = []string{"B", "C"} },
		func(m *world.Meta) { m.Sent = m.Sent.Add(-time.Second) },
	}
	for i, change := range other {
		m := meta
		change(&m)
		require.NotEqual(t, label, Label("key 1", m, sha256.Sum256(body)), "change %d", i)
	}
	require.NotEqual(t, label, Label("key 2", meta, sha256.Sum256(body)))
	require.NotEqual(t, label, Label("key 1", meta, sha256.Sum256([]byte("other"))))
	require.Equal(t, Label("k", world.Meta{From: "A", To: []string{"C", "B"}}, [32]byte{}),
		Label("k", world.Meta{From: "A", To: []string{"B", "C"}}, [32]byte{}), "recipients are a set")
}

func FuzzParseField(f *testing.F) {
	f.Add((&Field{KeyID: "key 1", Seed: []byte{1}, Body: []byte{2}}).Encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		field, err := ParseField(data)
		if err == nil {
			require.Equal(t, data, field.Encode())
		}
	})
}
