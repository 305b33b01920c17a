package drawing

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/wall"
	"doormat/world"
)

// An Attack is one attack in full: what it needs, what came of it in each design, what each
// line of its script did, and what its author says of it.
type Attack struct {
	*replay.Replay
	Story   *story.Story // whose people it is about, nil of a chat whose words are not shown
	Command string       // repeats it in a terminal
	// Link leads to the proof of message Trace.Proved of a design; with nil it is shown instead.
	Link func(c *attacks.Cell) string
}

// HTML tells of the attack under whatever headline a page gives it.
func (a Attack) HTML() template.HTML { return render("attack", a) }

// A Column is one design of an attack.
type Column struct {
	Design  attacks.DesignRow
	Cell    *attacks.Cell
	Wall    template.HTML
	Opened  string   // the numbers of the messages that are open, of very many the first
	Samples []string // of what was opened, of invented people
	Link    string   // to the proof of one message, or
	Proof   template.HTML
}

// Columns are the designs, in the order of the result.
func (a Attack) Columns() (list []Column) {
	teller := wall.Teller{Replay: a.Replay}
	beats := teller.Tell()
	for i, w := range beats[len(beats)-1].Worlds {
		c := &a.Result.Cells[i]
		col := Column{Design: summary.DesignOf(a.Result, c.Design), Cell: c,
			Wall: Wall(w, teller.Columns()), Opened: opened(c)}
		for _, k := range summary.Spread(c.Trace.Opened, 3) {
			if a.Story != nil {
				col.Samples = append(col.Samples, summary.Quote(k, &a.Conversation.Messages[k-1]))
			}
		}
		if a.Story != nil && a.Header.Kind == "lawful" && c.Trace.Proved > 0 {
			col.Samples = append(col.Samples, a.Story.Found(a.Conversation, c.Trace.Opened))
		}
		switch p := c.Trace.Proof; {
		case c.Trace.Proved == 0:
		case a.Link != nil:
			col.Link = a.Link(c)
		default: // bytes by the few: a reader who wants them all has the command
			col.Proof = Proof(replay.Graph(p), p, a.Story != nil) + Steps(p, false)
		}
		list = append(list, col)
	}
	return list
}

func opened(c *attacks.Cell) string {
	const most = 400
	text := summary.Ranges(c.Trace.Opened)
	if len(text) > most {
		text = text[:strings.LastIndex(text[:most], ",")] + ", …"
	}
	return text
}

// Fixes are settings that the attack chooses itself.
func (a Attack) Fixes() (list []string) {
	for _, row := range a.Result.Attacks {
		list = append(list, row.Fixes...)
	}
	return list
}

// A ScriptStep is lines of a script and what they did in each design.
type ScriptStep struct {
	replay.Step
	Lines, Code string
	Designs     []StepDesign
}

// A StepDesign is what a step did in one design.
type StepDesign struct {
	Name   string
	Calls  []string
	So     string // what it opened, "" for nothing, and how much is open by then
	Warned string // whom it warned, "" for nobody
}

// Script lists the steps that ran.
func (a Attack) Script() (list []ScriptStep) {
	for i, at := range a.Steps {
		if at.Kind != replay.Script && at.Kind != replay.After { // others stand before these
			continue
		}
		s := ScriptStep{Step: at, Lines: fmt.Sprintf("line %d", at.From)}
		if at.To > at.From {
			s.Lines = fmt.Sprintf("lines %d–%d", at.From, at.To)
		}
		if at.From > 0 && at.To <= len(a.Replay.Script) {
			s.Code = dedent(a.Replay.Script[at.From-1 : at.To])
		}
		for d, f := range at.Frames {
			if f.Ran {
				s.Designs = append(s.Designs, a.did(d, a.Steps[i-1].Frames[d], f))
			}
		}
		list = append(list, s)
	}
	return list
}

