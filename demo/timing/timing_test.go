package timing

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/escrow/threshold"
	"doormat/world"
)

var settings = world.Settings{Threshold: 2, Trustees: 3, Jurisdictions: "A:3", At: 1, Mailbox: world.MailboxAll, Resend: world.ResendAsked}

// No time is asserted: what was opened, from what, by which rules, is.
func TestKeys(t *testing.T) {
	r, err := Keys(context.Background(), "test", []world.Design{e2ee.Design{}, threshold.Design{}}, settings, time.Millisecond)
	require.NoError(t, err)
	none, all := r.Designs[0], r.Designs[1]
	require.Equal(t, Design{ID: "e2ee", Name: none.Name, Total: Messages, RestsOn: []string{}, Once: []string{},
		Reading: []string{}, Opening: []string{}}, none, "there is no key to steal")

	require.Equal(t, Messages, all.Opened)
	require.ElementsMatch(t, []string{"provider.store", "trustee:1.store", "trustee:2.store"}, all.RestsOn, "a quorum is enough")
	require.Equal(t, []string{"combine shares"}, all.Once)
	require.Equal(t, []string{"read an envelope", "read an escrow field"}, all.Reading)
	require.Equal(t, []string{"open an escrow field", "open a body", "read the content"}, all.Opening)
	require.Positive(t, all.Timed)
	for _, x := range []float64{all.ReadMicros, all.OpenMicros, all.FloorMicros, all.Ratio, all.RatioReading, all.PerSecond, all.Cores} {
		require.Positive(t, x)
	}
	require.InDelta(t, 1, all.Cores*all.PerSecond*86400/1e11, 1e-9)
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	enough := errors.New("enough")
	time.AfterFunc(300*time.Millisecond, func() { cancel(enough) })
	_, err := Keys(ctx, "test", []world.Design{threshold.Design{}}, settings, time.Hour)
	require.ErrorIs(t, err, enough)
}

func TestTalk(t *testing.T) {
	c, said := Talk(1000, 10)
	require.NoError(t, c.Check())
	again, same := Talk(1000, 10)
	require.Equal(t, c, again)
	require.Equal(t, said, same)
	pairs, turns := map[string]bool{}, 0
	for i, m := range c.Messages {
		pairs[m.From+m.To[0]] = true
		if i > 0 && m.From == c.Messages[i-1].To[0] && m.To[0] == c.Messages[i-1].From {
			turns++
		}
	}
	require.Len(t, pairs, accounts*(accounts-1), "everybody writes to everybody")
	require.Greater(t, turns, 200)
	require.Less(t, turns, 800)
}
