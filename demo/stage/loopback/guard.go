package loopback

import (
	"html/template"
	"log"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
)

// policy is what a page of the stage may load and do: its own files, nothing of
// anybody else's, and no script or style inside the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors " +
	"'none'"

// Guard answers only who asked for this very server, by one of its hosts (address
// and port), and only what its own pages ask. Any page in the same browser can send
// requests to this machine, so:
//
//   - Another Host is refused first. Somebody's name that suddenly resolves to
//     127.0.0.1 (DNS rebinding) makes their pages ours to the browser, not to us.
//   - A POST from another origin is refused: [http.CrossOriginProtection].
//   - So is a GET, since it can start a long run, and since what it returns may tell
//     about an uploaded chat. Another port of this machine is the same site and
//     still a stranger. Slides may link to the first page. A link to any other
//     page leads to one that asks first.
//
// TestGuard lists what is let through. A panic in next costs one answer.
func Guard(next http.Handler, hosts []string) http.Handler {
	cross := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		switch {
		case !slices.ContainsFunc(hosts,
			func(h string) bool { return strings.EqualFold(h, r.Host) }):
			http.Error(w, "stage: this server has another address; open http://"+hosts[0]+"/",
				http.StatusMisdirectedRequest)
		case r.Method != http.MethodGet && r.Method != http.MethodHead &&
			r.Method != http.MethodPost:
			w.Header().Set("Allow", "GET, HEAD, POST")
			http.Error(w, "stage: want GET, HEAD or POST", http.StatusMethodNotAllowed)
		case cross.Check(r) != nil || r.Method != http.MethodPost && crossOrigin(r) &&
			!isNavigation(r):
			http.Error(w, "stage: only the stage's own pages may ask for this",
				http.StatusForbidden)
		case r.Method == http.MethodGet && crossOrigin(r) && (r.URL.Path != "/" ||
			r.URL.RawQuery != ""):
			confirmLink(w, r)
		default:
			recoverPanic(next, w, r)
		}
	})
}

// setHeaders sets the headers of every answer. Referrers stay on this server; "no-referrer"
// would also take the origin from our own forms, which older browsers are known by.
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// crossOrigin reports whether a page of another origin caused the request, as the
// browser says. Programs that are no browsers say nothing and have no page to serve.
func crossOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none": // none: typed or bookmarked
		return false
	case "":
		o := r.Header.Get("Origin")
		return o != "" && o != "http://"+r.Host
	}
	return true
}

// isNavigation reports whether the request is somebody following a link, whose answer the
// page with the link never sees.
func isNavigation(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" &&
		r.Header.Get("Sec-Fetch-Dest") == "document"
}

var confirmation = template.Must(template.New("ask").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>doormat stage</title>
<h1>A link from elsewhere</h1>
<p>Another page sent you here. What it asks for may take this machine a while.</p>
<p><a href="{{.}}">Open {{.}}</a></p>
<p><a href="/">Open the first page</a></p>
</html>
`))

// confirmLink lets the visitor decide on a link from elsewhere: the click comes from our page.
func confirmLink(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusForbidden)
	// the host is one of ours
	to := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	_ = confirmation.Execute(w, to.String())
}

// recoverPanic runs next. If it panics, the client gets an error or, where the answer had
// begun, a broken connection.
func recoverPanic(next http.Handler, w http.ResponseWriter, r *http.Request) {
	a := &trackedWriter{ResponseWriter: w}
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		log.Printf("stage: %s %q: panic: %v\n%s", r.Method, r.URL.Path, v, debug.Stack())
		if a.begun {
			panic(http.ErrAbortHandler)
		}
		setHeaders(w.Header())
		http.Error(w, "stage: this page failed; that is a mistake in doormat, the terminal "+
			"says more", http.StatusInternalServerError)
	}()
	next.ServeHTTP(a, r)
}

// trackedWriter remembers whether something was sent.
type trackedWriter struct {
	http.ResponseWriter
	begun bool
}

func (a *trackedWriter) WriteHeader(code int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(code)
}

func (a *trackedWriter) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// Unwrap is for [http.ResponseController].
func (a *trackedWriter) Unwrap() http.ResponseWriter { return a.ResponseWriter }
