package present

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/demo/bidi"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// kind is what a screen of an act is about.
type kind int

const (
	means   kind = iota // what the adversary may use; the room guesses
	script              // lines of the script
	outcome             // what was counted
	why                 // the lesson
	really              // where it happened, and the source
)

// view is a screen of an act. Steps of the script are those of the replay.
type view struct {
	kind kind
	step int
}

func views(p *replay.Replay) (list []view) {
	for i, s := range p.Steps {
		switch s.Kind {
		case replay.Means:
			list = append(list, view{means, i})
		case replay.Script, replay.After:
			list = append(list, view{script, i})
		case replay.Outcome:
			list = append(list, view{outcome, i}, view{why, i}, view{really, i})
		}
	}
	return list
}

// Screen is what the show looks like now, in lines of at most width columns and at
// most height of them. Below the smallest terminal it asks for a larger one.
func (s *Show) Screen(width, height int) []string {
	p, a := &page{width: width, height: height}, s.current()
	switch {
	case width < Width || height < Height:
		p.prose(fmt.Sprintf("This terminal has %d columns and %d rows; the show needs %d and %d. "+
			"Make it larger, or its letters smaller. q quits.", width, height, Width, Height),
			height-1, normal)
	case s.help:
		p.lines = strings.Split(keys, "\n")
		signs := summary.Signs()
		p.lines = append(p.lines, summary.Key(signs[3:6], "   "), summary.Key(signs[6:8], "   "))
		for i, line := range p.lines {
			if line == "Keys" || line == "Signs" {
				p.lines[i] = bold.Render(line)
			}
		}
	case s.at.act == 0:
		s.opening(p)
	case a == nil:
		s.closing(p)
	case a.err != nil:
		p.apart(s.header(), "")
		p.gap()
		p.line(alarm.Render("✗ This act did not run"))
		p.prose(a.err.Error(), p.room(), normal)
	case a.replay == nil:
		p.apart(s.header(), "")
		p.gap()
		p.line(bold.Render("This act runs now; it takes a moment."))
	default:
		s.scene(p, a, a.views[s.at.view])
	}
	lines := p.finish(s.footer())
	for i, l := range lines {
		lines[i] = bidi.Text(l)
	}
	return lines
}

// keys explains the keys and the signs.
const keys = `Keys

space, enter, right, n  next step (space pauses what goes on by itself)
left, backspace, b      back
r                       run to the end of the act
R, 0                    begin the act again
p                       the room guesses: n none, s part, a all
1 to 9                  go to an act
q, control-C            quit

Signs

■ open   ◧ part   □ closed   · not yet written
▼ the attack begins   * the target   > lines that run`

func (s *Show) footer() string {
	switch {
	case s.bare:
		return ""
	case s.asking >= 0:
		return "n none · s part · a all · space skip · b back"
	case s.Auto && s.paused:
		return "paused: space goes on · n next · b back · ? keys · q quit"
	case s.Auto:
		return "goes on by itself: space pauses · n next · b back · ? keys · q quit"
	}
	return "space next · b back · r outcome · p room guesses · ? keys · q quit"
}

// opening says who talks and what protects them. It needs no run.
func (s *Show) opening(p *page) {
	c := s.Conversation
	p.line(bold.Render(summary.Title))
	p.gap()
	opening := summary.Opening(len(c.Messages), len(c.Accounts), len(s.Designs))
	p.prose(strings.Join(opening, " "), 5, normal)
	p.gap()
	who := strings.Join(c.Accounts[:min(12, len(c.Accounts))], ", ")
	who += "; the target is " + s.Settings.Target + "."
	p.beside(bold.Render("Who talks"), labels, who, 2, normal)
	const below = 3 // lines under the designs: none of these is left out
	var ways []string
	for most := 3; most > 0; most-- {
		if ways = s.ways(p.width, most); len(ways)+1+below <= p.room() {
			break
		}
	}
	if s.Story != nil {
		ties := s.Story.Ties()
		for _, t := range ties[:max(0, min(3, p.room()-1-len(ways)-below))] {
			p.beside("", labels, t.Name()+": "+t.About, 1, normal)
		}
	}
	p.gap()
	p.lines = append(p.lines, ways[:min(len(ways), max(0, p.room()-below))]...)
	p.gap()
	p.line(bold.Render(summary.Demonstration))
	p.line("■ open  ◧ part  □ closed  · not yet written  ▼ the attack")
}

// ways names the designs, and says in at most so many lines each who could open a message.
func (s *Show) ways(width, most int) []string {
	p := &page{width: width}
	for _, d := range s.Designs {
		p.line(bold.Render(cut(strings.ToUpper(d.Name), width)))
		p.beside("", 2, summary.Promise(d, s.Settings), most, normal)
	}
	return p.lines
}

