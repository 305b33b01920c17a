package story

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// half is where the default of --at divides the story.
const half = 30

func TestConversationIsUsable(t *testing.T) {
	c := Conversation()
	require.NoError(t, c.Check())
	require.Equal(t, "The Mill Lane chat", c.Title)
	require.Equal(t, []string{"Ines", "Marco", "Ruth", "Dr Okoye", "Jo", "Sam"}, c.Accounts)
	require.Equal(t, "Marco", c.Target)
	require.Len(t, c.Messages, 60)

	seen := map[string]bool{}
	for i, m := range c.Messages {
		require.Len(t, m.To, 1, "message %d", i+1)
		n := utf8.RuneCountInString(m.Text)
		require.True(t, n >= 20 && n <= 140, "message %d has %d characters", i+1, n)
		require.False(t, seen[m.Text], "message %d says what an earlier one says", i+1)
		seen[m.Text] = true
	}
	require.Equal(t, time.Date(2017, 3, 20, 7, 52, 0, 0, time.UTC), c.Messages[0].Sent)
	require.Equal(t, time.Date(2017, 5, 2, 6, 4, 0, 0, time.UTC), c.Messages[59].Sent)
}

func TestConversationIsAFreshCopy(t *testing.T) {
	a := Conversation()
	a.Accounts[0], a.Messages[0].To[0], a.Messages[0].Text = "x", "x", "x"
	a.Events[0].After = 99
	require.NoError(t, Conversation().Check())
	require.NotEqual(t, a, Conversation())
	require.Equal(t, 7, Conversation().Events[0].After)
}

type pair [2]string

func pairOf(a, b string) pair {
	if a > b {
		a, b = b, a
	}
	return pair{a, b}
}

// TestThreads holds the table of the package's doc comment.
func TestThreads(t *testing.T) {
	count := map[pair]int{}
	marco := 0
	for _, m := range Conversation().Messages {
		count[pairOf(m.From, m.To[0])]++
		if m.Concerns(Target) {
			marco++
		}
	}
	require.Equal(t, map[pair]int{
		pairOf("Ruth", "Ines"): 16, pairOf("Marco", "Jo"): 13, pairOf("Sam", "Dr Okoye"): 8,
		pairOf("Ruth", "Sam"): 7, pairOf("Marco", "Ines"): 4, pairOf("Marco", "Dr Okoye"): 4,
		pairOf("Marco", "Sam"): 3, pairOf("Ines", "Dr Okoye"): 3, pairOf("Ruth", "Jo"): 2,
	}, count)
	require.Equal(t, 24, marco)
	require.Equal(t, 11, marco-count[pairOf("Marco", "Jo")], "exposed by an order for all of Marco")
}

func TestBothHalvesAreAlive(t *testing.T) {
	c := Conversation()
	type side struct {
		after bool
		who   string
	}
	sent, received := map[side]int{}, map[side]int{}
	pairs := map[bool]map[pair]bool{false: {}, true: {}}
	for i, m := range c.Messages {
		after := i+1 > half
		sent[side{after, m.From}]++
		received[side{after, m.To[0]}]++
		pairs[after][pairOf(m.From, m.To[0])] = true
	}
	for _, a := range c.Accounts {
		for _, after := range []bool{false, true} {
			require.Positive(t, sent[side{after, a}], "%s sends, after=%v", a, after)
			require.Positive(t, received[side{after, a}], "%s receives, after=%v", a, after)
		}
	}
	both, late := 0, 0
	for p := range pairs[true] {
		if pairs[false][p] {
			both++
		} else {
			late++
		}
	}
	require.Equal(t, 7, both, "pairs in contact before and after")
	require.Equal(t, 1, late, "pairs whose first contact comes after")
}

func TestTurnsAreBurstsAndAlternation(t *testing.T) {
	last := map[pair]string{}
	burst, turn := 0, 0
	for _, m := range Conversation().Messages {
		p := pairOf(m.From, m.To[0])
		if last[p] == m.From {
			burst++
		} else if last[p] != "" {
			turn++
		}
		last[p] = m.From
	}
	require.GreaterOrEqual(t, burst, 5, "somebody writes twice in a row")
	require.GreaterOrEqual(t, turn, 30, "the other answers")
}

func TestEvents(t *testing.T) {
	c := Conversation()
	require.Equal(t, []world.Event{
		{After: 7, Kind: world.Compare, Account: "Ines", With: "Ruth"},
		{After: 34, Kind: world.Compare, Account: "Marco", With: "Jo"},
		{After: 41, Kind: world.Reinstall, Account: "Ruth"},
		{After: 51, Kind: world.Compare, Account: "Ines", With: "Ruth"},
	}, c.Events)

	var early, unchecked, from, to int
	for i, m := range c.Messages {
		ruthInes := m.Concerns("Ruth") && m.Concerns("Ines")
		switch n := i + 1; {
		case n <= 7 && ruthInes:
			early++
		case n > 41 && n <= 51 && ruthInes:
			unchecked++
		}
		if i+1 > 41 && m.From == "Ruth" {
			from++
		} else if i+1 > 41 && m.To[0] == "Ruth" {
			to++
		}
	}
	require.GreaterOrEqual(t, early, 4, "two exchanges before the first comparison")
	require.Equal(t, 2, unchecked, "messages between the new key and its comparison")
	require.True(t, from >= 2 && to >= 2, "Ruth writes and is written to after her reinstall")
}

// Ties names every pair once, the busiest first.
func TestTies(t *testing.T) {
	count := map[pair]int{}
	for _, m := range Conversation().Messages {
		count[pairOf(m.From, m.To[0])]++
	}
	last := 60
	for _, tie := range Ties() {
		n := count[pairOf(tie.A, tie.B)]
		require.True(t, n > 0 && n <= last, "%s and %s: %d messages", tie.A, tie.B, n)
		require.NotEmpty(t, tie.About)
		delete(count, pairOf(tie.A, tie.B))
		last = n
	}
	require.Empty(t, count)
}
