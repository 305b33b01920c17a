package attacks_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// Settings of a header's own that make no sense here are a finding, not a fault:
// the cell says so, and other attacks run.
func TestUnfitSettings(t *testing.T) {
	unfit := attack(`"provider.store", "trustee:1.store"`, `settings = {"threshold": "t-2"},`, opensAll, keyTheft)
	absent := strings.Replace(attack(`"provider.store"`, `settings = {"at": "99"},`, `not_applicable(why = "too short")`, "pass"), "sample", "absent", 1)
	l := toyLab(t, unfit, absent, strings.Replace(attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft), "sample", "fit", 1))
	res, err := l.Run(context.Background())
	require.NoError(t, err)
	require.False(t, res.Cells[0].Applicable || res.Cells[0].Expected)
	require.Contains(t, res.Cells[0].Why, "threshold 0 of 3")
	require.Contains(t, res.Cells[0].Missing, "threshold 0 of 3")
	require.Contains(t, "expected an outcome, and the attack is not applicable: "+res.Cells[0].Missing, res.Cells[0].Trace.Surprise)
	require.True(t, res.Cells[1].Expected)
	require.True(t, res.Cells[2].Expected)
	l.Settings.Target = "Zoe"
	_, err = l.Run(context.Background())
	require.ErrorContains(t, err, `target "Zoe": want one of A, B, C`)
}

type classy struct{ class string }

func (c classy) Info() world.Info {
	return world.Info{ID: c.class, Classes: []string{c.class}, Principals: world.SharedPrincipals(world.Provider)}
}
func (classy) Rules() []world.Rule                      { return nil }
func (classy) Setup(world.Config) (world.Deploy, error) { return nil, errors.New("never") }
