package escrow

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20"
	"golang.org/x/crypto/chacha20poly1305"
)

// TestTwoKeys makes the ciphertext that a sender would show to recipients under one
// seed and to a court under another. Plain ChaCha20-Poly1305 opens it under both. A
// body commits to its seed, so one of the two is refused, whichever commitment stands
// in front.
func TestTwoKeys(t *testing.T) {
	seeds := [2][]byte{bytes.Repeat([]byte{1}, SeedSize), bytes.Repeat([]byte{2}, SeedSize)}
	var keys, commitments [2][32]byte
	for i, seed := range seeds {
		keys[i], commitments[i] = bodyKeys([SeedSize]byte(seed))
	}
	made := twoKeyCiphertext(t, keys)

	var texts [2][]byte
	for i, key := range keys {
		aead, err := chacha20poly1305.New(key[:])
		require.NoError(t, err)
		texts[i], err = aead.Open(nil, make([]byte, aead.NonceSize()), made, nil)
		require.NoError(t, err, "key %d opens it", i)
		require.Len(t, texts[i], 32)
	}
	require.NotEqual(t, texts[0], texts[1], "one ciphertext, two texts")

	for i := range seeds {
		body := append(slices.Clone(commitments[i][:]), made...)
		got, err := OpenBody(seeds[i], body)
		require.NoError(t, err)
		require.Equal(t, texts[i], got)
		_, err = OpenBody(seeds[1-i], body)
		require.ErrorContains(t, err, "commits to another")
	}
	for _, body := range [][]byte{nil, made, make([]byte, 31), append(make([]byte, 32), made...)} {
		for _, seed := range seeds {
			_, err := OpenBody(seed, body)
			require.ErrorContains(t, err, "commits to another", "%d bytes", len(body))
		}
	}
}

// twoKeyCiphertext solves for two blocks c1, c2 and a tag that are right under both
// keys. With Poly1305's one-time key (r, s), the tag of two whole blocks without
// associated data is (x1·r³ + x2·r² + l·r mod p) + s mod 2^128, where p = 2^130-5,
// xi = ci + 2^128, and l is the block of lengths (RFC 8439, section 2.5). For a tag that
// is chosen, two keys are two linear equations in x1 and x2. A solution serves if both
// are blocks, below 2^129 and not below 2^128: one in sixteen is.
func twoKeyCiphertext(t *testing.T, keys [2][32]byte) []byte {
	t.Helper()
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 130), big.NewInt(5))
	bit128 := new(big.Int).Lsh(big.NewInt(1), 128)
	lengths := make([]byte, 16)
	binary.LittleEndian.PutUint64(lengths[8:], 32)
	l := new(big.Int).Add(number(lengths), bit128)
	mul := func(a, b *big.Int) *big.Int { m := new(big.Int).Mul(a, b); return m.Mod(m, p) }
	sub := func(a, b *big.Int) *big.Int { m := new(big.Int).Sub(a, b); return m.Mod(m, p) }

	var cube, square, linear, s [2]*big.Int
	for i, key := range keys {
		var r *big.Int
		r, s[i] = oneTimeKey(t, key)
		square[i] = mul(r, r)
		cube[i], linear[i] = mul(square[i], r), mul(l, r)
	}
	inverse := new(big.Int).ModInverse(sub(mul(cube[0], square[1]), mul(cube[1], square[0])), p)
	require.NotNil(t, inverse, "two keys, two independent equations")
	for tag := range int64(10_000) {
		var want [2]*big.Int // what the polynomial must amount to under each key
		for i := range keys {
			h := new(big.Int).Sub(big.NewInt(tag), s[i])
			want[i] = sub(h.Mod(h, bit128), linear[i])
		}
		x1 := mul(inverse, sub(mul(want[0], square[1]), mul(want[1], square[0])))
		x2 := mul(inverse, sub(mul(cube[0], want[1]), mul(cube[1], want[0])))
		if x1.BitLen() == 129 && x2.BitLen() == 129 {
			return slices.Concat(block(x1), block(x2), block(big.NewInt(tag)))
		}
	}
	t.Fatal("no solution among 10,000 tags")
	return nil
}

// oneTimeKey gives r, clamped, and s: the first 32 bytes of the key's stream.
func oneTimeKey(t *testing.T, key [32]byte) (r, s *big.Int) {
	t.Helper()
	stream, err := chacha20.NewUnauthenticatedCipher(key[:], make([]byte, chacha20.NonceSize))
	require.NoError(t, err)
	both := make([]byte, 32)
	stream.XORKeyStream(both, both)
	for _, at := range []int{3, 7, 11, 15} {
		both[at] &= 15
	}
	for _, at := range []int{4, 8, 12} {
		both[at] &= 252
	}
	return number(both[:16]), number(both[16:])
}

// number reads 16 bytes as Poly1305 does, the lowest first; block writes the lowest
// 128 bits.
func number(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

func block(x *big.Int) []byte {
	low := new(big.Int).And(x, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1)))
	b := low.FillBytes(make([]byte, 16))
	slices.Reverse(b)
	return b
}

// Arbitrary seeds and bodies: no panic, and nothing opens but what was sealed.
func FuzzOpenBody(f *testing.F) {
	seed := bytes.Repeat([]byte{7}, SeedSize)
	body, err := SealBody(seed, []byte("bring the papers"))
	require.NoError(f, err)
	f.Add(seed, body)
	f.Add(seed, body[32:])
	f.Fuzz(func(t *testing.T, seed, body []byte) {
		text, err := OpenBody(seed, body)
		if err != nil {
			return
		}
		again, err := SealBody(seed, text)
		require.NoError(t, err)
		require.Equal(t, body, again)
	})
}
