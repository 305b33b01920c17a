// Package wall tells an attack to the last row of a lecture hall: one tile for each message, in
// the order of writing, and four beats of one sentence each. A tile that is locked shows a
// padlock, one that was opened shows its words, and one that the attack does not concern shows
// neither. One message at a time is read aloud.
//
// The sentences of an act stand in the header of its attack, as beats; of one
// that is "", and of attacks that have none, this package makes a sentence from the result.
//
// Nothing here is measured anew: a wall is made from a [replay.Replay], and so from the same
// result as every other output. TestWallCounts holds for every attack and design that the last
// beat opens as many messages as the cell counts; TestBeatsAreShort that a beat has no more words
// than a room reads.
package wall

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// Beats is how many an act has.
const Beats = 4

// MostTiles is how many tiles a wall has at most: in a longer chat one stands for several
// messages that follow each other.
const MostTiles = 144

// MostWords is how many words stand on a screen at once, those on tiles not counted.
const MostWords = 60

// A State is how a message stands.
type State string

// States of tiles and of those whom an attack uses.
const (
	Calm   State = "calm"   // the attack has nobody to turn to
	Locked State = "locked" // nobody but its readers has read it
	Opened State = "opened" // its exact words were recovered
	Partly State = "partly" // some of the messages that the tile stands for
)

// A Tile stands for a message, or for several of a long chat.
type Tile struct {
	First, Last int // numbers of messages
	Initial     string
	State       State
	Part        int    // of a tile that is partly open: percent
	Target      bool   // of the target's messages
	Text        string // the words of an opened one, if they may be shown
	Says        string // who wrote it to whom, with them
	Read        bool   // it is the one in the reading glass
	Bet         bool   // the room bet that it would be read
}

// A World is how a design stands at a beat.
type World struct {
	ID, Name, Slogan string
	Design           int    // its place in the result
	Number           string // the one to be read from afar: "72 of 72", "nobody to rob"
	Open             int    // messages
	Lawful           bool   // what opens, opens under an order that is meant to be served
	Calm             bool   // the attack has nobody to turn to here
	Posed            bool   // somebody's phone has been given keys that are not whose name they bear
	Before, After    []Tile // written before the attack begins, and after it
}

// A Reading is the message in the glass.
type Reading struct {
	Message             int
	Initial, Text, Says string // Says is who wrote it to whom
	Tag                 string // what it means that it was read
}

// A Beat is what a room sees at once.
type Beat struct {
	Step     int // of the replay, from 0: who is used then
	Sentence string
	Worlds   []World
	Reading  *Reading // nil if nothing is read
	Note     string   // stands in the glass instead
}

// A Teller makes the beats of a replay. Words are shown only of a conversation that is
// Invented.
type Teller struct {
	Replay   *replay.Replay
	Slogans  map[string]string // by design
	Invented bool
	Telling  []int // messages that are worth reading aloud, by number, best first
}

// Tell makes the four beats: what there is, what the attack takes, what opens, and who knows.
func (t Teller) Tell() []Beat {
	p := t.Replay
	last := len(p.Steps) - 1
	taken := t.taken()
	beats := []Beat{
		{Step: 1, Sentence: p.Header.Title + ".", Note: t.before()},
		{Step: taken, Sentence: t.took(taken), Note: "Nothing has been opened yet."},
		{Step: last, Sentence: "What opened? Checked byte for byte."},
		{Step: last, Sentence: t.noticed()},
	}
	for i, text := range p.Header.Beats { // "" leaves what the result says
		if text != "" {
			beats[i].Sentence = t.fill(text)
		}
	}
	for i := range beats {
		b := &beats[i]
		frames := p.Steps[b.Step].Frames
		if i >= 2 {
			b.Reading = t.reading(i - 2)
			b.Note = ""
			if b.Reading == nil {
				b.Note = "None means that this attack recovered nothing, and no more than that."
			}
		}
		for d := range frames {
			b.Worlds = append(b.Worlds, t.world(d, &frames[d], i, b.Reading))
		}
	}
	return beats
}

// before is what a room must know before an act: how to read the wall or, of an order, why
// somebody applied for it.
func (t Teller) before() string {
	p := t.Replay
	if a := p.Conversation.Application; p.Header.Kind == "lawful" && t.Invented && a != nil &&
		slices.Contains(a.Accounts, p.Settings().Target) {
		why, size := utf8.DecodeRuneInString(a.Why)
		by, rest := utf8.DecodeRuneInString(a.By)
		return fmt.Sprintf("%c%s. %c%s applied.", unicode.ToUpper(why), a.Why[size:],
			unicode.ToUpper(by), a.By[rest:])
	}
	text := "Each tile is a message; a yellow bar marks {target}, the target. Padlock: nobody else has read " +
		"it."
	if slices.ContainsFunc(p.Result.Cells, func(c attacks.Cell) bool { return !c.Applicable }) {
		text += " No padlock: nobody there to attack."
	}
	return t.fill(text)
}

