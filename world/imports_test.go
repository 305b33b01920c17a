package world_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who may import whom: a statement of policy. A package may import what its row
// names; a name that ends in "/..." stands for a folder and all below it. The
// first row that fits a package is its row, every package has one, and every row a
// package. Below demo no row stands for a folder: a new renderer needs one of its own.
// The files are read, not asked of the go command, so that a cached result cannot
// hide a change.
var policy = []struct {
	of      string
	imports []string
}{
	{"world/memo", nil},
	{"world", []string{"world/memo"}},
	{"world/ledger", []string{"world/memo"}},
	{"world/law", []string{"world"}},
	{"world/law/lawtest", []string{"world", "world/law"}},
	{"world/publiclog", []string{"world", "world/law", "world/ledger"}},
	{"world/simulation", []string{"world"}},
	{"world/worldtest", []string{"world", "world/memo", "world/simulation"}},
	{"e2ee/vault", []string{"world/law", "escrow/group", "escrow/sharing"}}, // shares a key as trustees do
	{"e2ee/transparency", []string{"world", "world/law", "world/ledger", "world/publiclog", "world/memo", "e2ee/..."}},
	{"e2ee/wire", []string{"world", "e2ee/pqxdh", "e2ee/ratchet", "e2ee/senderkey", "e2ee/sframe"}},
	{"e2ee/store", []string{"world", "world/memo", "e2ee/pqxdh", "e2ee/ratchet", "e2ee/senderkey", "e2ee/wire"}},
	{"e2ee/lock", []string{"world", "e2ee/wire"}},
	{"e2ee/directory", []string{"world", "world/law", "world/memo", "e2ee/pqxdh", "e2ee/wire"}},
	{"e2ee/receipts", []string{"world"}},
	{"e2ee/sealedsender", []string{"world", "world/law", "e2ee/pqxdh", "e2ee/wire"}},
	{"e2ee/othermessenger", []string{"world"}},
	{"e2ee/blobs", []string{"world", "e2ee/wire"}},
	{"e2ee/updates", []string{"world", "world/law", "e2ee/wire"}},
	{"e2ee/copies", []string{"world", "world/law", "e2ee/wire"}},
	{"e2ee/linked", []string{"world", "e2ee/copies", "e2ee/pqxdh", "e2ee/wire"}},
	{"e2ee/registration", []string{"world", "world/law"}},
	{"e2ee/rules", []string{"world", "world/law", "e2ee/pqxdh", "e2ee/ratchet", "e2ee/senderkey", "e2ee/sframe", "e2ee/linked", "e2ee/lock", "e2ee/registration", "e2ee/sealedsender", "e2ee/store", "e2ee/wire"}},
	{"e2ee/cloud", []string{"world", "world/law", "e2ee", "e2ee/directory", "e2ee/pqxdh", "e2ee/ratchet", "e2ee/lock", "e2ee/rules", "e2ee/wire"}},
	{"e2ee/...", []string{"world", "world/law", "world/memo", "e2ee/..."}},
	{"escrow/group", nil},
	{"escrow/sharing", []string{"escrow/group"}},
	{"escrow/dleq", []string{"escrow/group", "escrow/sharing"}},
	{"escrow/tdh2", []string{"escrow/group", "escrow/sharing", "escrow/dleq"}},
	{"escrow/ceremony", []string{"escrow/group", "escrow/sharing", "escrow/dleq", "escrow/tdh2", "world/ledger", "world/memo"}},
	{"escrow", []string{"world", "world/law", "world/ledger", "world/publiclog", "world/memo", "e2ee/...", "escrow/group", "escrow/sharing", "escrow/dleq", "escrow/tdh2", "escrow/ceremony"}},
	{"escrow/committee", []string{"world", "world/law", "world/ledger", "world/publiclog", "world/memo", "escrow", "escrow/group", "escrow/sharing", "escrow/dleq", "escrow/tdh2", "escrow/ceremony"}},
	{"escrow/request", []string{"world", "world/law", "world/ledger", "world/publiclog", "world/memo", "e2ee/...", "escrow/committee", "escrow", "escrow/group", "escrow/sharing", "escrow/dleq", "escrow/tdh2", "escrow/ceremony"}},
	{"escrow/restraint", []string{"world", "world/law"}},
	{"escrow/supplier", []string{"world", "e2ee/wire", "escrow/request"}},
	{"escrow/threshold/...", []string{"world", "world/law", "world/ledger", "world/publiclog", "world/memo", "e2ee/...", "escrow/committee", "escrow/request", "escrow/restraint", "escrow/supplier", "escrow/threshold/rules", "escrow", "escrow/group", "escrow/sharing", "escrow/dleq", "escrow/tdh2", "escrow/ceremony"}},
	{"attacks/bdd", nil},
	{"attacks/generic", []string{"world", "attacks", "attacks/technique"}},
	{"attacks/atlas", []string{"world", "attacks", "attacks/bdd", "attacks/faulttree", "attacks/deduce", "attacks/generic", "attacks/technique", "attacks/truth"}},
	{"attacks/deduce", []string{"world"}},
	{"attacks/faulttree", []string{"attacks/bdd"}},
	{"attacks/odds", []string{"world", "attacks/faulttree"}},
	{"attacks/language", []string{"world"}},
	{"attacks/technique", []string{"world", "attacks/language"}},
	{"attacks/truth", []string{"world", "attacks/deduce"}},
	{"attacks/orders", []string{"world", "world/law", "attacks/deduce"}},
	{"attacks/trace", []string{"world", "attacks/deduce"}},
	{"attacks/quantum", []string{"world", "world/simulation", "attacks/deduce"}},
	{"attacks", []string{"world", "world/law", "world/memo", "world/simulation", "attacks/deduce", "attacks/technique", "attacks/truth", "attacks/orders", "attacks/quantum", "attacks/trace"}},
	{"attacks/script", []string{"world", "attacks/language", "attacks/technique"}},
	{"attacks/lint", []string{"world", "attacks", "attacks/language", "attacks/technique"}},
	{"attacks/library", nil},
	{"attacks/attackstest", []string{"world", "world/simulation", "world/worldtest", "attacks", "attacks/deduce", "attacks/technique"}},
	{"docs", nil},
	{"demo/stage/browser", nil},
	{"demo/plain", nil},
	{"demo/atomicfile", nil},
	{"demo/scram", []string{"attacks/faulttree"}},
	{"demo/bidi", nil},
	{"demo/terminal", nil},
	{"demo/chat/spelling", nil},
	{"demo/chat/stamp", []string{"demo/chat/spelling"}},
	{"demo/chat/archive", []string{"demo/chat/spelling"}},
	{"demo/chat/phrases", []string{"demo/chat/spelling"}},
	{"demo/chat", []string{"world", "demo/chat/..."}},
	{"demo/summary", []string{"world", "attacks", "attacks/atlas", "attacks/generic", "attacks/odds", "attacks/technique", "demo/plain"}},
	{"demo/replay", []string{"world", "attacks", "attacks/technique", "attacks/deduce", "demo/plain", "demo/summary", "attacks/trace"}},
	{"demo/wall", []string{"world", "attacks", "demo/plain", "demo/summary", "demo/replay"}},
	{"demo/data", []string{"world", "attacks", "demo/plain", "demo/summary"}},
	{"demo/scorecard", []string{"world", "attacks", "attacks/faulttree", "attacks/odds", "escrow/supplier", "demo/plain", "demo/bidi", "demo/summary", "demo/overhead"}},
	{"demo/scorecard/gather", []string{"world", "attacks", "demo", "demo/overhead", "demo/scorecard"}},
	{"demo/markdown", []string{"world", "attacks", "demo/plain", "demo/bidi", "demo/summary", "demo/scorecard"}},
	{"demo/drawing", []string{"world", "attacks", "attacks/atlas", "attacks/deduce", "demo/plain", "demo/summary", "demo/replay", "demo/wall", "demo/story"}},
	{"demo/text", []string{"world", "attacks", "attacks/atlas", "attacks/generic", "attacks/lint", "attacks/odds", "attacks/technique", "demo/plain", "demo/summary", "demo/terminal", "demo/replay", "demo/wall", "demo/story", "demo/chat", "demo/timing", "demo/overhead", "demo/scorecard", "attacks/trace"}},
	{"demo/present", []string{"world", "attacks", "attacks/technique", "demo/plain", "demo/bidi", "demo/summary", "demo/terminal", "demo/replay", "demo/wall", "demo/story"}},
	{"demo/lesson", []string{"world", "attacks", "demo/plain", "demo/summary"}},
	{"demo/handout", []string{"world", "attacks", "attacks/atlas", "attacks/technique", "demo", "demo/plain", "demo/bidi", "demo/summary", "demo/data", "demo/markdown", "demo/drawing", "demo/replay", "demo/wall", "demo/story", "docs"}},
	{"demo/classroom", []string{"world", "attacks", "attacks/technique", "demo", "demo/plain", "demo/bidi", "demo/lesson", "demo/story", "demo/summary", "demo/markdown", "docs"}},
	{"demo/cluster", []string{"demo/plain"}},
	{"demo/cluster/tasks", []string{"world", "world/memo", "attacks", "attacks/atlas", "attacks/script", "attacks/technique", "attacks/trace", "demo", "demo/challenge", "demo/cluster", "demo/sandbox", "demo/story"}},
	{"demo/sheet", []string{"attacks", "attacks/technique", "demo", "demo/plain", "demo/bidi", "demo/summary", "demo/data", "demo/markdown"}},
	{"demo/stage/jobs", []string{"attacks"}},
	{"demo/stage/rob", []string{"world", "attacks/technique", "demo", "demo/replay", "demo/summary"}},
	{"demo/stage/events", []string{"demo/stage/jobs"}},
	{"demo/stage/loopback", []string{"demo"}},
	{"demo/stage/lessons", []string{"world", "attacks", "demo/plain", "demo/bidi", "demo/summary", "demo/drawing", "demo/lesson", "demo/replay", "demo/wall", "demo/story", "demo/stage/loopback"}},
	{"demo/stage", []string{"world", "world/memo", "attacks", "attacks/atlas", "attacks/technique", "attacks/deduce", "demo", "demo/plain", "demo/bidi", "demo/summary", "demo/drawing", "demo/replay", "demo/wall", "demo/story", "demo/chat/...", "demo/stage/chats", "demo/stage/jobs", "demo/stage/loopback", "demo/stage/events", "demo/stage/rob"}},
	{"demo/challenge", []string{"world", "world/memo", "attacks", "attacks/script", "attacks/technique", "attacks/trace", "attacks/truth", "demo", "demo/atomicfile", "demo/plain", "demo/summary", "demo/data", "demo/story", "demo/chat/spelling"}},
	{"demo/pages", []string{"world", "world/simulation", "attacks", "attacks/atlas", "attacks/generic", "attacks/language", "attacks/library", "attacks/script", "attacks/technique", "demo", "demo/plain", "demo/summary", "demo/markdown", "demo/challenge", "demo/overhead", "demo/scorecard/...", "demo/story", "demo/drawing", "demo/replay", "demo/wall", "attacks/trace"}},
	{"demo/site/tab", []string{"attacks/library", "attacks/lint", "attacks/script", "attacks/technique", "demo", "demo/stage", "demo/stage/jobs"}}, // a server, not a renderer
	{"demo/site/worker", []string{"attacks/lint", "demo", "demo/site/tab", "demo/stage/jobs"}},
	{"demo/site", []string{"attacks/lint", "demo", "demo/atomicfile", "demo/site/tab"}},
	{"demo/overhead", []string{"world", "world/memo", "world/simulation", "demo/plain"}},
	{"demo", []string{"world/...", "e2ee/...", "escrow/...", "attacks/...", "demo/...", "docs"}},
	{"demo/sandbox", []string{"attacks/library", "attacks/script"}},
	{"demo/story", []string{"world"}},
	{"demo/demotest", []string{"world", "world/worldtest", "attacks", "attacks/deduce", "attacks/technique", "attacks/trace", "demo/story"}},
	{"demo/timing", []string{"world", "world/simulation", "attacks/deduce", "escrow/group"}},
	{"demo/stage/chats", []string{"world", "world/memo", "demo", "demo/chat", "demo/stage/jobs"}},
	{"cmd/doormat/manual", nil},
	{"cmd/doormat/cli", []string{"demo", "demo/...", "attacks", "world"}},
	{"cmd/doormat/runner", []string{"cmd/doormat/cli", "demo", "demo/...", "attacks", "attacks/atlas", "attacks/script", "attacks/technique", "world"}},
	{"cmd/doormat/class", []string{"cmd/doormat/cli", "cmd/doormat/runner", "demo", "demo/...", "attacks", "attacks/script"}},
	{"cmd/...", []string{"cmd/doormat/cli", "cmd/doormat/runner", "cmd/doormat/class", "cmd/doormat/manual", "demo", "demo/...", "attacks", "attacks/atlas", "attacks/lint", "attacks/odds", "attacks/script", "attacks/technique", "docs", "world"}}, // to load scripts, and for types
}

