//go:build browser

package classroom

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/stage/browser"
)

// TestPrinted counts the pages of each sheet, on A4 and on Letter: a card is one page, a
// prediction sheet as well.
func TestPrinted(t *testing.T) {
	browser.Need(t)
	files := sheets(t, room(t))
	pages := map[string]int{"predictions-15": 1, "predictions-50": 1, "exercises": 2, "worksheet": 3, "key": 5, "roles": len(roles), "plan-15": 1, "plan-50": 2, "plan-180": 2}
	require.Len(t, Names(), 2*len(pages))
	for name, want := range pages {
		for _, paper := range []string{"A4", "Letter"} {
			page := strings.Replace(files[name+".html"], "@page { ", "@page { size: "+paper+"; ", 1)
			require.NotEqual(t, files[name+".html"], page)
			require.Equal(t, want, browser.Printed(t, page), "%s on %s", name, paper)
		}
	}
}

// TestAccessible opens each sheet from a file, wide and narrow, and finds black on white.
func TestAccessible(t *testing.T) {
	browser.Need(t)
	files := sheets(t, room(t))
	dir := t.TempDir()
	for _, look := range []browser.Look{{Width: 1280, Height: 900}, {Width: 420, Height: 800, Dark: true}} {
		p := browser.Open(t, look)
		for _, name := range Names() {
			if !strings.HasSuffix(name, ".html") {
				continue
			}
			file := filepath.Join(dir, name)
			require.NoError(t, os.WriteFile(file, []byte(files[name]), 0o600))
			p.Visit("file://" + file)
			require.Empty(t, p.Axe(), name)
			require.True(t, browser.Value[bool](p, `document.documentElement.scrollWidth <= innerWidth`), "%s is wider than %d", name, look.Width)
			require.True(t, browser.Value[bool](p, `[...document.querySelectorAll("*")].every(e => ["rgb(0, 0, 0)"].includes(getComputedStyle(e).color))`), name)
		}
	}
}
