package stage

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/replay"
	"doormat/demo/wall"
	"doormat/world"
)

// wallWorlds is how many designs stand side by side on a wall: from the last row two can be
// told apart.
const wallWorlds = 2

// wallPage is one beat of an attack.
type wallPage struct {
	frame
	wall.Beat
	N, Last       int
	Dots          []bool // of the beats, which is shown
	Columns       int    // of tiles
	Worlds        []wallWorld
	Back, Next    string
	Restart, Step string // the beginning of the act; the same in steps, with script and bytes
	Attack, Kind  string
	query         url.Values
}

type wallWorld struct {
	wall.World
	Actors []card
	Keys   []card
}

// wallTile is a tile of one world.
type wallTile struct {
	wall.Tile
	World string
	Tenth int    // of a tile that is partly open, 1 to 9; else 0
	Proof string // address of the proof of an opened one
}

// Tile gives the template what it needs of a tile of world w.
func (p wallPage) Tile(w wallWorld, t wall.Tile) wallTile {
	v := wallTile{Tile: t, World: w.ID}
	if t.State == wall.Opened && t.First == t.Last {
		v.Proof = address(fmt.Sprintf("/replay/%s/claim/%s/%d", p.Attack, w.ID, t.First), p.query)
	}
	if t.State == wall.Partly {
		v.Tenth = min(max((t.Part+5)/10, 1), 9)
	}
	return v
}

// Rows is how many rows of tiles a part of the wall has.
func (p wallPage) Rows(tiles []wall.Tile) int {
	return (len(tiles) + p.Columns - 1) / p.Columns
}

// wallOf is the address of a beat.
func wallOf(attack string, beat int, q choice) string {
	v := q.encode()
	if beat > 1 {
		v.Set("beat", strconv.Itoa(beat))
	}
	return address("/wall/"+attack, v)
}

// wall serves one beat.
func (s *Stage) wall(w http.ResponseWriter, r *http.Request) {
	brief, cancel := briefContext(r)
	defer cancel()
	at, p, ok := s.ready(brief, w, r)
	if !ok {
		return
	}
	beat, err := beatOf(r.URL.Query())
	if err != nil {
		s.fail(w, at.query, statusOf(err), p.Header.Title, err)
		return
	}
	s.warm(at.query)
	s.show(w, http.StatusOK, "wall", s.wallPage(at.query, p, beat))
}

func beatOf(v url.Values) (int, error) {
	text := v.Get("beat")
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > wall.Beats {
		return 0, demo.Usagef("beat %q: want a number from 1 to %d", text, wall.Beats)
	}
	return n, nil
}

func (s *Stage) wallPage(q choice, p *replay.Replay, beat int) wallPage {
	attack := p.Header.ID
	b := s.teller(q, p).Tell()[beat-1]
	page := wallPage{
		frame: frame{Title: p.Header.Title, Events: "/events", Nav: s.nav(q, attack)},
		Beat:  b, N: beat, Last: wall.Beats, Dots: make([]bool, wall.Beats), Columns: 12,
		Attack: attack, Kind: p.Header.Kind, query: q.encode(),
		Restart: wallOf(attack, 1, q), Step: replayAddress{attack: attack, query: q}.url(),
	}
	page.Dots[beat-1] = true
	if len(p.Conversation.Messages) > 8*page.Columns {
		page.Columns = 18
	}
	for i := range page.Nav.Acts {
		page.Nav.Acts[i].URL = wallOf(page.Nav.Acts[i].ID, 1, q)
	}
	for _, w := range b.Worlds[:min(wallWorlds, len(b.Worlds))] {
		step := p.Steps[b.Step]
		if beat == 1 {
			step.Kind = replay.Opening // nobody is used, and nobody lights up
		}
		who := newCardMaker(p, w.Design, &step)
		actors := slices.DeleteFunc(who.cards(), func(c card) bool {
			return c.State != "used" && c.Figure != "phone" && c.Figure != world.Provider
		})
		page.Worlds = append(page.Worlds, wallWorld{w, actors, who.seats})
	}
	here := slices.IndexFunc(s.acts, func(h technique.Header) bool { return h.ID == attack })
	switch {
	case beat > 1:
		page.Back = wallOf(attack, beat-1, q)
	case here > 0:
		page.Back = wallOf(s.acts[here-1].ID, wall.Beats, q)
	default:
		page.Back = page.Nav.Home
	}
	switch {
	case beat < wall.Beats:
		page.Next = wallOf(attack, beat+1, q)
	case here >= 0 && here+1 < len(s.acts):
		page.Next = wallOf(s.acts[here+1].ID, 1, q)
	default:
		page.Next = page.Nav.Overview
	}
	return page
}

// teller knows what may be read aloud of a conversation.
func (s *Stage) teller(q choice, p *replay.Replay) wall.Teller {
	t := wall.Teller{Replay: p, Slogans: map[string]string{}, Invented: q.Chat == ""}
	for _, d := range s.kit.Designs {
		i := d.Info()
		t.Slogans[i.ID] = i.Slogan
	}
	if told := q.Tale(); t.Invented && told != nil {
		t.Telling = told.Telling()
	}
	return t
}
