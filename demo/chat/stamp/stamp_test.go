package stamp

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// TestDigits: each set of digits begins at 0, so that the place in it is the value.
func TestDigits(t *testing.T) {
	sets := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.IsDigit(r) && !unicode.IsDigit(r-1) {
			sets++
			require.Equal(t, "0123456789", latinDigits(string([]rune{r, r + 1, r + 2, r + 3, r + 4, r + 5, r + 6, r + 7, r + 8, r + 9})), "%U", r)
		}
	}
	require.Greater(t, sets, 50)
}
