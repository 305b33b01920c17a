package demo

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/generic"
	"doormat/world/worldtest"
)

// An adversary who knows no design finds what the library's attacks on phones are about: false keys,
// a moved account, a device that is linked by a trick, an update, a copy of a phone.
func TestGeneric(t *testing.T) {
	worldtest.OnlyAll(t)
	lab, d := atlasLab(t, "e2ee", nil)
	r, err := generic.Search(t.Context(), lab, d)
	require.NoError(t, err)
	for _, want := range []struct {
		need  string
		goals []string
	}{
		{"provider.control", []string{generic.OthersFuture, generic.TargetFuture}},
		{"network.tamper", []string{generic.Forgery, generic.OthersFuture, generic.TargetFuture}},
		{"operator.control", []string{generic.Forgery, generic.TargetFuture}},
		{"user:target.control", []string{generic.TargetFuture}},
		{"vendor.store", []string{generic.OthersFuture, generic.OthersPast, generic.TargetFuture, generic.TargetPast}},
		{"device:target.store", []string{generic.TargetPast}},
	} {
		i := slices.IndexFunc(r.Findings, func(f generic.Finding) bool { return slices.Equal(f.Needs, []string{want.need}) })
		require.GreaterOrEqual(t, i, 0, want.need)
		require.Equal(t, want.goals, r.Findings[i].Goals, want.need)
	}
	require.True(t, slices.ContainsFunc(r.Findings, func(f generic.Finding) bool {
		return slices.Equal(f.Needs, []string{"device:target.store", "provider.control"}) &&
			slices.Contains(f.Goals, generic.Forgery)
	}), "a copied identity and the provider")
}
