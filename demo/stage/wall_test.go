//go:build browser

package stage

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/stage/browser"
	"doormat/demo/wall"
)

var hall = browser.Look{Width: 1920, Height: 1080, Dark: true}

// onWall waits until a beat of an act is on the wall.
func onWall(p *browser.Page, attack string, beat int) {
	p.Wait(fmt.Sprintf(`location.pathname === "/wall/%s" && document.getElementById("main")?.dataset.step === "%d" && document.querySelector("#main")?.getAttribute("aria-busy") === null`, attack, beat))
}

// readable are the texts on a wall that must be read, but for the words on tiles: each with the
// size of its type in pixels and whether it fits its place.
const readable = `[...document.querySelectorAll("#sentence, #bet, .name h2, .name h2 small, .number, .moment, .bubble, .glass q, .glass .who, .glass .tag, .glass .note, .face")].filter((e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })).map((e) => {
  const r = e.getBoundingClientRect(), g = (e.closest(".glass") || e.closest(".said") || e.closest(".world") || document.body).getBoundingClientRect();
  return [e.className || e.tagName, parseFloat(getComputedStyle(e).fontSize), r.bottom <= g.bottom + 1 && r.right <= g.right + 1 && r.top >= g.top - 1];
})`

// onMaps are the texts of the closing maps with their sizes, those in drawings as they are scaled.
const onMaps = `[...document.querySelectorAll("main :is(h1, h2, p, figcaption, text)")].filter((e) => e.checkVisibility()).map((e) => {
  const svg = e.closest("svg"), scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
  return [e.textContent, parseFloat(getComputedStyle(e).fontSize) * scale];
})`

// places are where the parts of a wall stand, which no beat may move.
const places = `JSON.stringify([...document.querySelectorAll(".said, .world, .tiles ol, .tile, .glass")].map((e) => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height].map(Math.round); }))`

// shownNext tells whether the way on is seen without a mouse.
const shownNext = `Promise.all(document.querySelector(".controls").getAnimations().map((a) => a.finished)).then(() => document.querySelector(".controls .main").checkVisibility({ opacityProperty: true }))`

var word = regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}’'-]*`)

// TestWallFromAfar walks through all acts by keyboard alone: at each beat everything that must be
// read is large enough for the last row and fits its place, and nothing has moved.
func TestWallFromAfar(t *testing.T) {
	s, at := open(t)
	p := browser.Open(t, hall)
	p.Visit(at + s.First())
	for beat := 1; beat <= 5; beat++ {
		p.Wait(fmt.Sprintf(`location.pathname === "/wall" && document.getElementById("main")?.dataset.step === "%d" && document.querySelector("#main")?.getAttribute("aria-busy") === null`, beat))
		fromAfar(t, p, fmt.Sprintf("opening, beat %d", beat))
		require.Equal(t, beat == 1, browser.Value[bool](p, shownNext), "what to press is shown, then fades")
		p.Press("ArrowRight")
	}
	for n, act := range s.acts {
		first := ""
		for beat := 1; beat <= wall.Beats; beat++ {
			onWall(p, act.ID, beat)
			name := fmt.Sprintf("%s, beat %d", act.ID, beat)
			fromAfar(t, p, name)
			where := browser.Value[string](p, places)
			if beat == 1 {
				first = where
			}
			require.Equal(t, first, where, name)
			p.Press("ArrowRight")
			if n == 0 && beat == 1 { // the room bets before the story's first attack
				headline(p, "Keys on phones only: how much of 72 messages")
				p.Press("1")
				headline(p, "a spare key, split into 5: how much")
				p.Press("3")
			}
			if n == 0 && beat == 2 {
				onWall(p, act.ID, 3)
				require.Equal(t, "You said: all. It was: all.", p.Text("#bet"))
				require.Equal(t, 72, browser.Value[int](p, `document.querySelectorAll("#world-threshold .tile.bet").length`))
				require.Zero(t, browser.Value[int](p, `document.querySelectorAll("#world-e2ee .tile.bet").length`))
			}
		}
	}
	headline(p, "Whenever it comes")
	p.Wait(`document.querySelectorAll(".dm-moments").length === 4`)
	for _, e := range browser.Value[[][2]any](p, onMaps) {
		require.GreaterOrEqual(t, e[1].(float64), 33.9, "on the maps: %v", e)
	}
	require.LessOrEqual(t, browser.Value[float64](p, `document.querySelector("main").getBoundingClientRect().bottom`), 1080.0, "the maps end below the screen")
	p.Press("ArrowRight")
	headline(p, "And the strongest form of each side?")
	require.Contains(t, p.Text("main"), "0 of 72")
	require.LessOrEqual(t, browser.Value[float64](p, `document.querySelector("main").getBoundingClientRect().bottom`), 1080.0, "the table ends below the screen")
	require.Empty(t, p.Axe())
	p.Press("ArrowRight")
	p.Wait(`location.pathname === "/overview"`)
}

