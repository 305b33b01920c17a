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
	if p, ok := s.await(w, r, "The story", t, q); ok {
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
		frame: s.frame("The story", q, ""),
		N:     n, Last: len(beats), Dots: make([]bool, len(beats)),
		Columns: t.Columns(),
		Back:    at(n - 1), Next: at(n + 1), Restart: at(1), address: wallAddress{query: q},
		Source: replayOf(s.acts[0].ID, q),
	}}
	page.Dots[n-1] = true
	if n == 1 {
		page.Back = page.Nav.Home
	}
	if n == len(beats) {
		page.Next = wallOf(s.acts[0].ID, 1, q)
	}
	a := wallAddress{attack: s.acts[0].ID, query: q, beat: 1}
	for _, world := range b.Worlds[:min(wallWorlds, len(b.Worlds))] {
		page.Worlds = append(page.Worlds, s.wallWorld(a, p, nil, world))
	}
	return page
}

// bet asks the room before an act: about one world, then about the next.
func (s *Stage) bet(w http.ResponseWriter, r *http.Request) {
	a, p, ok := s.beatAt(w, r)
	if !ok {
		return
	}
	t := s.teller(a.query, p)
	b := t.Tell()[1]
	worlds := b.Worlds[:min(wallWorlds, len(b.Worlds))]
	a.rob = nil
	of := min(len(a.bets), len(worlds)-1) // whoever has bet on all of them bets again on the last
	a.bets = a.bets[:of:of]
	page := betPage{frame: s.frame(p.Header.Title, a.query, a.attack), Act: b.Sentence,
		Question: t.Question(worlds[of]), Back: a.at(1), Next: a.at(2)}
	for i, one := range wall.Bets() {
		next := a
		next.bets = append(next.bets, one)
		link := betLink{i + 1, one.Says(p.Settings().Target), next.at(2)}
		if of+1 < len(worlds) {
			link.URL = address("/bet/"+a.attack, next.values())
		}
		page.Bets = append(page.Bets, link)
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
	page := speakerPage{frame: s.frame("Notes: "+p.Header.Title, a.query, a.attack), N: a.beat, Last: wall.Beats,
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
