//go:build browser

package site

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/stage/browser"
)

// under is the path below which the folder is served, as hosts of project pages do.
const under = "/project/doormat/"

// made is the site that all tests open, composed once.
var made = sync.OnceValues(func() (fstest.MapFS, error) {
	kit, err := demo.Default()
	if err != nil {
		return nil, err
	}
	ahead, err := story(context.Background(), kit, 7) // the views of all attacks take longer
	if err != nil {
		return nil, err
	}
	program, err := Build(context.Background())
	if err != nil {
		return nil, err
	}
	s, err := Compose(context.Background(), kit, program, ahead)
	files := fstest.MapFS{}
	for name, data := range s {
		files[name] = &fstest.MapFile{Data: data}
	}
	return files, err
})

// A host hands out the folder, and keeps what it was asked for.
type host struct {
	URL string

	mu    sync.Mutex
	asked []string
}

// serve serves the site as a stranger's web server does: it knows nothing of doormat. The policy
// holds for the worker as well.
func serve(t *testing.T) *host {
	t.Helper()
	browser.Need(t)
	folder, err := made()
	require.NoError(t, err)
	h := &host{}
	files := http.StripPrefix(under, http.FileServerFS(folder))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r.URL.Path)
		h.mu.Unlock()
		w.Header().Set("Content-Security-Policy", "default-src 'self' 'wasm-unsafe-eval'; worker-src blob:; img-src 'self' data:")
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	h.URL = s.URL + under
	return h
}

// requests is what was asked for so far.
func (h *host) requests() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.asked...)
}

// says waits until the bar says that.
func says(p *browser.Page, text string) {
	p.Wait(fmt.Sprintf(`document.getElementById("tab-says").textContent.includes(%q)`, text))
}

// goTo opens a permalink in the tab that is open.
func goTo(p *browser.Page, fragment string) {
	browser.Value[any](p, fmt.Sprintf("void (location.hash = %q)", fragment))
}

// idle is true when nothing is loaded or computed.
const idle = `document.getElementById("tab-stop").hidden && !document.getElementById("tab-what").textContent && !document.querySelector("main[aria-busy]")`

// take is a line of the script that the editor begins with.
const take = `    adv.take("device:target.store")`

