package pages

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/story"
	"doormat/world/worldtest"
)

// The page about searches counts what the file has, says what is missing, and refuses what is about
// nothing. With -all one column is searched again.
func TestSearches(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	list, err := ReadSearches("../../docs")
	require.NoError(t, err)
	text, err := searches(list, kit.Designs)
	require.NoError(t, err)
	for _, s := range list {
		require.Contains(t, text, "## `"+s.Arrangement+"`")
		require.NotEmpty(t, s.Report.Findings)
	}
	text, err = searches(list[1:], kit.Designs)
	require.NoError(t, err)
	require.Equal(t, len(kit.Designs)-len(list)+1, strings.Count(text, "not searched yet"))
	_, err = searches(append(slices.Clone(list), list[0]), kit.Designs)
	require.ErrorContains(t, err, "twice about one")

	if !*worldtest.All {
		return
	}
	o := demo.Defaults()
	o.Designs = []string{list[0].Arrangement}
	lab, err := o.Lab(kit, story.Conversation())
	require.NoError(t, err)
	again, err := Search(t.Context(), lab, lab.Designs[0])
	require.NoError(t, err)
	require.Equal(t, list[0], again, "run: go run ./cmd/doormat docs search")
}
