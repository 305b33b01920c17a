package technique_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
)

// TestOneError: of several mistakes the same one is told each time, so that a script's output
// repeats like everything else.
func TestOneError(t *testing.T) {
	for range 50 {
		a := technique.Arguments{Call: technique.Call{Method: "order",
			Named: map[string]any{"until": 3, "from_": 1, "account": "Jo"}}}
		require.EqualError(t, a.Check(), "unexpected argument account: it takes accounts, since, "+
			`until, loot, through, program, emergency, court, forbids; did you mean "accounts"?`)
		o := technique.Outcome{TargetBefore: "none", TargetAfter: "none", OthersBefore: "none",
			OthersAfter: "none", Files: "few", Calls: "no", Metadata: "much", Why: "w"}
		require.ErrorContains(t, o.Check(), `files "few"`)
	}
}