// moment is after how many messages the attack begins to rob, run or order somebody: what was
// written before then is the past. Whoever only listens begins when he listens.
func (t Teller) moment() int {
	begins := -1
	for i := range t.Replay.Result.Cells {
		for _, e := range t.Replay.Result.Cells[i].Trace.Events {
			listens := !slices.ContainsFunc(e.Uses, func(use string) bool {
				return !strings.HasSuffix(use, "."+string(world.Tap))
			})
			if !listens && (begins < 0 || e.Moment < begins) {
				begins = e.Moment
			}
		}
	}
	if begins < 0 {
		return t.Replay.Settings().At
	}
	return begins
}

// taken is the last step before the first message opens in any design.
func (t Teller) taken() int {
	steps := t.Replay.Steps
	for i := 2; i < len(steps)-1; i++ {
		for _, f := range steps[i].Frames {
			if len(f.Opened) > 0 {
				return max(i-1, 1)
			}
		}
	}
	return max(len(steps)-2, 1)
}

// fill puts the run's own numbers and names into a sentence of a header.
func (t Teller) fill(text string) string {
	s := t.Replay.Settings()
	return strings.NewReplacer("{t}", fmt.Sprint(s.Threshold), "{n}", fmt.Sprint(s.Trustees),
		"{target}", s.Target).Replace(text)
}

// took says in a sentence whom the attack has used by a step.
func (t Teller) took(step int) string {
	var list []string
	for _, f := range t.Replay.Steps[step].Frames {
		for _, used := range f.Used {
			i := strings.LastIndex(used, ".")
			done := summary.SurfaceWord(world.Surface(used[i+1:]))
			text := fmt.Sprintf("%s (%s)", used[:i], done)
			if !slices.Contains(list, text) {
				list = append(list, text)
			}
		}
	}
	if len(list) == 0 {
		return "Nobody has been robbed or asked yet."
	}
	return "Used so far: " + summary.Some(list, 2) + "."
}

// noticed says who knows of the attack, and of an order also whether anybody can answer it.
func (t Teller) noticed() string {
	var by []string
	later := ""
	concerned, warned, served, disclosed := 0, 0, 0, 0
	for i := range t.Replay.Result.Cells {
		c := &t.Replay.Result.Cells[i]
		if !c.Applicable {
			continue
		}
		concerned++
		by = append(by, summary.Witnesses(c.Noticed)...)
		if len(c.Noticed) > 0 {
			warned++
		}
		if c.Lawful.Served > 0 {
			served++
		}
		if len(c.Disclosed) > 0 {
			disclosed++
			later = told(c)
		}
	}
	lawful := t.Replay.Header.Kind == "lawful"
	switch {
	case concerned == 0:
		return "Nobody to turn to, in any world."
	case warned == concerned:
		return "Somebody was warned: " + summary.Some(by, 1) + "."
	case warned > 0:
		return "Somebody was warned, but not in every world: " + summary.Some(by, 1) + "."
	case lawful && len(t.Replay.Result.Cells) == 2 && concerned == 1 && served == 1 && disclosed == 1:
		return "One world answers the court; the other cannot. Told later: " + later + "."
	case disclosed > 0:
		return "Nobody is told at the time. Told later: " + later + "."
	}
	return "Nobody was warned."
}

// told names the people who learn of an access later. A monitor of the log is left to the tables:
// from the last row nobody knows what that is.
func told(c *attacks.Cell) string {
	people := *c
	people.Disclosed = slices.DeleteFunc(slices.Clone(c.Disclosed), func(d attacks.Disclosure) bool {
		return d.By == world.Monitor
	})
	return cmp.Or(summary.DisclosedTo(&people), summary.DisclosedTo(c))
}

// worst is the cell in which most messages opened, nil if the attack concerns no design.
func (t Teller) worst() (worst *attacks.Cell) {
	for i := range t.Replay.Result.Cells {
		c := &t.Replay.Result.Cells[i]
		if c.Applicable && (worst == nil || len(c.Trace.Opened) > len(worst.Trace.Opened)) {
			worst = c
		}
	}
	return worst
}

