package challenge

import (
	"encoding/xml"
	"fmt"
	"strings"

	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
)

// Why says in a line why the answer does not solve the challenge, "" if it does.
func (v *Verdict) Why() string {
	if v.Error != "" {
		return v.Error
	}
	var unmet []string
	for _, m := range v.Marks {
		if !m.Met {
			unmet = append(unmet, fmt.Sprintf("not met: %s (%s)", m.Text, m.Found))
		}
	}
	return strings.Join(unmet, "; ")
}

// Text is the verdict for a terminal.
func (v *Verdict) Text(c *Challenge, width int) string {
	var b strings.Builder
	state := map[bool]string{true: "solved", false: "not solved"}[v.Solved]
	if v.Error != "" {
		state = "the script did not run to its end"
	}
	name := ""
	if v.Student != "" {
		name = ", " + plain.Clean(v.Student)
	}
	fmt.Fprintf(&b, "%s%s: %s\n", v.Challenge, name, state)
	for _, m := range v.Marks {
		sign, got := "✓", ""
		if !m.Met {
			sign, got = "✗", " ("+m.Found+")"
		}
		paragraph(&b, "  "+sign+" ", m.Text+got, width)
	}
	switch {
	case v.Error != "": // the command ends with it
	case v.Solved:
		v.read(&b, width)
		b.WriteString("\nTo think about\n")
		paragraph(&b, "  ", c.Afterwards, width)
		if v.Flag != "" {
			fmt.Fprintf(&b, "\nThe class's flag: %s\n", v.Flag)
		}
	default:
		fmt.Fprintf(&b, "\nA hint: doormat challenge show %s --hints 1 (2 and 3 tell more)\n", v.Challenge)
	}
	return b.String()
}

// read shows some of what was read, the message that was asked for in any case: these people are
// invented, so nobody minds.
func (v *Verdict) read(b *strings.Builder, width int) {
	const few = 3
	shown, messages := summary.Spread(v.Opened, few), story.Conversation().Messages
	if v.Message > 0 {
		shown = []int{v.Message}
	}
	for _, f := range v.forged[:min(len(v.forged), few)] {
		fmt.Fprintf(b, "\nNobody wrote what %s’s phone shows\n", plain.Clean(f.To))
		paragraph(b, "  ", fmt.Sprintf("%s to %s: “%s”", f.From, f.To, plain.Short(f.Body, 200)), width)
	}
	for i, k := range shown {
		if i == 0 {
			fmt.Fprintf(b, "\nYou read %s\n", summary.Count(len(v.Opened), "message"))
		}
		paragraph(b, "  ", summary.Quote(k, &messages[k-1]), width)
	}
}

// paragraph wraps text behind what is on its left.
func paragraph(b *strings.Builder, left, text string, width int) {
	columns := max(width-plain.Width(left), 20)
	for i, line := range plain.Wrap(plain.Clean(text), columns, 0) {
		if i == 1 {
			left = strings.Repeat(" ", plain.Width(left))
		}
		fmt.Fprintf(b, "%s%s\n", left, line)
	}
}

// List is the challenges for a terminal.
func List(list []*Challenge, width int) string {
	var b strings.Builder
	longest := 0
	for _, c := range list {
		longest = max(longest, len(c.ID))
	}
	level := 0
	for _, c := range list {
		if c.Level != level {
			level = c.Level
			fmt.Fprintf(&b, "%sLEVEL %d\n", map[bool]string{true: "\n"}[b.Len() > 0], level)
		}
		paragraph(&b, fmt.Sprintf("  %-*s  ", longest, c.ID),
			fmt.Sprintf("%s (%s, %s)", c.Title, c.Side, c.Design), width)
	}
	return b.String()
}

