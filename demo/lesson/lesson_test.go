package lesson

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/world"
)

// small is a lesson with one step of each kind.
const small = `# A comment.
title: Two questions
designs: toy

text 1: Who talks to {target}
  Here is one
  paragraph of {messages}.

  And another.
question 2 mind: Which number?
  - What is read = odd toy read
  - None of them
note: Say it twice,
  and slowly.
pause 3: Think
	With a tab.
act: odd
act 4: mine.star rotate=20 at=3
again 2: mind
`

func TestParse(t *testing.T) {
	for _, src := range []string{small, "\ufeff" + strings.ReplaceAll(small, "\n", "\r\n")} {
		l, err := Parse("small", []byte(src))
		require.NoError(t, err)
		require.Equal(t, 12, l.Minutes())
		require.Equal(t, []string{"toy"}, l.Designs)
		ask := Step{Line: 10, Kind: Question, Minutes: 2, Heading: "Which number?", Name: "mind",
			Options: []Option{{"What is read", "odd", "toy", "read"}, {Text: "None of them"}}}
		again := ask
		again.Line, again.Kind = 19, Again
		require.Equal(t, []Step{
			{Line: 5, Kind: Text, Minutes: 1, Heading: "Who talks to {target}", Body: []string{"Here is one paragraph of {messages}.", "And another."}},
			ask,
			{Line: 13, Kind: Note, Heading: "Say it twice, and slowly."},
			{Line: 15, Kind: Pause, Minutes: 3, Heading: "Think", Body: []string{"With a tab."}},
			{Line: 17, Kind: Act, Attack: "odd"},
			{Line: 18, Kind: Act, Minutes: 4, Attack: "mine.star", Values: [][2]string{{"rotate", "20"}, {"at", "3"}}},
			again,
		}, l.Steps)
		require.True(t, l.Steps[5].IsScript())
		require.False(t, l.Steps[4].IsScript())
	}
}

// TestFaults finds each fault with its line and a hint, and several of them at once.
func TestFaults(t *testing.T) {
	for src, want := range map[string]string{
		"":                                       "f:1: a lesson has a title",
		"title: x":                               "f:1: a lesson has steps, and here is none",
		"title: x\ntitle: y\ntext: z":            "f:2: title stands here a second time",
		"title:\ntext: z":                        "f:1: nothing stands behind the colon",
		"title: x\ntext: y\nstory: clock":        "f:3: story stands above the first step",
		"title now: x\ntext: y":                  "f:1: want title: TEXT, got \"title now\"",
		"title: x\n  indented":                   "f:2: an indented line belongs to a step",
		"title: x\nhello":                        "f:2: want KEYWORD: TEXT, and indent what belongs to a step; got \"hello\"",
		"title: x\npaus 3: y":                    `f:2: no keyword "paus": want one of title, story, designs, text, pause, act, question, again, note; did you mean "pause"?`,
		"title: x\ntext -1: y":                   "f:2: -1 minutes: want 0 to 480",
		"title: x\ntext 99999999999999999999: y": `f:2: want minutes between text and the colon, got "99999999999999999999"`,
		"title: x\ntext two: y":                  `f:2: want minutes between text and the colon, got "two"`,
		"title: x\nact: a b":                     `f:2: behind the attack, want settings as NAME=VALUE, got "b"`,
		"title: x\nact: a\n  words":              "f:3: nothing belongs to this step (act)",
		"title: x\nagain: y":                     `f:2: no question "y" above`,
		"title: x\nquestion 2: y\n  - a\n  - b":  "f:2: a question has a name",
		"title: x\nquestion m: y\n  - a":         "f:2: a question has at least two options",
		"title: x\nquestion m: y\n  - a\n  - b\nquestion m: z\n  - a\n  - b":    `f:5: there is a question "m" already`,
		"title: x\nquestion m: y\n  - a\n  b":                                   "f:4: an option is a line of its own",
		"title: x\nquestion m: y\n  - a\n  -":                                   "f:4: an option is a line of its own",
		"title: x\nquestion m: y\n  - a = b\n  - c":                             `f:3: behind =, want ATTACK DESIGN MEASURE, got "b"`,
		"title: x\nact: odd\nquestion m: y\n  - a = od toy read\n  - c":         `f:3: option "a": "od" is no act of this lesson without settings of its own; did you mean "odd"?`,
		"title: x\nact: odd at=1\nquestion m: y\n  - a = odd toy read\n  - c":   `f:3: option "a": "odd" is no act`,
		"title: x\nact: odd\nquestion m: y\n  - a = odd toy reed\n  - c":        `did you mean "read"?`,
		"title: x\ndesigns: toy\nact: o\nquestion m: y\n  - a = o t read\n  -c": `f:4: option "a": "t" is not in designs`,
		"title: x\ndesigns: a,b,c,d\nact: o":                                    "f:2: 4 designs: want at most 3",
		"title: x\nquestion m: y\n" + strings.Repeat("  - a\n", 7):              "f:9: more than 6 options",
		"title: x\ntext: {targets}":                                             `f:2: nothing is filled in for "{targets}"`,
		"title: x\ntext: y\n  {t} {u}":                                          `f:3: nothing is filled in for "{u}"`,
		"title: x\ntext: a\u202eb":                                              "f:2: a character here is not seen",
		"title: x\ntext: a\x00b":                                                "f:2: a character here is not seen",
		"title: x\ntext: a\n\xff":                                               "f:3: this is not UTF-8",
		"title: x\ntext: " + strings.Repeat("word ", 60):                        "f:2: what stands behind the colon is longer than 2 lines of 70 letters",
		"title: x\ntext: y\n" + strings.Repeat("  word\n\n", 8):                 "f:2: the text of this step takes 15 lines of 70 letters, and a screen has 13",
		"title: x\npause: y\n" + strings.Repeat("  word\n\n", 7):                "f:2: the text of this step takes 15 lines",
		"title: x\n" + strings.Repeat("text: y\n", 201):                         "f:202: more than 200 steps",
		"title: x\n" + strings.Repeat(" ", MaxBytes):                            "the file has 65545 bytes, and a lesson at most 65536",
	} {
		l, err := Parse("f", []byte(src))
		require.Nil(t, l, "%q", src)
		require.ErrorContains(t, err, want, "%.80q", src)
		fault := new(Fault)
		require.True(t, errors.As(err, &fault), "%.80q", src)
	}
	_, err := Parse("f", []byte("titel: x\ntext two: y\n"))
	require.Equal(t, 3, strings.Count(err.Error(), "f:"), "every fault is told: %v", err)
	_, err = Parse("f", []byte(strings.Repeat("x\n", 1000)))
	require.Equal(t, mostFaults, strings.Count(err.Error(), "\n")+1)
}

