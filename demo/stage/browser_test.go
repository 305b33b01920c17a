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

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/stage/browser"
	"doormat/demo/stage/loopback"
)

// These tests use the stage as a speaker does, in a real browser. Each fails on
// whatever the page complains of, such as a breach of its Content-Security-Policy.

var laptop = browser.Look{Width: 1280, Height: 720}

// headline waits until a step is on stage.
func headline(p *browser.Page, text string) {
	p.Wait(fmt.Sprintf(`document.querySelector("#main")?.getAttribute("aria-busy") === null && document.querySelector("h1")?.textContent.includes(%q)`, text))
}

// counter0 reads the first number of a design off the page.
func counter0(p *browser.Page, design string) string {
	return strings.Join(strings.Fields(p.Text("#design-"+design+" .counter .value")), " ")
}

// TestStory walks step by step through an act and into the next by keys, and back.
func TestStory(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at)
	headline(p, "Who can read your messages")
	p.Press("s")
	headline(p, "The Mill Lane chat")
	p.Press("3") // whoever goes step by step stays with it
	p.Wait(`location.pathname === "/replay/device-theft"`)
	headline(p, "The Mill Lane chat")
	p.Press(" ")
	headline(p, "What the adversary may use")
	require.Equal(t, "0 of 28", counter0(p, "threshold"))
	for range 7 {
		step := browser.Value[string](p, `document.getElementById("main").dataset.step`)
		p.Press("n")
		p.Wait(fmt.Sprintf(`document.getElementById("main").dataset.step !== %q`, step))
	}
	headline(p, "What came of it")
	require.Equal(t, "20 of 28", counter0(p, "threshold"))
	require.Equal(t, "20 of 28", counter0(p, "e2ee"))
	p.Press("ArrowLeft")
	headline(p, "What opened? Checked byte for byte")
	p.Press("0")
	headline(p, "The Mill Lane chat")
	p.Press("4")
	p.Wait(`location.pathname === "/replay/secret-order"`)
	headline(p, "The Mill Lane chat")
	p.Press("ArrowLeft") // before the first step of the fourth act lies the third
	p.Wait(`location.pathname === "/replay/device-theft"`)
}

// TestScriptLine shows which line runs, and lights up who is robbed.
func TestScriptLine(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at + "/replay/quorum-theft?step=4")
	headline(p, "t shares are copied")
	require.Contains(t, p.Text("li.runs"), `adv.take("trustee:1..t.store")`)
	require.Equal(t, 3, browser.Value[int](p, `document.querySelectorAll("#design-threshold .seat.used").length`))
	require.Equal(t, 0, browser.Value[int](p, `document.querySelectorAll("#design-e2ee .used").length`))
	require.True(t, browser.Value[bool](p, `(() => { const s = document.querySelector(".source").getBoundingClientRect(), l = document.querySelector("li.runs").getBoundingClientRect(); return l.top >= s.top - 1 && l.bottom <= s.bottom + 1; })()`), "the line is in sight")
}

// TestRunAndPredict lets the room guess, then the story run by itself to the end,
// where the guess stands beside what was measured.
func TestRunAndPredict(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at + "/replay/quorum-theft")
	headline(p, "The Mill Lane chat")
	p.Press("p")
	headline(p, "What the adversary may use")
	p.Wait(`document.activeElement?.id === "predict"`)
	p.Click(`input[name="guess-target-threshold"][value="all"]`)
	p.Click(`input[name="guess-others-threshold"][value="none"]`)
	p.Click(`#predict button`)
	headline(p, "The moment of the theft")
	p.Click(`[data-do="run"]`)
	headline(p, "What came of it")
	require.Contains(t, p.Text("#design-threshold .guessed"), "guessed all of what the target wrote or received; measured: all ✓")
	require.Contains(t, p.Text("#design-threshold .guessed"), "guessed none of what others wrote to each other; measured: all ✗")
	p.Wait(`document.querySelector('[data-do="run"]').getAttribute("aria-pressed") === "false"`)
}

