package handout

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/replay"
	"doormat/demo/summary"
)

// A section is what all formats tell of one attack.
type section struct {
	technique.Header
	Number  int // from 1: on paper, links are numbers
	Fixes   []string
	Fields  []field  // of the table that compares designs
	Columns []column // one a design
	Steps   []step
	Command string
	replay  *replay.Replay
}

// A column is one design in a section.
type column struct {
	Design  attacks.DesignRow
	Cell    *attacks.Cell
	Samples []string // of what was opened, of invented people
	place   int      // among the designs
}

// A field is a row of the table that compares designs.
type field struct {
	Name   string
	Values []value // one a design
}

// A value is what a field says of a design.
type value struct {
	Key     string // of the number, for those who read the page by program
	Got, Of int
	Text    string
	More    string // in smaller print
}

// A step is lines of a script and what they did in each design.
type step struct {
	Title, Text string
	From, To    int
	Code        string
	Did         []did
}

// did is what a step did in one design.
type did struct {
	Design string
	Calls  []string
	So     string // what it opened, "" for nothing, and how much is open by then
	Warned string // whom it warned, "" for nobody
}

// sections makes one for each attack of the result.
func (h *Handout) sections() []*section {
	var list []*section
	for i, row := range h.Result.Attacks {
		for _, t := range h.Lab.Attacks {
			if t.Header().ID == row.ID {
				list = append(list, h.section(i+1, row, t))
			}
		}
	}
	return list
}

func (h *Handout) section(number int, row attacks.AttackRow, t technique.Technique) *section {
	o := h.options()
	o.Attacks = nil
	s := &section{Header: t.Header(), Number: number, Fixes: row.Fixes,
		Command: command("attack run "+row.ID, o)}
	r := replay.New(h.Result, t, h.Lab.Conversation)
	s.replay = r
	for i := range r.Result.Cells {
		c := &r.Result.Cells[i]
		s.Columns = append(s.Columns, column{summary.DesignOf(h.Result, c.Design), c,
			h.samples(c), i})
	}
	s.compare(h.Result.Conversation.Messages)
	for i, at := range r.Steps {
		if at.Kind == replay.Script || at.Kind == replay.After { // others stand before these
			s.Steps = append(s.Steps, s.step(r.Steps[i-1], at, r.Script))
		}
	}
	return s
}

// samples quotes a few of the messages that were opened, spread over all of them.
func (h *Handout) samples(c *attacks.Cell) (list []string) {
	if !h.BuiltIn() {
		return nil
	}
	for _, k := range summary.Spread(c.Trace.Opened, 3) {
		list = append(list, summary.Quote(k, &h.Lab.Conversation.Messages[k-1]))
	}
	return list
}

// step tells what a step of the replay did since the one before it.
func (s *section) step(before, at replay.Step, script []string) step {
	out := step{Title: at.Title, Text: at.Text, From: at.From, To: at.To}
	if at.From > 0 && at.To <= len(script) {
		out.Code = dedent(script[at.From-1 : at.To])
	}
	for i, f := range at.Frames {
		if !f.Ran {
			continue
		}
		d := did{Design: s.Columns[i].Design.Name, Calls: f.Did}
		if n := len(f.New); n > 0 {
			x, y := f.Content.Target, f.Content.Others
			d.So = fmt.Sprintf("opened %s; now %d of %d of the target, %d of %d of others",
				summary.Count(n, "message"), x.Recovered, x.Total, y.Recovered, y.Total)
		}
		if before := before.Frames[i].Noticed; len(f.Noticed) > len(before) {
			d.Warned = summary.Warned + " noticed by " +
				summary.Some(summary.Witnesses(f.Noticed[len(before):]), 3)
		}
		out.Did = append(out.Did, d)
	}
	return out
}

// dedent takes away the spaces with which all lines begin.
func dedent(lines []string) string {
	least := -1
	for _, l := range lines {
		if n := len(l) - len(strings.TrimLeft(l, " ")); strings.TrimSpace(l) != "" && (least < 0 ||
			n < least) {
			least = n
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l[min(max(least, 0), len(l)):]
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// Opened lists the numbers of the messages that are open, of very many the first.
func (c column) Opened() string {
	const most = 400
	text := summary.Ranges(c.Cell.Trace.Opened)
	if len(text) > most {
		cut := strings.LastIndex(text[:most], ",")
		text = text[:cut] + ", …"
	}
	return text
}