// header names the act on stage.
func (s *Show) header() string {
	return fmt.Sprintf("Act %d/%d · %s", s.at.act, len(s.acts), s.Acts[s.at.act-1].Title)
}

// scene is a screen of an act that has run.
func (s *Show) scene(p *page, a *act, v view) {
	header, number := s.header(), fmt.Sprintf("step %d/%d", s.at.view+1, len(a.views))
	if s.paused {
		number = "paused · " + number
	}
	if v.kind == means {
		header, _, _ = strings.Cut(header, " · ")
	}
	p.apart(header, number)
	h := &a.replay.Header
	told := func(title, text string, most int, style lipgloss.Style) {
		p.line(bold.Render(title))
		p.gap()
		p.prose(text, most, style)
	}
	switch v.kind {
	case means:
		s.means(p, a)
	case script:
		s.step(p, a.replay, v.step)
	case outcome:
		s.outcome(p, a)
	case why:
		p.gap()
		told("Why", h.Why, p.room(), normal)
	case really:
		p.gap()
		told("Really", h.Really, p.room()-6, normal)
		p.gap()
		p.line(bold.Render("Source"))
		p.prose(h.Source, p.room(), faint)
	}
}

// exposure is what a design lost in the end of a part: 0 the target's messages, 1 those
// of others. Where the attack does not apply, the messages are there all the same.
func exposure(p *replay.Replay, design, part int) attacks.Exposure {
	c := p.Steps[len(p.Steps)-1].Frames[design].Content
	return [2]attacks.Exposure{c.Target, c.Others}[part]
}

// parts are what a room guesses about in each design, how much was opened of it.
// Question 2d+i is about part i in design d.
var parts = []string{"target", "others"}

// questions lists those of an act: not about a part of which there is nothing, nor
// about a design where nothing was counted. That an attack does not apply is a finding
// of its own; it is not the answer none.
func questions(p *replay.Replay) (list []int) {
	for q := range 2 * len(p.Result.Cells) {
		if summary.Measured(&p.Result.Cells[q/2]) && exposure(p, 0, q%2).Total > 0 {
			list = append(list, q)
		}
	}
	return list
}

