package classroom

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/lesson"
	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/docs"
)

// What students may know before they measure: none of it was measured.
type given struct {
	columns   []attacks.DesignRow
	rows      []asking
	questions map[string]string // by attack, where the guide for teachers has one
	about     string
}

// asking is a row that students fill in.
type asking struct{ act, title, command string }

func (r *Room) given(acts []string) given {
	c := r.Lab.Conversation
	target := r.Lab.Settings.Target
	aimed := 0
	for i := range c.Messages {
		if c.Messages[i].Concerns(target) {
			aimed++
		}
	}
	g := given{columns: r.Result.Designs, questions: r.questions(), about: fmt.Sprintf("%s of %s. "+
		"The target is %s, who sent or received %d of them; the other %d passed between others. "+
		"%s", summary.Count(len(c.Messages), "message"), summary.Count(len(c.Accounts), "account"),
		plain.Short(target, 24), aimed, len(c.Messages)-aimed, summary.Demonstration)}
	for _, act := range acts {
		g.rows = append(g.rows, asking{act, r.titled(act), r.command(act)})
	}
	return g
}

// questions are those that the guide for teachers has for each attack. It asks them of its own
// story. The answers that stand beside them stay there, and so does what a header says: it was
// written by somebody who knew the outcome.
func (r *Room) questions() map[string]string {
	told := r.Options.Tale()
	if told == nil || told.ID != story.All()[0].ID {
		return nil
	}
	list := map[string]string{}
	for line := range strings.Lines(docs.Teaching) {
		cells := strings.Split(line, " | ")
		if id, found := strings.CutPrefix(cells[0], "| [`"); found && len(cells) > 2 {
			id, _, _ = strings.Cut(id, "`")
			list[id] = strings.ReplaceAll(cells[1], "`", "")
		}
	}
	return list
}

// letter numbers rows in a way that is no number.
func letter(i int) string { return string(rune('A' + i)) }

// levels are what a student may expect.
var levels = []string{"nobody to turn to", summary.None.Word, summary.Part.Word, summary.All.Word}

// wholeClass tells the lessons in which everybody sees the same and guesses on paper.
func wholeClass(l *lesson.Lesson) bool { return l.Minutes() <= long }

// predictions is one page for one lesson: a guess for each act, and the question that is asked
// twice. Acts have the numbers that the screen shows, and options its letters.
func (r *Room) predictions(id string, l *lesson.Lesson) paper {
	var acts []string
	mind := &table{}
	for _, s := range l.Steps {
		switch s.Kind {
		case lesson.Act:
			acts = append(acts, s.Named())
		case lesson.Question:
			mind.Head = []string{s.Heading, "before", "after"}
			for i, o := range s.Options {
				mind.Rows = append(mind.Rows, append(words(lesson.Letter(i)+". "+o.Text),
					cell{Ticks: []string{""}}, cell{Ticks: []string{""}}))
			}
		}
	}
	g := r.given(acts)
	guess := &table{Head: []string{"What happens", "In", "Of the target’s messages",
		"Of the others’", "Who notices?"}}
	for i, asking := range g.rows {
		for k, d := range g.columns {
			what := ""
			if k == 0 {
				what = fmt.Sprintf("Act %d. %s", i+1, asking.title)
			}
			guess.Rows = append(guess.Rows, append(words(what, d.Name), cell{Ticks: levels},
				cell{Ticks: levels}, cell{Blank: true}))
		}
	}
	return paper{Name: "predictions-" + id, Title: "Before it runs: what do you expect?",
		Lead: []string{g.about, "Tick alone, before each attack is shown. Nobody collects this sheet."},
		Parts: []part{
			{Blocks: []block{{Table: guess}}},
			{Heading: "At the beginning, and again at the end", Blocks: []block{{Table: mind}}},
			{Heading: "What would that number have to be, and why?", Blocks: []block{{Lines: 3}}},
		}}
}

var link = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)

// exercises are the tasks of the lab, which stand above each answer in the guide for teachers.
func exercises() paper {
	p := paper{Name: "exercises", Title: "A lab: predict, run, explain", Lead: []string{"In pairs. For " +
		"each exercise: predict on paper, run, explain the difference. doormat attack list names all " +
		"attacks, and doormat attack run ID runs one. The exercises speak of the Mill Lane chat."}}
	_, lab, _ := strings.Cut(docs.Teaching, "\n## A lab of 3 hours\n")
	lab, _, _ = strings.Cut(lab, "\n## ")
	for _, section := range strings.Split(lab, "\n### ")[1:] {
		task, _, _ := strings.Cut(section, "<details>")
		heading, text, _ := strings.Cut(task, "\n")
		text = strings.ReplaceAll(link.ReplaceAllString(plain.Prose(text), "$1"), "`", "")
		p.Parts = append(p.Parts, part{Heading: heading, Blocks: []block{{Prose: text}}})
	}
	return p
}

