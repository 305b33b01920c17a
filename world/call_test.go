package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// calling is the sample with a call after message 2, a day before the next one.
func calling() *Conversation {
	c := sample()
	c.Calls = []Call{{From: "Ben", To: []string{"Ada"}, Begun: noon.Add(time.Hour),
		Said: []Utterance{{"Ben", "four"}, {"Ada", "five"}}}}
	return c
}

func TestCallCheck(t *testing.T) {
	c := calling()
	require.NoError(t, c.Check())
	require.Equal(t, 2, c.After(&c.Calls[0]))
	require.Equal(t, 2, c.Utterances())
	require.Equal(t, []string{"Ada", "Ben"}, c.Calls[0].Speakers())
	for want, change := range map[string]func(*Conversation){
		`call 1: sender "Zoe"`:         func(c *Conversation) { c.Calls[0].From = "Zoe" },
		`call 1: recipients []`:        func(c *Conversation) { c.Calls[0].To = nil },
		`call 1: "Cleo" speaks`:        func(c *Conversation) { c.Calls[0].Said[1].By = "Cleo" },
		"call 1: nobody says anything": func(c *Conversation) { c.Calls[0].Said = nil },
		"call 1: its time":             func(c *Conversation) { c.Calls[0].Begun = noon.Add(time.Hour + 1) },
		"call 1: it begins at":         func(c *Conversation) { c.Calls[0].Begun = noon.Add(-time.Hour) },
		"want a time between two":      func(c *Conversation) { c.Calls[0].Begun = c.Messages[2].Sent },
		"call 1: it begins at 2020-03": func(c *Conversation) { c.Calls[0].Begun = c.Messages[2].Sent.Add(time.Hour) },
		"call 2: it does not begin":    func(c *Conversation) { c.Calls = append(c.Calls, c.Calls[0]) },
		"is not in UTC, or finer than": func(c *Conversation) { c.Calls[0].Begun = noon.Add(time.Hour).In(time.FixedZone("east", 7200)) },
	} {
		c := calling()
		change(c)
		require.ErrorContains(t, c.Check(), want)
	}
}