// means is what the adversary may use, and the question to the room.
func (s *Show) means(p *page, a *act) {
	h, needs, cells := &a.replay.Header, a.replay.Header.Needs, a.replay.Result.Cells
	p.prose(h.Title, 2, bold)
	p.gap()
	full := func(c attacks.Cell) bool { return c.Applicable && len(c.Needs) > 0 }
	if i := slices.IndexFunc(cells, full); i >= 0 {
		needs = world.Written(cells[i].Needs) // as a design has them that has them all
	}
	may := using(needs)
	p.prose(h.Happens, p.room()-7-len(wrap(may, p.width-7, 4)), normal)
	p.gap()
	p.beside(bold.Render("It may"), 7, may, 4, normal)
	for p.room() > 6 {
		p.gap()
	}
	p.line(bold.Render("What do you think: how much can it read?"))
	s.names(p)
	for part, label := range parts {
		row := make([]string, len(cells))
		for d := range row {
			row[d] = s.guessed(a, d, part)
		}
		p.row(label, row)
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

// guessed is what the room said of a part, or that it is asked.
func (s *Show) guessed(a *act, design, part int) string {
	c, n := &a.replay.Result.Cells[design], exposure(a.replay, design, part).Total
	guess, ok := a.guess[2*design+part]
	switch {
	case !summary.Measured(c) || n == 0:
		return state(c, attacks.Exposure{}, "")
	case s.asking == 2*design+part:
		return open.Render(fmt.Sprintf("> ?  of %d", n))
	case ok:
		return fmt.Sprintf("%s of %d", guess.String(), n)
	}
	return fmt.Sprintf("?  of %d", n)
}

// outcome is what was counted, beside what the room guessed.
func (s *Show) outcome(p *page, a *act) {
	cells := a.replay.Result.Cells
	gap := func() {
		if len(a.guess) == 0 { // with guesses there is no room to spare
			p.gap()
		}
	}
	p.line(bold.Render("What came of it"))
	gap()
	s.names(p)
	for part, label := range parts {
		states, bars := make([]string, len(cells)), make([]string, len(cells))
		guesses := make([]string, len(cells))
		for d := range cells {
			e := exposure(a.replay, d, part)
			states[d] = state(&cells[d], e, fmt.Sprintf("  %d of %d", e.Recovered, e.Total))
			// else nothing was counted, so there is nothing to draw
			if summary.Measured(&cells[d]) {
				bars[d] = bar(e, min(40, p.column(len(cells))-4))
			}
			switch guess, ok := a.guess[2*d+part]; {
			case ok && guess == summary.Extent(e.Recovered, e.Total):
				guesses[d] = guess.String() + ": right"
			case ok:
				guesses[d] = guess.String() + ": wrong"
			}
		}
		p.row(label, states)
		p.row("", bars)
		if strings.Join(guesses, "") != "" {
			p.row("room said", guesses)
		}
	}
	gap()
	rest(p, cells)
}

// rest is what was counted besides messages, and why it came so.
func rest(p *page, cells []attacks.Cell) {
	counted := []string{"target's", "used", "noticed", "orders"}
	rows := map[string][]string{}
	add := func(label, text string) { rows[label] = append(rows[label], text) }
	asked := false
	for d := range cells {
		c := &cells[d]
		asked = asked || c.Lawful.Asked > 0
		add("because", summary.Reason(c))
		texts := []string{split(c.Content.Target), summary.Count(c.Parties, "principal"),
			noticedBy(c.Noticed, c.Forged) + disclosedTo(c), served(c)}
		for i, label := range counted {
			if !summary.Measured(c) {
				texts[i] = "–"
			}
			add(label, texts[i])
		}
	}
	for _, label := range counted {
		if label != "orders" || asked {
			p.block(label, rows[label], 2)
		}
	}
	p.block("because", rows["because"], p.room())
}

// bar draws a part to scale; what is not nothing and not all looks like neither.
func bar(e attacks.Exposure, width int) string {
	if e.Total == 0 {
		return ""
	}
	full := max(e.Recovered*width/e.Total, min(e.Recovered, 1))
	return open.Render(strings.Repeat("■", full)) + closed.Render(strings.Repeat("□", width-full))
}

// closing sums up the acts, says what the table does not, and how to see it again.
func (s *Show) closing(p *page) {
	p.line(bold.Render("What was opened in each act: the target's messages, those of others"))
	p.gap()
	right, of := s.table(p)
	p.gap()
	if strings.Contains(strings.Join(p.lines, ""), "✓") {
		p.line("✓ an order of a court was served in full.")
	}
	said := summary.Caveats()
	p.prose(said[0]+" "+said[1]+" "+said[len(said)-1], 4, normal)
	if of > 0 {
		p.prose(fmt.Sprintf("The room guessed %d of %d right.", right, of), 1, bold)
	}
	p.gap()
	p.line(cut(fmt.Sprintf("Do it again: the same seed (%d) gives the same bytes.", s.Seed),
		p.width))
	if len(s.acts) > 0 {
		p.beside("  doormat attack run ID", labels+16, "one act in full, with its proof", 1, faint)
	}
	p.beside("  doormat matrix", labels+16, "every attack, every design", 1, faint)
}

// table has a row for each act, as far as there is room, and counts the room's guesses.
func (s *Show) table(p *page) (right, of int) {
	const first, below = 24, 10 // the columns of ids, the lines that follow the table
	row := make([]string, len(s.Designs))
	for d := range row {
		row[d] = bold.Render(cut(strings.ToUpper(s.Designs[d].Name), (p.width-first)/len(row)-1))
	}
	p.cells("", first, row)
	for i, a := range s.acts {
		for q, guess := range a.guess {
			e := exposure(a.replay, q/2, q%2)
			if of++; guess == summary.Extent(e.Recovered, e.Total) {
				right++
			}
		}
		left := len(s.acts) - i
		switch {
		case p.room() < below || p.room() == below && left == 0:
			continue
		case p.room() == below && left > 1:
			p.line(fmt.Sprintf("… and %d more", left))
			continue
		}
		for d := range row {
			switch {
			case a.err != nil:
				row[d] = alarm.Render("✗ did not run")
			case a.replay == nil:
				row[d] = "… runs"
			default:
				row[d] = brief(&a.replay.Result.Cells[d])
			}
		}
		p.cells(cut(fmt.Sprintf("%d %s", i+1, s.Acts[i].ID), first-1), first, row)
	}
	return right, of
}

// brief is a cell in a few characters.
func brief(c *attacks.Cell) string {
	t, o := c.Content.Target, c.Content.Others
	numbers := fmt.Sprintf(" %d/%d, %d/%d", t.Recovered, t.Total, o.Recovered, o.Total)
	both := attacks.Exposure{Recovered: t.Recovered + o.Recovered, Total: max(1, t.Total+o.Total)}
	if both.Recovered == both.Total {
		numbers = " " + numbers // in line with the longer words
	}
	if !c.Expected {
		numbers += " ≠"
	}
	if summary.Full(c) {
		numbers += " ✓"
	}
	return state(c, both, numbers)
}
