package attackstest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"
)

// ToyStart is when the first message of [ToyLab] is typed.
var ToyStart = time.Date(2017, 3, 26, 19, 0, 0, 0, time.UTC)

// ToyLab is a lab over the toy design and a conversation of four messages.
func ToyLab(techniques ...technique.Technique) *attacks.Lab {
	c := &world.Conversation{Title: "toy", Accounts: []string{"A", "B", "C"}, Target: "A"}
	for i, fromTo := range []string{"AB", "BA", "BC", "CA"} {
		c.Messages = append(c.Messages, world.Message{From: fromTo[:1], To: []string{fromTo[1:]},
			Sent: ToyStart.Add(time.Duration(i) * time.Hour), Text: fmt.Sprintf("message %d", i+1)})
	}
	return &attacks.Lab{Version: "test", Designs: []world.Design{worldtest.Toy{}},
		Attacks:      techniques,
		Conversation: c, Seed: 1, Settings: worldtest.Settings(c, 2, 3, 2)}
}

// LoadToys adds to a lab the attacks of these scripts, as load reads them.
func LoadToys(t *testing.T, l *attacks.Lab, load func(name string, src []byte) (technique.Technique,
	error), scripts ...string) *attacks.Lab {
	t.Helper()
	for i, s := range scripts {
		a, err := load(fmt.Sprintf("attack%d.star", i+1), []byte(s))
		require.NoError(t, err)
		l.Attacks = append(l.Attacks, a)
	}
	return l
}

// ToyScript writes a script with a complete header: needs and what else the header has
// as they stand there, what it expects of the toy, and the body of run(adv).
func ToyScript(needs, more, expects, body string) string {
	return fmt.Sprintf(`technique(id = "sample", title = "A sample", family = "theft", kind = "attack",
    needs = [%s], showcase = "toy", happens = "h", why = "w", really = "r", source = "s", exercise = "e", %s
    expects = {"toy": %s})

def run(adv):
%s
`, needs, more, expects, "    "+strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n    "))
}

// What a script may expect of the toy, and the theft that opens all of it.
const (
	OpensAll     = `opens(target = "all", others = "all", why = "one key opens all")`
	OpensNothing = `opens(target = "none", others = "none", why = "it only looks")`
	KeyTheft     = `
adv.advance(adv.at)
adv.take("trustee:1.store")
adv.advance(adv.end)
adv.take("provider.store")
adv.saturate()
for text in adv.facts("plaintext"):
    adv.claim(text)
`
)

// RunOne fills the one cell of a lab.
func RunOne(t *testing.T, l *attacks.Lab) attacks.Cell {
	t.Helper()
	res, err := l.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, res.Cells, 1)
	return res.Cells[0]
}
