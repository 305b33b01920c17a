package main

import (
	"archive/zip"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/world"
	"doormat/world/worldtest"
)

//go:embed testdata/library/*.star
var library embed.FS

// keyless is the toy design without trustees.
type keyless struct{ worldtest.Toy }

func (keyless) Info() world.Info {
	return world.Info{ID: "plain", Name: "Plain", Doc: "The toy without trustees. Nobody else has the key.",
		Trusts: []string{"the one key"}, Principals: world.SharedPrincipals(world.Provider, world.DeviceName, world.UserName)}
}

func (p keyless) Setup(env world.Config) (world.Deploy, error) {
	env.Settings.Trustees = 0
	return p.Toy.Setup(env)
}

// toyKit is a small kit that real designs and attacks may change under without
// changing transcripts.
func toyKit(more ...string) func() (demo.Kit, error) {
	return func() (demo.Kit, error) {
		files, err := fs.Sub(library, "testdata/library")
		if err != nil {
			return demo.Kit{}, err
		}
		list, err := demo.Load(files)
		for _, text := range more {
			var a technique.Technique
			if a, err = script.Load("more.star", []byte(text)); err != nil {
				return demo.Kit{}, err
			}
			list = append(list, a)
		}
		return demo.Kit{Designs: []world.Design{keyless{}, worldtest.Toy{}}, Attacks: list}, err
	}
}

// odd is an attack that expects too much, and broken one that takes too much.
const (
	header = `technique(id = "odd", family = "network", kind = "attack", title = "Odd", needs = ["provider.store"],
    showcase = "toy", happens = "h", why = "w", really = "r", source = "s", exercise = "e",
    expects = {k: opens(target = "all", others = "none", why = "hope") for k in ["toy", "plain"]})
def run(adv):
    `
	odd    = header + "pass"
	broken = header + `adv.take("trustee:1.store")`
)

// TestMain is doormat as well. Tests and what they start let garbage lie longer than usual: most
// runs are short, and hold little.
func TestMain(m *testing.M) {
	if os.Getenv(collect) == "" {
		debug.SetGCPercent(400)
		_ = os.Setenv(collect, "400")
	}
	program := func(kit func() (demo.Kit, error)) func() {
		return func() { os.Exit(run(kit)) }
	}
	testscript.Main(m, map[string]func(){
		"doormat":        program(toyKit()),
		"doormat-odd":    program(toyKit(odd)),
		"doormat-broken": program(toyKit(broken)),
		"doormat-real":   program(demo.Default),
	})
}

// collect is the variable by which a Go program is told how often to collect garbage.
const collect = "GOGC"

func TestTranscripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv(collect, os.Getenv(collect))
			return hostileFiles(env)
		},
		Condition: condition,
		Cmds:      map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// condition is what lines of transcripts may depend on beside what testscript knows: [all] marks
// what runs with -all only, as in .ci/run.
func condition(name string) (bool, error) {
	if name != "all" {
		return false, fmt.Errorf("no condition %q: want all", name)
	}
	return *demotest.All, nil
}

// exits runs a command that must end with the given code and, unless it is 0,
// with a line of its own on stderr.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	complaint := ts.ReadFile("stderr")
	lines := strings.Split(strings.TrimSuffix(complaint, "\n"), "\n")
	if last := lines[len(lines)-1]; want != 0 && (!strings.HasPrefix(last, "doormat: ") || !strings.HasSuffix(complaint, "\n")) {
		ts.Fatalf("stderr %q: want a last line that begins with doormat:", complaint)
	}
}

// hostileFiles writes what a transcript cannot hold.
func hostileFiles(env *testscript.Env) error {
	for archive, file := range map[string]string{"chat.bin": "_chat.txt", "bad.zip": "../_chat.txt"} {
		if err := pack(filepath.Join(env.WorkDir, archive), file, "IMG-1.jpg"); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"binary.txt": "\x7fELF\x02\x00\x01",
		"evil.txt":   "26/03/2017, 19:01 - Jo\x1b]0;boo\x07: \x1b[31mred\n26/03/2017, 19:02 - Ruth: hi\n",
	} {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// pack writes an archive of files that all hold one message.
func pack(archive string, files ...string) error {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range files {
		w, err := z.Create(name)
		if err != nil {
			return err
		}
		if _, err = io.WriteString(w, "26/03/2017, 19:01 - Jo: IMG-1.jpg (file attached)\n"); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(archive, b.Bytes(), 0o600)
}
