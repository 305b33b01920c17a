package pages

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"

	"doormat/attacks"
	"doormat/attacks/library"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/story"
	"doormat/demo/terminal"
	"doormat/demo/text"
)

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

// documents lists the Markdown files that people read, relative to the root.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		list, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, file := range list {
			name, err := filepath.Rel(root, file)
			require.NoError(t, err)
			all = append(all, filepath.ToSlash(name))
		}
	}
	require.Greater(t, len(all), 10)
	return all
}

var links = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)

func TestLinks(t *testing.T) {
	for _, name := range documents(t) {
		for _, m := range links.FindAllStringSubmatch(read(t, name), -1) {
			if !strings.Contains(m[1], "://") {
				require.FileExists(t, filepath.Join(root, filepath.Dir(name), strings.TrimSuffix(m[1], "/")), "link in %s", name)
			}
		}
	}
}

// Lines of prose fit an editor; those of tables cannot be broken.
func TestWidth(t *testing.T) {
	for _, name := range documents(t) {
		text := read(t, name)
		if strings.HasPrefix(text, mark) {
			continue
		}
		for i, line := range strings.Split(text, "\n") {
			if !strings.HasPrefix(line, "|") {
				require.LessOrEqual(t, utf8.RuneCountInString(line), lineWidth, "%s:%d", name, i+1)
			}
		}
	}
}

// What the README shows of a session is what the program prints, but for the
// lines left out at "…".
func TestSession(t *testing.T) {
	demotest.Long(t)
	_, session, found := strings.Cut(read(t, "README.md"), "$ go run ./cmd/doormat demo\n")
	require.True(t, found)
	session, _, found = strings.Cut(session, "```")
	require.True(t, found)
	kit, err := demo.Default()
	require.NoError(t, err)
	lab, err := demo.Defaults().Lab(kit, story.Conversation())
	require.NoError(t, err)
	r := lab.Made() // TestInvariants of package demo measures the same
	require.NotNil(t, r, "docs/results.json is of other settings or rows, run: go run ./cmd/doormat docs")
	shows := demo.Showcases(kit.Attacks)
	lab.Attacks = slices.DeleteFunc(slices.Clone(kit.Attacks), func(a technique.Technique) bool {
		return !slices.ContainsFunc(shows, func(h technique.Header) bool { return h.ID == a.Header().ID })
	})
	told, err := lab.Run(context.Background()) // with the texts that were opened
	require.NoError(t, err)
	require.Len(t, told.Cells, len(shows)*len(lab.Designs))
	for _, c := range told.Cells {
		i := slices.IndexFunc(r.Cells, func(made attacks.Cell) bool {
			return made.Attack == c.Attack && made.Design == c.Design
		})
		r.Cells[i] = c
	}
	tour := text.Tour{Conversation: lab.Conversation, Target: lab.Settings.Target, Story: story.All()[0], Designs: lab.Designs}
	rest := terminal.Strip(tour.Opening(text.DefaultWidth) + tour.Findings(r, demo.Showcases(kit.Attacks), text.DefaultWidth))
	for part := range strings.SplitSeq(session, "…\n") {
		_, after, found := strings.Cut(rest, strings.Trim(part, "\n"))
		require.True(t, found, "README.md shows what doormat demo does not print, or not here:\n%s", part)
		rest = after
	}
}

// scripts are the attacks that documents tell their readers to write or to run.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	const shown = "attacks/library/phone-implant.star"
	all[shown] = read(t, shown)
	require.Contains(t, read(t, "docs/scripts.md"), "```python\n"+all[shown]+"```\n", "docs/scripts.md shows %s", shown)
	for i, block := range strings.Split(read(t, "CONTRIBUTING.md"), "```python\n")[1:] {
		if script, _, _ := strings.Cut(block, "```"); strings.Contains(script, "def run(adv)") {
			all["CONTRIBUTING.md "+string(rune('a'+i))] = script
		}
	}
	require.Len(t, all, 2)
	return all
}

func TestExamples(t *testing.T) {
	demotest.Long(t)
	kit, err := demo.Default()
	require.NoError(t, err)
	kit.Attacks = nil
	for name, text := range scripts(t) {
		a, err := script.Load(name, []byte(text), library.Files)
		require.NoError(t, err)
		kit.Attacks = append(kit.Attacks, a)
	}
	for _, change := range []func(*demo.Options){
		func(*demo.Options) {},
		func(o *demo.Options) { o.Set("at", "1"); o.Set("retention", "1"); o.Set("threshold", "1") },
		func(o *demo.Options) { o.Set("at", "72"); o.Set("mailbox", "delivered"); o.Set("target", "Ruth") },
	} {
		o := demo.Defaults()
		change(&o)
		lab, err := o.Lab(kit, story.Conversation())
		require.NoError(t, err)
		r, err := lab.Run(context.Background())
		require.NoError(t, err)
		recovered := 0
		for _, c := range r.Cells {
			require.True(t, c.Expected, "%s on %s: %s %s", c.Attack, c.Design, c.Error, c.Trace.Surprise)
			recovered += c.Content.Target.Recovered
		}
		require.Positive(t, recovered)
	}
}

// TestThirdParty holds the list of modules to go.mod: every direct requirement is
// there with a reason, and nothing is listed in another version.
func TestThirdParty(t *testing.T) {
	mod, err := modfile.Parse("go.mod", []byte(read(t, "go.mod")), nil)
	require.NoError(t, err)
	version, direct := map[string]string{}, []string{}
	for _, r := range mod.Require {
		version[r.Mod.Path] = r.Mod.Version
		if !r.Indirect {
			direct = append(direct, r.Mod.Path)
		}
	}
	var reasoned []string
	for line := range strings.SplitSeq(read(t, "THIRD_PARTY.md"), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		path := strings.Trim(cells[1], " `")
		require.Contains(t, version, path, "THIRD_PARTY.md lists a module that go.mod does not require")
		require.Equal(t, version[path], strings.TrimSpace(cells[2]), path)
		require.NotEmpty(t, strings.TrimSpace(cells[3]), "licence of %s", path)
		if len(cells) > 5 && strings.TrimSpace(cells[4]) != "" {
			reasoned = append(reasoned, path)
		}
	}
	slices.Sort(direct)
	slices.Sort(reasoned)
	require.Equal(t, direct, reasoned, "THIRD_PARTY.md gives a reason for each direct requirement of go.mod")
}

// TestCitation: what is cited is the version that results name.
func TestCitation(t *testing.T) {
	require.Contains(t, read(t, "CITATION.cff"), "\nversion: "+demo.Version+"\n")
}
