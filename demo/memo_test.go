package demo

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"doormat/attacks/technique"
	"doormat/demo/demotest"
	"doormat/world"
	"doormat/world/worldtest"

	"github.com/stretchr/testify/require"
)

// forgetful is a design whose nodes compute everything themselves.
type forgetful struct{ world.Design }

func (f forgetful) Setup(env world.Config) (world.Deploy, error) {
	env.Memo = nil
	return f.Design.Setup(env)
}

// TestForgotten: that runs share what they compute changes nothing in any cell, over the
// opening of the story.
func TestForgotten(t *testing.T) {
	worldtest.OnlyAll(t)
	kit, err := Default()
	require.NoError(t, err)
	conv := demotest.Opening()
	acting := []string{"prekey-swap-unchecked", "phone-implant", "false-committee", "signed-prekey-impersonation", "garbage-field", "trustee-identities-late"}
	cells := func(wrap func(world.Design) world.Design) map[string]string {
		lab, err := Defaults().Lab(kit, conv)
		require.NoError(t, err)
		lab.Attacks = slices.DeleteFunc(slices.Clone(lab.Attacks), func(a technique.Technique) bool {
			return !slices.Contains(acting, a.Header().ID)
		})
		require.Len(t, lab.Attacks, len(acting))
		lab.Designs = slices.Clone(lab.Designs)
		for i, d := range lab.Designs {
			lab.Designs[i] = wrap(d)
		}
		lab.Clock = nil // seconds
		result, err := lab.Run(context.Background())
		require.NoError(t, err)
		found := map[string]string{}
		for _, c := range result.Cells {
			text, err := json.Marshal(c)
			require.NoError(t, err)
			found[c.Attack+" on "+c.Design] = string(text)
		}
		return found
	}
	remembered := cells(func(d world.Design) world.Design { return d })
	for name, want := range cells(func(d world.Design) world.Design { return forgetful{d} }) {
		require.Equal(t, want, remembered[name], name)
	}
}