// pure are the folders that use no operating system, no wall clock and no
// randomness but what they are given, so that runs repeat and a browser can run
// them. What they must not import or call:
var (
	pure       = []string{"world", "e2ee", "escrow", "attacks"}
	notPure    = []string{"os", "os/...", "net", "net/...", "syscall", "math/rand", "crypto/rand", "io/ioutil", "runtime/cgo", "unsafe", "log", "plugin"}
	wallClock  = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}
	forTesting = []string{"testing", "testing/...", "github.com/stretchr/...", "pgregory.net/...", "github.com/chromedp/..."}
	terminals  = []string{"charm.land/...", "github.com/charmbracelet/...", "golang.org/x/term", "os/exec"}
	terminalAt = []string{"demo/scram", "cmd/...", "demo/terminal", "demo/text", "demo/present", "demo/sandbox", "demo/site", "demo/stage/browser"}
	helpers    = []string{"world/worldtest", "attacks/attackstest", "demo/stage/browser", "demo/demotest", "demo/scram"}
)

func within(pkg string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		folder, all := strings.CutSuffix(p, "/...")
		return pkg == folder || (all && strings.HasPrefix(pkg, folder+"/"))
	})
}

// complaint names what pkg breaks by importing target, "" if nothing.
func complaint(pkg, target string) string {
	top, _, _ := strings.Cut(pkg, "/")
	switch {
	case slices.Contains(pure, top) && within(target, notPure):
		return "uses the operating system or global randomness"
	case !slices.Contains(helpers, pkg) && within(target, forTesting):
		return "brings tests into the program"
	case within(target, terminals) && !within(pkg, terminalAt):
		return "draws on a terminal or starts programs"
	}
	ours, ok := strings.CutPrefix(target, "doormat/")
	if !ok {
		return ""
	}
	row := rowOf(pkg)
	switch {
	case !slices.Contains(helpers, pkg) && slices.Contains(helpers, ours):
		return "brings tests into the program"
	case row < 0:
		return "has no row"
	case !within(ours, policy[row].imports):
		return "is not in the row of " + policy[row].of
	}
	return ""
}

