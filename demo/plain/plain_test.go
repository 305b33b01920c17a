package plain

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClean(t *testing.T) {
	require.Equal(t, `a\x1b[2J\u009b\u202e\n\xff�é👩‍🔬`, Clean("a\x1b[2J\u009b\u202e\n\xff�é👩‍🔬"))
	require.Equal(t, "a\\x1b\nb", Lines("a\x1b\nb"))
}

func TestShort(t *testing.T) {
	for text, want := range map[string]string{"": "", "four": "four", "fives": "fiv…", "日本": "日本", "日本語": "日…", "é́é́é́é́é́": "é́é́é́…"} {
		require.Equal(t, want, Short(text, 4), text)
	}
}

func TestSentence(t *testing.T) {
	require.Equal(t, "État d’âme.", Sentence(" état d’âme."))
	require.Empty(t, Sentence(" "))
	require.Equal(t, "One t of n.", FirstSentence("One\n t of n. Two."))
}
