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

func TestWrap(t *testing.T) {
	for _, tc := range []struct {
		text          string
		columns, most int
		want          []string
	}{
		{"", 5, 2, []string{""}},
		{"a  bc\ndef", 5, 0, []string{"a bc", "def"}},
		{"a bc def ghi", 5, 2, []string{"a bc", "def …"}},
		{"a bc defgh ijk", 5, 2, []string{"a bc", "defg…"}},
		{"abcdefgh", 5, 0, []string{"abcde", "fgh"}},
		{"x trustee:1.store", 11, 0, []string{"x", "trustee:1.", "store"}},
		{"日本語 日本", 4, 0, []string{"日本", "語", "日本"}},
		{"é́é́é́ é", 3, 0, []string{"é́é́é́", "é"}},
		{"日", 1, 0, []string{"日"}},
		{"a\xff\xffb", 2, 0, []string{"a\xff", "\xffb"}},
		{"\xff\xff\xff\ufffd\ufffd", 1, 0, []string{"\xff", "\xff", "\xff", "\ufffd", "\ufffd"}},
	} {
		require.Equal(t, tc.want, Wrap(tc.text, tc.columns, tc.most), tc.text)
		for _, l := range Wrap(tc.text, tc.columns, tc.most) {
			require.LessOrEqual(t, Width(l), max(tc.columns, 2))
		}
	}
}

func TestSentence(t *testing.T) {
	require.Equal(t, "État d’âme.", Sentence(" état d’âme."))
	require.Empty(t, Sentence(" "))
	require.Equal(t, "One t of n.", FirstSentence("One\n t of n. Two."))
}
