// Package lessons shows a lesson on a web page of this machine, for a projector: the cards of a
// [lesson.Deck], and each act as four beats with a wall for each design, as package wall tells them
// and package drawing draws them. Pages need no script; with one, keys turn them.
//
// Where a page stands is in its address. Hands are typed into a form, and kept where the deck keeps
// them. Who may ask is package loopback's business. TestBoard goes through a lesson as a browser
// without scripts does, TestAccessible in a real one.
package lessons

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"sync"

	"doormat/attacks"
	"doormat/demo/bidi"
	"doormat/demo/drawing"
	"doormat/demo/lesson"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/stage/loopback"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/wall"
	"doormat/world"
)

// A Board is a lesson on a page.
type Board struct {
	Deck    *lesson.Deck
	Designs []world.Design
	Story   *story.Story // whose conversation it is, nil of an imported one
	pages   *template.Template

	mu   sync.Mutex
	acts map[int]*act // by place
}

// act is one that has run.
type act struct {
	replay *replay.Replay
	beats  []wall.Beat
	wide   int // tiles in a row
	err    error
}

//go:embed page
var files embed.FS

// New makes the board of a deck.
func New(d *lesson.Deck, designs []world.Design, told *story.Story) (*Board, error) {
	pages, err := template.New("").Funcs(template.FuncMap{"clean": plain.Clean, "letter": lesson.Letter}).
		ParseFS(files, "page/*.html")
	b := &Board{Deck: d, Designs: designs, Story: told, pages: pages, acts: map[int]*act{}}
	d.Measured = b.measured
	return b, err
}

// measured is for the deck, which pages ask while they hold the lock.
func (b *Board) measured(place int, design string) *attacks.Cell {
	if a := b.acts[place]; a != nil && a.err == nil {
		return summary.Cells(a.replay.Result)[[2]string{b.Deck.Places[place].Step.Attack, design}]
	}
	return nil
}

// Cells are those of all acts that have run, or the error of the first that did not.
func (b *Board) Cells() (list []attacks.Cell, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for place := range b.Deck.Places {
		if a := b.acts[place]; a != nil && a.err != nil {
			return nil, a.err
		} else if a != nil {
			list = append(list, a.replay.Result.Cells...)
		}
	}
	return list, nil
}

// Take hands in what came of running the act at a place.
func (b *Board) Take(place int, p *replay.Replay, err error) {
	a := &act{replay: p, err: err}
	if err == nil {
		t := wall.Teller{Replay: p, Slogans: wall.Slogans(b.Designs), Invented: b.Story != nil}
		if b.Story != nil {
			t.Telling = b.Story.Telling()
		}
		a.beats, a.wide = t.Tell(), t.Columns()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acts[place] = a
}

// Handler answers at the given hosts, each an address and a port, and nowhere else.
func (b *Board) Handler(hosts []string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { b.show(w, 0, 1) })
	mux.HandleFunc("GET /step/{place}/{beat}", b.step)
	mux.HandleFunc("POST /step/{place}/hands", b.hands)
	mux.HandleFunc("GET /assets/drawing.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write([]byte(drawing.CSS))
	})
	for _, name := range []string{"lesson.css", "lesson.js"} {
		mux.HandleFunc("GET /assets/"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, files, "page/"+name)
		})
	}
	return loopback.Guard(mux, hosts)
}

// number reads part of an address, from least on.
func number(r *http.Request, part string, least, most int) (int, error) {
	text := r.PathValue(part)
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%s %s: this lesson has none such", part, strconv.Quote(text))
	}
	return n, nil
}

func (b *Board) step(w http.ResponseWriter, r *http.Request) {
	place, err := number(r, "place", 1, len(b.Deck.Places))
	if err == nil {
		var beat int
		if beat, err = number(r, "beat", 1, wall.Beats); err == nil {
			b.show(w, place-1, beat)
			return
		}
	}
	http.Error(w, "lesson: "+err.Error(), http.StatusNotFound)
}

