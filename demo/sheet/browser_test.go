//go:build browser

package sheet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/stage/browser"
)

// wordy are attacks of which there is much to say.
var wordy = []string{"broad-order", "cap-reached", "emergency-request", "split-view-cut-off", "judges-keys-stolen", "narrow-order"}

// TestOnePage prints sheets in a browser: one page each, with as many claims as may be, of a
// built-in chat and of somebody's own with long names.
func TestOnePage(t *testing.T) {
	browser.Need(t)
	own := testimony(t, nil)
	own.Chat, own.Options.Conversation = Hash(nil), strings.Repeat("WhatsApp Chat with Jo ", 4)+".txt"
	own.Options.Set("target", strings.Repeat("Josephine ", 4))
	own.Result.Settings.Target = strings.Repeat("Josephine ", 4)
	for name, s := range map[string]*Sheet{
		"story": testimony(t, nil), "own": own,
		"wordy":  testimony(t, []string{"threshold-hardened"}, wordy...),
		"widely": testimony(t, []string{"e2ee", "e2ee-transparent", "threshold", "threshold-hardened"}, "narrow-order", "judges-keys-stolen"),
		"three":  testimony(t, []string{"e2ee-transparent", "cloud-apart", "threshold-hardened"}, "broad-order", "cap-reached", "phone-implant"),
	} {
		require.LessOrEqual(t, Rows(len(s.Result.Attacks), len(s.Result.Designs)), MostRows)
		page := strings.Replace(text(t, s, "html"), "@page { ", "@page { size: A4; ", 1)
		require.Equal(t, 1, browser.Printed(t, page), name)
	}
}

// TestAccessible opens the page from a file, wide and narrow.
func TestAccessible(t *testing.T) {
	browser.Need(t)
	file := filepath.Join(t.TempDir(), "sheet.html")
	require.NoError(t, os.WriteFile(file, []byte(text(t, testimony(t, nil), "html")), 0o600))
	for _, look := range []browser.Look{{Width: 1920, Height: 1080}, {Width: 390, Height: 844, Dark: true}} {
		p := browser.Open(t, look)
		p.Visit("file://" + file)
		require.Empty(t, p.Axe())
		require.True(t, browser.Value[bool](p, `document.documentElement.scrollWidth <= innerWidth`), "it is wider than %d", look.Width)
	}
}