// TestChangeThreshold changes a setting where the outcome is shown: it runs again, and
// the page says what it was before.
func TestChangeThreshold(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at + "/replay/shares-below-threshold?step=99")
	headline(p, "What came of it")
	require.Equal(t, "0 of 28", counter0(p, "threshold"))
	p.Visit(at + "/replay/quorum-theft?step=99")
	headline(p, "What came of it")
	p.Press("c")
	p.Wait(`document.querySelector("details.settings").open`)
	browser.Value[bool](p, `(() => { const i = document.querySelector('input[name="rotate"]'); i.value = "20"; i.dispatchEvent(new Event("change", { bubbles: true })); return true; })()`)
	p.Wait(`location.search.includes("rotate=20") && document.querySelector("#design-threshold .was") !== null`)
	require.Contains(t, p.Text("#design-threshold .was"), "28 of 28")
	require.Contains(t, p.Text("#design-threshold"), "Before the change")
	browser.Value[bool](p, `(() => { const i = document.querySelector('input[name="t"]'); i.value = "2"; i.dispatchEvent(new Event("change", { bubbles: true })); return true; })()`)
	p.Wait(`location.search.includes("t=2") && document.querySelector("#design-threshold .small").textContent.includes("any 2 of 5")`)
	require.Equal(t, 2, browser.Value[int](p, `document.querySelectorAll("#design-threshold .seat.used").length`))
}

// TestOpenClaim opens the proof of a message from the timeline, sees loot and bytes,
// and comes back to the step.
func TestOpenClaim(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at + "/replay/quorum-theft?step=8")
	headline(p, "What opened? Checked byte for byte")
	p.Click(`#design-threshold .dm-timeline a[href*="/claim/threshold/1?"]`)
	headline(p, "How message 1 was read")
	require.Contains(t, p.Text("main"), "trustee:2.store")
	require.Contains(t, p.Text("main"), "plaintext")
	require.Positive(t, browser.Value[int](p, `document.querySelectorAll("#main svg").length`))
	p.Press("ArrowLeft")
	headline(p, "What opened? Checked byte for byte")
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
	p.Press("s")
	p.Wait(`location.pathname === "/replay/quorum-theft"`)
	headline(p, "chat.txt")
	require.Contains(t, p.Text("#design-threshold"), "<b>Anna</b>", "names are text")
	p.Click(`.brand`)
	headline(p, "Who can read your messages")
	p.Click(".upload button")
	p.Wait(`document.querySelector(".upload input[type=file]") !== null`)

	require.NoError(t, os.WriteFile(file, []byte("not a chat"), 0o600))
	p.Upload(`input[type="file"]`, file)
	p.Click(".upload button")
	p.Wait(`document.querySelector("[role=alert].problem")?.textContent.includes("chat")`)
	p.Troubles() // the answer is a page, with status 400
}

// TestOverview waits for the matrix, looks for its pictures, and replays a cell.
func TestOverview(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, browser.Look{Width: 1920, Height: 1080, Dark: true})
	p.Visit(at)
	headline(p, "Who can read your messages")
	p.Press("o")
	kit, err := demo.Default()
	require.NoError(t, err)
	cells := (len(kit.Attacks) + 4) * len(demo.Story) // the matrix, and the acts of the story
	p.Wait(fmt.Sprintf(`document.querySelectorAll("td[data-attack]").length === %d`, cells))
	require.Contains(t, p.Text("main"), "made ahead", "it is complete at once")
	p.Wait(`document.querySelectorAll(".moments svg").length === 4 && !document.querySelector("[data-progress]")`)
	require.NotContains(t, p.Text("main"), "running")
	p.Wait(`document.getElementById("main").textContent.includes("Measured on this machine")`)
	p.Click(`td[data-attack="secret-order"][data-design="threshold"] a`)
	p.Wait(`location.pathname === "/replay/secret-order"`)
	headline(p, "The Mill Lane chat")
}

