//go:build browser

package stage

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/stage/browser"
	"doormat/demo/stage/loopback"
	"doormat/demo/wall"
)

// These tests use the stage as a speaker does, in a real browser. Each fails on
// whatever the page complains of, such as a breach of its Content-Security-Policy.

var laptop = browser.Look{Width: 1280, Height: 720}

// headline waits until a step is on stage.
func headline(p *browser.Page, text string) {
	p.Wait(fmt.Sprintf(`document.querySelector("#main")?.getAttribute("aria-busy") === null && document.querySelector("h1")?.textContent.includes(%q)`, text))
}

// count reads off the page of an attack how many messages of the target opened in a design.
func count(p *browser.Page, design string) string {
	return p.Text(fmt.Sprintf("td[data-design=%q][data-key=target]", design))
}

// TestSource goes from the wall to the script, its capabilities and what each line did, changes a
// setting there, opens a proof, sees loot and bytes, and comes back to the wall.
func TestSource(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at + "/wall/quorum-theft?beat=3")
	headline(p, "3 parts make the whole key")
	p.Press("s")
	headline(p, "A thief copies enough key parts")
	require.Contains(t, p.Text(".facts"), "trustee:1..t.store")
	require.Contains(t, count(p, "threshold"), "28 of 28")
	p.Click(".dm-attack details summary")
	require.Contains(t, p.Text(".dm-attack .steps"), `adv.take("trustee:1..t.store")`)
	p.Press("c")
	p.Wait(`document.querySelector("details.settings").open`)
	browser.Value[bool](p, `(() => { const i = document.querySelector('input[name="t"]'); i.value = "2"; i.dispatchEvent(new Event("change", { bubbles: true })); return true; })()`)
	p.Wait(`location.search.includes("t=2") && document.querySelector(".dm-attack").textContent.includes("trustee:1.store, trustee:2.store") && !document.querySelector(".dm-attack").textContent.includes("trustee:3.store")`)
	p.Click(`.dm-attack a[href*="/claim/threshold/"]`)
	headline(p, "How message")
	require.Contains(t, p.Text("main"), "trustee:2.store")
	require.Contains(t, p.Text("main"), "plaintext")
	require.Positive(t, browser.Value[int](p, `document.querySelectorAll("#main svg").length`))
	p.Press("ArrowLeft")
	p.Wait(`location.pathname === "/wall/quorum-theft" && location.search.includes("t=2")`)
}

// TestOwnChat reads a chat in, shows what it is, runs an attack on it and forgets it.
func TestOwnChat(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at)
	headline(p, "Who can read your messages")
	require.Contains(t, p.Text(".upload"), "on this machine")
	file := filepath.Join(t.TempDir(), "chat.txt")
	require.NoError(t, os.WriteFile(file, []byte("26/03/2017, 19:01 - <b>Anna</b>: the key is <i>here</i>\n26/03/2017, 19:02 - Bert: no\n26/03/2017, 19:03 - <b>Anna</b>: yes\n"), 0o600))
	p.Upload(`input[type="file"]`, file)
	p.Click(".upload button")
	p.Wait(`document.querySelector(".upload")?.textContent.includes("3 messages of 2 accounts") && location.search.includes("chat=")`)
	p.Press("1")
	onWall(p, "quorum-theft", 1)
	p.Press("s")
	headline(p, "A thief copies enough key parts")
	require.Contains(t, p.Text("#settings-line"), "<b>Anna</b>", "names are text")
	p.Press("h")
	headline(p, "Who can read your messages")
	p.Click(".upload button")
	p.Wait(`document.querySelector(".upload input[type=file]") !== null`)

	require.NoError(t, os.WriteFile(file, []byte("not a chat"), 0o600))
	p.Upload(`input[type="file"]`, file)
	p.Click(".upload button")
	p.Wait(`document.querySelector("[role=alert].problem")?.textContent.includes("chat")`)
	p.Troubles() // the answer is a page, with status 400
}

// TestOverview waits for the matrix and opens a cell.
func TestOverview(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, browser.Look{Width: 1920, Height: 1080, Dark: true})
	p.Visit(at)
	headline(p, "Who can read your messages")
	p.Press("o")
	kit, err := demo.Default()
	require.NoError(t, err)
	p.Wait(fmt.Sprintf(`document.querySelectorAll("td[data-attack]").length === %d`, len(kit.Attacks)*len(demo.Story)))
	require.Contains(t, p.Text("main"), "made ahead", "it is complete at once")
	require.NotContains(t, p.Text("main"), "running")
	p.Wait(`document.getElementById("main").textContent.includes("Measured on this machine")`)
	p.Click(`td[data-attack="secret-order"][data-design="threshold"] a`)
	p.Wait(`location.pathname === "/wall/secret-order"`)
}

