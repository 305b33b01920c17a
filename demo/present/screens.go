package present

import (
	"cmp"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
	"doormat/demo/bidi"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/demo/wall"
)

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
		help := keys
		if c := s.card(); c != nil && c.Keys() != "" {
			help = "Keys\n\n" + strings.ReplaceAll(c.Keys(), " · ", "\n") + "\n\nSigns\n\n" + signs
		}
		p.lines = strings.Split(help, "\n")
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
	case s.card() != nil:
		p.apart(s.Title, s.card().Corner())
		p.gap()
		p.prose(s.card().Heading(), 2, bold)
		p.gap()
		for _, line := range s.card().Lines(width) {
			p.line(cut(line, width))
		}
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
		s.scene(p, a)
	}
	lines := p.finish(s.footer())
	for i, l := range lines {
		lines[i] = bidi.Text(l)
	}
	return lines
}

// signs explains what stands on a wall.
const signs = "■ open   ◧ partly   □ locked   · nobody to turn to   * the target’s"

// keys explains the keys and the signs.
const keys = `Keys

space, enter, right, n  next beat (space pauses what goes on by itself)
left, backspace, b      back
r                       what opens, and then who knows
R, 0                    begin the act again
p                       the room guesses: n none, s part, a all
1 to 9                  go to an act
q, control-C            quit

Signs

` + signs

func (s *Show) footer() string {
	c := s.card()
	switch {
	case s.bare:
		return ""
	case c != nil && c.Keys() != "":
		return c.Keys()
	case s.asking >= 0:
		return "n none · s part · a all · space skip · b back"
	case s.Auto && s.paused:
		return "paused: space goes on · n next · b back · ? keys · q quit"
	case s.Auto:
		return "goes on by itself: space pauses · n next · b back · ? keys · q quit"
	}
	return "space next · b back · r what opens · p room guesses · ? keys · q quit"
}

// opening says who talks and what protects them. It needs no run.
func (s *Show) opening(p *page) {
	c := s.Conversation
	p.line(bold.Render(cut(cmp.Or(s.Title, summary.Title), p.width)))
	p.gap()
	opening := summary.Opening(len(c.Messages), len(c.Accounts), len(s.Designs))
	p.prose(strings.Join(opening, " "), 5, normal)
	p.gap()
	who := strings.Join(c.Accounts[:min(12, len(c.Accounts))], ", ")
	p.prose(fmt.Sprintf("The target is %s, of %s.", s.Settings.Target, who), 2, normal)
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
			p.beside("", 2, t.Name()+": "+t.About, 1, normal)
		}
	}
	p.gap()
	p.lines = append(p.lines, ways[:min(len(ways), max(0, p.room()-below))]...)
	p.gap()
	p.line(bold.Render(summary.Demonstration))
	p.line(cut(signs, p.width))
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
	act := s.at.act - 1
	return fmt.Sprintf("Act %d/%d · %s", s.number(act), s.number(len(s.acts)-1), s.Acts[act].Title)
}

// glass is how many lines are kept for what is read under the walls, or said of them.
const glass = 5

// scene is a beat of an act that has run: a sentence, the walls, and the message that is read.
// Nothing moves from beat to beat: every part has the room that it needs in any of them.
func (s *Show) scene(p *page, a *act) {
	b, number := a.beats[s.at.beat], fmt.Sprintf("beat %d/%d", s.at.beat+1, len(a.beats))
	if lipgloss.Width(s.header()+number)+2 > p.width { // a long title has its place first
		number = strings.TrimPrefix(number, "beat ")
	}
	if s.paused {
		number = "paused · " + number
	}
	p.apart(s.header(), number)
	lines := 0
	for _, other := range a.beats {
		lines = max(lines, len(wrap(other.Sentence, p.width, 3)))
	}
	top := len(p.lines)
	p.prose(b.Sentence, 3, bold)
	for len(p.lines) < top+lines {
		p.gap()
	}
	spare := p.height > Height
	if spare {
		p.gap()
	}
	s.worlds(p, a, b)
	if spare {
		p.gap()
	}
	switch {
	case s.at.beat == len(a.beats)-1:
		if r := b.Reading; r != nil && p.room() > 2*glass {
			s.read(p, r)
			p.gap()
		}
		p.block(s.verdicts(a), p.room())
	case b.Reading != nil:
		s.read(p, b.Reading)
	default:
		note := b.Note
		if s.at.beat == 0 {
			note = fmt.Sprintf("Each sign is a message: □ nobody else has read it. * marks those of %s, "+
				"the target.", s.target(a))
		}
		p.prose(note, 3, normal)
		p.prose(s.question(a), 1, bold)
	}
}

// read is the message in the glass: its words, whose they are, and what that means.
func (s *Show) read(p *page, r *wall.Reading) {
	p.prose("“"+r.Text+"”", 3, open)
	p.prose(fmt.Sprintf("%s. %s.", r.Says, r.Tag), 2, normal)
}

