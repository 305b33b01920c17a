package handout

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/markdown"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/demo/wall"
)

// What is handed out unless the whole report is asked for: two sheets of paper. A reader
// guesses, unfolds, and finds four acts as pairs of walls; on the back stands what becomes of
// them at other moments, what is weighed, and what is not said.

// sheet is what sheet.html fills in.
type sheet struct {
	*Handout
	Title, About, Target, Command, Ten string
	Style                              template.CSS
	Acts                               []act
	Maps                               []picture
	Balance                            *summary.Balance
	Caveats, Exercises, Alarms         []string
}

// alarming stands over cells that did not do what their attack says.
const alarming = "What went wrong, or otherwise than expected"

func (h *Handout) sheet(file string) sheet {
	acts := h.acts()
	s := sheet{Handout: h, Title: title, Target: h.Result.Settings.Target, Acts: acts, Maps: h.maps(),
		Balance: summary.Weigh(h.Result), Caveats: caveats(), Exercises: exercises(acts),
		Command: command("demo --out "+demo.Quote(file+Suffixes[0]), h.options())}
	s.About = fmt.Sprintf("The target is %s. %s", plain.Short(s.Target, 40),
		strings.Join(h.opening(), " "))
	if h.BuiltIn() {
		s.About += " Everybody in it is invented."
	}
	const few = 3 // on paper
	if s.Alarms = h.alarms(); len(s.Alarms) > few {
		s.Alarms = append(s.Alarms[:few:few], fmt.Sprintf("and %d more", len(s.Alarms)-few))
	}
	for i := range 10 {
		s.Ten += fmt.Sprintf("M%d 0h20v20h-20z", 22*i)
	}
	return s
}

// html is the handout as a page that prints.
func (s sheet) html() ([]byte, error) {
	style, err := files.ReadFile("page/sheet.css")
	if err != nil {
		return nil, err
	}
	s.Style = template.CSS(drawing.CSS + string(style))
	t, err := s.templates()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "sheet.html", s); err != nil {
		return nil, fmt.Errorf("handout: %w", err)
	}
	return b.Bytes(), nil
}

// Paper draws a world of the act, wide and low, so that all acts fit on a sheet.
func (a act) Paper(w wall.World) template.HTML {
	const few, many = 18, 36
	if len(w.Before)+len(w.After) > 6*few {
		return drawing.Wall(w, many)
	}
	return drawing.Wall(w, few)
}

// markdown is the handout as a document for a repository.
func (s sheet) markdown() []byte {
	var d markdown.Document
	d.Heading(1, title)
	d.Prose(markdown.Text(s.About))
	if len(s.Acts) > 0 {
		d.Prose("Guess before you read on: how much of the conversation opens in each?")
	}
	for _, a := range s.Acts {
		d.Heading(2, fmt.Sprintf("%d. %s", a.Number, markdown.Text(a.Begins().Sentence)))
		d.Prose(markdown.Text(a.Takes().Sentence + " " + a.Opens().Sentence))
		for _, w := range a.Worlds() {
			d.Prose(fmt.Sprintf("**%s: %s**", markdown.Text(w.Called()), w.Number))
			d.Block("", "text", strings.TrimRight(a.signs(w), "\n"))
		}
		d.Prose(markdown.Text(a.Quote() + " " + a.Known().Sentence))
		d.List(s.verdicts(a.Header))
	}
	d.Prose(legend + ".")
	if len(s.Alarms) > 0 {
		d.Heading(2, alarming)
		d.List(s.Alarms)
	}
	if s.Balance != nil {
		d.Heading(2, "What escrow gives")
		d.List(s.Balance.Gives)
		d.Heading(2, "What it costs")
		d.List(s.Balance.Costs)
	}
	d.Heading(2, "What this does not say")
	d.List(s.Caveats)
	if len(s.Exercises) > 0 {
		d.Heading(2, "Try")
	}
	for _, text := range s.Exercises {
		d.Item(markdown.Text(text))
	}
	d.Gap()
	d.Heading(2, "Do it again")
	d.Prose(fmt.Sprintf("The seed is %d, and equal flags give equal bytes:", s.Result.Seed))
	d.Block("", "sh", s.Command)
	return []byte(strings.TrimRight(d.String(), "\n") + "\n")
}