// TestManyColumns: however many columns there are, none stands over another, nothing sticks
// out of its column, and the page is no wider than the window.
func TestManyColumns(t *testing.T) {
	const clashes = `(() => {
		const out = [], box = e => e.getBoundingClientRect();
		const columns = [...document.querySelectorAll(".design, .home .two section, .moments li")];
		for (const [i, a] of columns.entries()) for (const b of columns.slice(i + 1)) {
			const x = box(a), y = box(b);
			if (x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1 && y.top < x.bottom - 1) out.push(a.id + " over " + b.id);
		}
		for (const e of document.querySelectorAll(".design .value, .design .card, .design h2, .dm-heat .state")) {
			const x = box(e), y = box(e.closest(".counter, .design, .cell"));
			if (x.width && (x.right > y.right + 1 || x.left < y.left - 1)) out.push(e.textContent + " sticks out");
		}
		if (document.documentElement.scrollWidth > innerWidth) out.push("page of " + document.documentElement.scrollWidth);
		return out.join("; ");
	})()`
	for _, columns := range manyColumns {
		_, at := open(t, columns...)
		for _, look := range []browser.Look{laptop, {Width: 1920, Height: 1080}, {Width: 700, Height: 900}} {
			p := browser.Open(t, look)
			for _, path := range []string{"/", "/replay/device-theft?step=999", "/replay/narrow-order?step=999", "/overview"} {
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
	p.Visit("http://" + address + "/replay/quorum-theft?step=8")
	headline(p, "What opened? Checked byte for byte")
	stop()
	p.Wait(`!document.getElementById("lost").hidden`)
	require.Contains(t, p.Text("#lost"), "doormat has stopped")
	l, err = net.Listen("tcp", address)
	require.NoError(t, err)
	stop = start(l)
	defer stop()
	p.Wait(`document.getElementById("lost").hidden`)
	p.Press("n")
	headline(p, "What came of it")
	require.Equal(t, "28 of 28", counter0(p, "threshold"))
	for _, trouble := range p.Troubles() { // the connection was refused meanwhile, and that is all
		require.Contains(t, trouble, "ERR_", trouble)
	}
}

// pages are one of each kind.
var kinds = []string{"/", "/replay/quorum-theft", "/replay/quorum-theft?step=2", "/replay/device-theft?step=9&at=10&was=", "/replay/secret-order?step=9",
	"/replay/quorum-theft/claim/threshold/12?step=9", "/moments/device-theft", "/overview", "/order", "/atlas", "/nothing"}

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

// TestFits holds what a room must see at once to the screen: the counters of both
// designs, at the size of a projector and in large type.
func TestFits(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	for _, id := range []string{"device-theft", "quorum-theft", "narrow-order", "secret-order"} {
		get(t, at+"/replay/"+id)
		p.Visit(at + "/replay/" + id + "?step=99")
		headline(p, "What came of it")
		require.True(t, browser.Value[bool](p, `[...document.querySelectorAll(".counter:nth-child(-n+3) .value")].every((e) => e.getBoundingClientRect().bottom <= innerHeight)`), id)
	}
	p.Press("l")
	p.Wait(`document.documentElement.dataset.size === "large"`)
	require.Greater(t, browser.Value[float64](p, `parseFloat(getComputedStyle(document.querySelector(".counter .value")).fontSize)`), 24.0)
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
	require.Contains(t, page, "How much will be read", "after five beats of the opening and the first of an act")
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
	for _, path := range kinds {
		get(t, at+path)
	}
	shot := func(look browser.Look, path, name string) {
		p := browser.Open(t, look)
		p.Visit(at + path)
		p.Wait(`document.readyState === "complete" && !document.querySelector("[data-waiting]")`)
		p.Shot(filepath.Join(folder, name))
	}
	shot(browser.Look{Width: 1440, Height: 810}, "/overview", "overview.png")
}

// BenchmarkFirstPaint opens the stage in a new browser; BenchmarkStep goes one step on.
func BenchmarkFirstPaint(b *testing.B) {
	s, at := open(b)
	s.Warm() // as the command does while it opens the browser
	var sum float64
	for b.Loop() {
		p := browser.Open(b, laptop)
		p.Visit(at)
		headline(p, "Who can read your messages")
		sum += float64(p.FirstPaint().Milliseconds())
	}
	b.ReportMetric(sum/float64(b.N), "ms-to-paint/op")
}

func BenchmarkStep(b *testing.B) {
	_, at := open(b)
	get(b, at+"/replay/quorum-theft")
	p := browser.Open(b, laptop)
	p.Visit(at + "/replay/quorum-theft?step=2")
	headline(p, "What the adversary")
	var sum float64
	for b.Loop() {
		sum += browser.Value[float64](p, `new Promise((done) => {
			const begin = performance.now(), step = document.getElementById("main").dataset.step;
			const key = step === "8" ? "0" : "n";
			new MutationObserver((_, o) => { if (document.getElementById("main").dataset.step !== step) { o.disconnect(); requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin))); } })
				.observe(document.body, { childList: true, subtree: true });
			document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
		})`)
	}
	b.ReportMetric(sum/float64(b.N), "ms-a-step/op")
}
