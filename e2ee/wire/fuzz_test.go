package wire

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/senderkey"
	"doormat/world"
)

// samples are uploads of every shape: to one, to several, to a group with and without a sender
// key on its way.
func samples(t testing.TB) []*Upload {
	sender, err := senderkey.NewSender(world.Seed(1).Stream("sender"))
	require.NoError(t, err)
	group, err := sender.Seal([]byte("to all"), []byte("in the open"))
	require.NoError(t, err)
	sent := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	meta := world.Meta{ID: "1", From: "Ana", To: []string{"Ben", "Cem"}, Sent: sent}
	toGroup := meta
	toGroup.Group = "crew"
	identity := make([]byte, 16)
	full := Part{To: "Ben", Identity: identity, Initial: []byte("initial"), Header: ratchet.Header{N: 3, Ratchet: ratchet.Key{1}},
		Ciphertext: []byte("ciphertext")}
	return []*Upload{
		{Meta: meta},
		{Meta: meta, Public: []byte("beside"), Parts: []Part{full, {To: "Cem", Identity: identity, Header: full.Header, Ciphertext: []byte{1}}}},
		{Meta: toGroup, Group: group, Parts: []Part{full, {To: "Cem", Identity: identity}}},
	}
}

func FuzzParseUpload(f *testing.F) {
	for _, u := range samples(f) {
		f.Add(u.Encode())
		got, err := ParseUpload(u.Encode())
		require.NoError(f, err)
		require.Equal(f, u.Encode(), got.Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if u, err := ParseUpload(data); err == nil {
			require.Equal(t, data, u.Encode())
		}
	})
}

func FuzzParseDelivery(f *testing.F) {
	for _, u := range samples(f) {
		for i := range u.Parts {
			f.Add(u.Delivery(i).Encode())
			_, err := ParseDelivery(u.Delivery(i).Encode())
			require.NoError(f, err)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := ParseDelivery(data); err == nil {
			require.Equal(t, data, d.Encode())
		}
	})
}

func FuzzParseContent(f *testing.F) {
	f.Add((&Content{Body: []byte("a text")}).Encode())
	f.Add((&Content{Files: []Pointer{{Name: "file", Size: 70_000, Hashes: hashes(2)}, {Hashes: hashes(1)}}}).Encode())
	f.Add((&Content{Update: &Members{Group: "crew", Accounts: []string{"Ana", "Ben"}}}).Encode())
	f.Add((&Content{Update: &Members{Group: "crew", Accounts: []string{"Ben", "Ana"}}}).Encode())
	f.Add((&Content{Call: &ratchet.Key{7}}).Encode())
	f.Add((&Content{Receipt: "0123"}).Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := ParseContent(data); err == nil {
			require.Equal(t, data, c.Encode())
			require.LessOrEqual(t, len(c.Files), MaxFiles)
		}
	})
}

func FuzzParseChunk(f *testing.F) {
	f.Add((&Chunk{Message: "m", File: 1, Number: 2, Data: []byte("sealed")}).Encode(KindPut))
	f.Add((&Chunk{Message: "m", File: MaxFiles, Number: 1}).Encode(KindGet))
	f.Add((&Chunk{Message: "m", Number: chunks(MaxFileSize)}).Encode(KindBlob))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, kind := range []byte{KindPut, KindGet, KindBlob} {
			if c, err := ParseChunk(data, kind); err == nil {
				require.Equal(t, data, c.Encode(kind))
			}
		}
	})
}

func FuzzParseFrame(f *testing.F) {
	f.Add((&Frame{Call: "1", From: "Ana", To: []string{"Ben", "Cem"}, Data: []byte("sealed")}).Encode())
	f.Add((&Frame{To: []string{"b", "a"}}).Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := ParseFrame(data); err == nil {
			require.Equal(t, data, p.Encode())
		}
	})
}

func FuzzParseDistribution(f *testing.F) {
	sender, err := senderkey.NewSender(world.Seed(1).Stream("sender"))
	require.NoError(f, err)
	f.Add((&Distribution{Group: "crew", Chain: sender.Distribution()}).Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := ParseDistribution(data); err == nil {
			require.Equal(t, data, d.Encode())
		}
	})
}

// An invitation has one encoding.
func TestInvitation(t *testing.T) {
	key := ratchet.Key{7}
	data := (&Content{Call: &key}).Encode()
	c, err := ParseContent(data)
	require.NoError(t, err)
	require.Equal(t, &Content{Call: &key}, c)
	for _, bad := range [][]byte{data[:len(data)-1], append(slices.Clone(data), 0), world.Pack(callTag, []byte("short"))} {
		_, err := ParseContent(bad)
		require.Error(t, err, fmt.Sprintf("%x", bad))
	}
}
