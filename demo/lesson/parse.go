package lesson

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// A Fault is what is wrong with a line of a lesson file.
type Fault struct {
	File string
	Line int
	Text string
}

func (f *Fault) Error() string {
	return fmt.Sprintf("%s:%d: %s", plain.Clean(f.File), f.Line, f.Text)
}

// Limits that keep a lesson on a screen and within a day.
const (
	mostMinutes = 480
	mostOptions = 6
	mostFaults  = 20 // that are told
)

// Parse reads a lesson file. name is what faults call it; the error joins all of them, each a
// [*Fault].
func Parse(name string, src []byte) (*Lesson, error) {
	p := &parser{name: name, lesson: &Lesson{lines: map[string]int{}}}
	switch {
	case len(src) > MaxBytes:
		p.fault(1, "the file has %d bytes, and a lesson at most %d", len(src), MaxBytes)
		return nil, errors.Join(p.faults...)
	case !utf8.Valid(src):
		p.fault(1+strings.Count(string(src[:firstInvalid(src)]), "\n"), "this is not UTF-8")
		return nil, errors.Join(p.faults...)
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(src), "\ufeff"), "\r\n", "\n")
	for i, line := range strings.Split(text, "\n") {
		if p.line(i+1, line); len(p.lesson.Steps) > MaxSteps {
			p.fault(i+1, "more than %d steps: make two lessons", MaxSteps)
			break
		}
	}
	p.whole()
	if len(p.faults) > 0 {
		return nil, errors.Join(p.faults...)
	}
	return p.lesson, nil
}

// firstInvalid is where text stops being UTF-8.
func firstInvalid(src []byte) int {
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size < 2 {
			return i
		}
		i += size
	}
	return len(src)
}

type parser struct {
	name   string
	lesson *Lesson
	closed bool // the last line was empty: the next begins a paragraph
	faults []error
}

func (p *parser) fault(line int, format string, args ...any) {
	if len(p.faults) < mostFaults {
		p.faults = append(p.faults, &Fault{p.name, line, fmt.Sprintf(format, args...)})
	}
}

// line reads one line.
func (p *parser) line(number int, line string) {
	line = strings.TrimRight(line, " \t")
	hidden := func(r rune) bool { return plain.Hidden(r) && r != '\t' }
	text := strings.TrimSpace(line)
	switch {
	case strings.IndexFunc(line, hidden) >= 0:
		p.fault(number, "a character here is not seen: take it out of %s",
			plain.Short(strconv.QuoteToASCII(text), 60))
	case strings.HasPrefix(line, "#"):
	case text == "":
		p.closed = true
	case line[0] != ' ' && line[0] != '\t':
		p.begin(number, text)
		p.closed = true
	case len(p.lesson.Steps) == 0:
		p.fault(number, "an indented line belongs to a step, and there is none above it")
	default:
		p.more(number, text)
		p.closed = false
	}
}

// begin reads a head, or the first line of a step.
func (p *parser) begin(number int, text string) {
	label, rest, found := strings.Cut(text, ":")
	words := strings.Fields(label)
	if !found || len(words) == 0 {
		p.fault(number, "want KEYWORD: TEXT, and indent what belongs to a step; got %s", quote(text))
		return
	}
	rest = strings.TrimSpace(rest)
	if slices.Contains(heads, words[0]) {
		p.head(number, words, rest)
		return
	}
	if !slices.Contains(kinds, words[0]) {
		all := append(slices.Clone(heads), kinds...)
		p.fault(number, "no keyword %s: want one of %s%s", quote(words[0]), strings.Join(all, ", "),
			world.DidYouMean(words[0], all))
	}
	step := Step{Line: number, Kind: Kind(words[0]), Heading: plain.Prose(rest)}
	words = words[1:]
	if len(words) > 0 {
		if minutes, err := strconv.Atoi(words[0]); err == nil {
			if minutes < 0 || minutes > mostMinutes {
				p.fault(number, "%d minutes: want 0 to %d", minutes, mostMinutes)
			}
			step.Minutes, words = max(0, min(minutes, mostMinutes)), words[1:]
		}
	}
	if rest == "" {
		p.fault(number, "nothing stands behind the colon")
	}
	p.step(number, &step, words)
	p.lesson.Steps = append(p.lesson.Steps, step)
}

