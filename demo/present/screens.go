package present

import (
	"fmt"

	"doormat/attacks"
	"doormat/demo/bidi"
	"doormat/demo/replay"
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
	lines := p.finish(s.footer())
	for i, l := range lines {
		lines[i] = bidi.Text(l)
	}
	return lines
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
	case len(questions(a.replay)) == 0:
		p.line("There is nothing to guess here.")
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
	switch c := &a.replay.Result.Cells[question/2]; {
	case !applies(c):
		return state(c, attacks.Exposure{})
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
