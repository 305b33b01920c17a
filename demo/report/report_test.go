package report

import (
	"encoding/json"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/demo/chat"
	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/terminal"
	"doormat/demo/timing"
	"doormat/world"
)

// evil is a name that clears the screen, sets the title in two ways, turns the
// direction of writing, ends a line and is no UTF-8.
const evil = "E\x1b[2Jv\x1b]0;x\x07i\u009b2Jl\u202e\r\n|<b>\xff"

// result has a cell for each of the designs d1... and each kind of outcome.
func result(designs int, name string) *attacks.Result {
	r := &attacks.Result{Seed: 7, Conversation: attacks.Counts{Title: name, Messages: 20000, Accounts: 2},
		Settings: world.Settings{Threshold: 2, Trustees: 3, Target: name, At: 9, Mailbox: "all"}}
	for i := range designs {
		r.Designs = append(r.Designs, attacks.DesignRow{ID: "d" + string(rune('1'+i)), Name: name + " encryption with escrow"})
	}
	big := attacks.Exposure{Recovered: 9000, Total: 10000, After: 5000, AfterTotal: 5000}
	all := attacks.Exposure{Recovered: 10000, Total: 10000, After: 5000, AfterTotal: 5000}
	cells := map[string]attacks.Cell{
		"none": {Applicable: true, Parties: 1, Expected: true, Content: attacks.Content{Target: attacks.Exposure{Total: 10000}, Others: attacks.Exposure{Total: 10000}}},
		"part": {Applicable: true, Parties: 2, Expected: true, Forged: 3, FalseClaims: 1, Content: attacks.Content{Target: big, Others: big},
			Noticed:   []attacks.Evidence{{By: name, What: name, AfterMessage: 1}, {By: "b"}, {By: "c"}, {By: "b"}},
			Disclosed: []attacks.Disclosure{{By: name, What: name}}, People: attacks.People{Read: 2, Unnamed: 1}},
		"everything": {Applicable: true, Parties: 2, Content: attacks.Content{Target: all, Others: all}, Trace: attacks.Trace{Surprise: name,
			Opened: []int{1, 2, 3, 7}, Proved: 1, Events: []attacks.Event{{Line: 1, Text: "take(" + name + ")", Times: 1}, {Line: 2, Text: "next(4)", Times: 1}},
			Proof: deduce.Proof{{Fact: world.Fact{Kind: world.Kind(name), Data: []byte(name)}, Origin: name},
				{Fact: world.Fact{Kind: world.Plaintext, Data: []byte("0123456789abcdef" + name)}, Rule: name, Parents: []int{0}}}}},
		"absent": {Expected: true, Why: name},
		"failed": {Applicable: true, Error: name},
		"served": {Applicable: true, Parties: 1, Expected: true, Lawful: attacks.Lawful{Asked: 4, Served: 4}},
	}
	for _, id := range []string{"none", "part", "everything", "absent", "failed", "served"} {
		kind := "attack"
		if id == "served" {
			kind = "lawful"
		}
		r.Attacks = append(r.Attacks, attacks.AttackRow{ID: id, Title: name, Family: "theft", Kind: kind, Needs: []string{"provider.store"}})
		for _, d := range r.Designs {
			c := cells[id]
			c.Attack, c.Design = id, d.ID
			r.Cells = append(r.Cells, c)
		}
	}
	return r
}

func pages(name string, designs, width int) map[string]string {
	r := result(designs, name)
	conv := story.Conversation()
	for i := range conv.Messages {
		conv.Messages[i].Text = name
	}
	conv.Accounts, conv.Target, conv.Title = []string{name, "b"}, name, name
	h := attacks.Header{ID: "everything", Title: name, Happens: name, Why: name, Really: name, Source: name, Exercise: name,
		Needs: []string{name}, Settings: map[string]string{"at": name}, Applies: []string{name}}
	tour := Tour{Conversation: conv, Designs: []world.Design{strange(name)}}
	doc, _ := JSON(r)
	return map[string]string{
		"matrix": Matrix(r, width), "markdown": Markdown(r), "json": string(doc), "attack": Attack(h, width),
		"run":     Run{Header: h, Result: r, Conversation: conv, ShowTexts: true}.Text(width),
		"opening": tour.Opening(width), "findings": tour.Findings(r, []attacks.Header{h}, width),
		"design": Design(strange(name), width), "designs": Designs([]world.Design{strange(name)}, width),
		"chat": Chat(chat.Summary{Format: name, Accounts: []string{name}, LeftOut: []chat.LeftOut{{Line: 1, Why: name}}}, width),
	}
}

// strange is a design that consists of its name.
type strange string

func (s strange) Info() world.Info {
	return world.Info{ID: "d1", Name: string(s), Doc: string(s), Trusts: []string{string(s)}, Classes: []string{string(s)}}
}

func (s strange) Rules() []world.Rule {
	return []world.Rule{{Name: string(s), Doc: string(s), Takes: []world.Kind{world.Kind(s)}, All: world.Kind(s), Gives: []world.Kind{world.Kind(s)}}}
}

func (s strange) Setup(world.Config) (world.Deploy, error) { return nil, nil }

