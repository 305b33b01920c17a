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
	"sync"
	"time"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/stage/events"
	"doormat/demo/stage/jobs"
	"doormat/demo/stage/loopback"
	"doormat/demo/stage/rob"
	"doormat/demo/summary"
	"doormat/world"
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
	mux.HandleFunc("GET /events/replay/{attack}", s.replayEvents)
	mux.HandleFunc("GET /events/moments/{attack}", s.momentsEvents)
	mux.HandleFunc("GET /events/overview", s.overviewEvents)
	mux.HandleFunc("GET /events/closing", s.closingEvents)
	mux.HandleFunc("GET /order", s.order)
	mux.HandleFunc("GET /atlas", s.atlas)
	mux.HandleFunc("GET /events/atlas", s.atlasEvents)
	mux.HandleFunc("GET /events/order", s.orderEvents)
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

// parseText reads settings from the text of a query.
func parseText(text string) (choice, error) {
	v, err := url.ParseQuery(text)
	if err != nil {
		return choice{}, err
	}
	return parse(v)
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

// progressed is what a page shows of a run under way.
type progressed struct {
	Done  int    `json:"done"`
	Total int    `json:"total"`
	What  string `json:"what"`
}

func show(p jobs.Progress) (name string, data any) {
	return "progress", progressed{p.Done, p.Total, p.What}
}

// follow streams how far a task is.
func (s *Stage) follow(w http.ResponseWriter, r *http.Request, t task,
	show func(jobs.Progress) (string, any)) {
	s.hub.Watch(w, r, s.store.Start(t.key, t.weight, t.run), show)
}

func (s *Stage) replayEvents(w http.ResponseWriter, r *http.Request) {
	if t, q, lab, ok := s.attackOf(w, r); ok {
		s.follow(w, r, s.replaying(lab, t, q), show)
	}
}

func (s *Stage) momentsEvents(w http.ResponseWriter, r *http.Request) {
	if t, q, lab, ok := s.attackOf(w, r); ok {
		s.follow(w, r, s.moments(lab, t, lab.Designs, q), show)
	}
}

// attackOf reads what events are about.
func (s *Stage) attackOf(w http.ResponseWriter,
	r *http.Request) (technique.Technique, choice, *attacks.Lab, bool) {
	t, err := s.kit.Attack(r.PathValue("attack"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return nil, choice{}, nil, false
	}
	q, lab, ok := s.prepare(w, r, t.Header().Title)
	if v := r.URL.Query(); ok && v.Has("rob") {
		robbed, err := rob.Parse(v.Get("rob"))
		if err == nil {
			t, err = rob.Chosen(t, robbed.Of(lab.Settings.Trustees))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return nil, choice{}, nil, false
		}
	}
	return t, q, lab, ok
}

// overviewEvents streams the cells of the matrix as they are done, and says when a
// picture is.
func (s *Stage) overviewEvents(w http.ResponseWriter, r *http.Request) {
	q, lab, ok := s.prepare(w, r, "Overview")
	if !ok {
		return
	}
	t := s.matrix(lab, q)
	s.stream(w, r, s.store.Start(t.key, t.weight, t.run), q)
}

// closingEvents says when a picture is done.
func (s *Stage) closingEvents(w http.ResponseWriter, r *http.Request) {
	if q, _, ok := s.prepare(w, r, "Whenever it comes"); ok {
		s.stream(w, r, nil, q)
	}
}

// stream tells of the pictures of the overview, and of the cells of a matrix if there is one.
func (s *Stage) stream(w http.ResponseWriter, r *http.Request, matrix *jobs.Job, q choice) {
	s.hub.Stream(w, r, func(ctx context.Context, _ string) iter.Seq[events.Event] {
		return func(yield func(events.Event) bool) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			for e := range s.merge(ctx, matrix, s.presetTasks(q), heatLink(q)) {
				if !yield(e) {
					return
				}
			}
		}
	})
}

// merge brings the news of several runs together, until all are done or ctx ends.
func (s *Stage) merge(ctx context.Context, matrix *jobs.Job, pictures []task,
	link func(attack, design string) string) <-chan events.Event {
	news := make(chan events.Event)
	send := func(e events.Event) {
		select {
		case news <- e:
		case <-ctx.Done():
		}
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		if matrix == nil {
			return
		}
		for p := range matrix.Follow(ctx, 0) {
			e := events.Event{Name: "progress", Data: progressed{p.Done, p.Total, p.What}}
			if p.Cell != nil {
				e.Name, e.Data = "cell", cellEvent{p.Cell.Attack, p.Cell.Design,
					string(drawing.Cell(p.Cell, link(p.Cell.Attack, p.Cell.Design)))}
			}
			send(e)
		}
	})
	for _, t := range pictures {
		job := s.store.Start(t.key, t.weight, t.run)
		if _, _, done := job.Peek(); done {
			continue
		}
		wait.Go(func() {
			if _, err := job.Wait(ctx); err == nil {
				send(events.Event{Name: "part", Data: ""})
			}
		})
	}
	go func() {
		wait.Wait()
		close(news)
	}()
	return news
}

// cellEvent is a finished cell, as the drawing has it.
type cellEvent struct {
	Attack string `json:"attack"`
	Design string `json:"design"`
	HTML   string `json:"html"`
}

// heatLink leads from a cell to its replay.
func heatLink(q choice) func(attack, design string) string {
	return func(attack, _ string) string { return replayAddress{attack: attack, query: q}.url() }
}

// presetTasks lists what the pictures of the overview wait for.
func (s *Stage) presetTasks(q choice) (list []task) {
	for _, one := range presets {
		changed := q
		one.change(&changed)
		d := s.showcase(one.attack)
		if d == nil {
			continue
		}
		lab, _, err := s.lab(changed)
		if err != nil {
			continue
		}
		if t, err := s.kit.Attack(one.attack); err == nil {
			list = append(list, s.moments(lab, t, []world.Design{d}, changed))
		}
	}
	return list
}
