package simulation

import (
	"time"

	"doormat/world"
)

var begin = time.Date(2020, 2, 28, 12, 0, 0, 0, time.UTC)

// chat is a small conversation: two messages at once, and one two days later.
func chat() *world.Conversation {
	return &world.Conversation{Title: "t", Accounts: []string{"Ada", "Ben", "Cleo"}, Target: "Ada",
		Messages: []world.Message{
			{From: "Ada", To: []string{"Ben"}, Sent: begin, Text: "one"},
			{From: "Ben", To: []string{"Ada", "Cleo"}, Sent: begin.Add(world.Instant), Text: "two"},
			{From: "Cleo", To: []string{"Ben"}, Sent: begin.AddDate(0, 0, 2), Text: "three"},
		},
		Events: []world.Event{{After: 1, Kind: world.Compare, Account: "Ada", With: "Ben"}, {After: 3, Kind: world.Reinstall, Account: "Ben"}},
	}
}
