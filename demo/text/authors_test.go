package text

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// A report says of each message that was opened who wrote it, and to whom, and of a long chat how
// to see the rest.
func TestAuthors(t *testing.T) {
	l, thief := marked(t)
	r, err := l.Run(context.Background())
	require.NoError(t, err)
	run := Run{Header: thief.Header(), Result: r, Conversation: l.Conversation}
	page := strings.Join(strings.Fields(run.Text(80)), " ")
	for _, k := range r.Cells[0].Trace.Opened {
		m := l.Conversation.Messages[k-1]
		require.Regexp(t, fmt.Sprintf(`%s to [^:]+:[ 0-9,-]*`, m.From), page)
	}
	require.Contains(t, page, "Marco to Dr Okoye: 22, 56, 58")
	require.NotContains(t, page, "more pairs")

	long := *l.Conversation
	long.Messages = append([]world.Message{}, long.Messages...)
	for i := range long.Messages {
		long.Messages[i].From = fmt.Sprintf("author%d", i)
	}
	run.Conversation = &long
	require.Contains(t, run.Text(80), "and 56 more pairs, which --proof all lists as well")
	run.WholeProof = true
	require.NotContains(t, run.Text(80), "more pairs")
}