var heads = []string{"title", "story", "designs"}

// head reads what a lesson is about.
func (p *parser) head(number int, words []string, rest string) {
	l := p.lesson
	switch {
	case len(words) > 1:
		p.fault(number, "want %s: TEXT, got %s", words[0], quote(strings.Join(words, " ")))
	case len(l.Steps) > 0:
		p.fault(number, "%s stands above the first step", words[0])
	case l.lines[words[0]] > 0:
		p.fault(number, "%s stands here a second time", words[0])
	case rest == "":
		p.fault(number, "nothing stands behind the colon")
	}
	l.lines[words[0]] = number
	switch rest = plain.Prose(rest); words[0] {
	case "title":
		l.Title = rest
		p.fits(number, "the title", rest, 1)
	case "story":
		l.Story = rest
	case "designs":
		for id := range strings.SplitSeq(rest, ",") {
			l.Designs = append(l.Designs, strings.TrimSpace(id))
		}
		if len(l.Designs) > mostDesigns {
			p.fault(number, "%d designs: want at most %d beside each other", len(l.Designs), mostDesigns)
		}
	}
}

const mostDesigns = 3 // as package present shows them

// step reads what stands between minutes and colon, and behind the colon of an act.
func (p *parser) step(number int, s *Step, words []string) {
	if s.Kind == Question && len(words) > 0 {
		if s.Name = words[0]; p.lesson.Question(s.Name) != nil {
			p.fault(number, "there is a question %s already: choose another name, or ask it again",
				quote(s.Name))
		}
		words = words[1:]
	} else if s.Kind == Question {
		p.fault(number, "a question has a name, as in question 2 mind: TEXT")
	}
	if len(words) > 0 {
		p.fault(number, "want minutes between %s and the colon, got %s", s.Kind,
			quote(strings.Join(words, " ")))
	}
	switch s.Kind {
	case Act:
		p.act(number, s)
	case Again:
		s.Name = s.Heading
		if first := p.lesson.Question(s.Name); first == nil {
			p.fault(number, "no question %s above", quote(s.Name))
		} else {
			s.Heading, s.Options = first.Heading, first.Options
		}
	case Note:
	default:
		p.fits(number, "what stands behind the colon", s.Heading, 2)
	}
	p.filled(number, s.Heading)
}

// act reads an attack and its settings.
func (p *parser) act(number int, s *Step) {
	words := strings.Fields(s.Heading)
	s.Heading = ""
	if len(words) == 0 {
		return
	}
	s.Attack = words[0]
	for _, word := range words[1:] {
		name, value, found := strings.Cut(word, "=")
		if !found || name == "" || value == "" {
			p.fault(number, "behind the attack, want settings as NAME=VALUE, got %s", quote(word))
			continue
		}
		s.Values = append(s.Values, [2]string{name, value})
	}
}

// more reads a line that belongs to the last step.
func (p *parser) more(number int, text string) {
	s := &p.lesson.Steps[len(p.lesson.Steps)-1]
	switch s.Kind {
	case Question:
		p.option(number, s, text)
	case Act, Again:
		p.fault(number, "nothing belongs to this step (%s): put it into a text, a pause or a note",
			s.Kind)
	case Note:
		p.filled(number, text)
		s.Heading += " " + plain.Prose(text)
	default:
		p.filled(number, text)
		if n := len(s.Body); n > 0 && !p.closed {
			s.Body[n-1] += " " + plain.Prose(text)
			return
		}
		s.Body = append(s.Body, plain.Prose(text))
	}
}

