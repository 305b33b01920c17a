package site

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo"
)

// composed is a site whose program is none.
func composed(t *testing.T) Site {
	t.Helper()
	kit, err := demo.Default()
	require.NoError(t, err)
	pages, err := story(context.Background(), kit, 2)
	require.NoError(t, err)
	s, err := Compose(context.Background(), kit, Program{Wasm: []byte("program"), Exec: []byte("run it")}, pages)
	require.NoError(t, err)
	return s
}

// TestFolder writes a site, and writes it again over itself and beside what else is there, and
// refuses a folder that holds something else.
func TestFolder(t *testing.T) {
	s := composed(t)
	dir := filepath.Join(t.TempDir(), "new", "site")
	require.NoError(t, s.Write(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "CNAME"), []byte("example.org"), 0o600))
	s["tab.js"] = []byte("newer")
	require.NoError(t, s.Write(dir))
	written, err := os.ReadFile(filepath.Join(dir, "tab.js"))
	require.NoError(t, err)
	require.Equal(t, "newer", string(written))
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, list, len(s)+1, "the files, CNAME, and nothing that was left over")

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "index.html"), []byte("<h1>Mine</h1>"), 0o600))
	require.ErrorContains(t, s.Write(other), "no site of doormat's")
	require.Error(t, s.Write(filepath.Join(other, "index.html")))
	list, err = os.ReadDir(other)
	require.NoError(t, err)
	require.Len(t, list, 1)
}

// TestIndex holds the first page to what a folder needs: every file that it names is there, no
// address begins at the root of a server, and nothing in the page is a script or a style.
func TestIndex(t *testing.T) {
	s := composed(t)
	page := string(s["index.html"])
	files := filesOf.FindAllStringSubmatch(page, -1)
	require.NotEmpty(t, files)
	for _, f := range files {
		require.Contains(t, s, f[1])
	}
	require.NotRegexp(t, `(href|src)="/`, page)
	require.NotRegexp(t, `<script>|<style|style="`, page)
	require.Contains(t, page, "Made ahead")
	require.Less(t, strings.Index(page, `"tab.js"`), strings.Index(page, `"stage.js"`), "the stage finds tab when it begins")
	for _, d := range demo.Designs() {
		require.Contains(t, page, `<option value="`+d.Info().ID+`"`)
	}
}
