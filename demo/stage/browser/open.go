//go:build browser

package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// stepTimeout is for one step on a machine that is busy with other tests.
const stepTimeout = 2 * time.Minute

// Look is how the page is looked at. The zero Look is a light page of 1280 by 800,
// without motion.
type Look struct {
	Width, Height int  // of the viewport, in CSS pixels
	Dark          bool // prefers-color-scheme
	ForcedColors  bool // as in a high-contrast theme of the system
	Motion        bool // false: prefers-reduced-motion
}

// Page is one tab of a browser of its own. It is not for concurrent use.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	troubles []string
	requests []string
}

// Open starts a browser that is closed when the test ends.
func Open(t testing.TB, look Look) *Page {
	t.Helper()
	path := Need(t)
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.Flag("host-resolver-rules",
			"MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]"),
	}
	if os.Getuid() == 0 || os.Getenv("CI") != "" { // where the sandbox does not start
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewContext(context.Background(),
		chromedp.WithAllocatorOptions(options...))
	t.Cleanup(stop)
	p := &Page{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // without a deadline: it would be the browser's
		t.Fatalf("browser: start %s: %v", path, err)
	}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatalf("browser: listen to the page: %v", err)
	}
	t.Cleanup(p.complain)
	p.do("emulate", look.emulate())
	return p
}

// Need skips a test that has no browser, before it prepares much for one, and returns
// the path of the browser.
func Need(t testing.TB) string {
	t.Helper()
	path, err := find(os.Getenv("DOORMAT_CHROMIUM"), exec.LookPath)
	if err != nil {
		missing(t, err)
	}
	return path
}

// find returns the path of a browser: somebody's own, or one that is installed.
func find(own string, lookPath func(string) (string, error)) (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if own != "" {
		names = []string{own}
	}
	for _, name := range names {
		if path, err := lookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("browser: none of %q is a program; install Chromium or set "+
		"DOORMAT_CHROMIUM", names)
}

// missing skips the test, or fails it where browser tests are required.
func missing(t testing.TB, why error) {
	t.Helper()
	if os.Getenv("DOORMAT_BROWSER") == "required" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func (l Look) emulate() chromedp.Action[chromedp.Void] {
	if l.Width == 0 || l.Height == 0 {
		l.Width, l.Height = 1280, 800
	}
	choose := func(name string, on bool, yes, no string) *emulation.MediaFeature {
		if on {
			return &emulation.MediaFeature{Name: name, Value: yes}
		}
		return &emulation.MediaFeature{Name: name, Value: no}
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		choose("prefers-color-scheme", l.Dark, "dark", "light"),
		choose("forced-colors", l.ForcedColors, "active", "none"),
		choose("prefers-reduced-motion", l.Motion, "no-preference", "reduce"),
	}}
	return chromedp.Steps(
		chromedp.EmulateViewport(int64(l.Width), int64(l.Height)),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
			return err
		}))
}
