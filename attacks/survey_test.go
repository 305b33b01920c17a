package attacks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"
)

// taker is an attack that takes one store, or taps from the first message on, and keeps what
// it got until each moment.
type taker struct {
	technique.Technique
	capability world.Capability
	got        map[int][]world.Fact
}

func (t *taker) Run(_ context.Context, port technique.Port) error {
	if t.capability.Surface == world.Tap {
		if _, err := port.Call(technique.Call{Method: "tap", Args: []any{t.capability.String()}}); err != nil {
			return err
		}
	}
	for _, moment := range []int{2, 4} {
		if _, err := port.Call(technique.Call{Method: "advance", Args: []any{moment}}); err != nil {
			return err
		}
		look := technique.Call{Method: "facts", Args: []any{string(world.Observed)}}
		if t.capability.Surface == world.Store {
			look = technique.Call{Method: "take", Args: []any{t.capability.String()}}
		}
		ids, err := port.Call(look)
		if err != nil {
			return err
		}
		for _, id := range ids.([]int) {
			read, err := port.Call(technique.Call{Method: "read", Args: []any{id}})
			if err != nil {
				return err
			}
			f := read.(map[string]any)
			t.got[moment] = append(t.got[moment],
				world.Fact{Kind: world.Kind(f["kind"].(string)), Ref: f["ref"].(string), Data: f["data"].([]byte)})
		}
	}
	return nil
}

// A survey of the toy shows every way in, and of each what an attack gets that takes it.
func TestSurvey(t *testing.T) {
	l := toyLab(t)
	surfaces, err := l.Surfaces(worldtest.Toy{})
	require.NoError(t, err)
	written := world.Written(surfaces)
	for _, want := range []string{"device:A.store", "device:C.control", "provider.store", "trustee:3.store",
		"user:B.order", "network.tap", "network.tamper", "jurisdiction:A.control"} {
		require.Contains(t, written, want)
	}
	require.NotContains(t, written, "quantum.control", "the toy has no key that one breaks")
	require.NotContains(t, written, "court.store", "the toy has no court")

	shown, moments := map[string]map[int][]world.Fact{}, []int{}
	_, err = l.Survey(t.Context(), worldtest.Toy{}, []int{2, 4}, func(moment int, loot []attacks.Loot) error {
		moments = append(moments, moment)
		for _, each := range loot {
			name := each.Capability.String()
			if shown[name] == nil {
				shown[name] = map[int][]world.Fact{}
			}
			shown[name][moment] = each.Facts
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []int{2, 4}, moments)
	for _, c := range surfaces {
		if c.Surface != world.Store && c.Surface != world.Tap {
			require.NotContains(t, shown, c.String(), "it yields nothing unless it is used")
			continue
		}
		a, err := script.Load("a.star", []byte(attack(`"`+c.String()+`"`, "", opensNothing, "pass")))
		require.NoError(t, err)
		one := toyLab(t)
		taken := &taker{a, c, map[int][]world.Fact{}}
		one.Attacks = []technique.Technique{taken}
		require.Empty(t, runOne(t, one).Error, c)
		for moment, facts := range shown[c.String()] {
			require.ElementsMatch(t, taken.got[moment], facts, "%s at %d", c, moment)
		}
	}
	require.Less(t, len(shown["network.tap"][2]), len(shown["network.tap"][4]))
	require.NotEmpty(t, shown["provider.store"][4])
}
