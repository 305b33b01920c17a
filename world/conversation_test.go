package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2020, 2, 28, 12, 0, 0, 0, time.UTC)

func sample() *Conversation {
	return &Conversation{Title: "t", Accounts: []string{"Ada", "Ben", "Cleo"}, Target: "Ada",
		Messages: []Message{
			{From: "Ada", To: []string{"Ben"}, Sent: noon, Text: "one"},
			{From: "Ben", To: []string{"Ada", "Cleo"}, Sent: noon.Add(Instant), Text: "two"},
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
		"message 2: it is not later":        func(c *Conversation) { c.Messages[1].Sent = noon },
		"message 1: its time":               func(c *Conversation) { c.Messages[0].Sent = noon.Add(1) },
		`the police have the phone of "Zoe"`: func(c *Conversation) {
			c.Application = &Application{Phones: []Phone{{Account: "Zoe"}}}
		},
		`since message 99: want an account, and 0 to`: func(c *Conversation) {
			c.Application = &Application{Phones: []Phone{{Account: c.Accounts[0], Since: 99}}}
		},
		`event 1: "Zoe" is not an account`: func(c *Conversation) { c.Events[0].Account = "Zoe" },
		`event 1: Ada compares with "Zoe"`: func(c *Conversation) { c.Events[0].With = "Zoe" },
		`event 1: Ada compares with "Ada"`: func(c *Conversation) { c.Events[0].With = "Ada" },
		`event 1: kind "shrug"`:            func(c *Conversation) { c.Events[0].Kind = "shrug" },
		"event 1: after message -1":        func(c *Conversation) { c.Events[0].After = -1 },
		"event 2: after message 4":         func(c *Conversation) { c.Events[1].After = 4 },
		"event 2: after message 0: want": func(c *Conversation) {
			c.Events[1].After = 0
			c.Messages[2].To = nil // what an event out of turn leaves undone is not blamed on messages
		},
	} {
		c := sample()
		change(c)
		require.ErrorContains(t, c.Check(), want)
	}
}

// TestSeparate gives messages of one minute times of their own, in their order.
func TestSeparate(t *testing.T) {
	c := sample()
	for i := range c.Messages {
		c.Messages[i].Sent = noon.Add(time.Duration(5-i) * time.Microsecond)
	}
	require.Error(t, c.Check())
	c.Separate()
	require.NoError(t, c.Check())
	for i := range c.Messages {
		require.Equal(t, noon.Add(time.Duration(i)*Instant), c.Messages[i].Sent)
	}
}

// grouped is the sample with a group that changes.
func grouped() *Conversation {
	c := sample()
	c.Groups = []Group{{"choir", []string{"Ben", "Ada"}}}
	c.Messages[0].Group = "choir"
	c.Events = []Event{{After: 1, Kind: Join, Account: "Cleo", With: "Ben", Group: "choir"}, {After: 2, Kind: Leave, Account: "Ada", Group: "choir"}}
	c.Messages[1].Group, c.Messages[2].Group = "choir", "choir"
	return c
}

func TestGroupsCheck(t *testing.T) {
	c := grouped()
	require.NoError(t, c.Check())
	for k, want := range []string{"Ada Ben", "Ada Ben Cleo", "Ben Cleo", "Ben Cleo"} {
		require.Equal(t, want, strings.Join(c.MembersAt(k + 1)["choir"], " "), "message %d", k+1)
	}
	c.Events = append(c.Events, Event{After: 2, Kind: Reinstall, Account: "Ben"})
	by, to := c.Told()
	require.Equal(t, []string{"Ben", "Ada", ""}, by)
	require.Equal(t, [][]string{{"Ada", "Cleo"}, {"Ben", "Cleo"}, nil}, to)
	for want, change := range map[string]func(*Conversation){
		`message 2: from "Ben" to ["Ada"]: want all members`: func(c *Conversation) { c.Messages[1].To = []string{"Ada"} },
		`message 1: from "Ada" to ["Ben"]: want all`:         func(c *Conversation) { c.Messages[0].Group = "band" },
		`group "choir" has no name, or is listed twice`:      func(c *Conversation) { c.Groups = append(c.Groups, c.Groups[0]) },
		`group "choir": no members`:                          func(c *Conversation) { c.Groups[0].Members = nil },
		`group "choir": member "Zoe"`:                        func(c *Conversation) { c.Groups[0].Members[0] = "Zoe" },
		`event 1: "Cleo" takes "Cleo" into`:                  func(c *Conversation) { c.Events[0].With = "Cleo" },
		`event 1: "Ada" takes "Ben" into`:                    func(c *Conversation) { c.Events[0].With, c.Events[0].Account = "Ada", "Ben" },
		`event 1: "band" is not a group`:                     func(c *Conversation) { c.Events[0].Group = "band" },
		`event 2: "Cleo" leaves the group`: func(c *Conversation) {
			c.Events[0].Kind, c.Events[0].Account, c.Events[1].Account = Reinstall, "Ben", "Cleo"
			c.Messages[1].Group = ""
		},
	} {
		c := grouped()
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

// TestWindow: a narrow order asks for what the conversation declared before any run, if that
// has passed and concerns the account, and otherwise for the last ten messages.
func TestWindow(t *testing.T) {
	c := &Conversation{Application: &Application{Accounts: []string{"Ann"}, Since: 13, Until: 18}}
	for _, test := range []struct {
		account          string
		at, since, until int
	}{
		{"Ann", 17, 8, 17}, {"Ann", 18, 13, 18}, {"Ann", 40, 13, 18}, {"Ben", 40, 31, 40}, {"Ben", 4, 1, 4},
	} {
		since, until := c.Window(test.account, test.at)
		require.Equal(t, [2]int{test.since, test.until}, [2]int{since, until}, test)
	}
	c.Application = nil
	since, until := c.Window("Ann", 40)
	require.Equal(t, [2]int{31, 40}, [2]int{since, until})
}
