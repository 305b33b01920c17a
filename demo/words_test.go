package demo

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWords: what Quote does not write is refused, and nothing of it is run.
func TestWords(t *testing.T) {
	for _, line := range []string{"$(id)", "`id`", `"a"`, "a;b", "a&&b", "a > b", "'a", "a'", `\`, `a\b`,
		`"$(printf '`, `"$(printf 'a`, `"$(printf '\9')"`, `"$(printf '\777')"`, `"$(printf '\1')"`, "*", "~", "é", "a\tb", "=", "#a"} {
		_, err := Words(line)
		require.Error(t, err, line)
	}
	list, err := Words("  --target=-Jo  --set 'a=b'   x ")
	require.NoError(t, err)
	require.Equal(t, []string{"--target=-Jo", "--set", "a=b", "x"}, list)
	list, err = Words("")
	require.NoError(t, err)
	require.Empty(t, list)
}

// FuzzWords reads back what Quote wrote, and takes any other line apart or refuses it.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"", "a b", "it's", "\xff\n", "%s\\'!", "-é\u202e", `"$(printf '`, `')"`} {
		f.Add(text, "x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		list, err := Words(Quote(a) + " " + Quote(b))
		require.NoError(t, err)
		require.Equal(t, []string{a, b}, list)
		_, _ = Words(a)
	})
}
