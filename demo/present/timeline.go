package present

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/demo/replay"
	"doormat/world"
)

// timelines draws a line for each account and a square for each message that the
// account wrote or reads, in every design; where there are more messages than
// columns, some share a square. Accounts beyond the last row share one.
func timelines(p *page, r *replay.Replay, step int, accounts []string, rows int) {
	frames := r.Steps[step].Frames
	narrow := p.column(len(frames)) - 1
	messages := len(r.Conversation.Messages)
	end := fmt.Sprintf(" %d", messages)
	each := (messages + narrow - len(end) - 1) / (narrow - len(end))
	at, moment := r.Settings().At, 0 // where a design has nothing to attack, people write all the same
	for d := range frames {
		if f := &frames[d]; applies(f.Cell) {
			at, moment = f.Cell.At, max(moment, f.Moment)
		}
	}
	axis := make([]string, len(frames))
	for d := range frames {
		if applies(frames[d].Cell) {
			at = frames[d].Cell.At
		}
		line := []rune(strings.Repeat("─", (messages+each-1)/each))
		line[min(at/each, len(line)-1)] = '▼'
		axis[d] = faint.Render(string(line) + end)
	}
	p.row("messages", axis)
	for i := range rows {
		who, name := accounts[i:i+1], accounts[i]
		if i == rows-1 && rows < len(accounts) {
			who = accounts[i:]
			name = fmt.Sprintf("%d more", len(who))
		}
		if i == 0 {
			name = "*" + name
		}
		cells := make([]string, len(frames))
		for d := range frames {
			f := frames[d]
			if !applies(f.Cell) {
				f.Moment = moment
			}
			cells[d] = squares(r.Conversation, &f, who, each)
		}
		p.row(name, cells)
	}
}

// squares draws the messages of some accounts, so many in each.
func squares(c *world.Conversation, f *replay.Frame, who []string, each int) string {
	var line []rune
	for first := 1; first <= len(c.Messages); first += each {
		line = append(line, square(c, f, who, first, min(first+each-1, len(c.Messages))))
	}
	return painted(line)
}

// square stands for messages first to last, as far as they concern somebody.
func square(c *world.Conversation, f *replay.Frame, who []string, first, last int) rune {
	concerned, written, hit := 0, 0, 0
	for k := first; k <= last; k++ {
		m := &c.Messages[k-1]
		if !slices.ContainsFunc(who, m.Concerns) {
			continue
		}
		concerned++
		if k <= f.Moment {
			written++
		}
		if f.Opened[k] {
			hit++
		}
	}
	switch {
	case concerned == 0:
		return ' '
	case written == 0 && hit == 0:
		return '·'
	case hit == 0:
		return '□'
	case hit < written:
		return '◧'
	}
	return '■'
}

// painted gives squares their colours, a run at a time.
func painted(line []rune) string {
	styles := map[rune]lipgloss.Style{'■': open, '◧': open, '□': closed, '·': faint, ' ': normal}
	text := ""
	for i := 0; i < len(line); {
		j := i
		for j < len(line) && line[j] == line[i] {
			j++
		}
		text, i = text+styles[line[i]].Render(string(line[i:j])), j
	}
	return text
}
