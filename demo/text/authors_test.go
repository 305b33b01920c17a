package text

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/summary"
	"doormat/demo/terminal"
	"doormat/world"
)

// A report says of each message that was opened who wrote it, and to whom, and of a long chat how
// to see the rest.
func TestAuthors(t *testing.T) {
	l, thief := marked(t)
	r, err := l.Run(context.Background())
	require.NoError(t, err)
	run := Run{Header: thief.Header(), Result: r, Conversation: l.Conversation, WholeProof: true}
	page := strings.Join(strings.Fields(terminal.Strip(run.Text(80))), " ")
	require.NotContains(t, page, "more pairs")
	for _, k := range r.Cells[0].Trace.Opened {
		m := l.Conversation.Messages[k-1]
		require.Contains(t, page, m.From+" to "+summary.Readers(&m)+": ")
	}
	require.Contains(t, page, "Dr Okoye to Marco: 23, 64 ")

	long := *l.Conversation
	long.Messages = append([]world.Message{}, long.Messages...)
	for i := range long.Messages {
		long.Messages[i].From = fmt.Sprintf("author%d", i)
	}
	run.Conversation = &long
	run.WholeProof = false
	require.Contains(t, run.Text(80), "and 42 more pairs, which --proof all lists as well")
}
