package pages

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/language"
	"doormat/attacks/script"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/story"
	"doormat/demo/summary"
)

// What documents claim in a form that can be looked up.

var figures = regexp.MustCompile("`([a-z-]+)`\\s\\((\\d+)\\sof\\s(\\d+)\\)")

// A figure after an attack's id is one that the default run measured: of the
// target's messages, of all, of those in scope of an order, or of all metadata.
func TestFigures(t *testing.T) {
	demotest.Long(t)
	_, r := whole(t)
	measured := map[string]bool{}
	for _, c := range r.Cells {
		x, y := c.Content.Target, c.Content.Others
		for _, pair := range [][2]int{{x.Recovered, x.Total}, {x.Recovered + y.Recovered, x.Total + y.Total}, {c.Lawful.Served, c.Lawful.Asked}, {c.Metadata.Recovered, c.Metadata.Total}} {
			measured[fmt.Sprintf("%s %d of %d", c.Attack, pair[0], pair[1])] = true
		}
	}
	found := 0
	for _, name := range documents(t) {
		for _, m := range figures.FindAllStringSubmatch(read(t, name), -1) {
			found++
			require.Contains(t, measured, fmt.Sprintf("%s %s of %s", m[1], m[2], m[3]), "%s: %s", name, m[0])
		}
	}
	require.Greater(t, found, 8)
}

var question = regexp.MustCompile("(?m)^\\| \\[`([a-z-]+)`\\]\\(attacks/[a-z-]+\\.md\\) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| [^|]+ \\|$")

// The guide for teachers has a question for each attack of the library, in its
// order, and the answer that the default run measured.
func TestQuestions(t *testing.T) {
	demotest.Long(t)
	_, r := whole(t)
	rows := question.FindAllStringSubmatch(read(t, "docs/teaching.md"), -1)
	require.Len(t, rows, len(r.Attacks), "docs/teaching.md wants a question for each attack")
	for i, m := range rows {
		require.Equal(t, r.Attacks[i].ID, m[1], "docs/teaching.md, question %d", i+1)
		require.True(t, strings.HasSuffix(m[2], "?"), m[1])
		for k, id := range demo.Story {
			j := slices.IndexFunc(r.Designs, func(d attacks.DesignRow) bool { return d.ID == id })
			require.Equal(t, answer(r.cell(i, j)), m[3+k], "docs/teaching.md, %s on %s", m[1], id)
		}
	}
}

// answer is a cell in short: how much, an order's service, forgeries, a warning.
func answer(c *attacks.Cell) string {
	text := summary.StateOf(c).Glyph
	if !c.Applicable {
		return text
	}
	t, o := c.Content.Target, c.Content.Others
	text += fmt.Sprintf(" %d/%d %d/%d", t.Recovered, t.Total, o.Recovered, o.Total)
	if served := c.Lawful; served.Asked > 0 {
		mark := "served"
		if served.Served == served.Asked {
			mark = "✓"
		}
		text += fmt.Sprintf(" %s %d/%d", mark, served.Served, served.Asked)
	}
	if c.Forged > 0 {
		text += fmt.Sprintf(" forged %d", c.Forged)
	}
	if len(c.Noticed) > 0 {
		text += " !"
	}
	return text
}

// Attacks, columns and stories that documents name exist, and the threat model has an answer to each of the
// questions that are put to escrow proposals.
func TestNamedAttacks(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	ids := map[string]bool{}
	for _, id := range slices.Concat(kit.AttackIDs(), kit.DesignIDs(), demo.StoryIDs()) {
		ids[id] = true
	}
	named := regexp.MustCompile("`([a-z]+(?:-[a-z]+)+)[ `]")
	for _, name := range []string{"README.md", "docs/philosophy.md", "docs/teaching.md", "docs/threat-model.md", "docs/debate.md"} {
		for _, m := range named.FindAllStringSubmatch(read(t, name), -1) {
			require.Contains(t, ids, m[1], name)
		}
	}
	runs := regexp.MustCompile("`doormat (?:attack run|matrix --attacks) ([a-z,-]+)")
	for _, m := range runs.FindAllStringSubmatch(read(t, "docs/debate.md"), -1) {
		for _, id := range strings.Split(m[1], ",") {
			require.Contains(t, ids, id, "docs/debate.md")
		}
	}
	rows := regexp.MustCompile(`(?m)^\| (\d+) \| [^|]+ \| [^|]+ \|$`).FindAllStringSubmatch(read(t, "docs/threat-model.md"), -1)
	require.Len(t, rows, 24)
	for i, m := range rows {
		require.Equal(t, strconv.Itoa(i+1), m[1])
	}
}

