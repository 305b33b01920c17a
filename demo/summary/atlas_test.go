package summary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/atlas"
	"doormat/attacks/generic"
)

// What was found says who shows it, and what was missed is told with who reaches it.
func TestAtlasGeneric(t *testing.T) {
	f := generic.Finding{Goals: []string{generic.Forgery, generic.TargetFuture}, Opens: 7, Forged: 2, Noticed: true,
		Scripts: []string{"sim-swap"}, Unscripted: []string{generic.Forgery}}
	require.Equal(t, "a forged message, the target's future; noticed; no attack of the library shows "+
		"a forged message; the rest is as in sim-swap", AtlasFinding(f))
	require.Equal(t, "7 messages", AtlasFound(f))
	f.Unscripted = f.Goals
	require.Equal(t, "a forged message, the target's future; noticed; no attack of the library shows it", AtlasFinding(f))
	require.Equal(t, "2 forged messages", AtlasFound(generic.Finding{Goals: []string{generic.Forgery}, Opens: 7, Forged: 2}))
	require.Equal(t, "a forged message; noticed by nobody; as in swap", AtlasFinding(generic.Finding{
		Goals: []string{generic.Forgery}, Scripts: []string{"swap"}}))

	r := generic.Report{Apart: 3}
	require.Contains(t, AtlasBlind(r), "Nothing that attacks of the library reach with at most two capabilities escaped it. "+
		"Not compared are 3")
	r.Missed = []generic.Missed{{Script: "trick", Needs: []string{"log.control", "provider.store"}, Goals: []string{generic.TargetPast}}}
	require.Contains(t, AtlasBlind(r), "It missed 1 that attacks of the library reach: the target's past with "+
		"log.control, provider.store (trick).")

	require.Equal(t, "found by the search; noticed by nobody", AtlasMeans(atlas.Means{Opens: 1}))
	require.Equal(t, "sim-swap; under its own settings: threshold 2; noticed",
		AtlasMeans(atlas.Means{Script: "sim-swap", Opens: 1, Fixes: []string{"threshold 2"}, Noticed: true}))
}
