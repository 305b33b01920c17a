package stage

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/stage/loopback"
	"doormat/world/worldtest"
)

// TestBegin makes options the first page.
func TestBegin(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "my\u202echat.txt")
	require.NoError(t, os.WriteFile(file, []byte("02/03/2017, 19:01 - Ruth: hello\n"), 0o600))

	o := demo.Defaults()
	s, err := New(t.Context(), kit, o)
	require.NoError(t, err)
	require.Equal(t, "/wall", s.First())
	require.Empty(t, s.Warnings())

	o.Designs, o.Conversation = []string{"threshold"}, file
	o.Set("threshold", "2")
	s, err = New(t.Context(), kit, o)
	require.NoError(t, err)
	require.Len(t, s.kit.Designs, 1)
	require.Len(t, s.Warnings(), 1)
	u, err := url.Parse(s.First())
	require.NoError(t, err)
	require.Equal(t, "/", u.Path, "what was read of the chat comes first")
	q, err := parse(u.Query())
	require.NoError(t, err)
	require.Equal(t, "2", q.Given["threshold"])
	k, err := s.chats.Get(q.Chat)
	require.NoError(t, err)
	require.Equal(t, "mychat.txt", k.Conversation.Title)

	for want, change := range map[string]func(*demo.Options){
		`--threshold "9": want a number from 1 to 5, or more trustees`: func(o *demo.Options) { o.Set("threshold", "9") },
		"the stage computes while people watch":                        func(o *demo.Options) { o.Set("trustees", "26") },
		"no design":                                                    func(o *demo.Options) { o.Designs = []string{"x"} },
		"no account":                                                   func(o *demo.Options) { o.Set("target", "x") },
	} {
		o := demo.Defaults()
		change(&o)
		_, err := New(t.Context(), kit, o)
		require.ErrorContains(t, err, want)
		require.ErrorAs(t, err, new(*demo.UsageError))
	}
	o.Conversation = "nosuch.txt"
	_, err = New(t.Context(), kit, o)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestForgottenChat leads from a page about a chat that is gone to pages that work.
func TestForgottenChat(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	kit.Designs = append(kit.Designs[:0:0], worldtest.Toy{})
	s, err := New(t.Context(), kit, demo.Defaults())
	require.NoError(t, err)
	s.initial.Chat = someChat // which is gone as well
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = s.Handler(loopback.Hosts(server.Listener.Addr()))
	server.Start()
	defer server.Close()
	res, err := http.Get(server.URL + "/?t=2&at=9&target=Ruth&chat=" + someChat)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, 400, res.StatusCode)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "upload it again")
	require.NotContains(t, string(body), someChat)
	require.Contains(t, string(body), `href="/wall/device-theft?t=2"`)
}

// TestSecretName keeps the name of a chat from whoever does not have it: it is on no
// page that was not asked for by it, and a ticket leads to it once.
func TestSecretName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "chat.txt")
	require.NoError(t, os.WriteFile(file, []byte(lines(3, 2)), 0o600))
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Conversation = file
	s, err := New(t.Context(), kit, o)
	require.NoError(t, err)
	h := s.Handler([]string{"127.0.0.1:1"})
	ask := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", path, nil)
		r.Host = "127.0.0.1:1"
		h.ServeHTTP(w, r)
		return w
	}
	for _, path := range []string{"/", "/nothing", "/?t=0", "/?t=9&n=5", "/moments/nothing", "/replay/nothing", "/overview?n=99", "/begin/", "/begin/x"} {
		w := ask(path)
		require.NotContains(t, w.Body.String()+w.Header().Get("Location"), s.initial.Chat, path)
		require.NotContains(t, w.Body.String(), "t=0", path)
		require.NotContains(t, w.Body.String(), "t=9", path)
	}
	ticket := s.Ticket()
	require.NotContains(t, ticket, s.initial.Chat)
	require.Equal(t, s.First(), ask(ticket).Header().Get("Location"))
	require.Equal(t, "/", ask(ticket).Header().Get("Location"), "it is good for once")
}
