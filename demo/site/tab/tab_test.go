package tab

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/lint"
	"doormat/demo"
)

func newTab(t *testing.T) *Tab {
	t.Helper()
	kit, err := demo.Default()
	require.NoError(t, err)
	return New(kit, nil)
}

func get(t *testing.T, tab *Tab, columns, address string) string {
	t.Helper()
	a, err := tab.Answer(context.Background(), Request{Columns: columns, Method: http.MethodGet, Address: address})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, a.Status, "%s: %s", address, a.HTML)
	return a.HTML
}

var used = regexp.MustCompile(`class="key used"`)

// TestAnswer asks for pages of two pairs of columns. What they link to is a fragment or lies
// beside them, whatever the columns.
func TestAnswer(t *testing.T) {
	tab := newTab(t)
	for _, columns := range []string{"", "cloud,threshold"} {
		wall := get(t, tab, columns, "/wall/quorum-theft?beat=3&t=2")
		require.Len(t, used.FindAllString(wall, -1), 2)
		require.Contains(t, wall, `href="#`+columns+`/overview?t=2"`)
		require.Contains(t, wall, `href="#figure-key"`)
		require.NotRegexp(t, `(href|src)="/`, wall)
		require.NotContains(t, wall, "data-waiting", "a page waits for what it shows")
	}
	_, err := tab.Answer(context.Background(), Request{Columns: "nothing", Address: "/"})
	require.ErrorAs(t, err, new(*demo.UsageError))
	a, err := tab.Answer(context.Background(), Request{Method: http.MethodGet, Address: "/wall/device-theft?at=999"})
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, a.Status)
}

// TestChat takes a chat in and forgets it, and says that it stays in the tab.
func TestChat(t *testing.T) {
	tab := newTab(t)
	require.Contains(t, get(t, tab, "", "/"), "this tab")
	text := "13/05/2025, 10:00 - Ann: one\n13/05/2025, 10:01 - Ben: two\n"
	a, err := tab.Answer(context.Background(), Request{Method: http.MethodPost, Address: "/chat?name=own.txt", Body: []byte(text)})
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, a.Status, a.HTML)
	require.Contains(t, get(t, tab, "", a.Location), "own.txt")
	id := a.Location[strings.Index(a.Location, "chat=")+len("chat="):]
	_, err = tab.Answer(context.Background(), Request{Method: http.MethodPost, Address: "/chat/forget", Body: []byte("chat=" + id)})
	require.NoError(t, err)
	a, err = tab.Answer(context.Background(), Request{Method: http.MethodGet, Address: "/?chat=" + id})
	require.NoError(t, err)
	require.Contains(t, a.HTML, "this chat is not kept")
}

// own is the script that an editor begins with, with one text changed.
func own(t *testing.T, from, to string) string {
	t.Helper()
	script, err := lint.New("mine")
	require.NoError(t, err)
	require.Contains(t, script, from)
	return strings.Replace(script, from, to, 1)
}

// take is a line of that script.
const take = `adv.take("device:target.store")`

// TestOwn takes attacks with mistakes, each told with its line, and one without.
func TestOwn(t *testing.T) {
	tab, ctx := newTab(t), context.Background()
	whole := own(t, take, take)
	line := strings.Count(whole[:strings.Index(whole, take)], "\n") + 1
	needs := strings.Count(whole[:strings.Index(whole, "technique(\n")], "\n") + 1
	for _, c := range []struct {
		script, says string
		line         int
	}{
		{own(t, take, "adv.take("), "got", line + 3},
		{own(t, take, "nothing()"), "undefined: nothing", line},
		{"x = 1\n", "technique", 0},
		{own(t, `needs = ["device:target.store"]`, `needs = ["device:target.stor"]`), `did you mean "store"`, needs},
	} {
		got := tab.Own(ctx, c.script, nil)
		require.Contains(t, got.Error, c.says)
		require.Equal(t, c.line, got.Line, got.Error)
	}
	_, err := tab.Check(ctx, demo.Story)
	require.ErrorContains(t, err, "no attack of your own")

	get(t, tab, "", "/bet/quorum-theft") // so that a stage is there, without the attack
	var printed []string
	got := tab.Own(ctx, own(t, take, "print(\"hello\")"), func(line string) { printed = append(printed, line) })
	require.Equal(t, Own{ID: "mine", Title: "Say in one line what happens"}, got)
	require.Contains(t, get(t, tab, "", "/replay/mine"), "What came of it")
	require.Contains(t, strings.Join(printed, "\n"), "hello")
	findings, err := tab.Check(ctx, []string{"e2ee"})
	require.NoError(t, err)
	require.NotEmpty(t, findings, "it expects what it no longer takes")

	require.Empty(t, tab.Own(ctx, whole, nil).Error)
	findings, err = tab.Check(ctx, []string{"e2ee"})
	require.NoError(t, err)
	require.Empty(t, findings)
}
