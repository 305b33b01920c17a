package markdown

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What comes from outside cannot break the document in which it stands.
func TestHostileText(t *testing.T) {
	require.Equal(t, `a \| \*b\* \_c\_ &lt;d&gt; \[e\](f) \\x1b`, Text("a |\n*b* _c_ <d> [e](f) \x1b"))
	require.Equal(t, "`a`, `` b`c ``, `d\\|e`", Code("a", "b`c", "d|e"))
	var d Document
	d.Block("  ", "python", "x = \"```\"\ny = 1\n")
	require.Equal(t, "  ````python\n  x = \"```\"\n  y = 1\n  ````\n\n", d.String())
}

func TestWidth(t *testing.T) {
	narrow, wide := Document{Width: 9}, Document{}
	for _, d := range []*Document{&narrow, &wide} {
		d.Prose("one two three")
		d.List([]string{"four five six", "7"})
		d.Head("a", "b")
		d.Row("1", "2")
	}
	require.Equal(t, "one two\nthree\n\n- four\n  five\n  six\n- 7\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n", narrow.String())
	require.Contains(t, wide.String(), "one two three\n\n- four five six\n- 7\n")
}
