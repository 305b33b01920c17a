package script

import (
	"fmt"
	"io/fs"
	"testing"
	"time"

	"doormat/attacks/library"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestExpectationsScale: what an attack expects is computed within the bound on a script's
// steps for chats as large as doormat accepts, so none may go through all messages for each
// message. Each attack meets one of the chats; with -all, each of them.
func TestExpectationsScale(t *testing.T) {
	names, err := fs.Glob(library.Files, "*.star")
	require.NoError(t, err)
	var programs []technique.Technique
	for _, name := range names {
		src, err := fs.ReadFile(library.Files, name)
		require.NoError(t, err)
		a, err := Load(name, src, library.Files)
		require.NoError(t, err)
		programs = append(programs, a)
	}
	// A share of the chat, with as large a share of the steps: so many that a loop over pairs of
	// messages takes more.
	for n, size := range []struct{ people, messages, share int }{
		{2, 15_000, 25}, {20, 800, 25}, {60, 260, 10}} {
		size.messages /= size.share
		c := &world.Conversation{Title: "long"}
		for i := range size.people {
			c.Accounts = append(c.Accounts, fmt.Sprintf("P%02d", i))
		}
		c.Target = c.Accounts[0]
		for k := range size.messages {
			m := world.Message{From: c.Accounts[k%size.people], Text: "x", Sent: time.Date(2020, 1, 1, 0, 9*k, 0, 0, time.UTC)}
			for _, a := range c.Accounts {
				if a != m.From {
					m.To = append(m.To, a)
				}
			}
			c.Messages = append(c.Messages, m)
			if k%(size.messages/8) == 7 {
				c.Events = append(c.Events, world.Event{After: k, Kind: world.Reinstall, Account: c.Accounts[len(c.Events)%size.people]})
			}
		}
		require.NoError(t, c.Check())
		s, err := world.NewSettings(nil, c)
		require.NoError(t, err)
		s.Mailbox = world.MailboxDelivered
		for i, a := range programs {
			if !*worldtest.All && i%3 != n {
				continue
			}
			a.(*program).steps = uint64(maxSteps / size.share)
			h := a.Header()
			settings, err := h.Override(s, world.Info{})
			require.NoError(t, err)
			settings.Own = settings.Own.With("keys", "apart") // of the cloud
			for _, keys := range [][]string{{"e2ee"}, {"threshold", "escrow"}, {"cloud"}} {
				_, err := a.Expect(keys, technique.NewView(c, settings, world.Info{}))
				assert.NoError(t, err, "%s, %d people", h.ID, size.people)
			}
		}
	}
}