// TestManyColumns: however many columns there are, none stands over another, nothing sticks
// out of its column, and the page is no wider than the window.
func TestManyColumns(t *testing.T) {
	const clashes = `(() => {
		const out = [], box = e => e.getBoundingClientRect();
		const columns = [...document.querySelectorAll(".home .two section, .moments li, .dm-attack .pair > *")];
		for (const [i, a] of columns.entries()) for (const b of columns.slice(i + 1)) {
			const x = box(a), y = box(b);
			if (x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1 && y.top < x.bottom - 1) out.push(a.id + " over " + b.id);
		}
		for (const e of document.querySelectorAll(".dm-heat .state")) {
			const x = box(e), y = box(e.closest(".cell"));
			if (x.width && (x.right > y.right + 1 || x.left < y.left - 1)) out.push(e.textContent + " sticks out");
		}
		if (document.documentElement.scrollWidth > innerWidth) out.push("page of " + document.documentElement.scrollWidth);
		return out.join("; ");
	})()`
	for _, columns := range manyColumns {
		_, at := open(t, columns...)
		for _, look := range []browser.Look{laptop, {Width: 1920, Height: 1080}, {Width: 700, Height: 900}} {
			p := browser.Open(t, look)
			for _, path := range []string{"/", "/replay/device-theft", "/replay/narrow-order", "/overview"} {
				if path == "/overview" && len(columns) == 1 {
					continue // its pictures take long
				}
				p.Visit(at + path)
				p.Wait(`document.readyState === "complete" && !document.querySelector("[data-waiting]")`)
				require.Empty(t, browser.Value[string](p, clashes), "%s, %d columns, %d wide", path, len(columns), look.Width)
			}
		}
	}
}

// TestRestart stops the server under an open page, starts another at the same address,
// and goes on: the page takes itself up where it was.
func TestRestart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	start := func(l net.Listener) (stop func()) {
		kit, err := demo.Default()
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		s, err := New(ctx, kit, demo.Defaults())
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- loopback.Serve(ctx, l, s.Handler(loopback.Hosts(l.Addr()))) }()
		return func() { cancel(); require.NoError(t, <-ended) }
	}
	stop := start(l)
	p := browser.Open(t, laptop)
	p.Visit("http://" + address + "/wall/quorum-theft?beat=3")
	headline(p, "3 parts make the whole key")
	stop()
	p.Wait(`!document.getElementById("lost").hidden`)
	require.Contains(t, p.Text("#lost"), "doormat has stopped")
	l, err = net.Listen("tcp", address)
	require.NoError(t, err)
	stop = start(l)
	defer stop()
	p.Wait(`document.getElementById("lost").hidden`)
	p.Press("n")
	onWall(p, "quorum-theft", 4)
	require.Equal(t, "72 of 72", p.Text("#number-threshold"))
	for _, trouble := range p.Troubles() { // the connection was refused meanwhile, and that is all
		require.Contains(t, trouble, "ERR_", trouble)
	}
	p.Visit("about:blank") // so that nothing is asked for while the program stops
}

// pages are one of each kind.
var kinds = []string{"/", "/replay/quorum-theft", "/replay/device-theft?at=10", "/replay/secret-order", "/replay/quorum-theft/claim/threshold/12", "/moments/device-theft",
	"/closing", "/overview", "/order", "/atlas", "/nothing"}

// TestAccessible looks for breaches of the accessibility guidelines on every kind of
// page, in both themes, large and small, and for what does not fit on the screen.
func TestAccessible(t *testing.T) {
	browser.Need(t)
	_, at := open(t)
	for _, path := range kinds {
		get(t, at+path) // so that the browser sees the page, not the wait
	}
	for _, look := range []browser.Look{{Width: 1280, Height: 720}, {Width: 1920, Height: 1080, Dark: true}, {Width: 1280, Height: 720, Dark: true}, {Width: 1920, Height: 1080}} {
		p := browser.Open(t, look)
		for _, path := range kinds {
			p.Visit(at + path)
			p.Wait(`document.readyState === "complete" && !document.querySelector("[data-waiting]")`)
			require.Empty(t, p.Axe(), "%s at %d×%d, dark %v", path, look.Width, look.Height, look.Dark)
			require.True(t, browser.Value[bool](p, `document.documentElement.scrollWidth <= innerWidth`), "%s is wider than %d", path, look.Width)
		}
		p.Troubles() // "/nothing" is a page with status 404
	}
}

// TestLarge: large type and a theme that was chosen are kept.
func TestLarge(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at + "/replay/quorum-theft")
	headline(p, "A thief copies enough key parts")
	p.Press("l")
	p.Wait(`document.documentElement.dataset.size === "large"`)
	require.True(t, browser.Value[bool](p, `document.documentElement.scrollWidth <= innerWidth`))
	p.Press("d")
	p.Wait(`document.documentElement.dataset.theme === "dark"`)
	p.Visit(at)
	require.Equal(t, "dark", browser.Value[string](p, `document.documentElement.dataset.theme`), "what was chosen is kept")
}

