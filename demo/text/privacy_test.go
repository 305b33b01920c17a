package text

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo/data"
	"doormat/demo/demotest"
	"doormat/demo/markdown"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/terminal"
	"doormat/world"
	"doormat/world/worldtest"
)

// marked is the story's conversation with texts of one word each, which no line break
// divides, and a thief who opens all of it.
func marked(t *testing.T) (*attacks.Lab, technique.Technique) {
	t.Helper()
	c := story.Conversation()
	for i := range c.Messages {
		c.Messages[i].Text = fmt.Sprintf("zebra%02d", i+1)
	}
	thief, err := script.Load("thief.star", []byte(`
technique(id = "thief", title = "A thief", family = "theft", kind = "lawful", needs = ["provider.store", "trustee:1.store"],
    showcase = "toy", happens = "h", why = "w", really = "r", source = "s", exercise = "e",
    expects = {"toy": opens(target = "all", others = "all", why = "one key opens all")})

def run(adv):
    adv.advance(adv.end)
    adv.take("provider.store")
    adv.take("trustee:1.store")
    for text in adv.saturate("plaintext"):
        adv.claim(text)
`))
	require.NoError(t, err)
	return &attacks.Lab{Version: "test", Designs: []world.Design{worldtest.Toy{}}, Attacks: []technique.Technique{thief},
		Conversation: c, Seed: 1, Record: true, Settings: worldtest.Settings(c, 2, 3, 36)}, thief
}

// TestRealChatsStayPrivate shows no word of a conversation that is not the story's, in
// any text, and nothing of the story's people. What is shown of the story shows that
// the test would see it.
func TestRealChatsStayPrivate(t *testing.T) {
	l, thief := marked(t)
	r, err := l.Run(context.Background())
	require.NoError(t, err)
	require.Empty(t, r.Cells[0].Error)
	require.Len(t, r.Cells[0].Trace.Opened, len(l.Conversation.Messages))
	h := thief.Header()
	sweep := summary.Sweep{Over: "at", Values: []string{"36"}, Results: []*attacks.Result{r}, Conversation: l.Conversation}
	doc, err := data.JSON(r)
	require.NoError(t, err)
	for _, invented := range []bool{false, true} {
		tour := Tour{Conversation: l.Conversation, Target: l.Settings.Target, Designs: l.Designs}
		if invented {
			tour.Story = story.All()[0]
		}
		run := Run{Header: h, Result: r, Conversation: l.Conversation, ShowTexts: invented}
		whole := run
		whole.WholeProof = true
		pages := map[string]string{
			"opening": tour.Opening(80), "findings": tour.Findings(r, []technique.Header{h}, 80),
			"run": run.Text(80), "run with the whole proof": whole.Text(80),
		}
		if !invented { // what does not ask whether they are
			pages["matrix"], pages["markdown"], pages["json"], pages["sweep"] = Matrix(r, 80), markdown.Result(r), string(doc), Sweep(&sweep, 80)
			swept, err := json.Marshal(data.Sweep(&sweep))
			require.NoError(t, err)
			pages["json of a sweep"] = string(swept)
		}
		for name, text := range pages {
			text = terminal.Strip(text)
			if name != "opening" {
				require.Equal(t, invented, strings.Contains(text, "zebra"), "%s: texts", name)
			}
			if name == "opening" || name == "findings" {
				shown := strings.Contains(text, story.All()[0].Crime().Name()) || strings.Contains(text, story.All()[0].Ties()[0].Name())
				require.Equal(t, invented, shown, "%s: the story's people", name)
			}
		}
	}
}

// TestCellMarks shows what a cell says of an order: the tick means that every message
// that was asked for was served, and something was.
func TestCellMarks(t *testing.T) {
	for _, c := range []struct {
		asked, served int
		want          string
	}{{4, 4, "✓ served 4/4"}, {4, 3, "served 3/4"}, {4, 0, "served 0/4"}, {1, 1, "✓ served 1/1"}, {0, 0, ""}} {
		r := demotest.Result(1, "n")
		cell := &r.Cells[len(r.Cells)-1]
		cell.Lawful = attacks.Lawful{Asked: c.asked, Served: c.served}
		tour := Tour{Conversation: story.Conversation(), Designs: []world.Design{strange("n")}}
		for name, text := range map[string]string{
			"matrix": Matrix(r, 100), "markdown": markdown.Result(r),
			"findings": tour.Findings(r, []technique.Header{{ID: "served", Title: "t"}}, 100),
		} {
			text, _, _ = strings.Cut(text, "What the numbers say")
			text = strings.ReplaceAll(terminal.Strip(text), "✓ served in full", "")
			require.Equal(t, c.want != "", strings.Contains(text, "served "+fmt.Sprintf("%d/%d", c.served, c.asked)), name)
			require.Equal(t, strings.HasPrefix(c.want, "✓"), strings.Contains(text, "✓ served"), "%s: %s", name, c.want)
		}
	}
}
