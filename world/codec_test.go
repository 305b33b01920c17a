package world

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPackingRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.Byte().Draw(t, "kind")
		fields := rapid.SliceOfN(rapid.SliceOf(rapid.Byte()), 0, 5).Draw(t, "fields")
		data := Pack(kind, fields...)
		got, err := Unpack(data, kind, len(fields))
		require.NoError(t, err)
		for i := range fields {
			require.True(t, bytes.Equal(fields[i], got[i]))
		}
		_, err = Unpack(data, kind+1, len(fields))
		require.ErrorIs(t, err, ErrMalformed)
		_, err = Unpack(data, kind, len(fields)+1)
		require.ErrorIs(t, err, ErrMalformed)
		_, err = UnpackList(append(data, 0), kind)
		require.ErrorIs(t, err, ErrMalformed, "trailing bytes")
		_, err = Unpack(data[:len(data)-1], kind, len(fields))
		require.ErrorIs(t, err, ErrMalformed, "cut short")
	})
}

func TestUnpackRefuses(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing":                 nil,
		"another kind":            {2},
		"a length without bytes":  {1, 0, 0, 0, 1},
		"half a length":           {1, 0, 0},
		"a length beyond the end": {1, 0xff, 0xff, 0xff, 0xff, 0},
	} {
		_, err := UnpackList(data, 1)
		require.ErrorIs(t, err, ErrMalformed, name)
	}
	_, err := ParseInt(make([]byte, 7))
	require.ErrorIs(t, err, ErrMalformed)
	_, err = ParseStrings([]byte{1})
	require.ErrorIs(t, err, ErrMalformed)
	_, err = ParseTime(nil)
	require.ErrorIs(t, err, ErrMalformed)
}

func TestMeta(t *testing.T) {
	at := time.Date(2020, 2, 29, 12, 0, 0, 999, time.FixedZone("east", 7200))
	m := Meta{ID: "1", From: "Ada", To: []string{"Cleo", "Ben"}, Sent: at}
	got, err := ParseMeta(m.Encode())
	require.NoError(t, err)
	require.Equal(t, Meta{ID: "1", From: "Ada", To: []string{"Ben", "Cleo"}, Sent: time.Date(2020, 2, 29, 10, 0, 0, 0, time.UTC)}, got)
	require.Equal(t, []string{"Cleo", "Ben"}, m.To, "encoding does not sort the caller's list")
	require.Equal(t, Fact{Metadata, "1", m.Encode()}, m.Fact())
	pack := func(to []byte, more ...[]byte) []byte {
		return Pack(metaTag, append([][]byte{[]byte("1"), []byte("Ada"), to, Time(at)}, more...)...)
	}
	for name, data := range map[string][]byte{
		"nobody":      pack(Strings(nil)),
		"unsorted":    pack(Strings([]string{"Cleo", "Ben"})),
		"twice":       pack(Strings([]string{"Ben", "Ben"})),
		"not a list":  pack([]byte("Ben")),
		"a fifth":     pack(Strings([]string{"Ben"}), nil),
		"a short one": Pack(metaTag, nil, nil, Strings([]string{"Ben"}), []byte{1}),
	} {
		_, err := ParseMeta(data)
		require.ErrorIs(t, err, ErrMalformed, name)
	}
}

func TestStreams(t *testing.T) {
	read := func(s Seed, name string) []byte {
		b := make([]byte, 32)
		_, err := s.Stream(name).Read(b)
		require.NoError(t, err)
		return b
	}
	require.Equal(t, read(1, "a"), read(1, "a"))
	seen := map[string]bool{}
	for _, b := range [][]byte{read(1, "a"), read(1, "b"), read(2, "a"), read(Seed(1).Derive("a"), "a"), read(Seed(1).Derive("b"), "a"), read(Seed(2).Derive("a"), "a")} {
		require.False(t, seen[string(b)])
		seen[string(b)] = true
	}
}