// fromAfar holds that the last row can read what stands on a wall.
func fromAfar(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	for _, e := range browser.Value[[][3]any](p, readable) {
		require.GreaterOrEqual(t, e[1].(float64), 33.9, "%s: %v", name, e)
		require.Equal(t, true, e[2], "%s: %v does not fit", name, e)
	}
	words := browser.Value[string](p, `[...document.querySelectorAll("#sentence, #bet, .name h2, .number, .moment, .bubble, .glass")].filter((e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })).map((e) => e.innerText).join(" ")`)
	require.LessOrEqual(t, len(word.FindAllString(words, -1)), wall.MostWords, "%s: %s", name, words)
	require.False(t, browser.Value[bool](p, `document.documentElement.scrollWidth > innerWidth`), name)
}

// TestWallSaysWhatTheResultSays: the tiles that are open are those that the replay counts, also on
// pages that were turned from one beat into the next.
func TestWallSaysWhatTheResultSays(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, hall)
	open := func(design string) int {
		return browser.Value[int](p, fmt.Sprintf(`document.querySelectorAll("[id^='t-%s-'].opened").length`, design))
	}
	for attack, want := range map[string][2]int{"quorum-theft": {0, 72}, "narrow-order": {0, 4}, "device-theft": {20, 20}, "secret-order": {43, 72}} {
		p.Visit(at + "/wall/" + attack)
		onWall(p, attack, 1)
		require.Zero(t, open("e2ee")+open("threshold"), attack)
		for beat := 2; beat <= wall.Beats; beat++ {
			p.Press(" ")
			if attack == "quorum-theft" && beat == 2 {
				headline(p, "will be read")
				p.Press(" ") // no bet
			}
			onWall(p, attack, beat)
		}
		require.Equal(t, want, [2]int{open("e2ee"), open("threshold")}, attack)
		require.Equal(t, 1, browser.Value[int](p, `document.querySelectorAll(".tile.read").length > 0 ? 1 : 0`), attack)
		p.Press("s")
		p.Wait(`location.pathname === "/replay/` + attack + `"`)
	}
}

// TestWallScales: the wall is the same picture on a laptop whose page is enlarged by half, on a
// projector and on a screen of four times its pixels, with two worlds and with three.
func TestWallScales(t *testing.T) {
	_, pair := open(t)
	_, three := open(t, "e2ee", "threshold", "threshold-hardened")
	for _, look := range []browser.Look{{Width: 853, Height: 480}, {Width: 1280, Height: 720}, {Width: 3840, Height: 2160}} {
		p := browser.Open(t, look)
		for _, at := range []string{pair, three} {
			p.Visit(at + "/wall/quorum-theft?beat=3")
			onWall(p, "quorum-theft", 3)
			unit := min(float64(look.Width)/1920, float64(look.Height)/1080)
			for _, e := range browser.Value[[][3]any](p, readable) {
				require.GreaterOrEqual(t, e[1].(float64), 33.9*unit, "%v: %v", look, e)
				require.Equal(t, true, e[2], "%v: %v does not fit", look, e)
			}
			require.False(t, browser.Value[bool](p, `document.documentElement.scrollWidth > innerWidth`), "%v", look)
		}
		require.Contains(t, p.Text(".strips"), "0 of 72", "the third world is a strip")
	}
}

