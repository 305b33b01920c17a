package present

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// step tells, from the top, what happens, the lines that run, a table of the designs,
// and who can be read. At 20 rows nothing is left over; more rows are shared out.
func (s *Show) step(p *page, r *replay.Replay, step int) {
	const fixed, lines, rows = 3 + 1 + 6 + 1, 3, 6
	st, accounts := &r.Steps[step], people(r)
	few := min(len(accounts), rows)
	spare := p.height - fixed - lines - few
	spend := func(most int) int {
		n := max(0, min(spare, most))
		spare -= n
		return n
	}
	p.line(bold.Render(cut(st.Title, p.width)))
	p.line(cut(st.Text, p.width))
	spend(1) // the footer
	gaps, more := spend(2), spend(2)
	few += spend(len(accounts) - few)
	if gaps > 0 {
		p.gap()
	}
	running(p, r.Script, st, lines+more+spend(4))
	if gaps > 1 {
		p.gap()
	}
	s.counters(p, r.Steps[step-1].Frames, st.Frames)
	timelines(p, r, st.Frames, accounts, few)
}

// running shows so many lines of the script around those that run.
func running(p *page, source []string, st *replay.Step, most int) {
	if st.From == 0 {
		p.line("  (the script has ended)")
		p.lines = append(p.lines, make([]string, most-1)...)
		return
	}
	from := min(st.From-1, len(source)) - (most-min(most, st.To-st.From+1))/2
	from = max(0, min(from, len(source)-most))
	for i := from; i < from+most; i++ {
		if i >= len(source) {
			p.gap()
			continue
		}
		text := fmt.Sprintf("%4d  %s", i+1, strings.ReplaceAll(source[i], "\t", "    "))
		if i+1 >= st.From && i+1 <= st.To {
			p.line(bold.Render(cut(">"+text[1:], p.width)))
		} else {
			p.line(faint.Render(cut(text, p.width)))
		}
	}
}

// names heads a table of the designs: with their ids if there is no room for a name.
func (s *Show) names(p *page) {
	text, column := strings.Repeat("─", labels-1)+" ", p.column(len(s.Designs))
	long := func(d world.Info) bool { return lipgloss.Width(plain.Clean(d.Name)) >= column }
	ids := slices.ContainsFunc(s.Designs, long)
	for _, d := range s.Designs {
		name := d.Name
		if ids {
			name = d.ID
		}
		name = cut(strings.ToUpper(name), column-1) + " "
		text += bold.Render(name)
		if room := column - 1 - lipgloss.Width(name); room >= 0 {
			text += strings.Repeat("─", room) + " "
		}
	}
	p.line(strings.TrimRight(text, " "))
}

// counters is the table of a step.
func (s *Show) counters(p *page, before, frames []replay.Frame) {
	s.names(p)
	narrow, rows := p.column(len(frames))-2, make([][]string, 6)
	for d := range frames {
		f, t, o := &frames[d], frames[d].Content.Target, frames[d].Content.Others
		used, noticed, changed := "nobody yet", noticedBy(f.Noticed, f.Forged), normal
		if len(f.Used) > 0 {
			used = briefly(f.Used)
		}
		if len(f.New) > 0 {
			changed = open // the moment at which messages open
		}
		cells := []string{changed.Render(cut(now(&before[d], f), narrow)), cut(used, narrow),
			state(f.Cell, t, fmt.Sprintf("  %d of %d", t.Recovered, t.Total)),
			state(f.Cell, o, fmt.Sprintf("  %d of %d", o.Recovered, o.Total)),
			cut(split(t), narrow), warning(noticed).Render(cut(noticed, narrow))}
		switch c := f.Cell; {
		case c.Error != "":
			lines := append(wrap(summary.StateOf(c).String()+": "+c.Error, narrow, 2), "")
			cells[0], cells[1] = alarm.Render(lines[0]), lines[1]
		case !c.Applicable:
			lines := append(wrap(summary.StateOf(c).String()+": "+c.Why, narrow, 2), "")
			cells[0], cells[1], cells[4], cells[5] = lines[0], lines[1], "–", "–"
		}
		for i, cell := range cells {
			rows[i] = append(rows[i], cell)
		}
	}
	for i, label := range []string{"now", "uses", "target", "others", "target's", "noticed"} {
		p.row(label, rows[i])
	}
}

// people lists accounts: the target, then those who write and read most.
func people(r *replay.Replay) []string {
	busy := map[string]int{}
	for i := range r.Conversation.Messages {
		for _, who := range append([]string{r.Conversation.Messages[i].From},
			r.Conversation.Messages[i].To...) {
			busy[who]++
		}
	}
	busy[r.Settings().Target] = 2*len(r.Conversation.Messages) + 1
	list := slices.Clone(r.Conversation.Accounts)
	slices.SortStableFunc(list, func(a, b string) int { return busy[b] - busy[a] })
	return list
}

// timelines draws a line for each account and a square for each message that the
// account wrote or reads, in every design; where there are more messages than
// columns, some share a square. Accounts beyond the last row share one.
func timelines(p *page, r *replay.Replay, frames []replay.Frame, accounts []string, rows int) {
	messages := len(r.Conversation.Messages)
	end := fmt.Sprintf(" %d", messages)
	narrow := p.column(len(frames)) - 1 - len(end)
	each := (messages + narrow - 1) / narrow
	// where a design has nothing to attack, people write all the same
	at, moment := r.Settings().At, 0
	for d := range frames {
		if f := &frames[d]; summary.Measured(f.Cell) {
			at, moment = f.Cell.At, max(moment, f.Moment)
		}
	}
	axis, cells := make([]string, len(frames)), make([]string, len(frames))
	for d := range frames {
		if summary.Measured(frames[d].Cell) {
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
		for d, f := range frames {
			if !summary.Measured(f.Cell) {
				f.Moment = moment
			}
			cells[d] = ""
			for first := 1; first <= messages; first += each {
				cells[d] += square(r.Conversation, &f, who, first, min(first+each-1, messages))
			}
		}
		p.row(name, cells)
	}
}

// square stands for messages first to last, as far as they concern somebody.
func square(c *world.Conversation, f *replay.Frame, who []string, first, last int) string {
	concerned, written, hit := 0, 0, 0
	for k := first; k <= last; k++ {
		if !slices.ContainsFunc(who, c.Messages[k-1].Concerns) {
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
		return " "
	case written == 0 && hit == 0:
		return faint.Render("·")
	case hit == 0:
		return closed.Render("□")
	case hit < written:
		return open.Render("◧")
	}
	return open.Render("■")
}
