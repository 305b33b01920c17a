package present

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/demo/replay"
)

// A screen of a step has, from the top: what happens, the lines that run, a table
// of the designs, and who can be read. At 20 rows nothing is left over.
const (
	fewLines = 3 // of the script, at least
	fewest   = 6 // accounts that are shown whatever the height
	fixed    = 3 + 1 + 6 + 1
)

func (s *Show) step(p *page, a *act, v view) {
	st := &a.replay.Steps[v.step]
	p.apart(s.header(), s.count(), faint)
	p.line(bold.Render(cut(st.Title, p.width)))
	p.line(cut(st.Text, p.width))
	accounts := people(a.replay)
	spare := p.height - fixed - fewLines - min(len(accounts), fewest)
	spend := func(most int) int {
		n := max(0, min(spare, most))
		spare -= n
		return n
	}
	spend(1) // the footer
	gaps := spend(2)
	lines := fewLines + spend(2)
	rows := min(len(accounts), fewest) + spend(max(0, len(accounts)-fewest))
	lines += spend(4)
	if gaps > 0 {
		p.gap()
	}
	running(p, a.replay.Script, st, lines)
	if gaps > 1 {
		p.gap()
	}
	s.counters(p, a.replay, v.step)
	timelines(p, a.replay, v.step, accounts, rows)
}

// running shows so many lines of the script around those that run.
func running(p *page, source []string, st *replay.Step, most int) {
	if st.From == 0 {
		p.line("  (the script has ended)")
		for range most - 1 {
			p.gap()
		}
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
			p.line(marked.Render(cut(">"+text[1:], p.width)))
		} else {
			p.line(faint.Render(cut(text, p.width)))
		}
	}
}

// names heads a table of the designs.
func (s *Show) names(p *page, r *replay.Replay) {
	text := strings.Repeat("─", labels-1) + " "
	for _, d := range r.Result.Designs {
		column := p.column(len(r.Result.Designs))
		name := cut(strings.ToUpper(d.Name), column-2) + " "
		text += bold.Render(name) + strings.Repeat("─", max(0, column-1-lipgloss.Width(name))) + " "
	}
	p.line(strings.TrimRight(text, " "))
}

// counters is the table of a step.
func (s *Show) counters(p *page, r *replay.Replay, step int) {
	s.names(p, r)
	frames, before := r.Steps[step].Frames, r.Steps[step-1].Frames
	narrow := p.column(len(frames)) - 2
	rows := make([][]string, 6)
	for d := range frames {
		f := &frames[d]
		cells := []string{
			changed(f, cut(now(&before[d], f), narrow)), cut(taken(f), narrow), state(f.Cell, f.Content.Target), state(f.Cell, f.Content.Others),
			cut(split(f.Content.Target), narrow), notice(cut(heard(f.Noticed, f.Forged), narrow)),
		}
		switch c := f.Cell; {
		case c.Error != "":
			lines := append(wrap("✗ error: "+c.Error, narrow, 2), "")
			cells[0], cells[1] = alarm.Render(lines[0]), lines[1]
		case !c.Applicable:
			lines := append(wrap("– n/a: "+c.Why, narrow, 2), "")
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

// changed makes the moment stand out at which messages open.
func changed(f *replay.Frame, text string) string {
	if len(f.New) > 0 {
		return open.Render(text)
	}
	return text
}

// notice makes a warning stand out.
func notice(text string) string {
	if strings.HasPrefix(text, "!") {
		return alarm.Render(text)
	}
	return text
}

// people lists accounts: the target, then those who write and read most.
func people(r *replay.Replay) []string {
	busy := map[string]int{}
	for i := range r.Conversation.Messages {
		m := &r.Conversation.Messages[i]
		busy[m.From]++
		for _, to := range m.To {
			busy[to]++
		}
	}
	target := r.Settings().Target
	list := slices.Clone(r.Conversation.Accounts)
	slices.SortStableFunc(list, func(a, b string) int {
		switch {
		case a == target:
			return -1
		case b == target:
			return 1
		}
		return busy[b] - busy[a]
	})
	return list
}

// applies reports whether a cell has something to show.
func applies(c *attacks.Cell) bool { return c.Applicable && c.Error == "" }
