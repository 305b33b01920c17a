package demotest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/story"
)

// TestOpening: it has what renderers draw, so that they cannot pass on less.
func TestOpening(t *testing.T) {
	c := Opening()
	require.NoError(t, c.Check())
	require.Less(t, 4*len(c.Messages), len(story.Conversation().Messages))
	targets, others, files, groups := 0, 0, 0, 0
	for _, m := range c.Messages {
		if m.Concerns(c.Target) {
			targets++
		} else {
			others++
		}
		files += len(m.Attachments)
		if m.Group != "" {
			groups++
		}
	}
	require.Positive(t, min(targets, others, files, groups, len(c.Events)))
	require.Len(t, story.Conversation().Events, 7, "the story itself is as it was")
}
