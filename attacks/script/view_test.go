package script

import (
	"testing"

	"doormat/attacks/technique"
	"doormat/world"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// What a view computes for expectations: whose messages are read, before and
// after, and which key lives when.
func TestViewComputes(t *testing.T) {
	v := technique.View{Settings: world.Settings{At: 2, Rotate: 2, Target: "Ada"}, Messages: []technique.MessageRow{
		{Number: 1, From: "Ada", To: []string{"Ben"}}, {Number: 2, From: "Ben", To: []string{"Cleo"}},
		{Number: 3, From: "Cleo", To: []string{"Ada"}}, {Number: 4, From: "Cleo", To: []string{"Ada", "Ben"}},
		{Number: 5, From: "Ben", To: []string{"Cleo"}},
	}}
	for expr, want := range map[string]string{
		`v.levels([])`:                       `(("none", "none"), ("none", "none"))`,
		`v.levels(v.messages)`:               `(("all", "all"), ("all", "all"))`,
		`v.levels(v.messages[:3])`:           `(("all", "some"), ("all", "none"))`,
		`v.levels([v.messages[4]], at = 0)`:  `(("none", "none"), ("none", "some"))`,
		`[v.live(m, 0) for m in v.messages]`: `[True, True, False, False, False]`,
		`[v.live(m, 2) for m in v.messages]`: `[True, True, True, True, False]`,
		`[v.live(m, 5) for m in v.messages]`: `[False, False, True, True, True]`,
		`v.levels([1])`:                      "levels: int: want one of v.messages",
		`v.live(v, 1)`:                       "live: ",
		`v.live(v.messages[0])`:              "live: missing argument for moment",
	} {
		got, err := starlark.EvalOptions(&syntax.FileOptions{}, &starlark.Thread{}, "expr", expr, starlark.StringDict{"v": viewValue(v)})
		if err != nil {
			require.ErrorContains(t, err, want, expr)
			continue
		}
		require.Equal(t, want, got.String(), expr)
	}
	v.Settings.Rotate = 0
	got, err := starlark.EvalOptions(&syntax.FileOptions{}, &starlark.Thread{}, "expr", `v.live(v.messages[4], 0)`, starlark.StringDict{"v": viewValue(v)})
	require.NoError(t, err)
	require.Equal(t, starlark.True, got)
}
