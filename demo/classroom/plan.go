package classroom

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/lesson"
	"doormat/demo/summary"
)

// In a lesson of more than so many minutes groups debate, and in a long one pairs work by
// themselves.
const (
	short = 20
	long  = 90
)

// plan is a lesson for whoever gives it: what comes when, what was measured, what to say.
func (r *Room) plan(id string, l *lesson.Lesson) paper {
	t := &table{Head: []string{"Minute", "What the class sees or does", "For you"}}
	begins := 0
	var notes []string
	for i := range l.Steps {
		s := &l.Steps[i]
		if s.Kind == lesson.Note {
			notes = append(notes, s.Heading)
			continue
		}
		when := fmt.Sprintf("%d–%d", begins, begins+s.Minutes)
		begins += s.Minutes
		t.Rows = append(t.Rows, words(when, r.what(s), strings.Join(append(notes, r.told(s)...), " ")))
		notes = nil
	}
	return paper{Name: "plan-" + id, Title: fmt.Sprintf("%s (%d minutes)", l.Title, l.Minutes()),
		Lead: []string{summary.Settings(r.Result, "")},
		Parts: []part{
			{Heading: "Prepare it", Blocks: []block{{List: r.prepare(id, l)},
				{Bold: "A rehearsal:"}, {Shell: []string{r.play(id)}},
				{Bold: "In class:"}, {Shell: []string{r.play(id + " --record hands.json")}}}},
			{Heading: "Give it", Blocks: []block{{Table: t}}},
			{Heading: "Say at the beginning, and again at the end",
				Blocks: []block{{List: summary.Caveats()}}},
		}}
}

// what a step is, in a few words.
func (r *Room) what(s *lesson.Step) string {
	switch s.Kind {
	case lesson.Act:
		return fmt.Sprintf("Act: %s (%s)", r.header(s.Attack).Title, s.Named())
	case lesson.Question:
		return "Question, hands counted: " + s.Heading
	case lesson.Again:
		return "The question again, and both counts side by side: " + s.Heading
	case lesson.Pause:
		return "The class works: " + s.Heading
	}
	return s.Heading
}

// told is what a teacher wants to know beforehand: the outcome of an act.
func (r *Room) told(s *lesson.Step) (list []string) {
	if s.Kind != lesson.Act {
		return nil
	}
	for _, d := range r.Result.Designs {
		c := r.cell(s.Named(), d.ID)
		said := counted(c) + summary.Verdict(r.header(s.Attack).Kind, c)
		list = append(list, d.Name+": "+strings.TrimSuffix(said, ".")+".")
	}
	return list
}

// counted is how many messages an act read, where it read any.
func counted(c *attacks.Cell) string {
	if !summary.Measured(c) {
		return ""
	}
	text := summary.MeasureNamed("read").Say(c) + ", "
	if known, _ := summary.MeasureNamed("metadata").Of(c); known > 0 && summary.StateOf(c) == summary.None {
		text += "who wrote to whom and when known of " + summary.MeasureNamed("metadata").Say(c) + ", "
	}
	return text
}

// prepare says what to do before a lesson.
func (r *Room) prepare(id string, l *lesson.Lesson) []string {
	sheets := fmt.Sprintf("Print predictions-%s.html, one for each student.", id)
	switch {
	case !wholeClass(l):
		sheets = "Print exercises.html and worksheet.html, one for each pair, and key.html for yourself. " +
			"Each pair needs doormat on its computer: one program, and nothing from a network."
	case l.Minutes() > short:
		sheets += " Print roles.html: each card is a page, and a group of three or four shares one."
	}
	return []string{sheets,
		"Go through the lesson once, with the first command below, which keeps nothing: space goes on, " +
			"b goes back. It needs a terminal of 70 columns and 20 rows, so make its letters as large " +
			"as that allows.",
		"On a question, up and down choose an option and digits count hands. The second command keeps " +
			"the numbers in the file hands.json, and nobody’s name. Given the same file again, it goes on " +
			"from there: a new class needs a new file.",
		"What classes guess, and what to say then, stands in docs/teaching.md."}
}

// play is the command that plays a lesson as this run did.
func (r *Room) play(words string) string {
	return strings.TrimSpace("doormat lesson " + words + " " + r.flags())
}
