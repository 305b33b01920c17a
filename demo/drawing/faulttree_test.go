package drawing

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/atlas"
)

// A tree shows every part of every shape, and which attack shows it, in the picture and in words.
func TestFaultTree(t *testing.T) {
	g := &atlas.GoalSets{Goal: "message 1", Minimal: big.NewInt(243), Maximal: big.NewInt(11), Shapes: []atlas.Shape{
		{Text: "the store of <Ines>", Parts: []string{"the store of <Ines>"}, Sets: 3},
		{Text: "a tap; and the stores of any 3", Parts: []string{"a tap", "the stores of any 3"}, Sets: 240, Script: "tap-and-quorum"},
	}}
	html := string(FaultTree("threshold", g))
	picture, words, _ := strings.Cut(html, "<figcaption>")
	for _, part := range []string{"the store of &lt;Ines&gt;", "a tap", "the stores of any 3", "unscripted",
		"shown by tap-and-quorum", "240 sets"} {
		require.Contains(t, picture, part)
		require.Contains(t, words, part)
	}
	require.Contains(t, words, "minimal sets that are enough: 243; maximal sets that are not: 11")
	require.Equal(t, 1, strings.Count(picture, ">or<"))
	require.Equal(t, 1, strings.Count(picture, ">and<"))
	require.NotContains(t, html, "drawing:")

	none := string(FaultTree("toy", &atlas.GoalSets{Goal: "message 2", Minimal: new(big.Int), Maximal: big.NewInt(1)}))
	require.Contains(t, none, "what is enough to read message 2")
	require.NotContains(t, none, ">or<")
}
