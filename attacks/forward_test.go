package attacks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
)

// TestForwards: a forward has a salt of its own. Whoever opens it has read the words of an earlier
// message and its author, and that message counts as closed all the same.
func TestForwards(t *testing.T) {
	const last = `
adv.take("trustee:1.store")
adv.advance(adv.end)
adv.take("provider.store")
adv.saturate()
for text in adv.facts("plaintext"):
    if bytes("Forwarded: ") in adv.read(text).data:
        adv.claim(text)`
	for _, test := range []struct {
		body      string
		target    int
		forwarded attacks.Count
		read      int
	}{
		{keyTheft, 3, attacks.Count{Recovered: 0, Total: 1}, 3},
		{"adv.advance(2)", 0, attacks.Count{Recovered: 0, Total: 1}, 0},
		{last, 0, attacks.Count{Recovered: 1, Total: 1}, 2}, // A wrote to B, who forwards it to C
	} {
		l := toyLab(t, attack(`"provider.store", "trustee:1.store"`, "",
			`opens(target = "none", others = "all", why = "w")`, test.body))
		l.Conversation.Messages[2].Text = "Forwarded: message 1"
		l.Conversation.Messages[2].Forwards = 1
		c := runOne(t, l)
		require.Empty(t, c.Error)
		require.Equal(t, test.target, c.Content.Target.Recovered, test.body)
		require.Equal(t, test.forwarded, c.Forwarded, test.body)
		require.Equal(t, test.read, c.People.Read, test.body)
	}
}
