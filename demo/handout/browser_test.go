//go:build !js

package handout

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/stage/browser"
)

// TestAccessible opens the page from a file, in both themes, wide and narrow: no breach
// of the accessibility guidelines, nothing that needs the network, nothing beside the
// screen.
func TestAccessible(t *testing.T) {
	browser.Need(t)
	h, err := whole(t)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(file, []byte(texts(t, h)[".html"]), 0o600))
	for _, look := range []browser.Look{{Width: 1920, Height: 1080}, {Width: 500, Height: 900, Dark: true}} {
		p := browser.Open(t, look)
		p.Visit("file://" + file)
		require.Empty(t, p.Axe())
		require.True(t, browser.Value[bool](p, `document.documentElement.scrollWidth <= innerWidth`), "it is wider than %d", look.Width)
	}
}
