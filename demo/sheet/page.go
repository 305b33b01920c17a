package sheet

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo/data"
	"doormat/demo/markdown"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// Labels of the facts that are read back.
const (
	labelProgram  = "Program"
	labelCommand  = "Command"
	labelSettings = "All settings"
	labelChat     = "SHA-256 of the chat"
	labelResult   = "SHA-256 of the result"
	labelSheet    = "SHA-256 of this sheet"
)

// A page is what both formats write.
type page struct {
	Facts         []fact
	Acts          []act
	Key           string // to the signs of the claims
	NotSaid, Whom []string
	Again         []step
	Unsealed      string
	Style         template.CSS
}

// A fact is a row of the table over the claims.
type fact struct {
	Name, Value string
	Code        bool // the value is to be copied
}

// An act is an attack with the claims about it.
type act struct {
	ID, Title, About string
	Claims           []Claim
}

// A Claim is what a sheet says of an attack on an arrangement.
type Claim struct {
	N              int
	Attack, Design string
	Number         string // of messages read: the target's, and everybody else's
	Words          string // the same in a sentence, and what came with it
}

// A step is what somebody does to measure again.
type step struct{ Do, Command string }

func (s *Sheet) page(format string) (*page, error) {
	digest, err := data.Digest(s.Result)
	if err != nil {
		return nil, err
	}
	return &page{
		Facts: s.facts(digest), Acts: s.acts(), Unsealed: unsealed,
		Key: "Numbers are messages read: of those that the target sent or received, and of " +
			"everybody else’s. " + summary.Key(summary.Signs()[:4], "; ") + ".",
		NotSaid: s.notSaid(), Whom: s.whom(), Again: s.again(format),
	}, nil
}

// acts are the attacks in the order of the result.
func (s *Sheet) acts() (list []act) {
	cells := summary.Cells(s.Result)
	n := 0
	for i, row := range s.Result.Attacks {
		a := act{ID: row.ID, Title: plain.Clean(row.Title),
			About: about(row, s.Lab.Attacks[i].Header())}
		for _, d := range s.Result.Designs {
			n++
			c := s.claim(row.Kind, cells[[2]string{row.ID, d.ID}], d)
			c.N = n
			a.Claims = append(a.Claims, c)
		}
		list = append(list, a)
	}
	return list
}

// about says what an attack does, and what its adversary is given.
func about(row attacks.AttackRow, h technique.Header) string {
	const longest = 250
	text := plain.Short(plain.FirstSentence(h.Happens), longest) + " Given: " +
		strings.Join(row.Needs, ", ") + "."
	if len(row.Fixes) > 0 {
		text += " The attack fixes " + strings.Join(row.Fixes, ", ") + "."
	}
	return plain.Clean(text)
}

// claim says what a cell says, on a few lines at most.
func (s *Sheet) claim(kind string, c *attacks.Cell, d attacks.DesignRow) Claim {
	const longest = 500
	claim := Claim{Attack: c.Attack, Design: c.Design, Number: summary.StateOf(c).Long()}
	words := plain.Short(d.Name, 60) + ": "
	if summary.Measured(c) {
		t, o, m := c.Content.Target, c.Content.Others, c.Metadata
		claim.Number = summary.Fraction(t.Recovered, t.Total) + ", " +
			summary.Fraction(o.Recovered, o.Total)
		words += fmt.Sprintf("%d of %d of %s’s messages and %d of %d of everybody else’s were read. "+
			"Who wrote to whom and when was learned of %d of %d. It began %s. %s",
			t.Recovered, t.Total, s.target(), o.Recovered, o.Total, m.Recovered, m.Total,
			summary.Moment(c.At, s.Result.Conversation.Messages), summary.Verdict(kind, c))
	} else {
		words += summary.Reason(c)
	}
	claim.Words = plain.Short(strings.TrimSuffix(words, ".")+".", longest)
	return claim
}

func (s *Sheet) target() string { return plain.Short(s.Result.Settings.Target, 24) }

// facts are what the claims rest on.
func (s *Sheet) facts(digest string) []fact {
	list := []fact{
		{labelProgram, "doormat " + s.Program, false},
		{"Its source", s.source(), false},
		{labelCommand, "doormat sheet " + s.Options.Flags(), true},
		{labelSettings, s.Options.AllFlags(s.Result.Settings), true},
		{"Seed", fmt.Sprintf("%d, which decides every random choice", s.Result.Seed), false},
	}
	for _, design := range s.Lab.Designs {
		info := design.Info()
		list = append(list, fact{info.ID, plain.Short(summary.Promise(info, s.Result.Settings),
			200), false})
	}
	return append(append(list, s.conversation()...), fact{labelResult, digest, true})
}

// source says whether others can fetch what the program was built from.
func (s *Sheet) source() string {
	switch {
	case !strings.Contains(s.Program, "revision"):
		return "the program does not name its revision: build it from a checkout, with go build, " +
			"before you file a sheet"
	case strings.Contains(s.Program, "changes"):
		return "no revision holds it: there were changes besides. Build it from a clean checkout " +
			"before you file a sheet"
	}
	return "the revision that the program names"
}