// target is the person at whom the act aims.
func (s *Show) target(a *act) string { return plain.Short(a.replay.Settings().Target, 24) }

// question is what the room is asked before anything opens, "" if it is not.
func (s *Show) question(a *act) string {
	switch {
	case len(questions(a)) == 0 || s.at.beat > 1:
		return ""
	case s.asking >= 0:
		return "How much opens? Hands up: n □ none, s ◧ part, a ■ all, space skips."
	case s.bare:
		return "How much opens: □ none, ◧ part or ■ all?"
	}
	return "How much opens? Key p takes the room's guess."
}

// questions lists the designs about which a room can guess: those in which the attack ran.
func questions(a *act) (list []int) {
	for d := range a.replay.Result.Cells {
		if summary.Measured(&a.replay.Result.Cells[d]) {
			list = append(list, d)
		}
	}
	return list
}

// verdicts are the cells, each in a line.
func (s *Show) verdicts(a *act) (list []string) {
	for d := range a.replay.Result.Cells {
		list = append(list, summary.Verdict(a.replay.Header.Kind, &a.replay.Result.Cells[d]))
	}
	return list
}

// extent is how much opened in a design.
func extent(a *act, d int) summary.State {
	last := a.beats[len(a.beats)-1].Worlds[d]
	return summary.Extent(last.Open, len(a.replay.Conversation.Messages))
}

// heads stand over the walls: what the designs are called, how much is open beside what the room
// said, and whom the attack has used.
func (s *Show) heads(p *page, a *act, b wall.Beat) {
	frames := a.replay.Steps[b.Step].Frames
	var names, numbers, used []string
	wide := p.width/len(b.Worlds) - 1
	for d, w := range b.Worlds {
		names = append(names, bold.Render(cut(w.Called(), wide)))
		style := closed
		switch {
		case w.Calm:
			style = faint
		case w.Open > 0:
			style = open
		}
		text := style.Render(w.Number)
		guess, ok := a.guess[d]
		switch {
		case s.asking == d:
			text = alarm.Render("> how much?")
		case ok && s.at.beat < 2:
			text = "the room says " + guess.String()
		case ok && guess == extent(a, d):
			text += "  the room was right"
		case ok:
			text += "  the room said " + guess.String()
		}
		numbers = append(numbers, text)
		used = append(used, faint.Render(taken(a.replay.Header.Kind, s.target(a),
			frames[d].Used, wide)))
	}
	p.cells(names)
	p.cells(numbers)
	p.cells(used)
}

// closing sums up the acts, says what the table does not, and how to see it again.
func (s *Show) closing(p *page) {
	p.line(bold.Render("How much of the conversation opened in each act"))
	p.gap()
	right, of := s.table(p)
	p.gap()
	if strings.Contains(strings.Join(p.lines, ""), summary.Served) {
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
	const column = 26
	if len(s.acts) > 0 {
		p.beside("  doormat attack run ID", column, "one act in full, with its proof", 1, faint)
	}
	p.beside("  doormat matrix", column, "every attack, every design", 1, faint)
}

// table has a row for each act, as far as there is room, and counts the room's guesses.
func (s *Show) table(p *page) (right, of int) {
	const first, below = 24, 10 // the columns of ids, the lines that follow the table
	row := make([]string, len(s.Designs))
	line := func(label string) { p.columns(label, first, row) }
	for d := range row {
		row[d] = bold.Render(cut(strings.ToUpper(s.Designs[d].Name), (p.width-first)/len(row)-1))
	}
	line("")
	for i := range s.acts {
		a := &s.acts[i]
		for d, guess := range a.guess {
			if of++; guess == extent(a, d) {
				right++
			}
		}
		left := s.number(len(s.acts)-1) - s.number(i) + 1
		switch {
		case s.Cards[i] != nil:
			continue
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
		line(cut(fmt.Sprintf("%d %s", s.number(i), s.Acts[i].ID), first-1))
	}
	return right, of
}

// brief is a cell in a few characters.
func brief(c *attacks.Cell) string {
	state, style := summary.StateOf(c), open
	switch state {
	case summary.NotApplicable:
		return faint.Render(state.String())
	case summary.Failed:
		return alarm.Render(state.String())
	case summary.None:
		style = closed
	}
	t, o := c.Content.Target, c.Content.Others
	text := state.String()
	if state == summary.All {
		text += " " // in line with the longer words
	}
	text += " " + summary.OutOf(t.Recovered+o.Recovered, t.Total+o.Total)
	if !c.Expected {
		text += " ≠"
	}
	if summary.Full(c) {
		text += " " + summary.Served
	}
	return style.Render(text)
}

// Colours of Okabe and Ito, which those who see few colours can tell apart; 256 of
// them are what terminals have.
var (
	normal = lipgloss.NewStyle()
	bold   = normal.Bold(true)
	faint  = normal.Faint(true)
	open   = bold.Foreground(lipgloss.Color("208"))
	closed = normal.Foreground(lipgloss.Color("74"))
	alarm  = bold.Foreground(lipgloss.Color("220"))
)
