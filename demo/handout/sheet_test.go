package handout

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/summary"
	"doormat/world"
)

// sheets is the handout without the report on each attack.
func sheets(t *testing.T) *Handout {
	h, err := whole(t)
	require.NoError(t, err)
	short := *h
	short.Full = false
	return &short
}

// small is a handout of few attacks and one that could be long.
func small(t *testing.T, o demo.Options, c *world.Conversation, ids ...string) *Handout {
	o.Attacks = ids
	h, err := run(demo.Default, o, c)
	require.NoError(t, err)
	h.Full = false
	return h
}

// TestSheetsAgree reads the numbers on the walls and holds them to the cells.
func TestSheetsAgree(t *testing.T) {
	h := sheets(t)
	files := texts(t, h)
	page := html.UnescapeString(files[".html"])
	acts := 0
	for _, e := range elements(t, files[".html"]) {
		if attr(e, "data-open") == "" {
			continue
		}
		acts++
		open, err := strconv.Atoi(attr(e, "data-open"))
		require.NoError(t, err)
		i := slices.IndexFunc(h.Result.Cells, func(c attacks.Cell) bool {
			return c.Attack == attr(e, "data-attack") && c.Design == attr(e, "data-design")
		})
		c := h.Result.Cells[i].Content
		require.Equal(t, c.Target.Recovered+c.Others.Recovered, open, "%s on %s", attr(e, "data-attack"), attr(e, "data-design"))
	}
	require.Equal(t, 2*len(demo.Showcases(h.Lab.Attacks)), acts)
	b := summary.Weigh(h.Result)
	require.Len(t, b.Gives, 3)
	require.Len(t, b.Costs, 3)
	for _, a := range h.acts() {
		for _, w := range a.Worlds() {
			signs := a.signs(w)
			require.Equal(t, w.Open, strings.Count(signs, "■"), "%s on %s", a.ID, w.ID)
			require.Contains(t, files[".md"], signs)
		}
		for _, said := range []string{a.Begins().Sentence, a.Known().Sentence} {
			require.Contains(t, page, said)
		}
		require.Contains(t, page, a.Opens().Reading.Text[:12])
		require.NotEmpty(t, lesson(a.ID), "the guide for teachers says nothing of %s", a.ID)
	}
	for _, sentence := range append(h.opening(), summary.Demonstration) {
		require.Contains(t, page, sentence)
	}
	require.Equal(t, 3, strings.Count(files[".html"], "<li>("), "exercises")
}

// TestSlidesOfBeats: every beat is a slide with its walls, and the guide for
// teachers speaks in the notes.
func TestSlidesOfBeats(t *testing.T) {
	h := sheets(t)
	text := texts(t, h)["-slides.md"]
	slides := strings.Split(text, "\n---\n")
	for _, a := range h.acts() {
		said := 0
		for _, b := range a.Beats {
			i := slices.IndexFunc(slides, func(s string) bool { return strings.Contains(s, "## "+b.Sentence+"\n") })
			require.Positive(t, i, b.Sentence)
			require.Contains(t, slides[i], `<img alt="`)
			require.Contains(t, slides[i], "base64,")
			said += strings.Count(slides[i], "<!--\n")
		}
		require.Positive(t, said, a.ID)
	}
	require.Contains(t, text, "Wrong guesses, and what to say")
	foreign := small(t, demo.Options{Conversation: "chat.txt"}, hostile(), "device-theft")
	require.NotContains(t, texts(t, foreign)["-slides.md"], "Marco")
}
