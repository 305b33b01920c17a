package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2020, 2, 28, 12, 0, 0, 0, time.UTC)

func sample() *Conversation {
	return &Conversation{Title: "t", Accounts: []string{"Ada", "Ben", "Cleo"}, Target: "Ada",
		Messages: []Message{
			{From: "Ada", To: []string{"Ben"}, Sent: noon, Text: "one"},
			{From: "Ben", To: []string{"Ada", "Cleo"}, Sent: noon, Text: "two"},
			{From: "Cleo", To: []string{"Ben"}, Sent: noon.AddDate(0, 0, 2), Text: "three"},
		},
		Events: []Event{{After: 1, Kind: Compare, Account: "Ada", With: "Ben"}, {After: 3, Kind: Reinstall, Account: "Ben"}},
	}
}

func TestConversationCheck(t *testing.T) {
	require.NoError(t, sample().Check())
	for want, change := range map[string]func(*Conversation){
		"no messages":                       func(c *Conversation) { c.Messages = nil },
		`account "" is empty`:               func(c *Conversation) { c.Accounts[2] = "" },
		`account "Ada" is empty or listed`:  func(c *Conversation) { c.Accounts = append(c.Accounts, "Ada") },
		`target "Zoe"`:                      func(c *Conversation) { c.Target = "Zoe" },
		`message 1: sender "Zoe"`:           func(c *Conversation) { c.Messages[0].From = "Zoe" },
		`message 2: recipients []`:          func(c *Conversation) { c.Messages[1].To = nil },
		`message 3: recipients ["Cleo"]`:    func(c *Conversation) { c.Messages[2].To = []string{"Cleo"} },
		`message 1: recipient "Zoe"`:        func(c *Conversation) { c.Messages[0].To[0] = "Zoe" },
		`or listed twice`:                   func(c *Conversation) { c.Messages[0].To = []string{"Ben", "Ben"} },
		"message 1: its time is not in UTC": func(c *Conversation) { c.Messages[0].Sent = noon.In(time.FixedZone("east", 7200)) },
		"message 2 is older":                func(c *Conversation) { c.Messages[0].Sent = noon.Add(1) },
		`event 1: "Zoe" is not an account`:  func(c *Conversation) { c.Events[0].Account = "Zoe" },
		`event 1: Ada compares with "Zoe"`:  func(c *Conversation) { c.Events[0].With = "Zoe" },
		`event 1: Ada compares with "Ada"`:  func(c *Conversation) { c.Events[0].With = "Ada" },
		`event 1: kind "shrug"`:             func(c *Conversation) { c.Events[0].Kind = "shrug" },
		"event 1: after message -1":         func(c *Conversation) { c.Events[0].After = -1 },
		"event 2: after message 4":          func(c *Conversation) { c.Events[1].After = 4 },
		"event 2: after message 0: want":    func(c *Conversation) { c.Events[1].After = 0 },
	} {
		c := sample()
		change(c)
		require.ErrorContains(t, c.Check(), want)
	}
}

func TestPartner(t *testing.T) {
	c := sample()
	require.Equal(t, "Ben", c.Partner("Ada"))
	require.Equal(t, "Ada", c.Partner("Ben"), "the first among equals")
	require.Equal(t, "Ben", c.Partner("Cleo"))
	require.Equal(t, []string{"Ben", "Ada", "Cleo"}, c.People("Ben"), "itself, its partner, the others")
	require.Equal(t, []string{"Cleo", "Ben", "Ada"}, c.People("Cleo"))
	require.True(t, c.Messages[1].Concerns("Cleo"))
	require.False(t, c.Messages[0].Concerns("Cleo"))
}
