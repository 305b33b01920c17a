package demo

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/world"
	"doormat/world/worldtest"
)

// atlasOf makes the atlas of a column at half of the story and at its end.
func atlasOf(t *testing.T, id string, values map[string]string) (*atlas.Atlas, *atlas.Document) {
	t.Helper()
	lab, d := atlasLab(t, id, values)
	a, doc, err := atlas.Make(t.Context(), lab, d, []int{36, 72}, atlas.Sets, atlas.Again)
	require.NoError(t, err, id)
	return a, doc
}

func atlasLab(t *testing.T, id string, values map[string]string) (*attacks.Lab, world.Design) {
	t.Helper()
	l := lab(t, "", func(o *Options) {
		o.Designs = []string{id}
		for name, value := range values {
			o.Set(name, value)
		}
	})
	return l, l.Designs[0]
}

// scripted are the columns of which an attack of the library shows every idea.
var scripted = []string{"e2ee", "threshold", "threshold-hardened", "e2ee-transparent"}

// Of every column every set was tried, and none answered otherwise: there is no other. In the
// story's columns an attack of the library shows each idea, also where shares are refreshed, and so
// it is in those that each side would put in their place, which run with -all.
func TestAtlas(t *testing.T) {
	t.Parallel()
	for _, d := range Designs() {
		id := d.Info().ID
		for _, values := range []map[string]string{nil, {"refresh": "10"}} {
			if !*worldtest.All && (values != nil) != (id == "threshold") ||
				!*worldtest.All && !slices.Contains(Story, id) {
				continue // each once; that in which it matters with a refresh
			}
			a, doc := atlasOf(t, id, values)
			require.True(t, doc.Certificate.Complete, "%s %v", id, values)
			require.Zero(t, doc.Certificate.Refuted, "%s %v", id, values)
			require.Equal(t, len(a.Events), doc.Capabilities)
			if slices.Contains(scripted, id) {
				for _, idea := range doc.Ideas {
					require.NotEmpty(t, idea.Script, "%s %v: no attack shows: %s", id, values, idea.Text)
				}
			}
		}
	}
}

// The first message of the story opens to two phones, and to the provider or a tap with any
// three of five trustees: at any of two moments while shares stay as they are, at one and the
// same where they are refreshed. Of five of nine, which run with -all, there are more sets than are
// tried.
func TestAtlasCounts(t *testing.T) {
	t.Parallel()
	const phones, trios = 3, 10
	for _, c := range []struct {
		values  map[string]string
		minimal int
	}{
		{nil, phones + (2+1)*trios*8},
		{map[string]string{"refresh": "10"}, phones + (2+1)*trios*2},
		{map[string]string{"threshold": "5", "trustees": "9", "refresh": "40"}, phones + (2+1)*126*2},
	} {
		if c.values["trustees"] != "" && !*worldtest.All {
			continue
		}
		lab, d := atlasLab(t, "threshold", c.values)
		a, err := atlas.Explore(t.Context(), lab, d, []int{36, 72})
		require.NoError(t, err)
		certificate, err := a.Certify(t.Context(), 300)
		require.NoError(t, err)
		require.Zero(t, certificate.Refuted)
		require.Equal(t, c.values == nil, certificate.Complete)
		sets := 0
		for _, s := range a.Shapes(&a.Goals[0]) {
			sets += s.Sets
		}
		require.Equal(t, c.minimal, sets, "%v", c.values)
	}
}
