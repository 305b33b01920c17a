package text

import (
	"fmt"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/demotest"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/demo/terminal"
	"doormat/world"
)

// swept is a sweep over every step-th moment of a conversation in which an attack
// at message x opens messages 1 to x.
func swept(messages, step int, name string) *summary.Sweep {
	conv := &world.Conversation{Accounts: []string{"A", "B", "C"}}
	for k := range messages {
		m := world.Message{From: "A", To: []string{"B"}}
		if k%2 == 0 {
			m.From = "C"
		}
		conv.Messages = append(conv.Messages, m)
	}
	s := &summary.Sweep{Over: "at", Conversation: conv}
	for at := 1; at <= messages; at += step {
		c := attacks.Cell{Design: "d", Attack: "a", Applicable: true, At: at, Expected: true, Why: name,
			Content: attacks.Content{Target: attacks.Exposure{Before: messages, BeforeTotal: messages, After: messages, AfterTotal: messages},
				Others: attacks.Exposure{Before: messages, BeforeTotal: messages}}}
		for k := range at {
			c.Trace.Opened = append(c.Trace.Opened, k+1)
		}
		s.Values = append(s.Values, fmt.Sprint(at))
		s.Results = append(s.Results, &attacks.Result{Settings: world.Settings{At: at, Target: "A"},
			Conversation: attacks.Counts{Title: name, Messages: messages}, Designs: []attacks.DesignRow{{ID: "d", Name: name}},
			Attacks: []attacks.AttackRow{{ID: "a", Title: name}}, Cells: []attacks.Cell{c}})
	}
	return s
}

func drawing(s *summary.Sweep, width int) []string {
	p := newPage(width)
	sweep{s}.picture(p, 0)
	return strings.Split(strings.TrimSuffix(terminal.Strip(p.String()), "\n"), "\n")
}

func TestPicture(t *testing.T) {
	s := swept(5, 1, "x")
	require.Equal(t, []string{"1  ●■■■■", "2* ·●■■■", "3  ··●■■", "4* ···●■", "5  ····●", "   1   5"}, drawing(s, 80))
	s.Results[0].Cells[0].Expected = false
	s.Results[1].Cells[0].Applicable = false
	s.Results[2].Cells[0].Error = "boom"
	s.Results[3].Cells[0].Trace.Opened = nil
	require.Equal(t, []string{"1  ●–✗·■", "2* ·–✗·■", "3  ·–✗·■", "4* ·–✗○■", "5  ·–✗·●", "   ≠", "   1   5"}, drawing(s, 80))
	for _, r := range s.Results {
		r.Cells[0] = attacks.Cell{Why: "nobody there", Expected: true}
	}
	require.Equal(t, []string{"  – n/a  nobody there"}, drawing(s, 80))
}

// What does not fit is put together, and the page stays a page.
func TestPictureOfMuch(t *testing.T) {
	lines := drawing(swept(600, 3, "x"), 80)
	require.Len(t, lines, 60+2)
	require.Regexp(t, "^ +1-10\\* ◐[◐●]■+$", lines[0])
	require.Regexp(t, "^ *591-600\\* ·+[◐○]+$", lines[59])
	require.Contains(t, strings.Join(lines[60:], "\n"), "a column is 3 values, a line 10 messages")
	for _, width := range []int{60, 80, 100} {
		for _, l := range drawing(swept(600, 3, "x"), width) {
			require.LessOrEqual(t, lipgloss.Width(l), width)
		}
	}
}

func TestSweepText(t *testing.T) {
	s := swept(4, 1, demotest.Evil)
	s.Results[1].Cells[0] = attacks.Cell{Design: "d", Why: "nobody", Expected: true}
	s.Results[2].Cells[0] = attacks.Cell{Design: "d", Why: "nobody", Expected: true}
	s.Results[3].Cells[0].Expected, s.Results[3].Cells[0].Trace.Surprise = false, demotest.Evil
	for _, width := range []int{60, 80, 100} {
		text := Sweep(s, width)
		wide := Sweep(swept(20000, 199, "x"), width)
		require.Equal(t, width < 70, strings.Contains(wide, "target before"), "sentences where the page is narrow")
		for l := range strings.SplitSeq(wide, "\n") {
			require.LessOrEqual(t, lipgloss.Width(l), width)
		}
		require.Contains(t, terminal.Strip(text), "2-3  – n/a  nobody")
		require.Contains(t, terminal.Strip(text), "≠ 4 ")
		for l := range strings.SplitSeq(text, "\n") {
			require.LessOrEqual(t, lipgloss.Width(l), width)
			require.Equal(t, plain.Clean(terminal.Strip(l)), terminal.Strip(l))
		}
		require.NotContains(t, text, "\x1b[2J")
	}
}
