package present

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/terminal"
)

// TestRealChatsStayPrivate shows no word of a chat that is not invented, and nothing of the
// story's people, on no screen and in no recording.
func TestRealChatsStayPrivate(t *testing.T) {
	c := story.Conversation()
	c.Messages, c.Events, c.Calls = c.Messages[:20], nil, nil
	for i := range c.Messages {
		c.Messages[i].Text = fmt.Sprintf("zebra%02d", i+1)
	}
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Attacks = []string{"quorum-theft", "narrow-order"}
	lab, err := o.Lab(kit, c)
	require.NoError(t, err)
	lab.Record = true
	for _, builtIn := range []bool{false, true} {
		s, err := showOf(lab, builtIn)
		require.NoError(t, err)
		var out, cast strings.Builder
		require.NoError(t, s.screens(func(string) error {
			for _, size := range [][2]int{{Width, Height}, {240, 70}} {
				out.WriteString(terminal.Strip(strings.Join(s.Screen(size[0], size[1]), "\n")))
			}
			return nil
		}))
		require.NoError(t, s.Record(&cast, true))
		for _, text := range []string{out.String(), cast.String()} {
			require.Equal(t, builtIn, strings.Contains(text, "zebra"))
			require.Equal(t, builtIn, strings.Contains(text, story.All()[0].Ties()[0].Name()), "the story's people")
		}
	}
}

// TestServedInFull ticks an order off when every message that it asked for was served,
// and something was asked for: in the verdict and in the table.
func TestServedInFull(t *testing.T) {
	for _, l := range []attacks.Lawful{{Asked: 4, Served: 4}, {Asked: 4, Served: 3}, {Asked: 4}, {}} {
		full := l.Asked > 0 && l.Served == l.Asked
		c := &attacks.Cell{Applicable: true, Expected: true, Lawful: l}
		require.Equal(t, full, strings.Contains(summary.Verdict("lawful", c), "✓"), "%+v", l)
		require.Equal(t, full, strings.Contains(terminal.Strip(brief(c)), "✓"), "%+v", l)
	}
}
