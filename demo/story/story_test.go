package story

import (
	"bytes"
	"image/png"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// half is where the default of --at divides the story.
const half = 36

func TestConversationIsUsable(t *testing.T) {
	c := Conversation()
	require.NoError(t, c.Check())
	require.Equal(t, "The Mill Lane chat", c.Title)
	require.Equal(t, map[string]string{"Ines": "a journalist", "Dr Okoye": "a doctor"}, c.Privileged)
	require.Equal(t, []string{"Ines", "Marco", "Ruth", "Dr Okoye", "Jo", "Sam"}, c.Accounts)
	require.Equal(t, "Marco", c.Target)
	require.Len(t, c.Messages, 2*half)

	seen := map[string]bool{}
	for i, m := range c.Messages {
		require.True(t, len(m.To) == 1 || m.Group != "", "message %d", i+1)
		n := utf8.RuneCountInString(m.Text)
		require.True(t, n >= 20 && n <= 140, "message %d has %d characters", i+1, n)
		require.False(t, seen[m.Text], "message %d says what an earlier one says", i+1)
		seen[m.Text] = true
	}
	require.Equal(t, time.Date(2017, 3, 20, 7, 52, 0, 0, time.UTC), c.Messages[0].Sent)
	require.Equal(t, time.Date(2017, 5, 2, 6, 4, 0, 0, time.UTC), c.Messages[71].Sent)
}

// TestStories holds what every story needs: a usable conversation, texts that fit a bubble,
// each said once, a tie for every message, an order that names the target and somebody
// whose secrets are nobody's business.
func TestStories(t *testing.T) {
	ids := map[string]bool{}
	for _, s := range All() {
		c := s.Conversation()
		require.NoError(t, c.Check(), s.ID)
		require.False(t, ids[s.ID])
		ids[s.ID] = true
		seen := map[string]bool{}
		for i, m := range c.Messages {
			n := utf8.RuneCountInString(m.Text)
			require.True(t, n >= 20 && n <= 140, "%s: message %d has %d characters", s.ID, i+1, n)
			require.False(t, seen[m.Text], "%s: message %d", s.ID, i+1)
			seen[m.Text] = true
			holds := 0
			for _, tie := range s.Ties() {
				if tie.Holds(&m) {
					holds++
				}
			}
			require.Equal(t, 1, holds, "%s: message %d is in %d ties", s.ID, i+1, holds)
		}
		count, last := held(s, c), len(c.Messages)
		for _, tie := range s.Ties() {
			require.LessOrEqual(t, count[tie.Name()], last, "%s: %s", s.ID, tie.Name())
			require.Positive(t, count[tie.Name()], "%s: %s", s.ID, tie.Name())
			require.NotEmpty(t, tie.About)
			last = count[tie.Name()]
		}
		require.Contains(t, s.Order, s.Target)
		require.True(t, s.Crime().A == s.Target || s.Crime().B == s.Target, s.ID)
		require.NotEmpty(t, c.Privileged, s.ID)
		require.NotEmpty(t, s.Doc)
		named, known := Named(s.ID)
		require.True(t, known)
		require.Equal(t, s, named)
	}
	_, known := Named("nothing")
	require.False(t, known)
}

func TestConversationIsAFreshCopy(t *testing.T) {
	a := Conversation()
	a.Accounts[0], a.Messages[0].To[0], a.Messages[0].Text = "x", "x", "x"
	a.Messages[3].Attachments[0].Data[0], a.Groups[0].Members[0] = 'x', "x"
	a.Events[0].After = 99
	require.NoError(t, Conversation().Check())
	require.NotEqual(t, a, Conversation())
	require.Equal(t, 7, Conversation().Events[0].After)
	require.EqualValues(t, 0x89, Conversation().Messages[3].Attachments[0].Data[0])
	require.Equal(t, "Ruth", Conversation().Groups[0].Members[0])
}

// held counts the messages of each tie.
func held(s *Story, c *world.Conversation) map[string]int {
	count := map[string]int{}
	for i := range c.Messages {
		for _, tie := range s.Ties() {
			if tie.Holds(&c.Messages[i]) {
				count[tie.Name()]++
			}
		}
	}
	return count
}

// TestTies holds the table of the package's doc comment: every message is in one
// tie, and the busiest comes first.
func TestTies(t *testing.T) {
	c := Conversation()
	count := held(&millLane, c)
	require.Equal(t, map[string]int{
		"Ruth – Ines": 16, "Marco – Jo": 13, "Sam – Dr Okoye": 8, "Mill Lane neighbours": 8, "Ruth – Sam": 7,
		"Lane Rovers": 5, "Marco – Ines": 4, "Marco – Dr Okoye": 4, "Ines – Dr Okoye": 3, "Marco – Sam": 2, "Ruth – Jo": 2,
	}, count)
	sum, last := 0, len(c.Messages)
	for _, tie := range millLane.Ties() {
		n := count[tie.Name()]
		require.LessOrEqual(t, n, last, tie.Name())
		require.NotEmpty(t, tie.About)
		sum, last = sum+n, n
	}
	require.Equal(t, len(c.Messages), sum)

	marco := 0
	for _, m := range c.Messages {
		if m.Concerns(millLane.Target) {
			marco++
		}
	}
	require.Equal(t, 28, marco)
	require.Equal(t, 15, marco-count["Marco – Jo"], "exposed by an order for all of Marco")
}

func TestBothHalvesAreAlive(t *testing.T) {
	c := Conversation()
	type side struct {
		after bool
		who   string
	}
	sent, received := map[side]int{}, map[side]int{}
	ties := map[bool]map[string]bool{false: {}, true: {}}
	for i := range c.Messages {
		m, after := &c.Messages[i], i+1 > half
		sent[side{after, m.From}]++
		for _, to := range m.To {
			received[side{after, to}]++
		}
		for _, tie := range millLane.Ties() {
			if tie.Holds(m) {
				ties[after][tie.Name()] = true
			}
		}
	}
	for _, a := range c.Accounts {
		for _, after := range []bool{false, true} {
			require.Positive(t, sent[side{after, a}], "%s sends, after=%v", a, after)
			require.Positive(t, received[side{after, a}], "%s receives, after=%v", a, after)
		}
	}
	late := []string{}
	for name := range ties[true] {
		if !ties[false][name] {
			late = append(late, name)
		}
	}
	require.Equal(t, []string{"Ines – Dr Okoye"}, late, "whose first contact comes after")
	require.Len(t, ties[true], 9, "alive after")
	require.True(t, ties[true][lane] && ties[true][rovers])
}

func TestTurnsAreBurstsAndAlternation(t *testing.T) {
	last := map[string]string{}
	burst, turn := 0, 0
	for _, m := range Conversation().Messages {
		for _, tie := range millLane.Ties() {
			if !tie.Holds(&m) {
				continue
			}
			if last[tie.Name()] == m.From {
				burst++
			} else if last[tie.Name()] != "" {
				turn++
			}
			last[tie.Name()] = m.From
		}
	}
	require.GreaterOrEqual(t, burst, 5, "somebody writes twice in a row")
	require.GreaterOrEqual(t, turn, 30, "somebody else answers")
}

func TestEvents(t *testing.T) {
	c := Conversation()
	require.Equal(t, []world.Event{
		{After: 7, Kind: world.Compare, Account: "Ines", With: "Ruth"},
		{After: 29, Kind: world.Join, Account: "Dr Okoye", With: "Ruth", Group: "Mill Lane neighbours"},
		{After: 41, Kind: world.Compare, Account: "Marco", With: "Jo"},
		{After: 48, Kind: world.Reinstall, Account: "Ruth"},
		{After: 56, Kind: world.Join, Account: "Ines", With: "Marco", Group: "Lane Rovers"},
		{After: 60, Kind: world.Compare, Account: "Ines", With: "Ruth"},
		{After: 67, Kind: world.Leave, Account: "Jo", Group: "Mill Lane neighbours"},
	}, c.Events)

	var early, from, to int
	var unchecked []int
	for i, m := range c.Messages {
		ruthInes := m.Concerns("Ruth") && m.Concerns("Ines")
		switch n := i + 1; {
		case n <= 7 && ruthInes:
			early++
		case n > 48 && n <= 60 && ruthInes:
			unchecked = append(unchecked, n)
		}
		if i+1 > 48 && m.From == "Ruth" {
			from++
		} else if i+1 > 48 && slices.Contains(m.To, "Ruth") {
			to++
		}
	}
	require.GreaterOrEqual(t, early, 4, "two exchanges before the first comparison")
	require.Equal(t, []int{52, 53}, unchecked, "messages between the new key and its comparison")
	require.True(t, from >= 2 && to >= 2, "Ruth writes and is written to after her reinstall")
}

// Whoever comes or goes has something not to read, on both sides of the change.
func TestGroupsChange(t *testing.T) {
	c := Conversation()
	for _, e := range c.Events {
		if e.Group == "" {
			continue
		}
		with, without := 0, 0
		for _, m := range c.Messages {
			switch {
			case m.Group != e.Group:
			case m.Concerns(e.Account):
				with++
			default:
				without++
			}
		}
		require.True(t, with >= 1 && without >= 2, "%s of %s: %d with, %d without", e.Kind, e.Account, with, without)
	}
	end := c.MembersAt(len(c.Messages) + 1)
	require.Equal(t, world.Membership{
		lane: {"Dr Okoye", "Ruth", "Sam"}, rovers: {"Ines", "Jo", "Marco", "Sam"},
	}, end)
}

func TestPhotos(t *testing.T) {
	c := Conversation()
	require.Equal(t, 5, c.Attachments())
	target, before, grouped := 0, 0, 0
	for i, m := range c.Messages {
		for _, f := range m.Attachments {
			require.Less(t, len(f.Data), 4<<10)
			img, err := png.Decode(bytes.NewReader(f.Data))
			require.NoError(t, err, f.Name)
			require.Positive(t, img.Bounds().Dx())
			require.Contains(t, []int{4, 24, 51, 52, 58}, i+1)
			target += one(m.Concerns(millLane.Target))
			before += one(i < half)
			grouped += one(m.Group != "")
		}
	}
	require.Equal(t, []int{3, 2, 1}, []int{target, before, grouped})
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
