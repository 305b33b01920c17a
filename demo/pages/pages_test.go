package pages

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/demotest"
)

const docs = "../../docs"

// measured are the results made ahead, which TestInvariants of package demo compares with a run
// of the story's pair, or with -all those of a run of all columns.
var measured = sync.OnceValues(func() (*results, error) {
	kit, err := demo.Default()
	if err != nil {
		return nil, err
	}
	if *demotest.All {
		return measure(context.Background(), kit)
	}
	lab, err := everything(kit)
	if err != nil {
		return nil, err
	}
	ahead, err := demo.Ahead()
	if err != nil {
		return nil, err
	}
	return expect(lab, ahead.Cells)
})

// whole is the kit, run once for all tests.
func whole(t *testing.T) (demo.Kit, *results) {
	t.Helper()
	r, err := measured()
	require.NoError(t, err)
	kit, err := demo.Default()
	require.NoError(t, err)
	return kit, r
}

// TestDocs fails when the documentation is not what the program is. The scorecard asks for the odds
// of every column: it is held to the program with -all.
func TestDocs(t *testing.T) {
	demotest.Long(t)
	kit, r := whole(t)
	var without []string
	if !*demotest.All {
		without = []string{"scorecard.md"}
	}
	p, err := render(context.Background(), kit, r, root, without...)
	require.NoError(t, err)
	stale, err := p.Stale(docs)
	require.NoError(t, err)
	require.Empty(t, stale, "pages in docs/ are stale, missing or superfluous; run: go run ./cmd/doormat docs")
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	p := Pages{"matrix.md": mark + "m\n", "attacks/a.md": mark + "a\n", "designs/d.md": mark + "d\n"}
	put("performance.md", "by hand")
	put("attacks/a.md", mark+"before\n")
	put("attacks/gone.md", mark+"an attack that was renamed\n")
	stale, err := p.Stale(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"attacks/a.md", "designs/d.md", "matrix.md", "attacks/gone.md"}, stale)
	require.NoError(t, p.Write(dir))
	stale, err = p.Stale(dir)
	require.NoError(t, err)
	require.Empty(t, stale)
	require.NoFileExists(t, filepath.Join(dir, "attacks/gone.md"))
	require.FileExists(t, filepath.Join(dir, "performance.md"))
	text, err := os.ReadFile(filepath.Join(dir, "attacks/a.md"))
	require.NoError(t, err)
	require.Equal(t, p["attacks/a.md"], string(text))

	put("designs/mine.md", "by hand")
	require.ErrorContains(t, p.Write(dir), "designs/mine.md is no page of ours")
	require.FileExists(t, filepath.Join(dir, "designs/mine.md"))
}