// Text tells a student of the challenge, with so many of its hints.
func (c *Challenge) Text(s Student, hints, width int) string {
	var b strings.Builder
	b.WriteString(c.Title + "\n" + strings.Repeat("─", plain.Width(c.Title)) + "\n")
	paragraph(&b, "", c.Story, width)
	b.WriteString("\nSolved if\n")
	for _, condition := range c.Goal {
		text := condition.words(c.Wanted(s))
		if s.Name == "" {
			text = strings.ReplaceAll(condition.Text, "message {message}", "a message of your own")
		}
		paragraph(&b, "  - ", text, width)
	}
	b.WriteString("\n")
	paragraph(&b, "Level    ", fmt.Sprintf("%d, %s", c.Level, c.Side), width)
	paragraph(&b, "Budget   ", c.allowance(), width)
	paragraph(&b, "Setting  ", strings.TrimSpace(c.Design+c.settings()), width)
	for i := range min(hints, len(c.Hints)) {
		b.WriteString("\n")
		paragraph(&b, fmt.Sprintf("Hint %d   ", i+1), c.Hints[i], width)
	}
	fmt.Fprintf(&b, "\nBegin: doormat challenge start %s --student NAME\n", c.ID)
	return b.String()
}

// Text is the grades for a terminal.
func (g *Grades) Text(width int) string {
	var b strings.Builder
	for _, s := range g.Students {
		fmt.Fprintf(&b, "%s: %d solved of %d handed in\n", plain.Clean(s.Student), s.Solved,
			len(s.Verdicts))
		for _, v := range s.Verdicts {
			sign := map[bool]string{true: "✓", false: "✗"}[v.Solved]
			paragraph(&b, "  "+sign+" ", strings.TrimSuffix(v.Challenge+": "+v.Why(), ": "), width)
		}
		for _, p := range s.Problems {
			paragraph(&b, "  ✗ ", p, width)
		}
		for _, a := range s.Alike {
			paragraph(&b, "  = ", "alike: "+a, width)
		}
	}
	return b.String()
}

// What follows is JUnit's format as programs that show test results read it: a suite is a
// student or a single answer, a case a challenge or a condition.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		Time    string      `xml:"time,attr"`
		Failure *junitFault `xml:"failure"`
		Error   *junitFault `xml:"error"`
	}
	junitFault struct {
		Message string `xml:"message,attr"`
	}
)

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	s.Failures += count(c.Failure != nil)
	s.Errors += count(c.Error != nil)
	s.Cases = append(s.Cases, c)
}

// JUnit is the verdict as a document, a case for each condition.
func (v *Verdict) JUnit() (string, error) {
	s := junitSuite{Time: seconds(v.Seconds),
		Name: plain.Clean(strings.TrimSpace(v.Challenge + " " + v.Student))}
	end := junitCase{Class: v.Challenge, Name: "the script runs to its end", Time: seconds(v.Seconds)}
	if v.Error != "" {
		end.Error = &junitFault{plain.Clean(v.Error)}
	}
	s.add(end)
	for _, m := range v.Marks {
		c := junitCase{Class: v.Challenge, Name: m.Text, Time: seconds(0)}
		if !m.Met {
			c.Failure = &junitFault{plain.Clean(m.Goal + ": " + m.Found)}
		}
		s.add(c)
	}
	return junit([]junitSuite{s})
}

// JUnit is the grades as a document, a suite for each student and a case for each answer.
func (g *Grades) JUnit() (string, error) {
	var suites []junitSuite
	for _, grade := range g.Students {
		s, total := junitSuite{Name: plain.Clean(grade.Student)}, 0.0
		for _, v := range grade.Verdicts {
			c := junitCase{Class: s.Name, Name: v.Challenge, Time: seconds(v.Seconds)}
			total += v.Seconds
			switch why := &(junitFault{plain.Clean(v.Why())}); {
			case v.Error != "":
				c.Error = why
			case !v.Solved:
				c.Failure = why
			}
			s.add(c)
		}
		for _, p := range grade.Problems {
			s.add(junitCase{Class: s.Name, Name: "what was handed in", Time: seconds(0),
				Error: &junitFault{plain.Clean(p)}})
		}
		s.Time = seconds(total)
		suites = append(suites, s)
	}
	return junit(suites)
}

func junit(suites []junitSuite) (string, error) {
	all := junitSuites{Name: "doormat challenge", Suites: suites}
	for _, s := range suites {
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	return xml.Header + string(text) + "\n", err
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