// TestWallMoves: where motion is welcome, figures pass over the wall and are gone in the end, and
// the number has climbed to what was measured.
func TestWallMoves(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, browser.Look{Width: 1280, Height: 720, Motion: true})
	p.Visit(at + "/wall/quorum-theft?beat=1")
	onWall(p, "quorum-theft", 1)
	p.Press("0", "p")
	headline(p, "Keys on phones only")
	p.Press("2")
	headline(p, "spare key")
	p.Press("1")
	onWall(p, "quorum-theft", 2)
	p.Wait(`document.querySelectorAll(".floating").length === 3`)
	p.Wait(`document.querySelectorAll(".floating").length === 0`)
	p.Press(" ")
	onWall(p, "quorum-theft", 3)
	p.Wait(`document.querySelectorAll(".floating").length === 1`)
	p.Wait(`document.querySelectorAll(".floating").length === 0 && document.getElementById("number-threshold").textContent === "72 of 72"`)
	require.Equal(t, "You said: none. It was: all.", p.Text("#bet"))
	p.Visit(at + "/wall/prekey-swap-unchecked")
	onWall(p, "prekey-swap-unchecked", 1)
	require.Zero(t, browser.Value[int](p, `document.querySelectorAll(".false").length`))
	p.Press(" ")
	onWall(p, "prekey-swap-unchecked", 2)
	p.Wait(`document.querySelectorAll(".floating").length === 4`) // two phones in each of two worlds
	p.Wait(`document.querySelectorAll(".floating").length === 0 && document.querySelectorAll(".false").length === 2`)
	p.Visit(at + "/wall?beat=2")
	p.Wait(`document.querySelector(".opening.o2")`)
	p.Press(" ")
	p.Wait(`document.querySelector(".opening.o3")`)
	p.Press(" ")
	p.Wait(`document.querySelector(".opening.o4") && getComputedStyle(document.getElementById("t-e2ee-72")).opacity === "1"`)
}

// TestBeatIsFrugal: a beat changes those tiles only that look different after it, and reads where
// everything is before it changes anything, so that no figure that lifts has the wall laid out again.
func TestBeatIsFrugal(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, moving)
	p.Visit(at + "/wall/narrow-order?beat=2")
	onWall(p, "narrow-order", 2)
	browser.Value[bool](p, `(() => {
		globalThis.changed = new Set();
		new MutationObserver((all) => { for (const m of all) { const tile = m.target.closest?.(".tile"); if (tile) changed.add(tile.id); } })
			.observe(document.getElementById("main"), { subtree: true, childList: true, attributes: true });
		return true;
	})()`)
	p.Press("n")
	p.Wait(`document.querySelectorAll(".tile.opened").length === 4 && document.querySelectorAll(".floating").length === 0`)
	require.Equal(t, "opened,opened,opened,opened", browser.Value[string](p, `[...changed].map((id) => document.getElementById(id).classList[1]).join()`))

	p.Visit(at + "/wall/quorum-theft?beat=1&bet=none")
	onWall(p, "quorum-theft", 1)
	before := p.Cost()["LayoutCount"]
	p.Press("n")
	p.Wait(`document.querySelectorAll(".floating").length === 3`)
	p.Wait(`document.querySelectorAll(".floating").length === 0`)
	require.LessOrEqual(t, p.Cost()["LayoutCount"]-before, 5.0)
}

