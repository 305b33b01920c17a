package pqxdh

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSafetyNumber(t *testing.T) {
	shape := regexp.MustCompile(`^\d{5}( \d{5}){11}$`)
	rapid.Check(t, func(t *rapid.T) {
		a := identity(t, rapid.Byte().Draw(t, "a")).Public()
		b := identity(t, rapid.Byte().Draw(t, "b")).Public()
		number := SafetyNumber(a, b)
		require.Regexp(t, shape, number)
		require.Equal(t, number, SafetyNumber(b, a))

		// Exchanging either key of either party shows.
		bit := rapid.IntRange(0, 255).Draw(t, "bit")
		for _, p := range []*IdentityPublic{&a, &b} {
			for _, key := range []*[32]byte{&p.Signing, &p.Exchange} {
				key[bit/8] ^= 1 << (bit % 8)
				require.NotEqual(t, number, SafetyNumber(a, b))
				key[bit/8] ^= 1 << (bit % 8)
			}
		}
	})
}

func BenchmarkSafetyNumber(b *testing.B) {
	x, y := identity(b, 1).Public(), identity(b, 2).Public()
	for b.Loop() {
		SafetyNumber(x, y)
	}
}