func (a Attack) did(design int, before, f replay.Frame) StepDesign {
	d := StepDesign{Name: summary.DesignOf(a.Result, a.Result.Cells[design].Design).Name, Calls: f.Did}
	if n := len(f.New); n > 0 {
		x, y := f.Content.Target, f.Content.Others
		d.So = fmt.Sprintf("opened %s; now %d of %d of the target, %d of %d of others",
			summary.Count(n, "message"), x.Recovered, x.Total, y.Recovered, y.Total)
	}
	if n := len(before.Noticed); len(f.Noticed) > n {
		d.Warned = summary.Warned + " noticed by " + summary.Some(summary.Witnesses(f.Noticed[n:]), 3)
	}
	return d
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

// A Comparison is a row of the table that sets designs beside each other.
type Comparison struct {
	Name   string
	Values []Value // one a design
}

// A Value is what a comparison says of a design.
type Value struct {
	Key     string // of the number, for those who read the page by program
	Got, Of int
	Text    string
	More    string // in smaller print
}

// Compare lists the rows. What there is none of in any design has none.
func (a Attack) Compare() (list []Comparison) {
	for _, c := range a.compared() {
		row := Comparison{Name: c.name}
		worth := c.always
		for i := range a.Result.Cells {
			cell := &a.Result.Cells[i]
			v := Value{Text: "–"}
			if c.always || summary.Measured(cell) {
				v = c.of(cell)
				worth = worth || v.Text != "" && v.Text != "0"
			}
			row.Values = append(row.Values, v)
		}
		if worth {
			list = append(list, row)
		}
	}
	return list
}

// A comparison says how a row is read off a cell.
type comparison struct {
	name   string
	always bool // also of cells in which nothing was measured
	of     func(*attacks.Cell) Value
}

func (a Attack) compared() []comparison {
	messages := len(a.Conversation.Messages)
	text := func(of func(*attacks.Cell) string) func(*attacks.Cell) Value {
		return func(c *attacks.Cell) Value { return Value{Text: of(c)} }
	}
	number := func(key string, n func(*attacks.Cell) int) func(*attacks.Cell) Value {
		return func(c *attacks.Cell) Value { return Value{key, n(c), 0, fmt.Sprint(n(c)), ""} }
	}
	var parts []comparison
	for _, p := range attacks.Parts() {
		parts = append(parts, comparison{strings.ToUpper(p.What[:1]) + p.What[1:], false,
			func(c *attacks.Cell) Value {
				n := p.Count(c)
				if n.Total == 0 {
					return Value{}
				}
				return Value{p.Name, n.Recovered, n.Total, summary.OutOf(n.Recovered, n.Total), ""}
			}})
	}
	return slices.Concat([]comparison{
		{"Recovered", true, text(func(c *attacks.Cell) string { return summary.StateOf(c).Long() })},
		{"Messages of the target", false,
			func(c *attacks.Cell) Value { return exposure("target", c.Content.Target) }},
		{"Messages of others", false,
			func(c *attacks.Cell) Value { return exposure("others", c.Content.Others) }},
	}, parts, []comparison{
		{"Forged messages shown", false,
			number("forged", func(c *attacks.Cell) int { return c.Forged })},
		{"False claims of the script", false,
			number("false-claims", func(c *attacks.Cell) int { return c.FalseClaims })},
		{"Of what orders asked for", false, served},
		{"Noticed by", false, noticed},
		{"Break-ins needed, or who had to say yes", false, func(c *attacks.Cell) Value {
			return Value{"parties", c.Parties, 0, fmt.Sprintf("×%d", c.Parties),
				summary.Some(world.Written(c.Needs), 12)}
		}},
		{"Began", false,
			text(func(c *attacks.Cell) string { return summary.Moment(c.At, messages) })},
		{"As expected", true, text(func(c *attacks.Cell) string {
			if c.Error != "" || !c.Expected {
				return summary.Reason(c)
			}
			return "yes"
		})},
		{"Why", true, text(func(c *attacks.Cell) string { return plain.Sentence(c.Why) })},
	})
}

func exposure(key string, e attacks.Exposure) Value {
	if e.Total == 0 {
		return Value{Text: summary.Absent.Word}
	}
	v := Value{key, e.Recovered, e.Total, summary.OutOf(e.Recovered, e.Total), ""}
	if e.BeforeTotal > 0 && e.AfterTotal > 0 {
		v.More = fmt.Sprintf("before %s, after %s", summary.OutOf(e.Before, e.BeforeTotal),
			summary.OutOf(e.After, e.AfterTotal))
	}
	return v
}

func served(c *attacks.Cell) Value {
	if c.Lawful.Asked == 0 {
		return Value{}
	}
	v := Value{"served", c.Lawful.Served, c.Lawful.Asked, summary.Orders(c), ""}
	var more []string
	if summary.MoreMetadata(c) {
		more = append(more, "who wrote to whom and when, of "+
			summary.OutOf(c.Lawful.Metadata.Recovered, c.Lawful.Metadata.Total))
	}
	if c.Lawful.Beyond > 0 {
		more = append(more, fmt.Sprintf("beyond the orders came %d, read or not", c.Lawful.Beyond))
	}
	v.More = strings.Join(more, "; ")
	return v
}

// noticed names who noticed what, the first few.
func noticed(c *attacks.Cell) Value {
	const few = 3
	v := Value{Key: "noticed", Got: len(c.Noticed), Text: summary.Nobody(c)}
	if len(c.Noticed) == 0 {
		if to := summary.DisclosedTo(c); to != "" {
			v.More = "told later, by design: " + to
		}
		return v
	}
	var parts []string
	for _, e := range c.Noticed[:min(few, len(c.Noticed))] {
		parts = append(parts, summary.Warning(e))
	}
	if more := len(c.Noticed) - few; more > 0 {
		parts = append(parts, "and "+summary.Count(more, "more warning"))
	}
	v.Text = summary.Warned + " " + summary.Some(summary.Witnesses(c.Noticed), few)
	v.More = strings.Join(parts, "; ")
	return v
}
