//go:build browser

package lessons

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/lesson"
	"doormat/demo/stage/browser"
)

// TestAccessible goes through the lesson by keys, in both themes, wide and narrow.
func TestAccessible(t *testing.T) {
	browser.Need(t)
	b, s := board(t)
	p, err := robbed()
	require.NoError(t, err)
	b.Take(2, p, nil)
	for _, look := range []browser.Look{{Width: 1920, Height: 1080}, {Width: 420, Height: 800, Dark: true}} {
		page := browser.Open(t, look)
		page.Visit(s.URL)
		full := fmt.Sprintf(`(document.querySelector("main p").textContent = "words ".repeat(%d), document.documentElement.scrollHeight <= innerHeight)`,
			lesson.Columns*lesson.Rows/len("words "))
		if look.Width == 1920 {
			require.True(t, browser.Value[bool](page, full), "as much as a card may say fits a projector")
		}
		for _, path := range []string{"/step/2/1", "/step/3/1", "/step/3/2", "/step/3/3", "/step/3/4", "/step/4/1", "/step/5/1"} {
			require.Empty(t, page.Axe(), path)
			require.True(t, browser.Value[bool](page, `document.documentElement.scrollWidth <= innerWidth`), "before %s it is wider than %d", path, look.Width)
			page.Press("ArrowRight")
			page.Wait(`location.pathname === "` + path + `" && document.readyState === "complete"`)
		}
		page.Press("ArrowLeft")
		page.Wait(`location.pathname === "/step/4/1"`)
	}
}