func TestCheck(t *testing.T) {
	l, err := Parse("small", []byte(small))
	require.NoError(t, err)
	known := Known{Designs: []string{"toy"}, Attacks: []string{"odd"}, Settings: []string{"rotate", "at"}}
	require.NoError(t, l.Check("small", known))
	err = l.Check("small", Known{Designs: []string{"toys"}, Attacks: []string{"odds"}, Settings: []string{"rotat"}})
	require.EqualError(t, err, `small:3: no design "toy"; did you mean "toys"?
small:17: no attack "odd"; did you mean "odds"?
small:18: no setting "rotate"; did you mean "rotat"?
small:18: no setting "at"; did you mean "rotat"?`)
	l.Story, l.lines["story"] = "clok", 2
	require.ErrorContains(t, l.Check("small", Known{Stories: []string{"clock"}}), `small:2: no story "clok"; did you mean "clock"?`)
}

// TestBuiltIn reads the lessons of the program: each takes the minutes of its id, asks one question
// before its first act and again after its last one, and has no number that a run could contradict.
func TestBuiltIn(t *testing.T) {
	for _, id := range BuiltIn {
		l, err := Open(id)
		require.NoError(t, err)
		require.Equal(t, id, fmt.Sprint(l.Minutes()))
		asked, acts := 0, 0
		for _, s := range l.Steps {
			switch s.Kind {
			case Question:
				require.Zero(t, acts, "lesson %s asks after an act", id)
				asked++
			case Act:
				require.Equal(t, 1, asked, id)
				acts++
			case Again:
				require.Equal(t, "mind", s.Name)
				asked++
			}
			require.NotRegexp(t, `\d+ of \d+ messages|\d+/\d+`, s.Heading+strings.Join(s.Body, " "))
		}
		require.Equal(t, 2, asked, id)
		require.GreaterOrEqual(t, acts, 2, id)
	}
	_, err := Open("16")
	require.EqualError(t, err, `no lesson "16": there are 15, 50, 180; did you mean "15"?`)
}

func TestFill(t *testing.T) {
	l, err := Parse("small", []byte(small))
	require.NoError(t, err)
	c := story.Conversation()
	l.Fill(c, world.Settings{Target: "Jo", Threshold: 3, Trustees: 5})
	require.Equal(t, "Who talks to Jo", l.Steps[0].Heading)
	require.Equal(t, fmt.Sprintf("Here is one paragraph of %d.", len(c.Messages)), l.Steps[0].Body[0])
}

// FuzzParse finds no file that the parser cannot stand. What it takes fits a screen, and faults
// have a line of the file.
func FuzzParse(f *testing.F) {
	f.Add(small)
	for _, id := range BuiltIn {
		src, err := Source(id)
		require.NoError(f, err)
		f.Add(string(src))
	}
	f.Add("title: x\nquestion m: y\n  - a = b c d = e f g\n  - {t}\nagain: m\nact: ../x.star a=b=c")
	f.Fuzz(func(t *testing.T, src string) {
		l, err := Parse("f", []byte(src))
		if err != nil {
			require.Nil(t, l)
			for line := range strings.SplitSeq(err.Error(), "\n") {
				number := 0
				_, scanned := fmt.Sscanf(line, "f:%d: ", &number)
				require.NoError(t, scanned, line)
				require.True(t, number > 0 && number <= strings.Count(src, "\n")+1, line)
			}
			return
		}
		_ = l.Check("f", Known{})
		r := l.NewRecord("0")
		for i, p := range l.NewDeck(r).Places {
			if p.Card == nil {
				require.Equal(t, Act, p.Step.Kind)
				continue
			}
			lines := p.Card.Lines(Columns)
			require.LessOrEqual(t, len(lines), Rows, "place %d", i)
			for _, line := range lines {
				require.LessOrEqual(t, plain.Width(line), Columns, line)
				require.Equal(t, plain.Clean(line), line)
			}
			for _, key := range []string{"down", "5", "up", "7", "backspace", "space"} {
				p.Card.Press(key)
			}
		}
	})
}

// TestGuide reads the example that the guide for teachers shows, and finds every measure there.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/teaching.md")
	require.NoError(t, err)
	_, text, found := strings.Cut(string(guide), "```text\ntitle: ")
	require.True(t, found)
	text, rest, _ := strings.Cut(text, "```")
	l, err := Parse("docs/teaching.md", []byte("title: "+text))
	require.NoError(t, err)
	used := map[Kind]bool{}
	for _, s := range l.Steps {
		used[s.Kind] = true
	}
	require.Len(t, used, len(kinds), "every kind of step is shown")
	for _, name := range summary.MeasureNames() {
		require.Contains(t, rest, "`"+name+"`")
	}
	for _, name := range Blanks {
		require.Contains(t, text, name)
	}
}