func (s *Sheet) conversation() []fact {
	c := s.Result.Conversation
	size := summary.Content(c) + " of " + summary.Count(c.Accounts, "account")
	if s.Chat == "" {
		return []fact{{"Conversation", plain.Short(c.Title, 60) + ", of invented people: " + size,
			false}}
	}
	return []fact{
		{"Conversation", "somebody’s own chat, of which no word stands here: " + size, false},
		{labelChat, s.Chat, true},
	}
}

// notSaid is what the other side would bring up: it is said at once.
func (s *Sheet) notSaid() []string {
	claims := len(s.Result.Attacks) * len(s.Result.Designs)
	list := append([]string{
		fmt.Sprintf("Somebody chose these claims: %d of the %s pairs of an attack and an "+
			"arrangement that this program can measure. Ask for the others: doormat matrix "+
			"--designs all.", claims, plain.Number(s.Pairs)),
		"Programs that were written to be compared did this. No product was tested, and another " +
			"setting can give another number.",
	}, slices.DeleteFunc(summary.Caveats(), func(text string) bool {
		return text == summary.Demonstration // stands at the top
	})...)
	return append(list, "A hash is no signature. It shows a change to whoever has noted it "+
		"elsewhere; whoever changes the sheet can compute another one, and it says nothing of who "+
		"wrote the sheet, or when. What counts is that anybody can measure the numbers again.")
}

// whom to ask.
func (s *Sheet) whom() []string {
	list := []string{
		"Whoever signs below: why these claims and these settings, and who asked for them.",
		"The authors of each attack and arrangement: their pages in docs/ say what is assumed, why " +
			"it is so, and from which source. What the attack expected stands in its header.",
		"The maintainers, if a number seems wrong: SECURITY.md says how.",
		"An expert of your own: with the source at hand, it takes nobody’s leave and no network.",
	}
	if s.Chat != "" {
		list = append(list, "Whoever has the chat: nothing is measured again without its file.")
	}
	return list
}

// again says how to measure again, on any machine, and without trust in this program's verdict.
func (s *Sheet) again(format string) []step {
	suffix, file := map[string]string{"html": ".html", "markdown": ".md"}[format], ""
	if s.Chat != "" {
		file = " --conversation FILE"
	}
	return []step{
		{"Get the source of the program named above, and build it with Go:", "go build ./cmd/doormat"},
		{"Measure again and compare, line by line:", "./doormat verify sheet" + suffix + file},
		{"Or by other programs: with the flags of the command, this gives the hash of the result.",
			`./doormat matrix --format json … | sed '/^ *"seconds": /d' | sha256sum`},
	}
}

//go:embed page
var files embed.FS

func (p *page) html() (string, error) {
	style, err := files.ReadFile("page/sheet.css")
	if err != nil {
		return "", err
	}
	p.Style = template.CSS(style)
	t, err := template.ParseFS(files, "page/*.html")
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "sheet.html", p); err != nil {
		return "", fmt.Errorf("sheet: %w", err)
	}
	return b.String(), nil
}

const (
	title = "What was measured, and how to measure it again"
	lead  = "Testimony sheet of doormat. " + summary.Demonstration
	// Blanks are filled in by hand.
	signed = "Name, date, signature:"
)

func (*page) Title() string  { return title }
func (*page) Lead() string   { return lead }
func (*page) Signed() string { return signed }
func (*page) Label() string  { return labelSheet }

func (p *page) markdown() string {
	var d markdown.Document
	d.Heading(1, title)
	d.Prose(markdown.Text(lead))
	d.Head("", "")
	for _, f := range p.Facts {
		value := markdown.Text(f.Value)
		if f.Code {
			value = markdown.Code(f.Value)
		}
		d.Row(markdown.Text(f.Name), value)
	}
	d.Gap()
	for _, a := range p.Acts {
		d.Heading(2, markdown.Text(a.Title))
		d.Prose(markdown.Text(a.About))
		d.Head("", "claim", "read", "in words")
		for _, c := range a.Claims {
			d.Row(fmt.Sprint(c.N), markdown.Code(c.Attack)+" on "+markdown.Code(c.Design),
				c.Number, markdown.Text(c.Words))
		}
		d.Gap()
	}
	d.Prose(markdown.Text(p.Key))
	d.Heading(2, "What this sheet does not say")
	d.List(p.NotSaid)
	d.Heading(2, "Whom to ask")
	d.List(p.Whom)
	d.Heading(2, "Measure it again")
	for _, s := range p.Again {
		d.Item(markdown.Text(s.Do))
		d.Gap()
		d.Block("  ", "sh", s.Command)
	}
	d.Head("", "")
	d.Row(labelSheet, markdown.Code(p.Unsealed))
	d.Gap()
	d.Prose(signed + " " + strings.Repeat("\\_", 40))
	return strings.TrimRight(d.String(), "\n") + "\n"
}
