package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/lesson"
	"doormat/demo/terminal"
	"doormat/world/worldtest"
)

// What documents tell their readers to type, and what docs/teaching.md says will
// come of it.

const guide = "docs/teaching.md"

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	require.NoError(t, err)
	return string(text)
}

// Command lines without remarks: in a script, behind a prompt, in running text.
var (
	inScript  = regexp.MustCompile(`(?m)^(?:go run \./cmd/)?doormat ([^#>\n]+)`)
	inSession = regexp.MustCompile(`(?m)^\$ (?:go run \./cmd/)?doormat ([^#>\n]+)`)
	inText    = regexp.MustCompile("`(?:go run \\./cmd/)?doormat ([a-z][^#`\n]*)`")
)

// typed lists the arguments of every command line of a document.
func typed(text string) (all [][]string) {
	for i, part := range strings.Split(text, "```") {
		form := inText
		if i%2 == 1 {
			form = inSession
			if strings.HasPrefix(part, "sh\n") {
				form = inScript
			}
		}
		for _, m := range form.FindAllStringSubmatch(part, -1) {
			all = append(all, strings.Fields(m[1]))
		}
	}
	return all
}

// TestTyped holds every command line in the documents to the program: verbs,
// flags, values and ids.
func TestTyped(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	names, found := []string{}, 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		list, err := filepath.Glob(filepath.Join("../..", pattern))
		require.NoError(t, err)
		names = append(names, list...)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, args := range typed(string(text)) {
			found++
			require.NoError(t, accepts(kit, args), "%s: doormat %s", name, args)
		}
	}
	require.Greater(t, found, 100)
	shown := 0
	for _, id := range lesson.BuiltIn {
		text, err := lesson.Source(id)
		require.NoError(t, err)
		for _, m := range inLesson.FindAllStringSubmatch(string(text), -1) {
			shown++
			require.NoError(t, accepts(kit, strings.Fields(m[1])), "lesson %s: doormat %s", id, m[1])
		}
	}
	require.Equal(t, 4, shown)
}

// inLesson finds commands that end a line of a lesson, where nothing marks them.
var inLesson = regexp.MustCompile(`(?m)doormat ((?:attack (?:run|sweep)|lesson) [^>,\n]*)$`)