// reading chooses a message that opened: the one that the story holds to be telling, and the one
// that the result's proof is about. Of an order, what it was signed for comes first.
func (t Teller) reading(turn int) *Reading {
	c := t.worst()
	conv := t.Replay.Conversation
	if c == nil || len(c.Trace.Opened) == 0 || !t.Invented {
		return nil
	}
	k := c.Trace.Opened[0]
	if c.Trace.Proved > 0 {
		k = c.Trace.Proved
	}
	lawful := t.Replay.Header.Kind == "lawful"
	if lawful == (turn == 1) { // an order is first read for what it was signed for
		k = t.telling(c, k)
	} else if found := t.found(c); lawful && len(found) > 0 {
		k = found[0]
	}
	m := &conv.Messages[k-1]
	return &Reading{Message: k, Initial: initial(m.From), Text: first(m.Text),
		Says: m.From + " to " + summary.Readers(m), Tag: t.tag(c, k)}
}

// found are the messages that opened and are what the court signed for.
func (t Teller) found(c *attacks.Cell) (list []int) {
	for _, k := range c.Trace.Opened {
		if slices.Contains(t.Replay.Conversation.Evidence, k) {
			list = append(list, k)
		}
	}
	return list
}

// tag says what it means that message k was read.
func (t Teller) tag(c *attacks.Cell, k int) string {
	m, target := &t.Replay.Conversation.Messages[k-1], c.Trace.Settings.Target
	evidence := t.Replay.Conversation.Evidence
	switch {
	case t.Replay.Header.Kind == "lawful" && slices.Contains(evidence, k):
		return fmt.Sprintf("Relevant to the court: %d of the %d opened", len(t.found(c)),
			len(c.Trace.Opened))
	case t.Replay.Header.Kind == "lawful" && len(evidence) > 0:
		return "Opened as well: it has nothing to do with the case"
	case !m.Concerns(target):
		return "The target was " + target
	case m.From != target:
		return m.From + " wrote to the target"
	}
	return "The target’s own words"
}

// telling is the first of the story's telling messages that the cell opened, else k.
func (t Teller) telling(c *attacks.Cell, k int) int {
	for _, n := range t.Telling {
		if slices.Contains(c.Trace.Opened, n) {
			return n
		}
	}
	return k
}

// world is how design d stands at a beat.
func (t Teller) world(d int, f *replay.Frame, beat int, read *Reading) World {
	p := t.Replay
	row := p.Result.Designs[d]
	w := World{ID: row.ID, Name: row.Name, Slogan: t.fill(t.Slogans[row.ID]), Design: d,
		Calm: !f.Cell.Applicable}
	opened := f.Opened
	if beat < 2 { // the messages that open one by one meanwhile turn in the third beat
		opened = nil
	}
	w.Open, w.Posed = len(opened), beat > 0 && f.Posed
	w.Number = Number(p.Header.Kind, f.Cell, w.Open)
	w.Lawful = p.Header.Kind == "lawful"
	moment := t.moment()
	for _, tile := range t.tiles(f.Cell, opened, read, moment) {
		if tile.First <= moment {
			w.Before = append(w.Before, tile)
		} else {
			w.After = append(w.After, tile)
		}
	}
	return w
}

// Number is what a room reads of a cell of which so many messages are open: how many of all, or
// that the attack has nobody to turn to.
func Number(kind string, c *attacks.Cell, open int) string {
	switch {
	case !c.Applicable && kind == "lawful":
		return "order unanswered"
	case !c.Applicable:
		nobody, _, found := strings.Cut(plain.Clean(c.Why), " here: ")
		if !found {
			return "nobody to rob"
		}
		nobody, _, _ = strings.Cut(nobody, " or ") // one verb is what a room reads
		nobody, _, _ = strings.Cut(nobody, ", ")
		return nobody
	}
	return summary.OutOf(open, c.Content.Target.Total+c.Content.Others.Total)
}

// Called is a world in a few words.
func (w World) Called() string {
	const few = 34
	return plain.Short(cmp.Or(w.Slogan, w.Name), few)
}

// Columns is how many tiles a row of the wall has.
func (t Teller) Columns() int {
	const few, many = 12, 18
	if len(t.Replay.Conversation.Messages) > 8*few {
		return many
	}
	return few
}

// Sign is a tile as a character.
func (t Tile) Sign() string {
	return map[State]string{Calm: "·", Locked: summary.None.Glyph, Opened: summary.All.Glyph,
		Partly: summary.Part.Glyph}[t.State]
}

// Slogans are what designs are called in a few words, by their ids.
func Slogans(designs []world.Design) map[string]string {
	list := map[string]string{}
	for _, d := range designs {
		i := d.Info()
		list[i.ID] = i.Slogan
	}
	return list
}