// write puts another text in the place of that line and runs the script.
func write(p *browser.Page, text string) {
	goTo(p, "/own")
	p.Wait(`document.getElementById("own-text")?.dataset.begun === ""`)
	browser.Value[any](p, fmt.Sprintf(`(() => {
		const field = document.getElementById("own-text");
		field.value = field.defaultValue.replace(%q, %q);
		field.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, take, text))
	p.Click("#own-run")
}

// TestSite opens the folder as a visitor does. The first page is there before the program; then
// it computes, takes a script and a chat, is stopped, and forgets. Nothing is asked of anybody
// once it is loaded, so it needs no network then.
func TestSite(t *testing.T) {
	h := serve(t)
	p := browser.Open(t, browser.Look{Width: 1280, Height: 800})
	p.Visit(h.URL)
	t.Logf("first paint after %s", p.FirstPaint())
	says(p, "Made ahead")
	p.Press("ArrowRight")
	p.Wait(`location.hash === "#/wall" && document.querySelector("main.opening")`)
	p.Wait(idle)
	says(p, "Measured in this tab") // in the place of what was made ahead
	loaded := h.requests()

	t.Run("attack", func(t *testing.T) {
		began := time.Now()
		goTo(p, "/wall/quorum-theft?beat=3&seed=7&t=2")
		p.Wait(`document.getElementById("number-threshold")?.textContent === "72 of 72"`)
		says(p, "Measured in this tab")
		t.Logf("quorum-theft after %s", time.Since(began))
		require.Equal(t, 2, browser.Value[int](p, `document.querySelectorAll("#world-threshold .key.used").length`))
		require.Equal(t, "7", browser.Value[string](p, `document.getElementById("tab-columns").elements.seed.value`))
	})
	t.Run("columns", func(t *testing.T) {
		goTo(p, "cloud,threshold-hardened/wall/quorum-theft?beat=3")
		p.Wait(`document.getElementById("world-cloud") && document.getElementById("world-threshold-hardened")`)
		p.Click("#tab-edit")
		p.Wait(`location.hash === "#cloud,threshold-hardened/own" && document.getElementById("own-text")`) // against the same columns
		require.Equal(t, "cloud", browser.Value[string](p, `document.getElementById("tab-columns").elements.left.value`))
		goTo(p, "nothing/wall/quorum-theft")
		p.Wait(`document.querySelector("[role=alert]#tab-why")?.textContent.includes("nothing")`)
	})
	t.Run("script", func(t *testing.T) { ownScript(t, p) })
	t.Run("crash", func(t *testing.T) { crash(t, p) })
	t.Run("chat", func(t *testing.T) { ownChat(t, p) })

	require.Equal(t, loaded, h.requests(), "asked for after it was loaded, with a chat and a script in the tab")
	for _, address := range p.Requests() {
		require.True(t, strings.HasPrefix(strings.TrimPrefix(address, "blob:"), h.URL[:strings.Index(h.URL, under)]), address)
	}
}

// ownScript shows an error with its line, and then what an attack recovers.
func ownScript(t *testing.T, p *browser.Page) {
	write(p, "    adv.tkae(")
	p.Wait(`document.querySelector("#own-said .problem")?.textContent.includes("own.star:")`)
	require.Contains(t, browser.Value[string](p, `(() => {
		const n = [...document.getElementById("own-lines").children].findIndex((li) => li.className === "wrong");
		return document.getElementById("own-text").value.split("\n").slice(n - 4, n).join("\n");
	})()`), "adv.tkae(", "the line of the error is marked")
	write(p, take)
	p.Wait(`location.hash === "#/replay/my-attack" && document.querySelector(".dm-attack")?.textContent.includes("What came of it")`)
	require.NotRegexp(t, "^0 of", p.Text("td[data-design=e2ee][data-key=target]"))
}

// endless shows that a script that has no end is stopped, and that the tab goes on.
func endless(t *testing.T, p *browser.Page) {
	write(p, "    for i in range(1000000):\n        sorted(range(1000000))\n")
	p.Wait(`!document.getElementById("tab-stop").hidden && location.hash.includes("my-attack")`)
	p.Click("#tab-stop")
	p.Wait(`document.querySelector("h1")?.textContent === "Stopped"`)
	goTo(p, "/wall/device-theft?beat=3&seed=8")
	says(p, "Measured in this tab")
	p.Wait(`document.getElementById("number-e2ee")`)
}

// crash shows that a program that ends in the middle of a run, as one does that gets no memory any
// more, is started anew. The browser's word of it is made up here.
func crash(t *testing.T, p *browser.Page) {
	browser.Value[any](p, `void (globalThis.Worker = class extends Worker { constructor(script) { super(script); globalThis.newest = this; } })`)
	endless(t, p) // after it another worker runs
	write(p, "    for i in range(1000000):\n        sorted(range(1000000))\n")
	p.Wait(`!document.getElementById("tab-stop").hidden && location.hash.includes("my-attack")`)
	browser.Value[any](p, `void newest.dispatchEvent(new ErrorEvent("error", { message: "Uncaught Error: out of memory", cancelable: true }))`)
	p.Wait(`document.getElementById("tab-why")?.textContent === "The program ended: out of memory"`)
	goTo(p, "/wall/device-theft?beat=3&seed=10")
	says(p, "Measured in this tab")
}

// ownChat takes a chat in and forgets it: not even the permalink brings it back.
func ownChat(t *testing.T, p *browser.Page) {
	goTo(p, "/?seed=9")
	p.Wait(`document.querySelector("input[type=file]") && location.hash.includes("seed=9") && ` + idle)
	p.Upload("input[type=file]", filepath.Join("..", "chat", "testdata", "android-dmy.txt"))
	p.Click(".upload button")
	p.Wait(`location.hash.includes("chat=") && document.querySelector(".upload b")?.textContent.includes("android-dmy") && ` + idle)
	link := browser.Value[string](p, "location.hash.slice(1)")
	goTo(p, strings.Replace(link, "/?", "/wall/device-theft?beat=3&", 1))
	p.Wait(`document.getElementById("world-e2ee") && ` + idle)
	goTo(p, "e2ee,threshold"+link) // another set of columns is given the chat anew
	p.Wait(`document.querySelector(".upload b")?.textContent.includes("android-dmy") && ` + idle)
	p.Click(".upload button")
	p.Wait(`location.hash.endsWith("/") && !location.hash.includes("chat=") && document.querySelector("input[type=file]") && ` + idle)
	goTo(p, link)
	p.Wait(`document.querySelector("main")?.textContent.includes("this chat is not kept")`)
}

// TestSiteOnDisk opens index.html without a server: the first page is there, and says what the
// rest needs.
func TestSiteOnDisk(t *testing.T) {
	browser.Need(t)
	folder, err := made()
	require.NoError(t, err)
	dir := t.TempDir()
	for name, file := range folder {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), file.Data, 0o600))
	}
	p := browser.Open(t, browser.Look{})
	p.Visit("file://" + dir + "/index.html")
	says(p, "needs a web server")
	p.Press("ArrowRight")
	p.Wait(`document.getElementById("tab-why")?.textContent.includes("needs a web server")`)
	require.NotEmpty(t, p.Troubles(), "the browser says why")
}

// TestSiteAccessible looks at each kind of page of the folder's own, large and small, in both
// themes: for breaches of the accessibility guidelines, and for what does not fit.
func TestSiteAccessible(t *testing.T) {
	h := serve(t)
	for _, look := range []browser.Look{{Width: 1920, Height: 1080, Dark: true}, {Width: 390, Height: 844}} {
		p := browser.Open(t, look)
		p.Visit(h.URL)
		for _, fragment := range []string{"/", "/own", "/wall/quorum-theft?beat=3&seed=7", "x/"} {
			goTo(p, fragment)
			p.Wait(fmt.Sprintf(`location.hash === %q && document.readyState === "complete" && `, "#"+fragment) + idle)
			require.Empty(t, p.Axe(), "%s at %d, dark %v", fragment, look.Width, look.Dark)
			require.True(t, browser.Value[bool](p, `document.documentElement.scrollWidth <= innerWidth`), "%s is wider than %d", fragment, look.Width)
		}
	}
}
