// Package events sends server-sent events (WHATWG HTML, section 9.2) to the pages of the stage, so
// that they show how a run gets on while it does. A [Hub] serves a bounded number of pages, ends a
// stream with a page that does not read, and goes on where it was when a connection broke:
// TestStream breaks one off, TestManyStreams and TestStreamsAreFew open too many, TestDeaf and
// TestGone are pages that do not read or leave.
package events

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"doormat/demo/stage/jobs"
)

// A Hub sends events to a bounded number of pages. An event's id is "boot-place": the id of
// this server process, and a place from which the stream can go on after the connection broke.
// A page that comes back with the id of another process is told to load itself again.
type Hub struct {
	boot  string
	slots chan struct{}
}

// MaxStreams is how many pages a hub serves at a time.
const MaxStreams = 64

const (
	heartbeat = 15 * time.Second
	writeTime = 30 * time.Second // for one event, to a page that does not read
)

// NewHub makes a hub for this server process.
func NewHub() *Hub { return &Hub{rand.Text(), make(chan struct{}, MaxStreams)} }

// An Event is what a page gets. Data is sent as JSON.
type Event struct {
	Name  string
	Data  any
	Place string // where to go on after this event; "" if the last place still holds
}

// A Source yields the events of a stream after a place.
type Source func(ctx context.Context, place string) iter.Seq[Event]

// Stream sends event "boot" with the id of this process, then what from yields after
// a place ("" is the beginning), then "end". A page from another process gets
// "restarted" instead. Pages must close the stream at "end": browsers connect again
// when a stream just ends.
func (h *Hub) Stream(w http.ResponseWriter, r *http.Request, from Source) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		w.Header().Set("Retry-After", "5")
		http.Error(w, "stage: too many pages are open; close some", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	p := &eventWriter{w: w, to: http.NewResponseController(w), boot: h.boot, end: cancel}
	// the connection may serve other requests
	defer func() { _ = p.to.SetWriteDeadline(time.Time{}) }()
	defer p.heartbeats(ctx)()
	defer cancel()
	place, known := h.place(r.Header.Get("Last-Event-ID"))
	if !known {
		p.send(Event{Name: "restarted", Data: h.boot})
		return
	}
	p.place = place
	p.send(Event{Name: "boot", Data: h.boot})
	for e := range from(ctx, place) {
		if p.send(e); ctx.Err() != nil {
			return
		}
	}
	if ctx.Err() == nil {
		p.send(Event{Name: "end", Data: ""})
	}
}

// place reads the id of the last event that a page got; false means that it was not ours.
func (h *Hub) place(id string) (string, bool) {
	if id == "" {
		return "", true
	}
	boot, place, _ := strings.Cut(id, "-")
	return place, boot == h.boot && len(place) < 64
}

// Watch streams the progress of a job: each as the event that show makes of it.
func (h *Hub) Watch(w http.ResponseWriter, r *http.Request, j *jobs.Job,
	show func(jobs.Progress) (name string, data any)) {
	h.Stream(w, r, func(ctx context.Context, place string) iter.Seq[Event] {
		return func(yield func(Event) bool) {
			for p := range j.Follow(ctx, after(j, place)) {
				name, data := show(p)
				if !yield(Event{name, data, fmt.Sprintf("%d.%d", j.Number(), p.Cells)}) {
					return
				}
			}
		}
	})
}

// after reads a place of watch: how many cells the page has of this very job.
func after(j *jobs.Job, place string) int {
	number, cells, _ := strings.Cut(place, ".")
	n, err := strconv.Atoi(cells)
	if err != nil || n < 0 || number != strconv.Itoa(j.Number()) {
		return 0
	}
	return n
}

// eventWriter is the connection to one page.
type eventWriter struct {
	mu    sync.Mutex
	w     http.ResponseWriter
	to    *http.ResponseController
	boot  string
	place string
	end   context.CancelFunc // called when the page is gone
}

func (p *eventWriter) send(e Event) {
	data, err := json.Marshal(e.Data) // one line
	if err != nil {
		panic(fmt.Errorf("stage: event %s: %w", e.Name, err)) // our own types
	}
	if e.Place != "" {
		p.place = e.Place
	}
	p.write(fmt.Sprintf("id: %s-%s\nevent: %s\ndata: %s\n\n", p.boot, p.place, e.Name, data))
}

// write gives a page time to read what is written now, instead of a time for the
// whole stream.
func (p *eventWriter) write(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.to.SetWriteDeadline(time.Now().Add(writeTime)) // not every writer has deadlines
	_, err := p.w.Write([]byte(text))
	if err == nil {
		err = p.to.Flush()
	}
	if err != nil {
		p.end()
	}
}

// heartbeats writes comments, by which both sides see that the other is there. The function
// it returns waits until the last one is written; ctx must have ended.
func (p *eventWriter) heartbeats(ctx context.Context) func() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(heartbeat)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.write(": \n\n")
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { <-done }
}
