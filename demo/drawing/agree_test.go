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
)

// TestWordsAgree draws every step of real attacks, over the opening of the story or with -all over
// all of it: the signs that are open are as many
// as the frame has, and the words say the frame's numbers.
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
		for i, s := range p.Steps {
			for d, f := range s.Frames {
				m := parse(t, Timeline(p, d, i, proofAt))
				require.Equal(t, len(f.Opened), m.count("a", "open"), a.Header().ID)
				target, others := f.Content.Target, f.Content.Others
				if f.Cell.Applicable {
					require.Contains(t, m.words, fmt.Sprintf("%d of %d of the target's messages open", target.Recovered, target.Total))
					require.Contains(t, m.words, fmt.Sprintf("%d of %d of other messages open", others.Recovered, others.Total))
					require.Contains(t, m.words, fmt.Sprintf("%d of %d messages written so far", f.Moment, len(lab.Conversation.Messages)))
				} else {
					require.Contains(t, m.words, plain.Sentence(f.Cell.Why))
				}
			}
		}
		for d := range p.Result.Cells {
			proof := p.Result.Cells[d].Trace.Proof
			parse(t, Journey(p.Result.Cells[d].Trace.Record.Journey, ""))
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
