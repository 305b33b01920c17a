//go:build browser

package handout

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/stage/browser"
	"doormat/demo/story"
)

// TestAccessible opens the page from a file, in both themes, wide and narrow: no breach
// of the accessibility guidelines, nothing that needs the network, nothing beside the
// screen.
func TestAccessible(t *testing.T) {
	browser.Need(t)
	h, err := whole(t)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "report.html")
	for _, h := range []*Handout{h, sheets(t)} {
		require.NoError(t, os.WriteFile(file, []byte(texts(t, h)[".html"]), 0o600))
		for _, look := range []browser.Look{{Width: 1920, Height: 1080}, {Width: 500, Height: 900, Dark: true}} {
			p := browser.Open(t, look)
			p.Visit("file://" + file)
			require.Empty(t, p.Axe())
			require.True(t, browser.Value[bool](p, `document.documentElement.scrollWidth <= innerWidth`), "it is wider than %d", look.Width)
		}
	}
}

// TestTwoPages prints handouts in a browser: two pages, on A4 and on Letter, of the built-in
// chat, of another story, of a long chat, and of one act.
func TestTwoPages(t *testing.T) {
	browser.Need(t)
	long := story.Conversation()
	for len(long.Messages) < 700 {
		m := long.Messages[len(long.Messages)%4] // Ruth, Ines, Marco and Jo: no group
		m.Sent = long.Messages[len(long.Messages)-1].Sent.Add(time.Minute)
		long.Messages = append(long.Messages, m)
	}
	long.Calls = nil
	other := demo.Defaults()
	other.Story = "clock"
	told, _ := story.Named("clock")
	for name, h := range map[string]*Handout{
		"all":   sheets(t),
		"long":  small(t, demo.Defaults(), long, "quorum-theft", "narrow-order", "device-theft", "secret-order"),
		"clock": small(t, other, told.Conversation(), "quorum-theft", "narrow-order", "device-theft", "secret-order"),
		"one":   small(t, demo.Defaults(), story.Conversation(), "wiretap"),
	} {
		for _, paper := range []string{"A4", "Letter"} {
			page := strings.Replace(texts(t, h)[".html"], "</head>", "<style>@page { size: "+paper+" }</style></head>", 1)
			require.Equal(t, 2, browser.Printed(t, page), "%s on %s", name, paper)
		}
	}
}