func rowOf(pkg string) int {
	for i, row := range policy {
		if within(pkg, []string{row.of}) {
			return i
		}
	}
	return -1
}

func TestImports(t *testing.T) {
	files, used := 0, map[int]bool{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "testdata" || (name != "." && strings.HasPrefix(e.Name(), "."))) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		files++
		pkg := path.Dir(name)
		if rowOf(pkg) < 0 {
			t.Errorf("%s: package %s has no row in the policy", name, pkg)
		}
		used[rowOf(pkg)] = true
		inspect(t, name, pkg)
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, files, 50, "the walk found the module")
	for i, row := range policy {
		require.True(t, used[i], "%s has a row in the policy and does not exist", row.of)
	}
}

func inspect(t *testing.T, name, pkg string) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path.Join("..", name), nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	clock := ""
	for _, i := range file.Imports {
		target, err := strconv.Unquote(i.Path.Value)
		require.NoError(t, err)
		if target == "time" {
			clock = "time"
			if i.Name != nil {
				clock = i.Name.Name
			}
		}
		if why := complaint(pkg, target); why != "" {
			t.Errorf("%s imports %s: it %s", set.Position(i.Pos()), target, why)
		}
	}
	top, _, _ := strings.Cut(pkg, "/")
	if clock == "" || !slices.Contains(pure, top) {
		return
	}
	require.NotContains(t, []string{".", "_"}, clock, name)
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == clock && slices.Contains(wallClock, sel.Sel.Name) {
			t.Errorf("%s reads the wall clock: %s.%s", set.Position(sel.Pos()), clock, sel.Sel.Name)
		}
		return true
	})
}