// hands takes a form with the hands for each option, and shows the page again.
func (b *Board) hands(w http.ResponseWriter, r *http.Request) {
	place, err := number(r, "place", 1, len(b.Deck.Places))
	if err != nil {
		http.Error(w, "lesson: "+err.Error(), http.StatusNotFound)
		return
	}
	const most = 1 << 12
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "lesson: the form could not be read", http.StatusBadRequest)
		return
	}
	var counts []int
	for _, text := range r.PostForm["hands"] {
		n, err := strconv.Atoi(text)
		if err != nil && text != "" {
			n = -1
		}
		counts = append(counts, n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	card := b.Deck.Places[place-1].Card
	if card == nil {
		http.Error(w, "lesson: nothing is asked here", http.StatusBadRequest)
	} else if err := card.Count(counts); err != nil {
		http.Error(w, "lesson: "+err.Error(), http.StatusBadRequest)
	} else {
		http.Redirect(w, r, address(place-1, 1), http.StatusSeeOther)
	}
}

func address(place, beat int) string { return fmt.Sprintf("/step/%d/%d", place+1, beat) }

// page is what the template fills in.
type page struct {
	Lesson, Corner, Heading string
	Back, Next, Hands       string // addresses, "" for none
	Waits                   bool   // the act has not run
	Card                    *lesson.Card
	Worlds                  []wall.World
	wide                    int // tiles in a row of their walls
	Reading                 *wall.Reading
	Note                    string
	Said                    []string
	Demonstration           string
}

// Draw is the wall of a world.
func (p page) Draw(w wall.World) template.HTML { return drawing.Wall(w, p.wide) }

// show writes the page of a place.
func (b *Board) show(w http.ResponseWriter, place, beat int) {
	b.mu.Lock()
	p := page{Lesson: b.Deck.Lesson.Title, Card: b.Deck.Places[place].Card,
		Demonstration: summary.Demonstration}
	last := 1
	if p.Card == nil {
		last = b.act(&p, place, beat)
	} else {
		p.Corner, p.Heading, p.Hands = p.Card.Corner(), p.Card.Heading(),
			fmt.Sprintf("/step/%d/hands", place+1)
	}
	b.turn(&p, place, min(beat, last), last)
	var text bytes.Buffer
	err := b.pages.ExecuteTemplate(&text, "lesson.html", p)
	b.mu.Unlock()
	if err != nil {
		http.Error(w, fmt.Sprintf("lesson: %v", err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(bidi.HTML(text.String())))
}

// turn says where the pages before and after this one are.
func (b *Board) turn(p *page, place, beat, last int) {
	switch {
	case beat > 1:
		p.Back = address(place, beat-1)
	case place > 0 && b.Deck.Places[place-1].Card == nil:
		p.Back = address(place-1, wall.Beats)
	case place > 0:
		p.Back = address(place-1, 1)
	}
	switch {
	case beat < last:
		p.Next = address(place, beat+1)
	case place+1 < len(b.Deck.Places):
		p.Next = address(place+1, 1)
	}
}

// act fills in a beat, and says how many beats there are.
func (b *Board) act(p *page, place, beat int) (last int) {
	a := b.acts[place]
	p.Corner, p.Heading = b.Deck.Places[place].Step.Named(), "This act runs now; it takes a moment."
	switch {
	case a == nil:
		p.Waits = true
		return 1
	case a.err != nil:
		p.Heading, p.Note = "This act did not run", a.err.Error()
		return 1
	}
	told := a.beats[beat-1]
	p.Corner = fmt.Sprintf("%s · beat %d of %d", p.Corner, beat, wall.Beats)
	p.Heading, p.Worlds, p.Reading, p.Note = told.Sentence, told.Worlds, told.Reading, told.Note
	p.wide = a.wide
	if beat == wall.Beats {
		for i := range a.replay.Result.Cells {
			c := &a.replay.Result.Cells[i]
			p.Said = append(p.Said, summary.DesignOf(a.replay.Result, c.Design).Name+": "+
				summary.Verdict(a.replay.Header.Kind, c))
		}
	}
	return wall.Beats
}
