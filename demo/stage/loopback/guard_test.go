package loopback

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/demotest"
)

// TestGuard sends what other pages in the same browser can send.
func TestGuard(t *testing.T) {
	const own = "127.0.0.1:8017"
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the chat") })
	link := []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}
	from := func(site string, more ...string) []string {
		return append([]string{"Sec-Fetch-Site: " + site}, more...)
	}
	for _, c := range []struct {
		name, method, host, path string
		headers                  []string
		want                     int
	}{
		{"typed", "GET", own, "/replay/x?t=1", from("none"), 200},
		{"localhost", "GET", "LocalHost:8017", "/", nil, 200},
		{"IPv6", "GET", "[::1]:8017", "/", nil, 200},
		{"no browser", "GET", own, "/replay/x?t=1", nil, 200},
		{"own page", "GET", own, "/events?t=1", from("same-origin"), 200},
		{"own form", "POST", own, "/chat", from("same-origin", "Origin: http://"+own), 200},
		{"own form, old browser", "POST", own, "/chat", []string{"Origin: http://" + own}, 200},
		{"own head", "HEAD", own, "/", nil, 200},

		{"rebinding", "GET", "evil.example:8017", "/", from("same-origin"), 421},
		{"rebinding, no port", "GET", "evil.example", "/", nil, 421},
		{"other port", "GET", "127.0.0.1:8018", "/", nil, 421},
		{"no port", "GET", "127.0.0.1", "/", nil, 421},
		{"no host", "GET", "", "/", nil, 421},
		{"trailing dot", "GET", "localhost.:8017", "/", nil, 421},
		{"host beside", "GET", own + ".evil.example", "/", nil, 421},
		{"rebinding before all else", "PUT", "evil.example:8017", "/", nil, 421},

		{"put", "PUT", own, "/", nil, 405},
		{"delete", "DELETE", own, "/chat", from("same-origin"), 405},
		{"preflight", "OPTIONS", own, "/chat", []string{"Origin: http://evil.example"}, 405},
		{"trace", "TRACE", own, "/", nil, 405},

		{"foreign form", "POST", own, "/chat", from("cross-site", "Origin: http://evil.example"), 403},
		{"foreign form, old browser", "POST", own, "/chat", []string{"Origin: http://evil.example"}, 403},
		{"form of another port", "POST", own, "/chat", from("same-site", "Origin: http://127.0.0.1:3000"), 403},
		{"form of another port, old browser", "POST", own, "/chat", []string{"Origin: http://127.0.0.1:3000"}, 403},
		{"sandboxed form", "POST", own, "/chat", []string{"Origin: null"}, 403},
		{"form that navigates to the first page", "POST", own, "/", link, 403},

		{"image", "GET", own, "/matrix", from("cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"), 403},
		{"another port's script", "GET", own, "/events?t=1", from("same-site", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"), 403},
		{"script, old browser", "GET", own, "/events?t=1", []string{"Origin: http://evil.example"}, 403},
		{"image of the first page", "GET", own, "/", from("cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"), 403},
		{"frame", "GET", own, "/", from("cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"), 403},
		{"what browsers may say one day", "GET", own, "/", from("same-planet"), 403},
		{"head", "HEAD", own, "/", link, 403},

		{"slides", "GET", own, "/", link, 200},
		{"slides that choose a long run", "GET", own, "/?n=25", link, 403},
		{"slides that go deep", "GET", own, "/replay/x", link, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.path, nil)
			r.Host = c.host
			for _, h := range c.headers {
				name, value, _ := strings.Cut(h, ": ")
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			Guard(page, []string{own, "localhost:8017", "[::1]:8017"}).ServeHTTP(w, r)
			require.Equal(t, c.want, w.Code)
			require.Equal(t, c.want == 200, strings.Contains(w.Body.String(), "the chat"))
			strict(t, w.Header())
		})
	}
}

// strict checks the headers of an answer.
func strict(t *testing.T, h http.Header) {
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		require.Equal(t, want, h.Get(name), name)
	}
	csp := h.Get("Content-Security-Policy")
	require.Contains(t, csp, "default-src 'none'")
	require.Contains(t, csp, "frame-ancestors 'none'")
	require.NotContains(t, csp, "unsafe")
	require.Empty(t, h.Get("Access-Control-Allow-Origin"))
}

// TestAsk offers a link from elsewhere as one of our own, whatever it says.
func TestAsk(t *testing.T) {
	for path, want := range map[string]string{
		"/replay/x?t=2&n=3":         `href="http://h:1/replay/x?t=2&amp;n=3"`,
		"//evil.example/x":          `href="http://h:1//evil.example/x"`,
		`/x?"><script>alert(1)`:     `href="http://h:1/x?%22%3e%3cscript%3ealert%281%29"`,
		"/%22%3E%3Cscript%3E%0d%0a": `href="http://h:1/%22%3E%3Cscript%3E%0D%0A"`,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		u, err := r.URL.Parse("http://h:1" + path)
		require.NoError(t, err)
		r.URL, r.Host = u, "h:1"
		for _, h := range []string{"Site: cross-site", "Mode: navigate", "Dest: document"} {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set("Sec-Fetch-"+name, value)
		}
		w := httptest.NewRecorder()
		Guard(http.NotFoundHandler(), []string{"h:1"}).ServeHTTP(w, r)
		require.Contains(t, w.Body.String(), want)
		require.NotContains(t, w.Body.String(), "<script>")
	}
}

// TestPanic costs one answer and not the server.
func TestPanic(t *testing.T) {
	complaints := demotest.Logged(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/early", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public")
		panic("early")
	})
	mux.HandleFunc("/late", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
		panic("late")
	})
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = Guard(mux, []string{server.Listener.Addr().String()})
	server.Start()
	defer server.Close()
	for range 2 {
		res, err := http.Get(server.URL + "/early")
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, 500, res.StatusCode)
		require.Contains(t, string(body), "a mistake in doormat")
		strict(t, res.Header)
		res, err = http.Get(server.URL + "/late")
		require.NoError(t, err)
		_, err = io.ReadAll(res.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "half a page is not taken for a whole one")
	}
	require.Contains(t, complaints.String(), `stage: GET "/early": panic: early`)
	require.Contains(t, complaints.String(), "guard_test.go")
}
