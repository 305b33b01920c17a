package text

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/demo/wall"
)

// Brief tells the acts of the story in plain words, in at most forty lines of 80 columns: what
// is taken, what opens, who knows, and one message that was read.
func (t Tour) Brief(r *attacks.Result, acts []technique.Technique, width int) string {
	p := newPage(width)
	p.title(summary.Title)
	c := t.Conversation
	p.prose(0, fmt.Sprintf("The target is %s. %s What opens is compared, byte for byte, with what "+
		"was said.", plain.Short(t.Target, 40),
		summary.Opening(len(c.Messages), len(c.Accounts), len(t.Designs))[0]))
	for i, a := range acts {
		p.gap()
		teller := wall.Teller{Replay: replay.New(r, a, c), Slogans: wall.Slogans(t.Designs),
			Invented: t.Story != nil}
		if t.Story != nil {
			teller.Telling = t.Story.Telling()
		}
		t.act(p, i+1, teller.Tell())
	}
	p.gap()
	p.prose(0, strings.Join([]string{summary.Caveats()[0], summary.Demonstration}, " "))
	alarms(p, r)
	return p.String()
}

// act tells the beats of one attack.
func (t Tour) act(p *page, number int, beats []wall.Beat) {
	opens := beats[2]
	p.heading(fmt.Sprintf("%d. %s", number, beats[0].Sentence), "")
	p.prose(2, beats[1].Sentence+" "+opens.Sentence+" "+beats[3].Sentence)
	for _, w := range opens.Worlds {
		style := noneStyle
		if w.Open > 0 {
			style = allStyle
		}
		p.beside(36, "  "+plain.Short(w.Called(), 33), style.Render(w.Number))
	}
	if read := opens.Reading; read != nil {
		says := " " + plain.Clean(read.Says) + "."
		p.prose(2, "“"+plain.Short(read.Text, p.width-4-lipgloss.Width(says))+"”"+says)
	}
}