// Tests that documents name are there.
func TestNamedTests(t *testing.T) {
	declared := declaredTests(t)
	named := regexp.MustCompile("`((Test|Fuzz)[A-Z]\\w+)`")
	found := 0
	for _, name := range documents(t) {
		for _, m := range named.FindAllStringSubmatch(read(t, name), -1) {
			found++
			require.Contains(t, declared, m[1], name)
		}
	}
	require.Greater(t, found, 20)
}

// TestReference asks a running script what adv, a packet, a fact and a view have, and of what
// types: exactly what is declared, no more and no less.
func TestReference(t *testing.T) {
	demotest.Long(t)
	const header = `def told(name, x):
    return " ".join([name] + ["%%s:%%s" %% (a, type(getattr(x, a))) for a in dir(x)])
technique(id = %q, family = "theft", kind = "attack", title = "t", needs = ["device:target.control"],
    showcase = "e2ee", happens = "h", why = "w", really = "r", source = "s", exercise = "e",
    expects = {k: %s for k in ["e2ee", "escrow"]})
def run(adv):
    %s
`
	const expectation = `lambda v: fail("; ".join([told("View", v), told("Message", v.messages[0]),
        told("Call", v.calls[0]), told("Event", v.events[0]), told("Group", v.groups[0])]))`
	kit, err := demo.Default()
	require.NoError(t, err)
	kit.Attacks = nil
	for id, body := range map[string]string{
		"view": `pass`,
		"adv":  `fail(told("Adversary", adv))`,
		"packet": `adv.hold("device:target.control")
    for p in adv.packets(adv.end):
        fail("%s; %s" % (told("Packet", p), told("Fact", adv.read(p.fact))))`,
	} {
		a, err := script.Load(id+".star", fmt.Appendf(nil, header, id, expectation, body))
		require.NoError(t, err)
		kit.Attacks = append(kit.Attacks, a)
	}
	lab, err := demo.Defaults().Lab(kit, story.Conversation())
	require.NoError(t, err)
	r, err := lab.Run(context.Background())
	require.NoError(t, err)
	seen := map[string]string{} // by class
	for _, c := range r.Cells {
		if c.Design == "e2ee" {
			for part := range strings.SplitSeq(regexp.MustCompile(`^\S* (fail: )?`).ReplaceAllString(c.Error, ""), "; ") {
				name, what, _ := strings.Cut(part, " ")
				seen[name] = what
			}
		}
	}
	for _, d := range kit.Designs { // what it alone has is declared with it
		for _, p := range d.Info().Parameters {
			seen["View"] = strings.Replace(seen["View"]+" ", " "+p.Name+":string ", " ", 1)
			seen["View"] = strings.TrimSuffix(seen["View"], " ")
		}
	}
	for _, class := range language.Classes() {
		require.Equal(t, strings.Join(declared(&class), " "), seen[class.Name], class.Name)
	}
}

// declared lists what a class has, as the script of TestReference tells it.
func declared(c *language.Class) (list []string) {
	for _, v := range c.Values {
		kind, _, _ := strings.Cut(v.Type, "[")
		list = append(list, v.Name+":"+map[string]string{"str": "string"}[kind]+map[string]string{"int": "int", "list": "list", "bytes": "bytes"}[kind])
	}
	for _, f := range c.Methods {
		list = append(list, f.Name+":builtin_function_or_method")
	}
	slices.Sort(list)
	return list
}