func TestHostileNames(t *testing.T) {
	for name, text := range pages(evil, 2, 80) {
		text = terminal.Strip(text) // our own styles; a stranger's must be escaped before
		require.NotContains(t, text, "\x1b", name)
		for _, r := range "\x07\u009b\u202e\r" {
			require.NotContains(t, text, string(r), name)
		}
		if name != "json" {
			require.Contains(t, strings.ReplaceAll(text, "\n", ""), `\x1b`, name)
		}
		require.True(t, strings.ToValidUTF8(text, "") == text, name)
	}
	require.Equal(t, `a\x1b[2J\u009b\u202e\n\xff�é👩‍🔬`, plain.Clean("a\x1b[2J\u009b\u202e\n\xff�é👩‍🔬"))
}

// No line is wider than the page, whatever the names and numbers.
func TestPagesFit(t *testing.T) {
	for _, designs := range []int{1, 2, 3, 6} {
		for _, name := range []string{"Ann", strings.Repeat("Annabel ", 40), "日本語の名前です" + strings.Repeat("。", 60)} {
			for _, width := range []int{60, 80, 100} {
				for page, text := range pages(name, designs, width) {
					if page == "json" || page == "markdown" {
						continue
					}
					for line := range strings.SplitSeq(text, "\n") {
						require.LessOrEqual(t, lipgloss.Width(line), width, "%s, %d designs, width %d: %q", page, designs, width, line)
					}
				}
			}
		}
	}
}

func TestMatrixSaysEverything(t *testing.T) {
	for designs, text := range map[int]string{2: Matrix(result(2, "Ann"), 100), 6: Matrix(result(6, "Ann"), 80)} {
		text = terminal.Strip(text)
		for _, want := range []string{"□ none", "◧ part", "■ all", "– n/a", "✗ error", "≠ unexpected", "9000/10000", "forged 3",
			"! noticed by Ann and 2 more", "✓ served 4/4", "×2", "1 false claim", "nothing to recover", "(lawful)",
			"everything on d1: Ann", "failed on d2: error: Ann", "Rows are not likelihoods"} {
			require.Contains(t, text, want, "%d designs", designs)
		}
		require.NotContains(t, strings.ToLower(text), "secure")
	}
}

func TestJSONRoundTrips(t *testing.T) {
	r := result(1, "a\u009b\u202e\x7f<&>é")
	doc, err := JSON(r)
	require.NoError(t, err)
	require.Contains(t, string(doc), `a\u009b\u202e\u007f<&>é`)
	var back attacks.Result
	require.NoError(t, json.Unmarshal(doc, &back))
	require.Equal(t, r.Conversation, back.Conversation)
}

func TestRanges(t *testing.T) {
	require.Equal(t, "1-3, 7", summary.Ranges([]int{1, 2, 3, 7}))
	require.Equal(t, "5", summary.Ranges([]int{5}))
}

// TestMeasuredBusy renders the same numbers of a quiet and of a busy machine: only
// the second says that they are not for quoting.
func TestMeasuredBusy(t *testing.T) {
	row := timing.Design{Name: "Toy", ID: "toy", Total: 10, Opened: 10, PerSecond: 100, PerSecondLow: 90, PerSecondHigh: 105, FloorSpread: 0.02}
	quiet := Measured(&timing.Result{Designs: []timing.Design{row}}, 80)
	require.Contains(t, quiet, "half of the rounds: 90 to 105 a second")
	require.NotContains(t, quiet, "busy")
	row.FloorSpread = 0.4
	require.Contains(t, Measured(&timing.Result{Designs: []timing.Design{row}}, 80), "The machine is busy: the floor, always the same work,")
}

// TestNarrow prints lists at widths down to a phone's: no line is wider than the
// page, and no word that stands whole on a wide page is broken on a narrow one.
func TestNarrow(t *testing.T) {
	words := func(text string) map[string]bool {
		set := map[string]bool{}
		for _, w := range strings.Fields(terminal.Strip(text)) {
			set[w] = true
		}
		return set
	}
	headers := []world.Design{longNames{}}
	wide := words(Designs(headers, 100))
	for width := MinWidth; width <= 60; width++ {
		page := Designs(headers, width)
		for line := range strings.Lines(terminal.Strip(page)) {
			require.LessOrEqual(t, lipgloss.Width(strings.TrimSuffix(line, "\n")), width, line)
		}
		require.Equal(t, wide, words(page), "at %d columns", width)
	}
}

// longNames is a design with a long id and long words.
type longNames struct{ world.Design }

func (longNames) Info() world.Info {
	return world.Info{ID: "threshold-hardened-more", Name: "Threshold escrow, as strong as it gets",
		Doc: "Trustees' decryption hardware unquestionably authenticates every court's signature before answering."}
}

// TestInert: a name from a chat or a script is no formula to a spreadsheet.
func TestInert(t *testing.T) {
	for text, want := range map[string]string{
		`=HYPERLINK("http://x","y")`: `'=HYPERLINK("http://x","y")`, "=1+1": "'=1+1", "+44 7700 900123": "'+44 7700 900123", "-Jo": "'-Jo", "@Jo": "'@Jo",
		" =1": "' =1", "＝1": "'＝1", "\t=1": `\t=1`, "-1.5": "-1.5", "+4": "+4", "Jo=1": "Jo=1", "": "", "~ Jo": "~ Jo",
	} {
		require.Equal(t, []string{want}, record(text), text)
	}
	require.Contains(t, CSV(result(1, "=cmd|' /C calc'!A0")), ",'=cmd|' /C calc'!A0,")
}