// TestWallIsAccessible: no rule of axe is broken, in a hall and on a phone, dark and light.
func TestWallIsAccessible(t *testing.T) {
	_, at := open(t)
	for _, look := range []browser.Look{hall, {Width: 1280, Height: 720}, {Width: 390, Height: 844}} {
		p := browser.Open(t, look)
		for _, path := range []string{"/wall?beat=1", "/wall?beat=5", "/bet/quorum-theft", "/bet/quorum-theft?bet=none", "/wall/quorum-theft?beat=3&bet=none,part&rob=1,2,3"} {
			p.Visit(at + path)
			p.Wait(`document.querySelector(".wall") && !document.querySelector("[data-waiting]")`)
			require.Empty(t, p.Axe(), "%v, %s", look, path)
			require.False(t, browser.Value[bool](p, `document.documentElement.scrollWidth > innerWidth`), "%v, %s", look, path)
		}
		for beat := 1; beat <= wall.Beats; beat += 2 {
			p.Visit(fmt.Sprintf("%s/wall/quorum-theft?beat=%d", at, beat))
			onWall(p, "quorum-theft", beat)
			require.Empty(t, p.Axe(), "%v, beat %d", look, beat)
			require.False(t, browser.Value[bool](p, `document.documentElement.scrollWidth > innerWidth`), "%v", look)
		}
	}
}

// TestReadingGlass puts one opened message after the other into the glass by keys and by mouse,
// and opens its proof.
func TestReadingGlass(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, hall)
	p.Visit(at + "/wall/quorum-theft?beat=3")
	onWall(p, "quorum-theft", 3)
	require.Contains(t, p.Text("#glass"), "I've found a lump.")
	p.Press("ArrowDown")
	require.Contains(t, p.Text("#glass"), "I'm glad you sent it.")
	require.Contains(t, p.Text("#glass"), "Dr Okoye to Sam")
	p.Press("ArrowUp", "ArrowUp")
	require.Contains(t, p.Text("#glass"), "Then stop printing.")
	browser.Value[bool](p, `document.getElementById("t-threshold-1").dispatchEvent(new PointerEvent("pointerover", { bubbles: true }))`)
	require.Contains(t, p.Text("#glass"), "school kitchens")
	require.Equal(t, 1, browser.Value[int](p, `document.querySelectorAll(".tile.read").length`))
	p.Press("Enter")
	headline(p, "How message 1 was read")
}

// TestRob lets a room rob trustees of its own choice: two leave the wall as it was, the third
// turns it, whichever they are.
func TestRob(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, hall)
	p.Visit(at + "/wall/quorum-theft?beat=3")
	onWall(p, "quorum-theft", 3)
	for _, step := range []struct {
		trustee, robbed int
		says            string
	}{{1, 2, "nothing opens"}, {5, 3, "72 of 72 messages open"}, {2, 2, "nothing opens"}, {3, 1, "nothing opens"}, {5, 0, "No trustee is robbed"}} {
		p.Click(fmt.Sprintf("#k-threshold-%d a", step.trustee))
		p.Wait(fmt.Sprintf(`document.getElementById("sentence").textContent.includes(%q) && !document.querySelector("#main").hasAttribute("aria-busy")`, step.says))
		require.Equal(t, step.robbed, browser.Value[int](p, `document.querySelectorAll("#main .key.used").length`))
	}
	require.Equal(t, 0, browser.Value[int](p, `document.querySelectorAll(".tile.opened").length`))
	for path, want := range map[string]string{"/wall/device-theft?rob=1": "does not copy", "/wall/quorum-theft?rob=2,1": "in order", "/wall/quorum-theft?rob=x": "in order", "/wall/quorum-theft?rob=0": "in order", "/wall/quorum-theft?rob=101": "in order", "/wall/quorum-theft?bet=much": "want some of"} {
		status, page := get(t, at+path)
		require.Equal(t, 400, status, path)
		require.Contains(t, page, want, path)
	}
}

