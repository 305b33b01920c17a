package stage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"path"
	"time"

	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/stage/events"
	"doormat/demo/stage/jobs"
	"doormat/demo/stage/loopback"
	"doormat/demo/summary"
)

// New makes the stage of a kit, or of those of its designs and attacks that the options
// name. Its first page has the options; everything that it computes ends with ctx.
func New(ctx context.Context, kit demo.Kit, o demo.Options) (*Stage, error) {
	words := template.FuncMap{"caveats": summary.Caveats, "inTab": func() bool { return false }}
	pages, err := template.New("").Funcs(words).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	s := &Stage{kit: kit, store: jobs.New(ctx), hub: events.NewHub(), pages: pages}
	s.chats = newUploads(s.store)
	return s, s.begin(o)
}

// Handler answers at the given hosts, each an address and a port, and nowhere else.
func (s *Stage) Handler(hosts []string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /wall", s.opening)
	mux.HandleFunc("GET /wall/{attack}", s.wall)
	mux.HandleFunc("GET /bet/{attack}", s.bet)
	mux.HandleFunc("GET /speaker/{attack}", s.speaker)
	mux.HandleFunc("GET /closing", s.closing)
	mux.HandleFunc("GET /strongest", s.strongest)
	mux.HandleFunc("GET /replay/{attack}", s.replay)
	mux.HandleFunc("GET /replay/{attack}/claim/{design}/{message}", s.claim)
	mux.HandleFunc("GET /begin/{ticket}", s.enter)
	mux.HandleFunc("GET /overview", s.overview)
	mux.HandleFunc("GET /moments/{attack}", s.momentsPage)
	mux.HandleFunc("GET /events", s.alive)
	mux.HandleFunc("GET /order", s.order)
	mux.HandleFunc("GET /atlas", s.atlas)
	mux.HandleFunc("POST /chat", s.upload)
	mux.HandleFunc("POST /chat/forget", s.forget)
	mux.HandleFunc("GET /assets/{name}", asset)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, defaults(), http.StatusNotFound, "There is no such page",
			errors.New("the stage has no page at this address"))
	})
	return loopback.Guard(s.readable(mux), hosts)
}

// readable refuses an address that cannot be read: what is left out of it would not be asked for,
// and the page would show something else than the address says.
func (s *Stage) readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
			s.fail(w, defaults(), http.StatusBadRequest, "This address cannot be read", err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// asset serves a file of the stage's own.
func asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data := []byte(drawing.CSS)
	if name != "drawing.css" {
		var err error
		if data, err = fs.ReadFile(assets, path.Join("assets", name)); err != nil {
			http.NotFound(w, r)
			return
		}
	}
	// ask again: another build may come to the same address
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(data)))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

// statusOf says whose fault an error is.
func statusOf(err error) int {
	var usage *demo.UsageError
	if errors.As(err, &usage) {
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// alive streams nothing: a page that loses it knows that the server has gone, and one
// that gets another server's knows that it has to load itself again.
func (s *Stage) alive(w http.ResponseWriter, r *http.Request) {
	s.hub.Stream(w, r, func(ctx context.Context, _ string) iter.Seq[events.Event] {
		return func(func(events.Event) bool) {
			select {
			case <-ctx.Done():
			case <-s.store.Done():
			}
		}
	})
}
