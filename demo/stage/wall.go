package stage

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/replay"
	"doormat/demo/stage/rob"
	"doormat/demo/wall"
)

// wallWorlds is how many designs stand side by side on a wall: from the last row two can be
// told apart. The others are strips below.
const wallWorlds = 2

// A wallAddress is a beat of an act: under which settings, what the room bet on each world, and
// which trustees are robbed instead of those that the attack names.
type wallAddress struct {
	attack string
	query  choice
	beat   int
	bets   []wall.Bet
	rob    rob.Trustees
}

// values are the parameters of the address.
func (a wallAddress) values() url.Values {
	v := a.query.encode()
	if a.beat > 1 {
		v.Set("beat", strconv.Itoa(a.beat))
	}
	if len(a.bets) > 0 {
		v.Set("bet", joined(a.bets))
	}
	if a.rob != nil {
		v.Set("rob", a.rob.String())
	}
	return v
}

// joined are bets as an address has them.
func joined(bets []wall.Bet) string {
	var words []string
	for _, b := range bets {
		words = append(words, string(b))
	}
	return strings.Join(words, ",")
}

func (a wallAddress) url() string { return address("/wall/"+a.attack, a.values()) }

// at is the address of another beat.
func (a wallAddress) at(beat int) string {
	a.beat = beat
	return a.url()
}

// wallOf is the address of a beat under settings.
func wallOf(attack string, beat int, q choice) string {
	return wallAddress{attack: attack, query: q, beat: beat}.url()
}

// wallPage is one beat of an attack.
type wallPage struct {
	frame
	wall.Beat
	N, Last      int
	Dots         []bool // of the beats, which is shown
	Columns      int    // of tiles
	Worlds       []wallWorld
	Strips       []wallWorld // further designs
	Back, Next   string
	Restart      string   // the beginning of the act
	Source       string   // its script, capabilities and bytes
	AskBet       string   // where the room bets
	Speaker      string   // what the speaker reads meanwhile
	Messages     int      // among which the attack can be moved, 0 if it chooses its moment itself
	Bet          []string // how the room's bet turned out, sentence by sentence
	Attack, Kind string
	Settings     settings
	address      wallAddress
}

type wallWorld struct {
	wall.World
	Actors []actor
	Keys   []wallKey
}