// option reads one, or goes on with the last.
func (p *parser) option(number int, s *Step, text string) {
	text, isNew := strings.CutPrefix(text, "-")
	if text = plain.Prose(text); !isNew || text == "" {
		p.fault(number, "an option is a line of its own: - TEXT")
		return
	}
	o := Option{Text: text}
	if i := strings.LastIndex(text, " = "); i >= 0 {
		words := strings.Fields(text[i+3:])
		o.Text = text[:i]
		if len(words) != 3 {
			p.fault(number, "behind =, want ATTACK DESIGN MEASURE, got %s", quote(text[i+3:]))
		} else {
			o.Attack, o.Design, o.Measure = words[0], words[1], words[2]
		}
	}
	if len(s.Options) == mostOptions {
		p.fault(number, "more than %d options do not fit on a screen", mostOptions)
	}
	p.fits(number, "the option", "a  "+o.Text, 1)
	p.filled(number, o.Text)
	s.Options = append(s.Options, o)
}

// whole checks what only the whole file shows.
func (p *parser) whole() {
	l := p.lesson
	switch {
	case l.lines["title"] == 0:
		p.fault(1, "a lesson has a title: begin the file with title: TEXT")
	case len(l.Steps) == 0:
		p.fault(1, "a lesson has steps, and here is none: the first may be text: HEADING")
	}
	for i := range l.Steps {
		s := &l.Steps[i]
		lines := 0
		for _, text := range s.Body {
			lines += len(plain.Wrap(text, Columns, 0)) + 1
		}
		if s.Kind == Pause {
			lines += 2 // how long it is
		}
		if lines-1 > Rows {
			p.fault(s.Line, "the text of this step takes %d lines of %d letters, and a screen has %d: "+
				"make two steps of it", lines-1, Columns, Rows)
		}
		if s.Kind != Question {
			continue
		}
		if len(s.Options) < 2 {
			p.fault(s.Line, "a question has at least two options, each an indented line - TEXT")
		}
		for _, o := range s.Options {
			p.measured(s.Line, o)
		}
	}
}

// measured checks what an option says is measured.
func (p *parser) measured(line int, o Option) {
	if o.Attack == "" {
		return
	}
	var acts []string
	for _, s := range p.lesson.Steps {
		if s.Kind == Act && len(s.Values) == 0 {
			acts = append(acts, s.Attack)
		}
	}
	if !slices.Contains(acts, o.Attack) {
		p.fault(line, "option %s: %s is no act of this lesson without settings of its own%s",
			quote(o.Text), quote(o.Attack), world.DidYouMean(o.Attack, acts))
	}
	if d := p.lesson.Designs; len(d) > 0 && !slices.Contains(d, o.Design) {
		p.fault(line, "option %s: %s is not in designs%s", quote(o.Text), quote(o.Design),
			world.DidYouMean(o.Design, d))
	}
	if names := summary.MeasureNames(); !slices.Contains(names, o.Measure) {
		p.fault(line, "option %s: no measure %s: want one of %s%s", quote(o.Text), quote(o.Measure),
			strings.Join(names, ", "), world.DidYouMean(o.Measure, names))
	}
}

// fits checks that a text takes at most so many lines of a screen.
func (p *parser) fits(number int, what, text string, lines int) {
	if len(plain.Wrap(text, Columns, 0)) > lines {
		p.fault(number, "%s is longer than %s of %d letters", what, summary.Count(lines, "line"), Columns)
	}
}

// blank is what a run fills in.
var blank = regexp.MustCompile(`\{[^{}]*\}`)

// filled checks that a run has what a text leaves to it.
func (p *parser) filled(number int, text string) {
	for _, name := range blank.FindAllString(text, -1) {
		if !slices.Contains(Blanks, name) {
			p.fault(number, "nothing is filled in for %s: there are %s", quote(name),
				strings.Join(Blanks, ", "))
		}
	}
}

// quote shows words of the file in a fault.
func quote(text string) string {
	printed := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '�'
	}, text)
	return strconv.Quote(plain.Short(printed, 40))
}
