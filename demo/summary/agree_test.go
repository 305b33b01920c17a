package summary_test

import (
	"encoding/json"
	"html"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/demo"
	"doormat/demo/data"
	"doormat/demo/drawing"
	"doormat/demo/handout"
	"doormat/demo/markdown"
	"doormat/demo/plain"
	"doormat/demo/present"
	"doormat/demo/replay"
	"doormat/demo/sheet"
	"doormat/demo/stage"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/terminal"
	"doormat/demo/text"
	"doormat/world"
)

// outcomes are cells written by hand, one for each state, and what is said of each besides.
var outcomes = []struct {
	state summary.State
	cell  attacks.Cell
	says  string // in words that every renderer has room for
}{
	{summary.All, attacks.Cell{Applicable: true, Expected: true, Parties: 4, Content: content(28, 44),
		Lawful: attacks.Lawful{Asked: 72, Served: 72}}, "✓ served 72/72"},
	{summary.Part, attacks.Cell{Applicable: true, Expected: true, Parties: 1, Content: content(20, 0),
		Noticed: []attacks.Evidence{{By: "witness:1", What: "a fork", AfterMessage: 37}}}, "witness"},
	{summary.None, attacks.Cell{Applicable: true, Parties: 2, Content: content(0, 0),
		Trace: trace.Trace{Surprise: "the weather"}}, "≠ unexpected"},
	{summary.NotApplicable, attacks.Cell{Expected: true, Why: "nobody of that name"}, "obody of that name"},
	{summary.Failed, attacks.Cell{Applicable: true, Error: "the script fell over"}, "the script fell over"},
}

func content(target, others int) attacks.Content {
	return attacks.Content{
		Target: attacks.Exposure{Recovered: target, Total: 28, Before: target, BeforeTotal: 28},
		Others: attacks.Exposure{Recovered: others, Total: 44, Before: others, BeforeTotal: 44}}
}

// A stand is what renderers are made of: a lab of one attack, which never runs.
type stand struct {
	lab     *attacks.Lab
	options demo.Options
}

// result is one cell, as of the stand's attack and its first design.
func (s stand) result(c attacks.Cell) *attacks.Result {
	r := s.lab.Outline()
	c.Attack, c.Design = r.Attacks[0].ID, r.Designs[0].ID
	c.Trace.Settings = r.Settings
	r.Cells = []attacks.Cell{c}
	return r
}

// renderers show a result, each in its form; markup and styles are taken out.
func (s stand) renderers(t *testing.T) map[string]func(*attacks.Result) string {
	attack, conv := s.lab.Attacks[0], s.lab.Conversation
	h := attack.Header()
	page := func(suffix string) func(*attacks.Result) string {
		return func(r *attacks.Result) string {
			files, err := (&handout.Handout{Result: r, Options: s.options, Lab: s.lab, Full: suffix != "-slides.md"}).Files("report")
			require.NoError(t, err)
			for _, f := range files {
				if f.Suffix == suffix {
					return string(f.Data)
				}
			}
			return ""
		}
	}
	testimony := func(format string) func(*attacks.Result) string {
		return func(r *attacks.Result) string {
			text, err := (&sheet.Sheet{Result: r, Lab: s.lab, Options: s.options}).Bytes(format)
			require.NoError(t, err)
			return string(text)
		}
	}
	return map[string]func(*attacks.Result) string{
		"sheet": testimony("html"), "sheet, Markdown": testimony("markdown"),
		"matrix":   func(r *attacks.Result) string { return text.Matrix(r, 100) },
		"run":      func(r *attacks.Result) string { return text.Run{Header: h, Result: r, Conversation: conv}.Text(100) },
		"markdown": markdown.Result,
		"heat": func(r *attacks.Result) string {
			return string(drawing.Heat(r, nil)) + string(drawing.Cell(&r.Cells[0], ""))
		},
		"page": page(".html"), "document": page(".md"), "slides": page("-slides.md"),
		"tour": func(r *attacks.Result) string {
			return text.Tour{Conversation: conv, Designs: s.lab.Designs}.Findings(r, []technique.Header{h}, 100)
		},
		"present": func(r *attacks.Result) string {
			show := present.New(present.Talk{Conversation: conv, Settings: r.Settings, Acts: []technique.Header{h},
				Designs: []world.Info{s.lab.Designs[0].Info()}})
			show.Take(present.Ran{Replay: replay.New(r, attack, conv)})
			var b strings.Builder
			require.NoError(t, show.Print(&b))
			return b.String()
		},
	}
}