// The columns of the worksheet that are measured.
var asked = []string{"target", "others", "served", "noticed"}

var askedHeads = []string{"Target’s messages read", "Others’ read", "Of the order served",
	"How many noticed"}

// worksheet is the same rows as the key, with nothing in them.
func (r *Room) worksheet() paper {
	g := r.given(r.rows())
	p := paper{Name: "worksheet", Title: "Worksheet: measure it yourself",
		Lead: []string{g.about, "In pairs. For each row: guess first, in a word, then run the command " +
			"and write down what was measured. What surprised you goes to the end."}}
	for i, asking := range g.rows {
		t := &table{Head: append([]string{"In", "Your guess"}, askedHeads...)}
		for _, d := range g.columns {
			row := []cell{{Text: d.Name}, {Blank: true}}
			for _, measure := range asked {
				if measure == "served" && !r.ordered(asking.act) {
					row = append(row, words(noOrder)...)
					continue
				}
				row = append(row, cell{Blank: true})
			}
			t.Rows = append(t.Rows, row)
		}
		p.Parts = append(p.Parts, part{Heading: letter(i) + ". " + asking.title, Blocks: []block{
			{Prose: g.questions[asking.act]}, {Shell: []string{asking.command}}, {Table: t}}})
	}
	p.Parts = append(p.Parts, part{Heading: "Which row surprised you, and which number would change " +
		"your mind?", Blocks: []block{{Lines: 3}}})
	return p
}

// noOrder stands where nothing was asked for by a court.
const noOrder = "no order"

// ordered tells whether an act asks a court for an order.
func (r *Room) ordered(act string) bool {
	id, _, _ := strings.Cut(act, " ")
	return slices.Contains(r.header(id).Needs, "court.order")
}

// key has the answers to the worksheet, for the teacher alone.
func (r *Room) key() paper {
	p := paper{Name: "key", Title: "Answer key: for the teacher", Lead: []string{
		summary.Settings(r.Result, ""),
		"Measured when this sheet was made, by the commands that stand here. The same command gives " +
			"the same numbers."}}
	for i, act := range r.rows() {
		p.Parts = append(p.Parts, part{Heading: letter(i) + ". " + r.titled(act),
			Blocks: append([]block{{Shell: []string{r.command(act)}}}, r.answers(act)...)})
	}
	p.Parts = append(p.Parts, part{Heading: "What none of these numbers says",
		Blocks: []block{{List: summary.Caveats()}}})
	return p
}

// titled is the title of an act, with settings of its own.
func (r *Room) titled(act string) string {
	words := strings.Fields(act)
	title := r.header(words[0]).Title
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		for _, p := range demo.Parameters() {
			if p.Name == name {
				title += fmt.Sprintf(" (%s %s)", p.Label, value)
			}
		}
	}
	return title
}

// answers are what was measured of an act, and why.
func (r *Room) answers(act string) []block {
	t := &table{Head: append(append([]string{"In"}, askedHeads...), "In words")}
	id, _, _ := strings.Cut(act, " ")
	kind := r.header(id).Kind
	var why []string
	for _, d := range r.Result.Designs {
		c := r.cell(act, d.ID)
		row := words(d.Name)
		for _, m := range asked {
			row = append(row, r.measured(m, act, d.ID))
		}
		t.Rows = append(t.Rows, append(row, cell{Text: summary.Verdict(kind, c)}))
		if reason := plain.Sentence(summary.Reason(c)); reason != "" {
			why = append(why, d.Name+": "+reason)
		}
	}
	return []block{{Table: t}, {List: why}}
}

// measured is a number as a cell of a table that can be read back.
func (r *Room) measured(measure, attack, design string) cell {
	c, m := r.cell(attack, design), summary.MeasureNamed(measure)
	text := m.Say(c)
	if _, of := m.Of(c); of == 0 && measure == "served" {
		text = noOrder
	}
	return cell{Text: text, Attack: attack, Design: design, Measure: measure}
}
