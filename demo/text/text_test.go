package text

import (
	"slices"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/chat"
	"doormat/demo/data"
	"doormat/demo/demotest"
	"doormat/demo/markdown"
	"doormat/demo/overhead"
	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/terminal"
	"doormat/demo/timing"
	"doormat/world"
)

func pages(name string, designs, width int) map[string]string {
	r := demotest.Result(designs, name)
	conv := story.Conversation()
	for i := range conv.Messages {
		conv.Messages[i].Text = name
	}
	conv.Accounts, conv.Target, conv.Title = []string{name, "b"}, name, name
	h := technique.Header{ID: "everything", Title: name, Happens: name, Why: name, Really: name, Source: name, Exercise: name,
		Needs: []string{name}, Settings: map[string]string{"at": name}, Applies: []string{name}}
	tour := Tour{Conversation: conv, Designs: []world.Design{strange(name)}}
	doc, _ := data.JSON(r)
	return map[string]string{
		"matrix": Matrix(r, width), "markdown": markdown.Result(r), "json": string(doc), "attack": Attack(h, width),
		"run":     Run{Header: h, Result: r, Conversation: conv, ShowTexts: true}.Text(width),
		"opening": tour.Opening(width), "findings": tour.Findings(r, []technique.Header{h}, width),
		"design": Design(strange(name), []overhead.Row{{What: name, Much: name}}, []overhead.Row{{What: name, Much: name}}, width), "designs": Designs([]world.Design{strange(name)}, width),
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

// TestNamesOfColumns: names of columns wrap in the tour and in tables, however many there are.
func TestNamesOfColumns(t *testing.T) {
	for _, designs := range []int{2, 3, 5} {
		r := demotest.Result(designs, "Threshold, mail erased")
		for i := range r.Cells {
			r.Cells[i].Parties = i // no two alike, so that the tour tells of each
		}
		shown := []technique.Header{{ID: "part"}}
		text := Matrix(r, 80) + Tour{Conversation: story.Conversation()}.Findings(r, shown, 80)
		require.NotContains(t, terminal.Strip(text), "…", "%d columns", designs)
	}
}

func TestHostileNames(t *testing.T) {
	for name, text := range pages(demotest.Evil, 2, 80) {
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
	for designs, width := range map[int]int{2: 100, 6: 80} {
		r := demotest.Result(designs, "Ann")
		absent := slices.IndexFunc(r.Cells, func(c attacks.Cell) bool { return c.Attack == "absent" })
		require.Contains(t, Matrix(r, width), "Not shown: 1 attack that no column here is open to")
		r.Cells[absent].Applicable = true
		text := terminal.Strip(Matrix(r, width))
		for _, want := range []string{"□ none", "◧ part", "■ all", "– n/a", "✗ error", "≠ unexpected", "9000/10000", "forged 3",
			"! noticed by Ann and 2 more", "✓ served 4/4", "×2", "1 false claim", "nothing to recover", "(lawful)",
			"everything on d1: Ann", "failed on d2: error: Ann", "Rows are not likelihoods"} {
			require.Contains(t, text, want, "%d designs", designs)
		}
		require.NotContains(t, strings.ToLower(text), "secure")
	}
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

// TestBrief: the story fits forty lines of 80 columns, whatever the story, and says the numbers
// of the cells. Stories but the first are run with -all, as in .ci/run.
func TestBrief(t *testing.T) {
	demotest.Long(t)
	kit, err := demo.Default()
	require.NoError(t, err)
	stories := story.All()
	if !*demotest.All {
		stories = stories[:1]
	}
	for _, told := range stories {
		o := demo.Defaults()
		o.Story = told.ID
		for _, h := range demo.Showcases(kit.Attacks) {
			o.Attacks = append(o.Attacks, h.ID)
		}
		lab, err := o.Lab(kit, told.Conversation())
		require.NoError(t, err)
		r, err := lab.Run(t.Context())
		require.NoError(t, err)
		tour := Tour{Conversation: lab.Conversation, Target: lab.Settings.Target, Story: told, Designs: lab.Designs}
		text := terminal.Strip(tour.Brief(r, lab.Attacks, DefaultWidth))
		require.LessOrEqual(t, strings.Count(text, "\n"), 40, told.ID)
		require.Contains(t, strings.Split(text, "\n")[2], "The target is "+lab.Settings.Target)
		for _, c := range r.Cells {
			if c.Applicable {
				require.Contains(t, text, summary.OutOf(c.Content.Target.Recovered+c.Content.Others.Recovered, r.Conversation.Messages))
			}
		}
		for l := range strings.Lines(text) {
			require.LessOrEqual(t, lipgloss.Width(l), DefaultWidth)
		}
	}
}
