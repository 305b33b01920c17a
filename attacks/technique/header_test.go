package technique_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/attackstest"
	"doormat/attacks/script"
	"doormat/attacks/technique"
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
			got, err := (&technique.Header{Settings: c.fixes}).Override(base, world.Info{})
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		}
	}
}

func TestStale(t *testing.T) {
	a, err := script.Load("a.star", []byte(attackstest.ToyScript(`"provider.store"`, "", attackstest.OpensAll+`, "tin": `+attackstest.OpensAll, "pass")))
	require.NoError(t, err)
	require.Equal(t, []string{`expectation for "tin" fits no design`}, technique.Stale(a, []world.Design{worldtest.Toy{}}))
	require.Empty(t, technique.Stale(a, []world.Design{worldtest.Toy{}, classy{"tin"}}))
	require.Contains(t, technique.Stale(a, []world.Design{worldtest.Toy{}, classy{"brass"}}), "no expectation for design brass")
}

type classy struct{ class string }

func (c classy) Info() world.Info {
	return world.Info{ID: c.class, Classes: []string{c.class}, Principals: world.SharedPrincipals(world.Provider)}
}
func (classy) Rules() []world.Rule                      { return nil }
func (classy) Setup(world.Config) (world.Deploy, error) { return nil, errors.New("never") }

// TestFixesIn: what an arrangement fixes itself, or its design has not, the attack does not fix.
func TestFixesIn(t *testing.T) {
	h := technique.Header{Settings: map[string]string{"refresh": "0", "rotate": "7", "nobody-has-it": "1"}}
	base := world.Settings{Threshold: 2, Trustees: 3}
	require.Equal(t, []string{"nobody-has-it 1", "refresh 0", "rotate 7"}, h.Fixes(base))
	require.Equal(t, []string{"rotate 7"},
		h.FixesIn(base, world.Info{Fixed: map[string]string{"refresh": "20"}}))
}

// Whoever writes a header hears of everything that is wrong with it at once; of a draft no prose
// is asked.
func TestEverythingAtOnce(t *testing.T) {
	h := technique.Header{ID: "Bad Id", Family: "thef", Kind: "attack", Needs: []string{"provider.stor", "device:target.store"}}
	err := h.Check()
	for _, text := range []string{"title is empty", "exercise is empty", `id "Bad Id"`, `did you mean "theft"`,
		`unknown surface "stor"`, "expects is empty"} {
		require.ErrorContains(t, err, text)
	}
	err = h.CheckDraft()
	require.ErrorContains(t, err, `did you mean "theft"`)
	require.NotContains(t, err.Error(), "title")
	require.NotContains(t, err.Error(), "expects")
	h = technique.Header{ID: "good", Family: "theft", Kind: "attack", Needs: []string{"provider.store"}, Expects: []string{"toy"}}
	require.NoError(t, h.CheckDraft())
	require.Error(t, h.Check())
}