// TestMoment moves the attack by keys and by dragging the line: each wall is measured, and the
// tiles above the line are those that were written before.
func TestMoment(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, hall)
	p.Visit(at + "/wall/device-theft?beat=3")
	onWall(p, "device-theft", 3)
	before := func(n int) {
		p.Wait(fmt.Sprintf(`document.querySelectorAll("#before-e2ee .tile").length === %d && !document.querySelector("#main").hasAttribute("aria-busy")`, n))
	}
	before(36)
	p.Press("]")
	before(37)
	p.Press("[")
	before(36)
	browser.Value[bool](p, `(() => {
		const line = document.querySelector(".moment"), r = line.getBoundingClientRect(), up = document.getElementById("t-e2ee-13").getBoundingClientRect();
		const at = (type, y) => line.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: r.left + 5, clientY: y }));
		at("pointerdown", r.top + 5);
		at("pointermove", up.top + 2);
		return at("pointerup", up.top + 2);
	})()`)
	before(12)
	require.Contains(t, browser.Value[string](p, `location.search`), "at=12")
	p.Press("c")
	p.Wait(`document.querySelector("details.settings").open`)
	browser.Value[bool](p, `(() => { const i = document.querySelector('input[type="range"][name="retention"]'); i.value = "5"; i.dispatchEvent(new Event("change", { bubbles: true })); return true; })()`)
	p.Wait(`location.search.includes("retention=5") && !document.querySelector("#main").hasAttribute("aria-busy")`)
	require.True(t, browser.Value[bool](p, `document.querySelector("details.settings").open`), "settings stay open while they change")
}

// TestLongMoment: where a tile stands for several messages, the attack moves among messages and
// not among tiles.
func TestLongMoment(t *testing.T) {
	s, at := open(t)
	var chat strings.Builder
	for i := range 300 {
		fmt.Fprintf(&chat, "02/03/2017, %02d:%02d - %s: message %d\n", 1+i/60, i%60, []string{"Anna", "Bert"}[i%2], i)
	}
	file := filepath.Join(t.TempDir(), "chat.txt")
	require.NoError(t, os.WriteFile(file, []byte(chat.String()), 0o600))
	read, err := demo.OpenChat(file, "dmy")
	require.NoError(t, err)
	k, err := s.chats.Keep(read, "chat.txt", "")
	require.NoError(t, err)
	p := browser.Open(t, hall)
	p.Visit(at + "/wall/quorum-theft?beat=3&at=200&chat=" + k.ID)
	onWall(p, "quorum-theft", 3)
	require.Less(t, browser.Value[int](p, `document.querySelectorAll("#world-threshold .tile").length`), 200)
	p.Press("]")
	p.Wait(`location.search.includes("at=201") && !document.querySelector("#main").hasAttribute("aria-busy")`)
	require.Equal(t, "202", browser.Value[string](p, `document.querySelector("#after-threshold .tile").dataset.n`))
}

// TestSpeaker: the notes say what comes next, and a black screen hides all until it is lifted.
func TestSpeaker(t *testing.T) {
	_, at := open(t)
	p := browser.Open(t, laptop)
	p.Visit(at + "/speaker/quorum-theft?beat=2")
	headline(p, "A thief copies 3 parts")
	require.Contains(t, p.Text(".then"), "3 parts make the whole key")
	require.Contains(t, p.Text("main"), "What really happened once")
	require.Empty(t, p.Axe())
	p.Visit(at + "/wall/quorum-theft?beat=2")
	onWall(p, "quorum-theft", 2)
	seen := `document.getElementById("sentence").checkVisibility({ visibilityProperty: true })`
	require.True(t, browser.Value[bool](p, seen))
	p.Press("b")
	require.False(t, browser.Value[bool](p, seen))
	p.Press("b")
	require.True(t, browser.Value[bool](p, seen))
}

// TestWallBeat refuses a beat that there is not.
func TestWallBeat(t *testing.T) {
	_, at := open(t)
	for _, beat := range []string{"0", "5", "x", "-1", "99999999999999999999"} {
		status, page := get(t, at+"/wall/quorum-theft?beat="+beat)
		require.Equal(t, 400, status, beat)
		require.Contains(t, page, "want a number from 1 to 4")
	}
}
