package present

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/world"
)

const keysLine = "space next · b back · r outcome · p room guesses · ? keys · q quit"

// Screen is what the show looks like now, in lines of at most width columns and at
// most height of them. Below the smallest terminal it asks for a larger one.
func (s *Show) Screen(width, height int) []string {
	p := &page{width: width, height: height}
	a := s.current()
	switch {
	case width < Width || height < Height:
		p.small()
	case s.help:
		s.keys(p)
	case s.at.act == 0:
		s.opening(p)
	case a == nil:
		s.closing(p)
	case a.err != nil:
		s.broken(p, a)
	case a.replay == nil:
		s.waiting(p)
	default:
		s.scene(p, a, a.views[s.at.view])
	}
	return p.finish(s.footer())
}

func (s *Show) scene(p *page, a *act, v view) {
	switch v.kind {
	case means:
		s.means(p, a)
	case script:
		s.step(p, a, v)
	case outcome:
		s.outcome(p, a)
	case why:
		s.told(p, "Why", a.replay.Header.Why, "", "")
	case really:
		s.told(p, "Really", a.replay.Header.Really, "Source", a.replay.Header.Source)
	}
}

func (p *page) small() {
	for _, l := range wrap(fmt.Sprintf("This terminal has %d columns and %d rows; the show needs %d and %d. Make it larger, or its letters smaller. q quits.",
		p.width, p.height, Width, Height), max(p.width, 1), max(p.height-1, 1)) {
		p.line(l)
	}
}

func (s *Show) footer() string {
	switch {
	case s.bare:
		return ""
	case s.asking >= 0:
		return "n none · s part · a all · space skip · b back"
	case s.auto && s.paused:
		return "paused: space goes on · n next · b back · ? keys · q quit"
	case s.auto:
		return "goes on by itself: space pauses · n next · b back · ? keys · q quit"
	}
	return keysLine
}

// header names the act on stage.
func (s *Show) header() string {
	return fmt.Sprintf("Act %d/%d · %s", s.at.act, len(s.acts), s.talk.Acts[s.at.act-1].Title)
}

// count says which screen of the act this is.
func (s *Show) count() string {
	text := fmt.Sprintf("step %d/%d", s.at.view+1, len(s.current().views))
	if s.paused {
		text = "paused · " + text
	}
	return text
}

func (s *Show) opening(p *page) {
	c := s.talk.Conversation
	p.line(bold.Render("doormat: who can read your messages after something goes wrong?"))
	p.gap()
	p.prose(fmt.Sprintf("One conversation, %s of %s, is protected in %s. Then an adversary takes real keys and "+
		"real ciphertext, and computes. What it opens is compared with what was said.",
		count(len(c.Messages), "message"), count(len(c.Accounts), "account"), count(len(s.talk.Designs), "way")), 3, normal)
	p.gap()
	p.beside(bold.Render("Who talks"), labels, strings.Join(c.Accounts[:min(12, len(c.Accounts))], ", ")+"; the target is "+s.talk.Settings.Target+".", 2, normal)
	if s.talk.BuiltIn {
		for _, t := range story.Ties()[:3] {
			p.beside("", labels, t.Name()+": "+t.About, 1, normal)
		}
	}
	p.gap()
	for i := range s.talk.Designs {
		s.way(p, &s.talk.Designs[i])
	}
	p.gap()
	p.line(bold.Render("This is a demonstration. It protects nobody's real messages."))
	p.line("■ opened  ◧ some of them  □ closed  · not yet written  ▼ the attack")
}

// way says of a design in a sentence who could open a message.
func (s *Show) way(p *page, d *world.Info) {
	doc, _, _ := strings.Cut(strings.Join(strings.Fields(d.Doc), " "), ". ")
	doc = strings.TrimSuffix(doc, ".") + "."
	doc = strings.Replace(doc, " t of n ", fmt.Sprintf(" %d of %d ", s.talk.Settings.Threshold, s.talk.Settings.Trustees), 1)
	p.line(bold.Render(cut(strings.ToUpper(d.Name), p.width)))
	p.beside("", 2, doc, 3, normal)
}

func (s *Show) waiting(p *page) {
	p.apart(s.header(), "", faint)
	p.gap()
	p.line(bold.Render("This act runs now; it takes a moment."))
}

func (s *Show) broken(p *page, a *act) {
	p.apart(s.header(), "", faint)
	p.gap()
	p.line(alarm.Render("✗ This act did not run"))
	p.prose(a.err.Error(), p.room(), normal)
}

// means is what the adversary may use, and the question to the room.
func (s *Show) means(p *page, a *act) {
	h := a.replay.Header
	p.apart(fmt.Sprintf("Act %d/%d", s.at.act, len(s.acts)), s.count(), faint)
	p.prose(h.Title, 2, bold)
	p.gap()
	may := wrap(using(needs(a.replay)), p.width-7, 4)
	p.prose(h.Happens, p.room()-7-len(may), normal)
	p.gap()
	p.beside(bold.Render("It may"), 7, using(needs(a.replay)), 4, normal)
	for p.room() > 6 {
		p.gap()
	}
	p.line(bold.Render("What do you think: how much can it read?"))
	s.names(p, a.replay)
	for part, label := range []string{"target", "others"} {
		cells := make([]string, len(a.replay.Result.Cells))
		for d := range cells {
			cells[d] = s.guessed(a, 2*d+part)
		}
		p.row(label, cells)
	}
	if p.room() > 1 {
		p.gap()
	}
	switch {
	case s.bare:
		p.line("□ none, ◧ part or ■ all?")
	case s.asking >= 0:
		p.line("Hands up, please: n □ none, s ◧ part, a ■ all, space skips.")
	default:
		p.line("□ none, ◧ part or ■ all? Key p takes the room's guess.")
	}
}

// guessed is what the room said, or that it is asked.
func (s *Show) guessed(a *act, question int) string {
	n := total(a.replay, question%2)
	level, ok := a.guess[question]
	switch {
	case n == 0:
		return faint.Render("– none there")
	case question == s.asking:
		return open.Render(fmt.Sprintf("> ?  of %d", n))
	case ok:
		return fmt.Sprintf("%s of %d", levels[level], n)
	}
	return fmt.Sprintf("?  of %d", n)
}

// needs lists the capabilities of the act, as a design has them that has them all.
func needs(r *replay.Replay) []string {
	for i := range r.Result.Cells {
		if c := &r.Result.Cells[i]; c.Applicable && len(c.Needs) > 0 {
			return c.Needs
		}
	}
	return r.Header.Needs
}

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
			for _, label := range []string{"before", "used", "noticed", "orders"} {
				add(label, "–")
			}
			continue
		}
		add("before", split(c.Content))
		add("used", count(c.Parties, "principal"))
		add("noticed", heard(c.Noticed, c.Forged))
		add("orders", served(c.Lawful))
	}
	for _, label := range []string{"before", "used", "noticed", "orders"} {
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

// told is a screen of prose.
func (s *Show) told(p *page, first, text, second, more string) {
	p.apart(s.header(), s.count(), faint)
	p.gap()
	p.line(bold.Render(first))
	p.gap()
	if second == "" {
		p.prose(text, p.room(), normal)
		return
	}
	p.prose(text, p.room()-4, normal)
	p.gap()
	p.line(bold.Render(second))
	p.prose(more, p.room(), faint)
}
