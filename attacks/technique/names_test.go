package technique_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
	"doormat/world"
)

// A cast is a design of which there is only who stands in it, and who has a key.
type cast struct {
	classy
	principals world.Principals
	keys       string
}

func (c cast) Info() world.Info {
	return world.Info{ID: c.class, Principals: c.principals, KeysWith: c.keys}
}

// TestLacks: where nobody can be robbed or asked, the reason says what does not exist, and names
// who has a key where somebody has.
func TestLacks(t *testing.T) {
	all := cast{classy{"all"}, world.SharedPrincipals(), ""}
	bare := cast{classy{"bare"}, world.SharedPrincipals(world.Provider), ""}
	cloud := cast{classy{"cloud"}, bare.principals, "the keys are with the provider"}
	logged := cast{classy{"logged"}, world.SharedPrincipals(world.Provider, world.Log), ""}
	names := technique.NamesOf([]world.Design{all})
	for _, c := range []struct {
		of    cast
		needs []string
		want  string
	}{
		{all, []string{"trustee:1..t.store", "log.store"}, ""},
		{bare, []string{"provider.store"}, ""},
		{bare, []string{"provider.store", "trustee:1..t.store"}, "nobody to rob here: no spare key exists"},
		{bare, []string{"monitor.control", "court.store", "trustee:1.order"}, "nobody to ask here: no spare key exists"},
		{logged, []string{"log.control", "trustee:1.control", "trustee:2.store", "trustee:3.order"},
			"nobody to take over, rob or ask here: no spare key exists"},
		{cloud, []string{"trustee:1.store"}, "no trustee to rob here: the keys are with the provider"},
		{cloud, []string{"log.store"}, "nobody to rob here: no public log exists"},
		{bare, []string{"log.store", "witness:1.store", "backup.order"},
			"nobody to rob or ask here: no public log exists and no backup exists"},
		{bare, []string{"court.order", "agency.store"}, "there is no court and no agency"},
	} {
		h := technique.Header{Needs: c.needs}
		require.Equal(t, c.want, names.Lacks(h, c.of), "%s %v", c.of.class, c.needs)
		require.Equal(t, c.want == "", h.Fits(c.of))
	}
	require.Equal(t, "nobody to ask here: no spare key exists; the order is not answered",
		names.Lacks(technique.Header{Needs: []string{"trustee:1.order"}, Kind: "lawful"}, bare))
	require.Equal(t, `the design has no rule or program "pick a lock"`,
		names.Lacks(technique.Header{Applies: []string{"pick a lock"}}, bare))
	require.False(t, technique.Header{Applies: []string{"pick a lock"}}.Fits(bare))
}
