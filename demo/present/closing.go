package present

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"doormat/attacks"
)

// closing sums up the acts, says what the table does not, and how to see it again.
func (s *Show) closing(p *page) {
	p.line(bold.Render("What was opened in each act: the target's messages, those of others"))
	p.gap()
	s.table(p)
	p.gap()
	if strings.Contains(strings.Join(p.lines, ""), "✓") {
		p.line("✓ an order of a court was served in full.")
	}
	p.prose("Rows are not likelihoods: nothing here says how often an attack happens. None means that this attack recovered nothing, "+
		"and no more than that. This is a demonstration. It protects nobody's real messages.", 4, normal)
	if right, of := s.score(); of > 0 {
		p.prose(fmt.Sprintf("The room guessed %d of %d right.", right, of), 1, bold)
	}
	p.gap()
	p.line(cut(fmt.Sprintf("Do it again: the same seed (%d) gives the same bytes.", s.talk.Seed), p.width))
	if len(s.talk.Acts) > 0 {
		p.beside("  doormat attack run ID", labels+16, "one act in full, with its proof", 1, faint)
	}
	p.beside("  doormat matrix", labels+16, "every attack, every design", 1, faint)
}

// idWidth bounds the column of ids in the table.
const idWidth = 24

// table has a row for each act, as far as there is room.
func (s *Show) table(p *page) {
	const below = 10 // lines that follow the table
	column := (p.width - idWidth) / max(1, len(s.talk.Designs))
	row := func(label string, cells []string) {
		text := pad(label, idWidth)
		for _, c := range cells {
			text += pad(lipgloss.NewStyle().MaxWidth(column-1).Render(c), column)
		}
		p.line(strings.TrimRight(text, " "))
	}
	names := make([]string, len(s.talk.Designs))
	for i, d := range s.talk.Designs {
		names[i] = bold.Render(cut(strings.ToUpper(d.Name), column-1))
	}
	row("", names)
	for i := range s.acts {
		if left := len(s.acts) - i; p.room() <= below && left > 1 {
			p.line(fmt.Sprintf("… and %d more", left))
			return
		}
		row(cut(fmt.Sprintf("%d %s", i+1, s.talk.Acts[i].ID), idWidth-1), s.results(i))
	}
}

// results is the row of an act, design by design.
func (s *Show) results(i int) []string {
	cells := make([]string, len(s.talk.Designs))
	a := &s.acts[i]
	for d := range cells {
		switch {
		case a.err != nil:
			cells[d] = alarm.Render("✗ did not run")
		case a.replay == nil:
			cells[d] = "… runs"
		default:
			cells[d] = brief(&a.replay.Result.Cells[d])
		}
	}
	return cells
}

// brief is a cell in a few characters.
func brief(c *attacks.Cell) string {
	t, o := c.Content.Target, c.Content.Others
	got, of := t.Recovered+o.Recovered, t.Total+o.Total
	numbers := fmt.Sprintf("%d/%d, %d/%d", t.Recovered, t.Total, o.Recovered, o.Total)
	if !c.Expected && c.Error == "" {
		numbers += " ≠"
	}
	if c.Lawful.Asked > 0 && c.Lawful.Served == c.Lawful.Asked {
		numbers += " ✓"
	}
	switch {
	case c.Error != "":
		return alarm.Render("✗ error")
	case !c.Applicable:
		return "– n/a"
	case got == 0:
		return closed.Render("□ none " + numbers)
	case got < of:
		return open.Render("◧ part " + numbers)
	}
	return open.Render("■ all  " + numbers)
}

// keys explains the keys and the signs.
func (s *Show) keys(p *page) {
	p.line(bold.Render("Keys"))
	p.gap()
	for _, k := range [][2]string{
		{"space, enter, right, n", "next step (space pauses what goes on by itself)"},
		{"left, backspace, b", "back"},
		{"r", "run to the end of the act"},
		{"R, 0", "begin the act again"},
		{"p", "the room guesses: n none, s part, a all"},
		{"1 to 9", "go to an act"},
		{"q, control-C", "quit"},
	} {
		p.beside(bold.Render(k[0]), labels+14, k[1], 2, normal)
	}
	p.gap()
	p.line(bold.Render("Signs"))
	p.gap()
	for _, text := range []string{
		"■ opened   ◧ some of them   □ closed   · not yet written",
		"▼ the attack begins   * the target   > lines that run",
		"! noticed   ✓ served in full   – not applicable   ≠ unexpected",
	} {
		p.prose(text, 2, normal)
	}
}
