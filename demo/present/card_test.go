package present

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
)

// question is a card that takes digits.
type question struct{ taken string }

func (*question) Heading() string { return "Which number?" }
func (*question) Corner() string  { return "minute 1 of 9" }
func (*question) Keys() string    { return "digits count" }
func (q *question) Lines(int) []string {
	return []string{"taken: " + q.taken, strings.Repeat("long ", 40)}
}
func (q *question) Press(key string) bool {
	if key == "2" || key == "down" {
		q.taken += key
		return true
	}
	return false
}

// TestCards shows cards between acts: they take keys before the show does, are not counted as acts,
// do not run, and have no row in the closing table.
func TestCards(t *testing.T) {
	ready := four(t, false)
	talk, q := ready.Talk, &question{}
	talk.Title = "A lesson"
	talk.Acts = []technique.Header{{}, ready.Acts[0], {}, ready.Acts[1]}
	talk.Cards = map[int]Card{0: q, 2: &question{}}
	ran := 0
	talk.Run = func(act int) Ran {
		ran++
		require.Nil(t, talk.Cards[act])
		return Ran{Act: act, Replay: ready.acts[act/2].replay}
	}
	s := New(talk)
	require.Equal(t, "A lesson", lines(s)[0])
	press(s, "n")
	require.Regexp(t, `^A lesson +minute 1 of 9$`, lines(s)[0])
	require.Contains(t, lines(s), "Which number?")
	require.Contains(t, strings.Join(lines(s), "\n"), "digits count")
	press(s, "?")
	help := strings.Join(lines(s), "\n")
	require.Contains(t, help, "digits count")
	require.NotContains(t, help, "go to an act", "digits count here")
	press(s, "?")
	for _, line := range s.Screen(Width, Height) {
		require.LessOrEqual(t, len([]rune(line)), Width+20, "with styles")
	}
	press(s, "2n")
	require.Equal(t, "2", q.taken)
	require.Contains(t, lines(s)[0], "Act 1/2", "a card's own key did not lead to the second act")
	require.Contains(t, lines(s)[2], "runs now")
	for cmd := s.run(0); cmd != nil; {
		next := cmd().(Ran)
		s.Take(next)
		cmd = s.run(next.Act + 1)
	}
	require.Equal(t, 2, ran)
	press(s, "2")
	require.Equal(t, place{4, 0}, s.at)
	require.Contains(t, lines(s)[0], "Act 2/2")
	press(s, "b")
	require.Equal(t, place{3, 0}, s.at)
	press(s, "rrrn")
	table := strings.Join(lines(s), "\n")
	require.Contains(t, table, "1 "+ready.Acts[0].ID)
	require.Contains(t, table, "2 "+ready.Acts[1].ID)
	require.NotContains(t, table, "… runs")
	require.NotNil(t, s.Cell(1, "e2ee"))
	require.Nil(t, s.Cell(1, "nosuch"))
	require.Nil(t, s.Cell(0, "e2ee"))
}
