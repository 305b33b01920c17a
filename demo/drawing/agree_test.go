package drawing

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/demo/summary"
)

// TestWordsAgree draws real attacks, over the opening of the story or with -all over all of it: the
// words say what was counted and what each step did, and open messages are listed.
func TestWordsAgree(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Attacks = []string{"quorum-theft", "device-theft", "narrow-order", "secret-order"}
	lab, err := o.Lab(kit, demotest.Conversation())
	require.NoError(t, err)
	lab.Record = true
	r, err := lab.Run(context.Background())
	require.NoError(t, err)
	for _, a := range lab.Attacks {
		p := replay.New(r, a, lab.Conversation)
		m := parse(t, Attack{Replay: p, Story: story.All()[0], Command: "doormat attack run"}.HTML())
		for i, s := range p.Steps {
			for d, f := range s.Frames {
				for _, did := range f.Did {
					require.Contains(t, m.words, plain.Clean(did), "%s, step %d of design %d", a.Header().ID, i, d)
				}
			}
		}
		for _, c := range p.Result.Cells {
			if !c.Applicable {
				require.Contains(t, m.words, plain.Sentence(c.Why))
				continue
			}
			require.Contains(t, m.words, fmt.Sprintf("%d of %d", c.Content.Target.Recovered, c.Content.Target.Total))
			require.Contains(t, m.words, fmt.Sprintf("%d of %d", c.Content.Others.Recovered, c.Content.Others.Total))
			if len(c.Trace.Opened) > 0 {
				require.Contains(t, m.words, "Opened: messages "+summary.Ranges(c.Trace.Opened))
			}
		}
		require.NotContains(t, parse(t, Attack{Replay: p}.HTML()).words, lab.Conversation.Messages[0].Text[:12], "words of people who may be real")
		for d := range p.Result.Cells {
			proof := p.Result.Cells[d].Trace.Proof
			if len(proof) > 0 {
				parse(t, Proof(replay.Graph(proof), proof, true))
				require.Equal(t, len(proof)+1, parse(t, Steps(proof, true)).count("tr", ""))
			}
		}
	}
	m := parse(t, Heat(r, nil))
	require.Equal(t, len(r.Cells), m.count("td", ""))
	require.Zero(t, m.count("span", "running"))
}