// accepts parses a command line and does not run it.
func accepts(kit demo.Kit, args []string) error {
	root := newRoot(&app{runner.App{Kit: demo.Default}})
	root.InitDefaultCompletionCmd(args...)
	c, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	c.InitDefaultHelpFlag()
	if err := c.ParseFlags(rest); errors.Is(err, pflag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	rest = c.Flags().Args()
	if c.Parent().Name() == "attack" && c.Name() != "new" && len(rest) == 1 && rest[0] != "FILE" && !strings.HasSuffix(rest[0], ".star") {
		_, err = kit.Attack(rest[0])
	}
	return errors.Join(err, c.ValidateArgs(rest))
}

// promised finds runs of which the guide says, in a remark behind or on the next
// line, what comes of them.
var promised = regexp.MustCompile(`(?m)^doormat (attack run [^#\n]*?)\s*# (.*)$`)

// turns is how many runs of the test it takes until each promise had its turn.
const turns = 24

// TestPromised runs them and compares; without -all those whose turn it is by what they are, and
// every eighth of a script's file, which takes processes.
func TestPromised(t *testing.T) {
	if testing.Short() {
		t.Skip("dozens of runs: without -short")
	}
	dir := scripts(t)
	runs := promised.FindAllStringSubmatch(document(t, guide), -1)
	require.Greater(t, len(runs), 50)
	kit := sync.OnceValues(demo.Default)
	for _, m := range runs {
		t.Run(m[1], func(t *testing.T) {
			file := strings.Contains(m[1], ".star")
			of := uint32(turns)
			if file {
				of = 8
			}
			if crc32.ChecksumIEEE([]byte(m[1]))%of != 0 {
				worldtest.OnlyAll(t)
			}
			t.Parallel()
			args := append(strings.Fields(m[1]), "--format", "json")
			var out []byte
			var err error
			if file { // its script runs in a process that the program starts
				out, err = process(dir, args)
			} else {
				out, err = within(t, kit, args)
			}
			if err != nil {
				require.ErrorIs(t, err, runner.ErrSurprise)
			}
			var r attacks.Result
			require.NoError(t, json.Unmarshal(out, &r))
			require.Equal(t, outcome(&r), m[2], "%s, doormat %s", guide, m[1])
		})
	}
}

// process runs doormat in a folder. A surprise is an error that it ends with.
func process(dir string, args []string) ([]byte, error) {
	c := exec.Command("doormat-real", args...)
	c.Dir = dir
	out, err := c.Output()
	var exit *exec.ExitError
	switch {
	case !errors.As(err, &exit):
	case exit.ExitCode() == exitSurprise:
		err = runner.ErrSurprise
	default:
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	return out, err
}

// within runs a command without a process of its own.
func within(t *testing.T, kit func() (demo.Kit, error), args []string) ([]byte, error) {
	file := filepath.Join(t.TempDir(), "out")
	root := newRoot(&app{runner.App{Kit: kit}})
	root.SetArgs(append(args, "--out", file))
	err := root.ExecuteContext(t.Context())
	out, unread := os.ReadFile(file)
	if err == nil {
		err = unread
	}
	return out, err
}

// scripts writes the attacks that the documents show into a new folder.
func scripts(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	id := regexp.MustCompile(`(?m)^    id = "([a-z-]+)"`)
	for _, block := range strings.Split(document(t, "CONTRIBUTING.md")+document(t, guide), "```python\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		if m := id.FindStringSubmatch(text); m != nil {
			require.NoError(t, os.WriteFile(filepath.Join(dir, m[1]+".star"), []byte(text), 0o600))
		}
	}
	return dir
}

// outcome writes a result as remarks in the guide do.
func outcome(r *attacks.Result) string {
	var parts []string
	same, surprise := len(r.Cells) > 1, ""
	for _, c := range r.Cells {
		parts = append(parts, opened(&c))
		same = same && parts[0] == opened(&c)
		if !c.Expected {
			surprise = " ≠"
		}
	}
	if same {
		return "both " + parts[0] + surprise
	}
	for i, c := range r.Cells {
		parts[i] = c.Design + " " + parts[i]
	}
	return strings.Join(parts, "; ") + surprise
}

func opened(c *attacks.Cell) string {
	if !c.Applicable {
		return "n/a"
	}
	t, o := c.Content.Target, c.Content.Others
	text := fmt.Sprintf("%d/%d %d/%d", t.Recovered, t.Total, o.Recovered, o.Total)
	if c.Lawful.Asked > 0 {
		text += fmt.Sprintf(" served %d/%d", c.Lawful.Served, c.Lawful.Asked)
	}
	if len(c.Noticed) > 0 {
		text += " noticed"
	}
	return text
}

// TestShown holds what the guide shows of a session, but for the lines left out at
// "…", to what the program prints.
func TestShown(t *testing.T) {
	if testing.Short() {
		t.Skip("dozens of runs: without -short")
	}
	sessions := strings.Split(document(t, guide), "```text\n$ doormat ")[1:]
	require.NotEmpty(t, sessions)
	for _, s := range sessions {
		s, _, _ = strings.Cut(s, "```")
		line, shown, _ := strings.Cut(s, "\n")
		out, err := exec.Command("doormat-real", strings.Fields(line)...).Output()
		require.NoError(t, err)
		rest := terminal.Strip(string(out))
		for part := range strings.SplitSeq(shown, "…\n") {
			_, after, found := strings.Cut(rest, part)
			require.True(t, found, "%s: doormat %s does not print, or not here:\n%s", guide, line, part)
			rest = after
		}
	}
}