// TestWithoutScript needs no script: links and forms lead through the story.
func TestWithoutScript(t *testing.T) {
	_, at := open(t)
	_, page := get(t, at+"/")
	for range 7 {
		_, rest, ok := strings.Cut(page, `class="button main" href="`)
		require.True(t, ok)
		href, _, _ := strings.Cut(rest, `"`)
		status, next := get(t, at+strings.ReplaceAll(href, "&amp;", "&"))
		require.Equal(t, http.StatusOK, status)
		require.NotEqual(t, page, next)
		page = next
	}
	require.Contains(t, page, "will be read", "after five beats of the opening and the first of an act")
}

// TestScreenshots writes the pictures of the README into the folder that SCREENSHOTS
// names, from the top of the tree.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		t.Skip("SCREENSHOTS names no folder")
	}
	browser.Need(t)
	folder = filepath.Join("..", "..", folder) // tests run in their package's folder
	_, at := open(t)
	shot := func(look browser.Look, path, name string) {
		p := browser.Open(t, look)
		p.Visit(at + path)
		p.Wait(`document.readyState === "complete" && !document.querySelector("[data-waiting]")`)
		p.Shot(filepath.Join(folder, name))
	}
	shot(browser.Look{Width: 1440, Height: 810}, "/closing", "maps.png")
}

// The benchmarks look at the page as a hall does, with motion. Beside the clock they tell the
// processor time of the page's main thread, which other programs on the machine disturb less.
var moving = browser.Look{Width: 1920, Height: 1080, Dark: true, Motion: true}

// BenchmarkFirstPaint opens the stage in a new browser, where the command opens it.
func BenchmarkFirstPaint(b *testing.B) {
	s, at := open(b)
	get(b, at+s.First()) // which the command computes while it opens the browser
	var paint, task float64
	for b.Loop() {
		p := browser.Open(b, moving)
		before := p.Cost()["TaskDuration"]
		p.Visit(at + s.First())
		paint += p.FirstPaint().Seconds()
		task += p.Cost()["TaskDuration"] - before
	}
	b.ReportMetric(1000*paint/float64(b.N), "ms-to-paint/op")
	b.ReportMetric(1000*task/float64(b.N), "ms-main-thread/op")
}

// BenchmarkBeat goes one beat on, or back from the last one, and waits until it is shown.
func BenchmarkBeat(b *testing.B) {
	_, at := open(b)
	get(b, at+"/wall/quorum-theft")
	p := browser.Open(b, moving)
	p.Visit(at + "/wall/quorum-theft?beat=2")
	onWall(p, "quorum-theft", 2)
	var sum float64
	for b.Loop() {
		time.Sleep(2 * time.Second) // until nothing moves: nobody goes on sooner
		sum += browser.Value[float64](p, `new Promise((done) => {
			const begin = performance.now(), main = document.getElementById("main"), beat = main.dataset.step;
			new MutationObserver((_, o) => { if (main.dataset.step !== beat) { o.disconnect(); requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin))); } })
				.observe(main, { attributes: true });
			document.body.dispatchEvent(new KeyboardEvent("keydown", { key: beat === "4" ? "ArrowLeft" : "n", bubbles: true }));
		})`)
	}
	b.ReportMetric(sum/float64(b.N), "ms-a-beat/op")
}

// BenchmarkFrames counts frames while something moves: the two seconds after each beat of each act.
func BenchmarkFrames(b *testing.B) {
	s, at := open(b)
	for _, act := range s.acts {
		b.Run(act.ID, func(b *testing.B) {
			get(b, at+"/wall/"+act.ID)
			p := browser.Open(b, moving)
			least, task := 1000.0, 0.0
			for b.Loop() {
				for beat := 1; beat < wall.Beats; beat++ {
					p.Visit(fmt.Sprintf("%s/wall/%s?beat=%d&bet=none", at, act.ID, beat)) // with a bet, so that no page asks for one
					onWall(p, act.ID, beat)
					time.Sleep(2 * time.Second)
					before := p.Cost()["TaskDuration"]
					least = min(least, browser.Value[float64](p, `new Promise((done) => {
						document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "n", bubbles: true }));
						let frames = 0, begin = performance.now();
						const count = () => { frames++; const gone = performance.now() - begin;
							if (gone < 2000) { requestAnimationFrame(count); } else { done(frames * 1000 / gone); } };
						requestAnimationFrame(count);
					})`))
					task += p.Cost()["TaskDuration"] - before
				}
			}
			b.ReportMetric(least, "least-frames/s")
			b.ReportMetric(1000*task/float64(b.N), "ms-main-thread/op")
		})
	}
}
