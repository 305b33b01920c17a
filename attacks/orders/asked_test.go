package orders_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks/orders"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
)

// An order asks for what was typed in its window and, if that is still open, for what comes; a
// second one does not ask again, and only the court's and the agency's own packets ask.
func TestAsked(t *testing.T) {
	start := time.Unix(1_000, 0).UTC()
	c := &world.Conversation{}
	for i := range 4 {
		c.Messages = append(c.Messages, world.Message{From: "Ana", To: []string{"Ben"},
			Sent: start.Add(time.Duration(i) * time.Hour)})
	}
	seal := func(accounts []string, from, until int) world.Packet {
		o := law.Order{Case: "1", Accounts: accounts, From: c.Messages[from].Sent, Until: c.Messages[until].Sent,
			Expiry: start.AddDate(0, 0, 1)}
		signed := lawtest.New("law").Sign(o)
		return world.Packet{From: world.Court, To: world.Agency, Data: law.Signed{Bytes: signed}.Encode()}
	}
	now := c.Messages[1].Sent
	a := orders.NewAsked()
	stranger := seal([]string{"Ana"}, 0, 3)
	stranger.From = world.Outsider
	a.Note(now, stranger, c, 2)
	require.Zero(t, a.Signed)
	a.Note(now, seal([]string{"Cem"}, 0, 3), c, 2)
	require.Equal(t, map[string]bool{"Cem": true}, a.Named)
	require.Empty(t, a.Since)
	a.Note(now, seal([]string{"Ana"}, 1, 1), c, 2)
	require.Equal(t, map[int]time.Time{2: now}, a.Since, "typed, and in the window")
	a.Note(now.Add(time.Minute), seal([]string{"Ana"}, 1, 2), c, 2)
	require.Equal(t, map[int]time.Time{2: now, 3: now.Add(time.Minute)}, a.Since, "also what comes, each once")
	require.Equal(t, 3, a.Signed)
	require.Equal(t, start.AddDate(0, 0, 1), a.Expiry)
}
