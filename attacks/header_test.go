package attacks_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/world"
	"doormat/world/worldtest"
)

// A header computes its settings in one order, whatever the order they stand in.
func TestHeaderSettings(t *testing.T) {
	base := world.Settings{Threshold: 2, Trustees: 3, Jurisdictions: "A:1,B:1,C:1", Retention: 4}
	for _, c := range []struct {
		fixes map[string]string
		want  world.Settings
	}{
		{map[string]string{"trustees": "7", "threshold": "n-t", "jurisdictions": "A:t,B:n-t", "refresh": "n"},
			world.Settings{Threshold: 5, Trustees: 7, Jurisdictions: "A:5,B:2", Retention: 4, Refresh: 7}},
		{map[string]string{"trustees": "n+2", "retention": "all"},
			world.Settings{Threshold: 2, Trustees: 5, Jurisdictions: "A:2,B:2,C:1"}},
		{map[string]string{"threshold": "n", "jurisdictions": "A:n,B:t-n"},
			world.Settings{Threshold: 3, Trustees: 3, Jurisdictions: "A:3", Retention: 4}},
	} {
		for range 20 { // maps have no order
			got, err := (&attacks.Header{Settings: c.fixes}).Override(base, world.Info{})
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		}
	}
}

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

func TestStale(t *testing.T) {
	a, err := script.Load("a.star", []byte(attack(`"provider.store"`, "", opensAll+`, "tin": `+opensAll, "pass")))
	require.NoError(t, err)
	require.Equal(t, []string{`expectation for "tin" fits no design`}, attacks.Stale(a, []world.Design{worldtest.Toy{}}))
	require.Empty(t, attacks.Stale(a, []world.Design{worldtest.Toy{}, classy{"tin"}}))
	require.Contains(t, attacks.Stale(a, []world.Design{worldtest.Toy{}, classy{"brass"}}), "no expectation for design brass")
}

type classy struct{ class string }

func (c classy) Info() world.Info {
	return world.Info{ID: c.class, Classes: []string{c.class}, Principals: world.SharedPrincipals(world.Provider)}
}
func (classy) Rules() []world.Rule                      { return nil }
func (classy) Setup(world.Config) (world.Deploy, error) { return nil, errors.New("never") }
