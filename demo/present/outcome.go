package present

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/replay"
)

// outcome is what was counted, beside what the room guessed.
func (s *Show) outcome(p *page, a *act) {
	r := a.replay
	p.apart(s.header(), s.count(), faint)
	p.line(bold.Render("What came of it"))
	gap := func() {
		if len(a.guess) == 0 { // with guesses there is no room to spare
			p.gap()
		}
	}
	gap()
	s.names(p, r)
	for part, label := range []string{"target", "others"} {
		var counts, bars, guesses []string
		for d := range r.Result.Cells {
			e := exposure(r, d, part)
			counts = append(counts, state(&r.Result.Cells[d], e))
			if !applies(&r.Result.Cells[d]) {
				e = attacks.Exposure{} // nothing was counted, so there is nothing to draw
			}
			bars = append(bars, bar(e, min(40, p.column(len(r.Result.Cells))-4)))
			guesses = append(guesses, verdict(a, 2*d+part))
		}
		p.row(label, counts)
		p.row("", bars)
		if strings.Join(guesses, "") != "" {
			p.row("room said", guesses)
		}
	}
	gap()
	s.rest(p, r)
}

// rest is what was counted besides messages, and why it came so.
func (s *Show) rest(p *page, r *replay.Replay) {
	rows := map[string][]string{}
	add := func(label, text string) { rows[label] = append(rows[label], text) }
	reasons := make([]string, len(r.Result.Cells))
	asked := false
	for d := range r.Result.Cells {
		c := &r.Result.Cells[d]
		reasons[d] = c.Why
		asked = asked || c.Lawful.Asked > 0
		switch {
		case c.Error != "":
			reasons[d] = "✗ error: " + c.Error
		case !c.Expected:
			reasons[d] = "≠ unexpected: " + c.Trace.Surprise
		case !c.Applicable:
			reasons[d] = "– not applicable: " + c.Why
		}
		if !applies(c) {
			for _, label := range []string{"target's", "used", "noticed", "orders"} {
				add(label, "–")
			}
			continue
		}
		add("target's", split(c.Content.Target))
		add("used", count(c.Parties, "principal"))
		add("noticed", heard(c.Noticed, c.Forged)+later(c))
		add("orders", served(c.Lawful))
	}
	for _, label := range []string{"target's", "used", "noticed", "orders"} {
		if label != "orders" || asked {
			p.block(label, rows[label], 2)
		}
	}
	p.block("because", reasons, p.room())
}

// served tells how much of what a court asked for was obtained.
func served(l attacks.Lawful) string {
	switch {
	case l.Asked == 0:
		return "none signed"
	case l.Served == l.Asked:
		return fmt.Sprintf("✓ served %d of %d", l.Served, l.Asked)
	}
	return fmt.Sprintf("served %d of %d", l.Served, l.Asked)
}

// bar draws a part to scale; what is not nothing and not all looks like neither.
func bar(e attacks.Exposure, width int) string {
	if e.Total == 0 {
		return ""
	}
	full := e.Recovered * width / e.Total
	if e.Recovered > 0 {
		full = max(full, 1)
	}
	return open.Render(strings.Repeat("■", full)) + closed.Render(strings.Repeat("□", width-full))
}

// verdict compares a guess with what was counted, "" if nobody guessed.
func verdict(a *act, question int) string {
	level, ok := a.guess[question]
	switch {
	case !ok:
		return ""
	case level == measured(a.replay, question):
		return levels[level] + ": right"
	}
	return levels[level] + ": wrong"
}
