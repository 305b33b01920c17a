package world_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/worldtest"
)

// An arrangement is its design under another id, and says which parameters it fixes.
func TestArrangement(t *testing.T) {
	a := world.Arrangement{Design: worldtest.Toy{}, ID: "toy-kept", Name: "Kept", Doc: "It keeps.", Fixed: map[string]string{"mailbox": "all"}}
	require.NoError(t, a.Check())
	info, own := a.Info(), worldtest.Toy{}.Info()
	require.Equal(t, []string{"toy-kept", "toy", "Kept", "It keeps."}, []string{info.ID, info.Of(), info.Name, info.Doc})
	require.Equal(t, a.Fixed, info.Fixed)
	info.Fixed["mailbox"] = "delivered"
	require.Equal(t, "all", a.Fixed["mailbox"], "whoever gets the info cannot change the arrangement")
	require.Equal(t, own.Of(), "toy")

	a.ID = "toy" // the arrangement that the design goes by tells of both
	require.Equal(t, own.Doc+" It keeps.", a.Info().Doc)
	a.Doc = ""
	require.Equal(t, own.Doc, a.Info().Doc)

	for want, fixed := range map[string]map[string]string{
		`did you mean "mailbox"`: {"mailbux": "all"},
		"want all or delivered":  {"mailbox": "some"},
		`"target"`:               {"target": "Ann"}, // it is the conversation's
	} {
		a.Fixed = fixed
		require.ErrorContains(t, a.Check(), want)
	}
	require.ErrorContains(t, world.Arrangement{ID: "x", Name: "X"}.Check(), "want an id, a name and a design")
}
