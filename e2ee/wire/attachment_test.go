package wire

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// sealedFile is n bytes like no others, sealed.
func sealedFile(t testing.TB, n int) (Pointer, []byte, [][]byte) {
	data := make([]byte, n)
	_, _ = world.Seed(n).Stream("file").Read(data) // it never fails
	p, chunks, err := SealFile(world.Seed(n).Stream("key"), world.Attachment{Name: "file", Data: data})
	require.NoError(t, err)
	return p, data, chunks
}

func hashes(n int) [][sha256.Size]byte { return make([][sha256.Size]byte, n) }

// Chunks open in their places, all of them, and in no other way.
func TestChunks(t *testing.T) {
	for _, size := range []int{0, 1, ChunkSize - 1, ChunkSize, ChunkSize + 1, 2 * ChunkSize, 3*ChunkSize - 5} {
		p, data, whole := sealedFile(t, size)
		got, err := p.OpenFile(whole)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, got))

		_, _, other := sealedFile(t, size+7)
		bad := map[string][][]byte{
			"nothing":       nil,
			"cut short":     whole[:len(whole)-1],
			"too long":      append(slices.Clone(whole), whole[0]),
			"another file":  append(slices.Clone(whole[:len(whole)-1]), other[len(other)-1]),
			"a byte less":   append(slices.Clone(whole[:len(whole)-1]), whole[len(whole)-1][1:]),
			"an empty one":  append(slices.Clone(whole[:len(whole)-1]), nil),
			"one repeated":  append([][]byte{whole[len(whole)-1]}, whole[:len(whole)-1]...),
			"last too soon": append(slices.Clone(whole), whole[len(whole)-1])[1:],
		}
		for name, chunks := range bad {
			if name == "one repeated" && len(whole) == 1 || name == "last too soon" && len(whole) == 1 {
				continue // the same as the file
			}
			_, err := p.OpenFile(chunks)
			require.Error(t, err, "%s of %d bytes", name, size)
		}
		if last := len(whole) - 1; last > 0 {
			q := p
			q.Size = last * ChunkSize
			_, err = q.OpenFile(whole[:last])
			require.Error(t, err, "a chunk that is not the last one passes for it")
		}
		for _, wrong := range []int{size - 1, size + 1, len(whole) * ChunkSize} {
			if wrong != size && wrong >= 0 {
				q := p
				q.Size = wrong
				_, err = q.OpenFile(whole)
				require.Error(t, err, "%d bytes said to be %d", size, wrong)
			}
		}
	}
}

// What a message says of its files is bounded.
func TestLimitsOfFiles(t *testing.T) {
	largest := Pointer{Size: MaxFileSize, Hashes: hashes(chunks(MaxFileSize))}
	_, err := ParseContent((&Content{Files: slices.Repeat([]Pointer{largest}, 4)}).Encode())
	require.NoError(t, err)
	for _, bad := range [][]Pointer{slices.Repeat([]Pointer{largest}, 5), {{Size: MaxFileSize + 1, Hashes: hashes(chunks(MaxFileSize + 1))}},
		{{Size: -1, Hashes: hashes(1)}}, {{Size: 9}}, {{Size: 9, Hashes: hashes(2)}}, slices.Repeat([]Pointer{{Hashes: hashes(1)}}, MaxFiles+1)} {
		_, err := ParseContent((&Content{Files: bad}).Encode())
		require.ErrorIs(t, err, world.ErrMalformed)
	}
}
