package replay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/language"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
)

// TestTitles: a step of any call of scripts has a title.
func TestTitles(t *testing.T) {
	calls := append(technique.Calls(), "next")
	for _, f := range language.Packet.Methods {
		calls = append(calls, f.Name)
	}
	none := title(nil)
	for _, name := range calls {
		require.NotEqual(t, none, title([]trace.Event{{Method: name}}), "%s: add it to titles in words.go", name)
	}
	require.Len(t, titles, len(calls), "and of nothing else")
}
