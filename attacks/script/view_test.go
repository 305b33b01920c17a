package script

import (
	"testing"

	"doormat/attacks/technique"
	"doormat/world"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// What a view computes for expectations: whose messages are read, before and
// after, and which key lives when.
func TestViewComputes(t *testing.T) {
	v := technique.View{Settings: world.Settings{At: 2, Target: "Ada", Trustees: 3, Jurisdictions: "A:2,B:1"}, Messages: []technique.MessageRow{
		{Number: 1, From: "Ada", To: []string{"Ben"}, Made: 0, Destroyed: 4}, {Number: 2, From: "Ben", To: []string{"Cleo"}, Made: 0, Destroyed: 4},
		{Number: 3, From: "Cleo", To: []string{"Ada"}, Made: 2, Destroyed: 6}, {Number: 4, From: "Cleo", To: []string{"Ada", "Ben"}, Made: 2, Destroyed: 6},
		{Number: 5, From: "Ben", To: []string{"Cleo"}, Made: 4, Destroyed: 6},
	}}
	for expr, want := range map[string]string{
		`v.levels([])`:                       `(("none", "none"), ("none", "none"))`,
		`v.levels(v.messages)`:               `(("all", "all"), ("all", "all"))`,
		`v.levels(v.messages[:3])`:           `(("all", "some"), ("all", "none"))`,
		`v.levels([v.messages[4]], at = 0)`:  `(("none", "none"), ("none", "some"))`,
		`[v.live(m, 0) for m in v.messages]`: `[True, True, False, False, False]`,
		`[v.live(m, 2) for m in v.messages]`: `[True, True, True, True, False]`,
		`[v.live(m, 5) for m in v.messages]`: `[False, False, True, True, True]`,
		`v.live(struct(number = 6), 1)`:      "live: there is no message 6",
		`[v.seats("A"), v.seats("C")]`:       `[2, 0]`,
		`v.levels([1])`:                      "levels: int: want one of v.messages",
		`v.live(v, 1)`:                       "live: ",
		`v.live(v.messages[0])`:              "live: missing argument for moment",
	} {
		got, err := starlark.EvalOptions(&syntax.FileOptions{}, &starlark.Thread{}, "expr", expr, starlark.StringDict{"v": viewValue(v),
			"struct": starlark.NewBuiltin("struct", starlarkstruct.Make)})
		if err != nil {
			require.ErrorContains(t, err, want, expr)
			continue
		}
		require.Equal(t, want, got.String(), expr)
	}
}