// Titles are said to those who hover or listen; other tags say nothing.
var titles, tags = regexp.MustCompile(`<[^>]*title="([^"]*)"[^>]*>`), regexp.MustCompile(`<[^>]*>`)

// words are what somebody reads or hears of a text.
func words(text string) string {
	text = titles.ReplaceAllString(terminal.Strip(text), " $1 ")
	text = html.UnescapeString(tags.ReplaceAllString(text, " "))
	return plain.Prose(text)
}

// TestRenderersAgree renders cells written by hand in every form: each says the state of
// each in the same words, and who noticed, what a court got and what was unexpected. A
// legend has all of the words, so they must stand there more often than of any other cell.
func TestRenderersAgree(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Attacks, o.Designs = []string{demo.Showcases(kit.Attacks)[0].ID}, []string{"threshold"}
	lab, err := o.Lab(kit, story.Conversation())
	require.NoError(t, err)
	s := stand{lab, o}
	for name, render := range s.renderers(t) {
		texts := make([]string, len(outcomes))
		for i, one := range outcomes {
			texts[i] = words(render(s.result(one.cell)))
		}
		for i, one := range outcomes {
			said := func(text string) int {
				n := strings.Count(text, one.state.String())
				if long := one.state.Long(); long != one.state.String() {
					n += strings.Count(text, long)
				}
				return n
			}
			// A handout says a state in several places.
			places := max(1, map[string]int{"page": 3}[name])
			for j := range outcomes {
				if i != j {
					require.GreaterOrEqual(t, said(texts[i]), places+said(texts[j]), "%s: %s, and not of %s", name, one.state, outcomes[j].state)
				}
			}
			require.Contains(t, strings.ToLower(texts[i]), one.says, name)
			require.NotContains(t, strings.ToLower(texts[i]), "secure ")
		}
	}
}

// TestOpeningsAgree: whatever tells of a run begins with the same sentences, of as many ways as
// it shows, and says what doormat is not.
func TestOpeningsAgree(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	for _, columns := range [][]string{{"e2ee", "threshold"}, {"e2ee", "e2ee-kept", "threshold"}} {
		o := demo.Defaults()
		o.Attacks, o.Designs = []string{demo.Showcases(kit.Attacks)[0].ID}, columns
		lab, err := o.Lab(kit, story.Conversation())
		require.NoError(t, err)
		s := stand{lab, o}
		conv, infos := lab.Conversation, []world.Info{}
		for _, d := range lab.Designs {
			infos = append(infos, d.Info())
		}
		var talk strings.Builder
		require.NoError(t, present.New(present.Talk{Conversation: conv, Settings: lab.Settings,
			Designs: infos}).Print(&talk))
		page, err := stage.New(t.Context(), kit, o)
		require.NoError(t, err)
		home := httptest.NewRecorder()
		request := httptest.NewRequest("GET", "/", nil)
		request.Host = "127.0.0.1:1"
		page.Handler([]string{request.Host}).ServeHTTP(home, request)
		r := s.result(outcomes[0].cell)
		begins := map[string]string{
			"tour":    text.Tour{Conversation: conv, Designs: lab.Designs}.Opening(100),
			"present": talk.String(), "stage": home.Body.String(),
		}
		for _, suffix := range []string{"page", "document", "slides"} {
			begins[suffix] = s.renderers(t)[suffix](r)
		}
		want := append(summary.Opening(len(conv.Messages), len(conv.Accounts), len(columns)),
			summary.Demonstration, summary.Question[len("Who "):])
		for name, begin := range begins {
			for _, sentence := range want {
				require.Contains(t, words(begin), sentence, "%s, %d columns", name, len(columns))
			}
		}
	}
}

// TestProgramsAgree: what programs read has the numbers and reasons of the same cells.
func TestProgramsAgree(t *testing.T) {
	for _, one := range outcomes {
		r := &attacks.Result{Cells: []attacks.Cell{one.cell}}
		doc, err := data.JSON(r)
		require.NoError(t, err)
		var back attacks.Result
		require.NoError(t, json.Unmarshal(doc, &back))
		require.Equal(t, one.state, summary.StateOf(&back.Cells[0]))
		require.Contains(t, data.CSV(r), one.cell.Why+one.cell.Error)
	}
}
