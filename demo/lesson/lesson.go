// Package lesson reads lesson files: what a class sees, does and is asked, one step after the
// other, for `doormat lesson` to play and for the lesson plans of `doormat classroom`.
//
// A lesson file is text in UTF-8. Lines that begin with # are comments, and empty lines part
// paragraphs. A line that begins at the margin is a head or a step; indented lines belong to it.
// Heads come first:
//
//	title: A spare key, in a quarter of an hour
//	story: clock                      a built-in conversation; without, the first
//	designs: e2ee, threshold          at most three columns; without, those of the story
//
// A step is a keyword, the minutes that it takes (0 may be left out) and what it is:
//
//	text 2: HEADING                   to read or to say; paragraphs follow
//	pause 5: HEADING                  the class does something; paragraphs follow
//	act 4: quorum-theft               an attack, by its id or by the file of a script, which
//	act 4: mine.star rotate=20        lies beside the lesson; settings of its own may follow
//	question 2 mind: TEXT             hands are counted for each of the options that follow,
//	  - An option                     2 to 6 of them, each a line that begins with -
//	  - Another = quorum-theft threshold read
//	again 2: mind                     the same question once more, and both counts side by side
//	note: TEXT                        for the plan of the teacher, and not on the screen
//
// An option may end in " = ATTACK DESIGN MEASURE": what was measured of an act of this lesson
// stands beside it when the question comes again. Measures are those of [summary.Measures]. In
// texts, {target}, {messages}, {accounts}, {t} and {n} stand for what the run has.
//
// [Parse] tells everything that is wrong with a file, each fault with file and line
// (TestFaults); FuzzParse looks for files that it cannot stand. What a step says fits the
// smallest screen, or is a fault.
//
// A [Record] keeps how many hands were up, and nobody's name.
package lesson

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"doormat/world"
)

// MaxBytes is how long a lesson file may be, and MaxSteps how many steps it may have.
const (
	MaxBytes = 1 << 16
	MaxSteps = 200
)

// Columns and Rows are what the texts of a step have of a screen.
const (
	Columns = 70
	Rows    = 13
)

// A Kind says what a step does.
type Kind string

// The kinds, by their keywords.
const (
	Text     Kind = "text"
	Pause    Kind = "pause"
	Act      Kind = "act"
	Question Kind = "question"
	Again    Kind = "again"
	Note     Kind = "note"
)

var kinds = []string{string(Text), string(Pause), string(Act), string(Question), string(Again),
	string(Note)}

// A Lesson is a file that was read.
type Lesson struct {
	Title   string
	Story   string   // id of a built-in conversation, "" for the first
	Designs []string // ids of columns, none for those of the story
	Steps   []Step
	lines   map[string]int // of heads
}

// A Step is what happens next.
type Step struct {
	Line    int // of its file, from 1
	Kind    Kind
	Minutes int
	Heading string   // of a text, a pause; of a note its text, of a question what is asked
	Body    []string // paragraphs

	Attack string      // of an act: id, or file as it is written
	Values [][2]string // of an act: settings of its own, name and value

	Name    string // of a question, and of what comes again
	Options []Option
}

// An Option is what hands go up for.
type Option struct {
	Text                    string
	Attack, Design, Measure string // what is measured of it, "" for nothing
}

// Minutes is how long a lesson takes.
func (l *Lesson) Minutes() (sum int) {
	for _, s := range l.Steps {
		sum += s.Minutes
	}
	return sum
}

// Question is the step that asks a question first, nil if there is none of that name.
func (l *Lesson) Question(name string) *Step {
	for i := range l.Steps {
		if s := &l.Steps[i]; s.Kind == Question && s.Name == name {
			return s
		}
	}
	return nil
}

// Named says what an act is, with settings of its own.
func (s *Step) Named() string {
	text := s.Attack
	for _, v := range s.Values {
		text += " " + v[0] + "=" + v[1]
	}
	return text
}

//go:embed files/*.lesson
var files embed.FS

// BuiltIn are the ids of the lessons that come with the program: their lengths in minutes, the
// shortest first.
var BuiltIn = []string{"15", "50", "180"}

// Open reads a lesson that comes with the program.
func Open(id string) (*Lesson, error) {
	src, err := Source(id)
	if err != nil {
		return nil, err
	}
	return Parse(id+".lesson", src)
}

// Source is the file of a lesson that comes with the program, to begin an own one with.
func Source(id string) ([]byte, error) {
	src, err := fs.ReadFile(files, "files/"+id+".lesson")
	if err != nil {
		return nil, fmt.Errorf("no lesson %q: there are %s%s", id, strings.Join(BuiltIn, ", "),
			world.DidYouMean(id, BuiltIn))
	}
	return src, nil
}
