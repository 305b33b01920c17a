package attacks

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/worldtest"
)

var conversationStart = time.Date(2017, 3, 26, 19, 0, 0, 0, time.UTC)

// toyLab is a lab over the toy design and a conversation of four messages.
func toyLab(t *testing.T, scripts ...string) *Lab {
	t.Helper()
	c := &world.Conversation{Title: "toy", Accounts: []string{"A", "B", "C"}, Target: "A"}
	for i, fromTo := range []string{"AB", "BA", "BC", "CA"} {
		c.Messages = append(c.Messages, world.Message{From: fromTo[:1], To: []string{fromTo[1:]},
			Sent: conversationStart.Add(time.Duration(i) * time.Hour), Text: fmt.Sprintf("message %d", i+1)})
	}
	l := &Lab{Version: "test", Designs: []world.Design{worldtest.Toy{}}, Known: []world.Design{lawful{}}, Conversation: c, Seed: 1,
		Settings: worldtest.Settings(c, 2, 3, 2)}
	for i, s := range scripts {
		a, err := Load(fmt.Sprintf("attack%d.star", i+1), []byte(s))
		require.NoError(t, err)
		l.Attacks = append(l.Attacks, a)
	}
	return l
}

// attack writes a script with a complete header.
func attack(needs, more, expects, body string) string {
	return fmt.Sprintf(`technique(id = "sample", title = "A sample", family = "theft", kind = "attack",
    needs = [%s], showcase = "toy", happens = "h", why = "w", really = "r", source = "s", exercise = "e", %s
    expects = {"toy": %s})

def run(adv):
%s
`, needs, more, expects, "    "+strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n    "))
}

const opensAll = `opens(target = "all", others = "all", why = "one key opens all")`

const keyTheft = `
adv.advance(adv.at)
adv.take("trustee:1.store")
adv.advance(adv.end)
adv.take("provider.store")
adv.saturate()
for text in adv.facts("plaintext"):
    adv.claim(text)
`

func runOne(t *testing.T, l *Lab) Cell {
	t.Helper()
	res, err := l.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, res.Cells, 1)
	return res.Cells[0]
}

func TestTheftOfTheToyKey(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft)))
	require.Empty(t, c.Error)
	require.Empty(t, c.Trace.Surprise)
	require.True(t, c.Expected)
	require.Equal(t, Exposure{3, 3, 2, 2, 1, 1}, c.Content.Target)
	require.Equal(t, Exposure{1, 1, 0, 0, 1, 1}, c.Content.Others)
	require.Equal(t, Count{4, 4}, c.Metadata)
	require.Equal(t, 2, c.At)
	require.Equal(t, 2, c.Parties)
	require.Zero(t, c.FalseClaims)
	proof := c.Trace.Proof
	require.Len(t, proof, 3, "key, message, plaintext: %v", proof)
	require.Equal(t, world.Plaintext, proof[2].Fact.Kind)
}

func TestForgeryIsCountedAndNoticed(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.control", "trustee:1.store"`, `applies = ["forge a toy message"],`,
		`opens(target = "none", others = "none", forged = True, noticed = True, why = "the provider can write")`, `
key = adv.take("trustee:1.store")[0]
adv.hold("provider.control")
for p in adv.packets(adv.end):
    adv.saturate()
    meta = adv.facts("metadata")
    if p.to == "provider":
        p.deliver()
    elif p.moment == 1:
        p.replace(adv.apply("forge a toy message", key, meta[0], text = "not what A typed"))
    elif p.moment == 2:
        p.drop()
`)))
	require.Empty(t, c.Error)
	require.Equal(t, 1, c.Forged)
	require.Empty(t, c.Noticed)
	require.Equal(t, "noticed: expected true, measured false", c.Trace.Surprise)
	require.False(t, c.Expected)
}

func TestRunsRepeat(t *testing.T) {
	var docs [2]string
	for i := range docs {
		l := toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft))
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		b, err := json.Marshal(res)
		require.NoError(t, err)
		docs[i] = string(b)
	}
	require.Equal(t, docs[0], docs[1])
	require.NotContains(t, docs[0], "null")
}