// A wallKey is a trustee with a part of a key, and the address at which it is robbed or left
// alone.
type wallKey struct {
	actor
	URL string
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
	if t.State == wall.Opened && t.First == t.Last && p.address.rob == nil {
		v.Proof = claimOf(p.Attack, w.ID, t.First, p.address.query)
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

// wall serves one beat.
func (s *Stage) wall(w http.ResponseWriter, r *http.Request) {
	if a, p, ok := s.beatAt(w, r); ok {
		if n := len(s.acts); n > 0 && s.acts[n-1].ID == a.attack && !s.inTab {
			s.start(s.maps(a.query)) // which come next
		}
		s.show(w, http.StatusOK, "wall", s.wallPage(a, p))
	}
}

// beatAt reads the address of a beat and gives its replay, or serves what stands in the way.
func (s *Stage) beatAt(w http.ResponseWriter, r *http.Request) (wallAddress, *replay.Replay,
	bool) {
	v := r.URL.Query()
	a := wallAddress{attack: r.PathValue("attack"), beat: 1}
	t, err := s.kit.Attack(a.attack)
	if err == nil {
		if a.query, err = parse(v); err == nil {
			err = a.read(v)
		}
	}
	title := "No such attack"
	if t != nil {
		title = t.Header().Title
	}
	if err == nil && a.rob != nil {
		var lab *attacks.Lab
		if lab, err = s.lab(a.query); err == nil {
			a.rob = a.rob.Of(lab.Settings.Trustees)
			t, err = rob.Chosen(t, a.rob)
		}
	}
	if err != nil {
		s.fail(w, a.query, statusOf(err), title, err)
		return a, nil, false
	}
	p, ok := s.await(w, r, t.Header().Title, t, a.query)
	return a, p, ok
}

// read reads what an address says besides the settings.
func (a *wallAddress) read(v url.Values) (err error) {
	if text := v.Get("beat"); text != "" {
		a.beat, err = strconv.Atoi(text)
		if err != nil || a.beat < 1 || a.beat > wall.Beats {
			return demo.Usagef("beat %.40q: want a number from 1 to %d", text, wall.Beats)
		}
	}
	var known bool
	if a.bets, known = wall.ParseBets(v.Get("bet")); !known {
		return demo.Usagef("bet %.40q: want some of %v, with commas between them", v.Get("bet"),
			wall.Bets())
	}
	if v.Has("rob") {
		a.rob, err = rob.Parse(v.Get("rob"))
	}
	return err
}

func (s *Stage) wallPage(a wallAddress, p *replay.Replay) wallPage {
	t := s.teller(a.query, p)
	b := t.Tell()[a.beat-1]
	page := wallPage{
		frame: s.frame(p.Header.Title, a.query, a.attack),
		Beat:  b, N: a.beat, Last: wall.Beats, Dots: make([]bool, wall.Beats),
		Columns: t.Columns(),
		Attack:  a.attack, Kind: p.Header.Kind, address: a, Restart: a.at(1),
		Source: replayOf(a.attack, a.query),
		AskBet: address("/bet/"+a.attack, a.query.encode()),
	}
	page.Speaker = address("/speaker/"+a.attack, a.values())
	page.Dots[a.beat-1] = true
	page.Settings = wallSettings(a, p)
	if ownMoment(p) == "" {
		page.Messages = len(p.Conversation.Messages)
	}
	if a.beat == wall.Beats {
		page.Sentence = again(b.Sentence, p.Settings().Target, p.Header.Title+".", t.Tell()[0].Sentence)
	}
	if a.rob != nil {
		page.Sentence = rob.Says(len(a.rob), p)
	}
	if a.beat > 2 {
		page.Bet = t.Settle(a.bets)
	}
	for i, w := range b.Worlds {
		if a.beat > 2 && i < len(a.bets) {
			w.Outline(a.bets[i])
		}
		used := p.Steps[b.Step].Frames[w.Design].Used
		if a.beat == 1 {
			used = nil // nobody lights up
		}
		one := s.wallWorld(a, p, used, w)
		if i < wallWorlds {
			page.Worlds = append(page.Worlds, one)
		} else {
			page.Strips = append(page.Strips, one)
		}
	}
	s.turn(&page)
	return page
}

// again says before the last sentence of an act what happened, for whoever looks up only now: in the
// way that names the target, else in the first with which both fit into two lines.
func again(sentence, target string, ways ...string) (said string) {
	const two = 80 // letters
	for _, way := range ways {
		fits := utf8.RuneCountInString(way+sentence) < two
		if fits && (said == "" || strings.Contains(way, target)) {
			said = way + " "
		}
	}
	return said + sentence
}

// wallWorld is a world with those who are in it, of whom the attack has used some capabilities.
func (s *Stage) wallWorld(a wallAddress, p *replay.Replay, used []string,
	w wall.World) wallWorld {
	actors, trustees := actorsOf(p, w.Design, used)
	one := wallWorld{World: w, Actors: actors}
	t, err := s.kit.Attack(a.attack)
	for i, trustee := range trustees {
		key := wallKey{actor: trustee}
		if err == nil && !w.Calm && a.beat > 1 && rob.Can(t) {
			other := a
			other.beat = max(a.beat, 3)
			other.rob = a.rob.Toggled(i+1, p.Settings().Threshold)
			key.URL = other.url()
		}
		one.Keys = append(one.Keys, key)
	}
	return one
}

// turn links the beats, and the acts of the story at both ends.
func (s *Stage) turn(page *wallPage) {
	a := page.address
	here := slices.IndexFunc(s.acts, func(h technique.Header) bool { return h.ID == a.attack })
	switch {
	case a.beat > 1:
		page.Back = a.at(a.beat - 1)
	case here > 0:
		page.Back = wallOf(s.acts[here-1].ID, wall.Beats, a.query)
	case here == 0:
		page.Back = address("/wall", a.query.encode())
	default:
		page.Back = page.Nav.Home
	}
	switch {
	case a.beat == 1 && here == 0 && len(a.bets) == 0:
		page.Next = page.AskBet // the room bets before the story's first attack
	case a.beat < wall.Beats:
		page.Next = a.at(a.beat + 1)
	case here >= 0 && here+1 < len(s.acts):
		page.Next = wallOf(s.acts[here+1].ID, 1, a.query)
	case here >= 0:
		page.Next = address("/closing", a.query.encode())
	default:
		page.Next = page.Nav.Overview
	}
}

// teller knows what may be read aloud of a conversation.
func (s *Stage) teller(q choice, p *replay.Replay) wall.Teller {
	t := wall.Teller{Replay: p, Slogans: wall.Slogans(s.kit.Designs), Invented: q.Chat == ""}
	if told := q.Tale(); t.Invented && told != nil {
		t.Telling = told.Telling()
	}
	return t
}

// foremost are the settings that a room plays with; the rest stand behind them.
var foremost = []string{"threshold", "at", "retention"}

// wallSettings is the form of a wall: the foremost settings are sliders.
func wallSettings(a wallAddress, p *replay.Replay) settings {
	kept := a
	kept.query = defaults()
	f := newSettings(a.query, p.Conversation, p.Result.Designs, p.Settings(),
		"/wall/"+a.attack, kept.values())
	f.own(p)
	for i := range f.Inputs {
		if in := &f.Inputs[i]; slices.Contains(foremost, in.Parameter) {
			in.slide(len(p.Conversation.Messages))
		}
	}
	slices.SortStableFunc(f.Inputs, func(x, y input) int { return x.first() - y.first() })
	return f
}
