package stage

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/replay"
	"doormat/demo/stage/scene"
	"doormat/demo/story"
	"doormat/demo/summary"
)

// TestPanelsAgree makes panels of cells written by hand: they say the states, and what went
// wrong, in the words of every other renderer.
func TestPanelsAgree(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Attacks = []string{"quorum-theft"}
	lab, err := o.Lab(kit, story.Conversation())
	require.NoError(t, err)
	for _, c := range []attacks.Cell{
		{Applicable: true, Expected: true, Content: attacks.Content{Target: attacks.Exposure{Recovered: 28, Total: 28}}},
		{Applicable: true, Expected: true, Content: attacks.Content{Target: attacks.Exposure{Recovered: 9, Total: 28}}},
		{Applicable: true, Content: attacks.Content{Target: attacks.Exposure{Total: 28}}},
		{Expected: true, Why: "nobody there"},
		{Why: "nobody there"},
		{Applicable: true, Error: "it fell over"},
	} {
		r := lab.Outline()
		for _, d := range r.Designs {
			c.Attack, c.Design, c.Trace.Settings = r.Attacks[0].ID, d.ID, r.Settings
			r.Cells = append(r.Cells, c)
		}
		p := replay.New(r, lab.Attacks[0], lab.Conversation)
		v := new(Stage).panel(replayAddress{attack: c.Attack, query: defaults(), step: len(p.Steps)}, p, 0, nil)
		e := c.Content.Target
		n := scene.Part("", e.Recovered, e.Total)
		switch {
		case c.Error != "":
		case !c.Applicable:
			require.Equal(t, summary.Absence(&c), v.Absent)
		default:
			require.Equal(t, summary.StateOf(&c), summary.State{Glyph: n.Glyph, Word: n.State})
		}
		if !c.Expected {
			require.Equal(t, summary.Reason(&c), v.Problem)
		}
	}
}
