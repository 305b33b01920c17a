package text

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/world"
)

// A Tour is what `doormat demo` tells.
type Tour struct {
	Conversation *world.Conversation
	Target       string
	Story        *story.Story // whose conversation it is, nil of an imported one
	// flags that choose this conversation again, for the reader to go on with
	Keep    string
	Designs []world.Design
}

// Opening says who talks and what each design does. It needs no result, so that
// there is something to read while attacks run.
func (t Tour) Opening(width int) string {
	p := newPage(width)
	p.title(summary.Title)
	c := t.Conversation
	opening := summary.Opening(len(c.Messages), len(c.Accounts), len(t.Designs))
	p.prose(0, summary.Target(t.Target)+" "+strings.Join(opening, " "))
	p.gap()
	p.prose(0, summary.Demonstration)
	p.gap()
	p.heading("Who talks: "+c.Title, "")
	if t.Story != nil {
		t.people(p)
	} else {
		p.prose(2, strings.Join(c.Accounts[:min(10, len(c.Accounts))], ", ")+".")
	}
	p.gap()
	for _, d := range t.Designs {
		i := d.Info()
		p.heading("Design: "+i.Name, faint(i.ID))
		p.prose(2, plain.FirstSentence(strings.Join(strings.Fields(i.Doc), " ")))
	}
	return p.String()
}

func (t Tour) people(p *page) {
	for _, tie := range t.Story.Ties() { // all, so that the numbers add up
		n := 0
		for i := range t.Conversation.Messages {
			if tie.Holds(&t.Conversation.Messages[i]) {
				n++
			}
		}
		p.beside(28, fmt.Sprintf("  %-21s %3d", tie.Name(), n), tie.About)
	}
	p.prose(2, t.Story.Order)
}

// Findings shows a few attacks one by one, then all, then what that means.
func (t Tour) Findings(r *attacks.Result, shown []technique.Header, width int) string {
	p := newPage(width)
	cells := summary.Cells(r)
	p.gap()
	signs(p)
	for i, h := range shown {
		p.gap()
		p.heading(fmt.Sprintf("Attack %d: %s", i+1, h.Title), faint(h.ID))
		p.prose(2, "Takes "+strings.Join(h.Needs, ", ")+".")
		outcomes(p, r, cells, h.ID, h.Kind)
		t.sample(p, r, h)
	}
	p.gap()
	p.title("All attacks")
	p.prose(0, summary.Settings(r, ""))
	words(p, r)
	p.gap()
	table(p, r, false)
	p.gap()
	caveats(p, r)
	p.gap()
	p.title("What the numbers say")
	for _, text := range summary.Meaning(r) {
		p.beside(2, "-", plain.Clean(text))
	}
	p.gap()
	t.next(p, r, shown)
	return p.String()
}

// sample shows a text that an attack recovered, if it is an invented one, and of
// an order whether it found what the court was after.
func (t Tour) sample(p *page, r *attacks.Result, h technique.Header) {
	if t.Story == nil {
		return
	}
	var best *attacks.Cell
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Attack == h.ID && c.Trace.Proved > 0 {
			best = c
		}
	}
	if best == nil {
		return
	}
	k := best.Trace.Proved
	p.prose(2, "Read, among others: message "+summary.Quote(k, &t.Conversation.Messages[k-1]))
	if h.Kind == "lawful" {
		p.prose(2, t.Story.Found(t.Conversation, best.Trace.Opened))
	}
}

// outcomes tells each design's, or one for all if they are alike.
func outcomes(p *page, r *attacks.Result, cells map[[2]string]*attacks.Cell,
	id, kind string) {
	var all []*attacks.Cell
	for _, d := range r.Designs {
		if c := cells[[2]string{id, d.ID}]; c != nil {
			all = append(all, c)
		}
	}
	alike := func(c *attacks.Cell) bool {
		first := all[0]
		return c.Applicable && c.Content == first.Content && c.Attachments == first.Attachments &&
			c.Calls == first.Calls && c.Forged == first.Forged && c.Why == first.Why &&
			c.Parties == first.Parties && len(c.Noticed) == len(first.Noticed) &&
			summary.DisclosedTo(c) == summary.DisclosedTo(first) &&
			c.Lawful == first.Lawful && c.People == first.People &&
			c.Delivered == first.Delivered && c.Expected == first.Expected
	}
	if len(all) > 1 && !slices.ContainsFunc(all, func(c *attacks.Cell) bool { return !alike(c) }) {
		measured(p, "In "+summary.Every(len(all)), kind, all[0])
		return
	}
	for _, d := range r.Designs {
		if c := cells[[2]string{id, d.ID}]; c != nil {
			measured(p, d.Name, kind, c)
		}
	}
}

// measured is one design's outcome in the tour.
func measured(p *page, name, kind string, c *attacks.Cell) {
	const column = 26
	text := state(c)
	if c.Applicable {
		x, y := c.Content.Target, c.Content.Others
		notes := append([]string{
			fmt.Sprintf("%d of %d messages of the target, %d of %d of others", x.Recovered, x.Total,
				y.Recovered, y.Total),
			summary.Took(kind, c)}, summary.Remarks(c)...)
		if x.Recovered+y.Recovered > 0 && len(c.Noticed) == 0 {
			notes = append(notes, "noticed by "+summary.Nobody(c))
		}
		text += "  " + strings.Join(notes, "; ")
	}
	if c.Applicable && c.At == 0 {
		text += "; it begins before the first message"
	}
	if c.Why != "" {
		text += "\n" + faint(plain.Clean(c.Why))
	}
	if surprising(c) {
		text += "\n" + alarmStyle.Render(summary.Unexpected+": ") + summary.Surprise(c)
	}
	var names []string
	for _, l := range wrap(plain.Clean(name), column-4) {
		names = append(names, strings.Repeat(" ", 2+min(len(names), 1)*2)+bold(l))
	}
	p.beside(column, strings.Join(names, "\n"), text)
}

// next says what to try, on the same conversation.
func (t Tour) next(p *page, r *attacks.Result, shown []technique.Header) {
	p.heading("Try next", faint("doormat is short for: go run ./cmd/doormat"))
	var hints [][2]string
	if len(shown) > 0 {
		hints = append(hints, [2]string{"attack run " + shown[0].ID,
			"one attack in full, with its proof"})
	}
	hints = append(hints,
		[2]string{fmt.Sprintf("matrix --at %d --retention 5",
			min(10, len(t.Conversation.Messages))), "another moment, phones that delete"},
		[2]string{"matrix --threshold 2", "a smaller quorum"})
	for i := range hints {
		hints[i][0] = strings.TrimSpace(hints[i][0] + " " + plain.Clean(t.Keep))
	}
	if len(r.Designs) > 0 {
		hints = slices.Insert(hints, min(1, len(hints)), [2]string{"design show " + r.Designs[0].ID,
			"whom its users trust, and its rules"})
	}
	if t.Story != nil {
		hints = append(hints, [2]string{"demo --conversation chat.txt", "your own exported chat"})
	}
	const column = 42
	for _, h := range hints {
		if command := "  doormat " + h[0] + " "; lipgloss.Width(command) <= column {
			p.beside(column, command, h[1])
		} else { // a command that is broken into lines cannot be pasted
			p.line("%s", strings.TrimRight(command, " "))
			p.prose(indented, h[1])
		}
	}
}
