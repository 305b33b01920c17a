package lessons

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/lesson"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/world"
)

const text = `title: A lesson <b>
text 1: Hello
  First.
question 1 mind: Which number?
  - What is read = quorum-theft threshold read
  - None <i>
act 3: quorum-theft
again 1: mind
`

// robbed is the act of the lesson, over the opening of the story.
var robbed = sync.OnceValues(func() (*replay.Replay, error) {
	kit, err := demo.Default()
	if err != nil {
		return nil, err
	}
	o := demo.Defaults()
	o.Attacks = []string{"quorum-theft"}
	lab, err := o.Lab(kit, demotest.Opening())
	if err != nil {
		return nil, err
	}
	return replay.Run(context.Background(), lab, lab.Attacks[0])
})

// board is the lesson on a server.
func board(t *testing.T) (*Board, *httptest.Server) {
	l, err := lesson.Parse("test", []byte(text))
	require.NoError(t, err)
	kit, err := demo.Default()
	require.NoError(t, err)
	var designs []world.Design
	for _, id := range demo.Story {
		d, err := kit.Design(id)
		require.NoError(t, err)
		designs = append(designs, d)
	}
	b, err := New(l.NewDeck(l.NewRecord("0")), designs, story.All()[0])
	require.NoError(t, err)
	s := httptest.NewUnstartedServer(nil)
	s.Config.Handler = b.Handler([]string{s.Listener.Addr().String()})
	s.Start()
	t.Cleanup(s.Close)
	return b, s
}

func get(t *testing.T, address string, want int) string {
	res, err := http.Get(address)
	require.NoError(t, err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, want, res.StatusCode, address)
	require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
	return string(page)
}

// TestBoard goes through a lesson by its links: the act waits until it has run, hands are counted,
// and both counts stand at the end beside what was measured.
func TestBoard(t *testing.T) {
	b, s := board(t)
	page := get(t, s.URL, 200)
	require.Contains(t, page, "A lesson &lt;b&gt;")
	require.Contains(t, page, "<p>First.</p>")
	require.NotContains(t, page, "id=\"back\"")
	waits := get(t, s.URL+"/step/3/1", 200)
	require.Contains(t, waits, "runs now")
	require.Contains(t, waits, `http-equiv="refresh"`)
	p, err := robbed()
	require.NoError(t, err)
	b.Take(2, p, nil)
	cells, err := b.Cells()
	require.NoError(t, err)
	require.Len(t, cells, 2)
	next, seen := regexp.MustCompile(`id="next" href="([^"]+)"`), []string{}
	for m := next.FindStringSubmatch(page); m != nil; m = next.FindStringSubmatch(page) {
		seen = append(seen, m[1])
		page = get(t, s.URL+m[1], 200)
	}
	require.Equal(t, []string{"/step/2/1", "/step/3/1", "/step/3/2", "/step/3/3", "/step/3/4", "/step/4/1", "/step/5/1"}, seen)
	require.Contains(t, page, "<td>–</td><td>–</td><td>12 of 12</td>")
	opens := get(t, s.URL+"/step/3/3", 200)
	require.Contains(t, opens, `<span class="number">12 of 12</span>`)
	require.Contains(t, opens, `<span class="number">nobody to rob</span>`)
	require.Contains(t, get(t, s.URL+"/step/3/4", 200), "noticed by nobody")
	require.Contains(t, get(t, s.URL+"/step/4/1", 200), `id="back" href="/step/3/4"`)

	for place, values := range map[string][]string{"2": {"12", "3"}, "4": {"5", ""}} {
		res, err := http.PostForm(s.URL+"/step/"+place+"/hands", url.Values{"hands": values})
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode)
	}
	page = get(t, s.URL+"/step/5/1", 200)
	require.Contains(t, page, "<td>12</td><td>5</td><td>12 of 12</td>")
	require.Contains(t, page, `b. None &lt;i&gt;</th><td>3</td><td>0</td><td></td>`)
	require.Equal(t, 12, b.Deck.Record.Questions[0].Options[0].Before)
}

// TestRefused: addresses and forms that make no sense change nothing, and nobody else may post.
func TestRefused(t *testing.T) {
	b, s := board(t)
	for _, path := range []string{"/step/0/1", "/step/6/1", "/step/1/5", "/step/x/1", "/step/99999999999999999999/1", "/nosuch", "/assets/", "/assets/lesson.html"} {
		get(t, s.URL+path, 404)
	}
	for place, values := range map[string][]string{"1": {"1"}, "2": {"1"}, "3": {"1", "2"}, "5": {"1", "2"}, "4": {"-1", "2"}} {
		res, err := http.PostForm(s.URL+"/step/"+place+"/hands", url.Values{"hands": values})
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 400, res.StatusCode, place)
	}
	for _, bad := range []string{"x", "10000", "1e3"} {
		res, err := http.PostForm(s.URL+"/step/2/hands", url.Values{"hands": {"1", bad}})
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 400, res.StatusCode, bad)
	}
	r, err := http.NewRequest("POST", s.URL+"/step/2/hands", strings.NewReader("hands=1&hands=2"))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 403, res.StatusCode)
	require.False(t, b.Deck.Record.Questions[0].Before)
	b.Take(2, nil, errors.New("no luck"))
	require.Contains(t, get(t, s.URL+"/step/3/1", 200), "no luck")
	_, err = b.Cells()
	require.EqualError(t, err, "no luck")
}
