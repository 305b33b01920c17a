package pages

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/generic"
	"doormat/demo"
	"doormat/demo/story"
	"doormat/world/worldtest"
)

// The page about searches counts what the file has, says what is missing, and refuses what is about
// nothing. Every column was searched, and with -all one finding of each is found again.
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

	for i, d := range kit.Designs {
		at := slices.IndexFunc(list, func(s Searched) bool { return s.Arrangement == d.Info().ID })
		require.GreaterOrEqual(t, at, 0, "%s was not searched, run: go run ./cmd/doormat docs search %[1]s", d.Info().ID)
		if !*worldtest.All {
			continue
		}
		o := demo.Defaults()
		o.Designs = []string{d.Info().ID}
		lab, err := o.Lab(kit, story.Conversation())
		require.NoError(t, err)
		found := list[at].Report.Findings
		want := found[len(found)-1-i%2]
		got, err := generic.Repeat(t.Context(), lab, lab.Designs[0], want)
		require.NoError(t, err)
		require.Equal(t, want, got, "%s, run: go run ./cmd/doormat docs search %[1]s", d.Info().ID)
	}
}
