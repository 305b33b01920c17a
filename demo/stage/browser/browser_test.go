//go:build browser

package browser_test

import (
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/stage/browser"
)

// page has one of each thing that the harness does, under the policy that the
// stage's page has.
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/page.css"><script src="/page.js" defer></script>
<main><h1>Step <span id="step">1</span></h1>
<button id="next">Next</button> <button id="back">Back</button>
<p><label for="file">Chat</label> <input id="file" type="file"></p><p id="read">nothing read</p>
<p id="key">no key</p></main></html>`

const script = `
const $ = id => document.getElementById(id);
$("next").onclick = () => $("step").textContent++;
$("back").onclick = () => $("step").textContent--;
document.onkeydown = e => { $("key").textContent = (e.shiftKey ? "shifted " : "") + e.key; if (e.key === "ArrowRight") $("next").click(); };
$("file").onchange = async e => $("read").textContent = await e.target.files[0].text();`

const style = `
body { background: #fff; color: #111 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }`

// serve serves the page, with what a query adds to it, and returns its address.
func serve(t *testing.T) string {
	t.Helper()
	bodies := map[string][2]string{
		"/":         {"text/html; charset=utf-8", page},
		"/page.js":  {"text/javascript", script},
		"/page.css": {"text/css", style},
		"/icon.svg": {"image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`},
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodies[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		w.Header().Set("Content-Type", body[0])
		fmt.Fprint(w, body[1], r.FormValue("add"))
	}))
	t.Cleanup(s.Close)
	return s.URL + "/"
}

func open(t *testing.T, look browser.Look) *browser.Page {
	t.Helper()
	address := serve(t)
	p := browser.Open(t, look)
	p.Visit(address)
	return p
}

func TestSteps(t *testing.T) {
	p := open(t, browser.Look{})
	require.Equal(t, "1", p.Text("#step"))
	p.Click("#next")
	p.Press("ArrowRight")
	p.Wait(`document.getElementById("step").textContent === "3"`)

	p.Press("Shift+Tab", "Enter") // from Next, the button clicked, back to nothing
	require.Equal(t, "Enter", p.Text("#key"))
	p.Press("Tab", "Tab", " ")
	require.Equal(t, "back", browser.Value[string](p, "document.activeElement.id"))
	require.Equal(t, "2", p.Text("#step"))
	for _, key := range []string{"?", "+", "Home", "Escape", "j"} {
		p.Press(key)
		require.Equal(t, key, strings.TrimPrefix(p.Text("#key"), "shifted "))
	}

	chat := filepath.Join(t.TempDir(), "chat.txt")
	require.NoError(t, os.WriteFile(chat, []byte("read by the page"), 0o600))
	p.Upload("#file", chat)
	p.Wait(`document.getElementById("read").textContent === "read by the page"`)
	require.Positive(t, p.FirstPaint())
}

func TestLook(t *testing.T) {
	for _, look := range []browser.Look{
		{},
		{Width: 320, Height: 640, Dark: true, Motion: true},
		{Width: 800, Height: 600, ForcedColors: true},
	} {
		t.Run(fmt.Sprintf("%+v", look), func(t *testing.T) {
			t.Parallel()
			p := open(t, look)
			is := func(query string) bool { return browser.Value[bool](p, fmt.Sprintf("matchMedia(%q).matches", query)) }
			require.Equal(t, look.Dark, is("(prefers-color-scheme: dark)"))
			require.Equal(t, look.ForcedColors, is("(forced-colors: active)"))
			require.Equal(t, look.Motion, !is("(prefers-reduced-motion: reduce)"))

			file := filepath.Join(t.TempDir(), "page.png")
			p.Shot(file)
			f, err := os.Open(file)
			require.NoError(t, err)
			defer f.Close()
			picture, err := png.Decode(f)
			require.NoError(t, err)
			width, height := 1280, 800
			if look.Width != 0 {
				width, height = look.Width, look.Height
			}
			require.Equal(t, width, picture.Bounds().Dx())
			require.Equal(t, height, picture.Bounds().Dy())
			red, _, _, _ := picture.At(width-1, height-1).RGBA()
			require.Equal(t, look.Dark, red < 0x8000, "the colour of the page's corner")
		})
	}
}

// Every complaint is heard, once.
func TestTroubles(t *testing.T) {
	address := serve(t)
	p := browser.Open(t, browser.Look{})
	for _, c := range []struct{ add, run, want string }{
		{add: `<script>alert(1)</script>`, want: "inline script violates"},
		{add: `<p style="color: red">red</p>`, want: "inline style violates"},
		{add: `<img alt="" src="http://example.org/x.png">`, want: "example.org"},
		{add: `<img alt="" src="/lost.png">`, want: "404 (Not Found) http"},
		{run: `console.error("so", 1, "said")`, want: `console: "so" 1 "said"`},
		{run: `setTimeout(() => { throw new Error("thrown later") })`, want: "thrown later"},
		{run: `void Promise.reject(new Error("rejected"))`, want: "rejected"},
		{run: `setTimeout("1 + 1")`, want: "string as JavaScript violates"},
		{run: `void fetch("http://localhost:1/").catch(() => 0)`, want: "localhost:1/"},
	} {
		p.Visit(address + "?add=" + url.QueryEscape(c.add))
		browser.Value[any](p, c.run)
		require.Contains(t, strings.Join(p.Troubles(), "\n"), c.want)
		require.Empty(t, p.Troubles(), c.want)
	}
}

func TestAxe(t *testing.T) {
	p := open(t, browser.Look{Dark: true})
	require.Empty(t, p.Axe())
	browser.Value[any](p, `document.querySelector("label").remove()`)
	faults := p.Axe()
	require.Len(t, faults, 1)
	require.Contains(t, faults[0], "critical: label: #file")
}