// The policy means what it says.
func TestPolicy(t *testing.T) {
	for _, c := range [][2]string{
		{"world", "doormat/world/ledger"}, {"world", "doormat/world/simulation"}, {"e2ee", "doormat/world/simulation"}, {"world/ledger", "doormat/world"}, {"world", "os"}, {"world", "os/exec"},
		{"e2ee", "doormat/escrow/tdh2"}, {"e2ee", "doormat/escrow/group"}, {"e2ee/vault", "doormat/escrow/tdh2"}, {"e2ee/vault", "doormat/e2ee"}, {"e2ee", "doormat/attacks"}, {"e2ee/ratchet", "crypto/rand"}, {"e2ee/wire", "doormat/e2ee"}, {"e2ee/rules", "doormat/e2ee"}, {"e2ee/store", "doormat/e2ee/rules"},
		{"escrow/threshold", "doormat/attacks"}, {"escrow/threshold", "doormat/demo"}, {"e2ee/cloud", "doormat/escrow/group"}, {"e2ee/cloud", "doormat/e2ee/ghost"}, {"e2ee/cloud", "crypto/rand"}, {"escrow/sharing", "doormat/escrow/dleq"},
		{"escrow/group", "doormat/world"}, {"escrow/kms", "doormat/escrow/threshold"}, {"escrow/threshold", "net/http"},
		{"attacks/deduce", "doormat/attacks"}, {"attacks", "doormat/attacks/script"}, {"attacks/script", "doormat/attacks/deduce"}, {"attacks/script", "doormat/attacks"}, {"attacks/technique", "doormat/attacks"}, {"attacks/truth", "doormat/attacks/technique"}, {"attacks/script", "doormat/attacks/truth"}, {"attacks/deduce", "doormat/attacks/truth"}, {"attacks/deduce", "doormat/world/law"}, {"e2ee", "doormat/attacks/deduce"},
		{"attacks", "doormat/world/ledger"}, {"attacks", "doormat/e2ee"}, {"attacks", "doormat/world/worldtest"}, {"attacks/library", "doormat/attacks"},
		{"attacks", "testing"}, {"demo", "testing"}, {"demo/stage", "doormat/demo/stage/browser"}, {"demo/stage", "doormat/demo/demotest"}, {"demo", "doormat/world/worldtest"}, {"demo", "doormat/cmd/doormat"}, {"cmd/doormat", "doormat/e2ee"}, {"cmd/doormat", "doormat/world/ledger"}, {"attacks", "math/rand"}, {"tools", "doormat/world"},
		{"demo/drawing", "doormat/demo/text"}, {"demo/drawing", "charm.land/lipgloss/v2"}, {"demo/drawing", "os/exec"}, {"demo/summary", "doormat/demo/terminal"},
		{"demo/handout", "doormat/demo/text"}, {"demo/pages", "doormat/demo/text"}, {"demo/stage", "doormat/demo/text"}, {"demo/present", "doormat/demo/text"},
		{"demo/text", "doormat/demo/markdown"}, {"demo/replay", "doormat/demo/drawing"}, {"demo/summary", "doormat/demo"},
	} {
		require.NotEmpty(t, complaint(c[0], c[1]), "%s may import %s", c[0], c[1])
	}
	for _, c := range [][2]string{
		{"world", "math/rand/v2"}, {"world", "time"}, {"e2ee", "doormat/e2ee/ratchet"}, {"e2ee/vault", "doormat/escrow/sharing"}, {"escrow/threshold", "doormat/e2ee"},
		{"attacks", "doormat/world"}, {"attacks", "doormat/attacks/deduce"}, {"attacks/deduce", "doormat/world"}, {"attacks/attackstest", "testing"}, {"demo/stage/browser", "testing"}, {"demo", "os"}, {"cmd/doormat", "doormat/demo/text"},
		{"escrow/ceremony", "doormat/world/ledger"}, {"world/worldtest", "doormat/world"},
	} {
		require.Empty(t, complaint(c[0], c[1]), "%s may not import %s", c[0], c[1])
	}
}
