package stage

import (
	"net/http"
	"strconv"

	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/replay"
	"doormat/demo/wall"
)

// openingPage is a beat of what comes before the acts: see wall.Opening.
type openingPage struct {
	wallPage
	Bubble wall.Reading
}

// betPage asks the room what it expects, before an act shows it.
type betPage struct {
	frame
	Question, Act, Back, Next string
	Bets                      []betLink
}

// A betLink leads on with a bet, on the key of its number.
type betLink struct {
	N    int
	Says string
	URL  string
}

// speakerPage is what a speaker reads in a window of his own.
type speakerPage struct {
	frame
	Sentence, Then string // now, and next
	N, Last        int
	Text           []note
}

type note struct{ Head, Text string }

// opening serves a beat of what comes before the acts.
func (s *Stage) opening(w http.ResponseWriter, r *http.Request) {
	q, err := parse(r.URL.Query())
	n := 1
	if text := r.URL.Query().Get("beat"); err == nil && text != "" {
		if n, err = strconv.Atoi(text); err != nil || n < 1 {
			err = demo.Usagef("beat %.40q: want a number from 1", text)
		}
	}
	var t technique.Technique
	if err == nil {
		t, err = s.kit.Attack(s.acts[0].ID) // there is one: a lab without attacks is refused
	}
	if err != nil {
		s.fail(w, q, statusOf(err), "The story", err)
		return
	}
	s.warm(q)
	brief, cancel := s.briefContext(r)
	defer cancel()
	if p, ok := s.await(brief, w, t, q, q.encode()); ok {
		s.show(w, http.StatusOK, "opening", s.openingPage(q, p, n))
	}
}

func (s *Stage) openingPage(q choice, p *replay.Replay, n int) openingPage {
	t := s.teller(q, p)
	beats := t.Openings()
	n = min(n, len(beats))
	at := func(n int) string {
		v := q.encode()
		if n > 1 {
			v.Set("beat", strconv.Itoa(n))
		}
		return address("/wall", v)
	}
	b := beats[n-1]
	page := openingPage{Bubble: b.Bubble, wallPage: wallPage{
		Beat:  wall.Beat{Sentence: b.Sentence, Note: b.Note},
		frame: frame{Title: "The story", Events: "/events", Nav: s.nav(q, "")},
		N:     n, Last: len(beats), Dots: make([]bool, len(beats)),
		Columns: t.Columns(),
		Back:    at(n - 1), Next: at(n + 1), Restart: at(1), address: wallAddress{query: q},
		Step: replayAddress{attack: s.acts[0].ID, query: q}.url(),
	}}
	page.Dots[n-1] = true
	if n == 1 {
		page.Back = page.Nav.Home
	}
	if n == len(beats) {
		page.Next = wallOf(s.acts[0].ID, 1, q)
	}
	a := wallAddress{attack: s.acts[0].ID, query: q, beat: 1}
	step := p.Steps[0]
	for _, world := range b.Worlds[:min(wallWorlds, len(b.Worlds))] {
		page.Worlds = append(page.Worlds, s.wallWorld(a, p, &step, world))
	}
	return page
}

// bet asks the room before an act.
func (s *Stage) bet(w http.ResponseWriter, r *http.Request) {
	a, p, ok := s.beatAt(w, r)
	if !ok {
		return
	}
	t := s.teller(a.query, p)
	page := betPage{frame: frame{Title: p.Header.Title, Events: "/events",
		Nav: s.nav(a.query, a.attack)}, Act: t.Tell()[1].Sentence, Question: t.Question()}
	a.bet, a.rob = "", nil
	page.Back, page.Next = a.at(1), a.at(2)
	for i, b := range wall.Bets() {
		a.bet = b
		page.Bets = append(page.Bets, betLink{i + 1, b.Says(p.Settings().Target), a.at(2)})
	}
	s.show(w, http.StatusOK, "bet", page)
}

// speaker serves the notes to a beat.
func (s *Stage) speaker(w http.ResponseWriter, r *http.Request) {
	a, p, ok := s.beatAt(w, r)
	if !ok {
		return
	}
	beats := s.teller(a.query, p).Tell()
	page := speakerPage{frame: frame{Title: "Notes: " + p.Header.Title, Events: "/events",
		Nav: s.nav(a.query, a.attack)}, N: a.beat, Last: wall.Beats,
		Sentence: beats[a.beat-1].Sentence, Then: "The next act, or the maps that close the story."}
	if a.beat < wall.Beats {
		page.Then = beats[a.beat].Sentence
	}
	h := p.Header
	page.Text = []note{{"What happens", h.Happens}, {"Why", h.Why},
		{"What really happened once", h.Really}, {"Source", h.Source},
		{"Ask the room", h.Exercise}}
	s.show(w, http.StatusOK, "speaker", page)
}
