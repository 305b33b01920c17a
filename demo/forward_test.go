package demo

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/story"
)

// TestForwardIsRead copies the phone of somebody to whom the last message of a story was forwarded:
// in each column its words are read there, and it is not. On the phone of somebody else there is no
// word of it.
func TestForwardIsRead(t *testing.T) {
	t.Parallel()
	told, _ := story.Named("last-message")
	for target, want := range map[string]int{"Lorna": 1, "Bea": 0} {
		conv := told.Conversation()
		l := labOf(t, conv, func(o *Options) {
			o.Attacks, o.Designs = []string{"device-theft"}, []string{"e2ee", "threshold", "cloud"}
			o.Set("at", "36")
			o.Set("target", target)
		})
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		for _, c := range res.Cells {
			require.Empty(t, c.Error, c.Design)
			require.Equal(t, attacks.Count{Recovered: want, Total: 1}, c.Forwarded, c.Design)
			require.NotContains(t, c.Trace.Opened, 19, c.Design)
		}
	}
}
