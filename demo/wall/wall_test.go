package wall_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/demo/wall"
	"doormat/world"
)

// play runs attacks over a conversation, those that tell the story if none are named.
func play(t *testing.T, c *world.Conversation, change func(*demo.Options)) (*attacks.Lab, []*replay.Replay) {
	l, r, err := run(c, change)
	require.NoError(t, err)
	return l, replays(l, r)
}

// told replays the story, which is run once for all tests.
func told(t *testing.T) []*replay.Replay {
	r, err := ran()
	require.NoError(t, err)
	return replays(r.lab, r.result)
}

type labRun struct {
	lab    *attacks.Lab
	result *attacks.Result
}

var ran = sync.OnceValues(func() (r labRun, err error) {
	r.lab, r.result, err = run(story.Conversation(), nil)
	return r, err
})

func run(c *world.Conversation, change func(*demo.Options)) (*attacks.Lab, *attacks.Result, error) {
	kit, err := demo.Default()
	if err != nil {
		return nil, nil, err
	}
	o := demo.Defaults()
	for _, h := range demo.Showcases(kit.Attacks) {
		o.Attacks = append(o.Attacks, h.ID)
	}
	if change != nil {
		change(&o)
	}
	l, err := o.Lab(kit, c)
	if err != nil {
		return nil, nil, err
	}
	l.Record = true
	r, err := l.Run(context.Background())
	return l, r, err
}

// replays gives each attack of a run cells of its own, which a test may change.
func replays(l *attacks.Lab, r *attacks.Result) (list []*replay.Replay) {
	for _, a := range l.Attacks {
		list = append(list, replay.New(r, a, l.Conversation))
	}
	return list
}

func tell(p *replay.Replay) []wall.Beat {
	return wall.Teller{Replay: p, Invented: true, Telling: story.All()[0].Telling(),
		Slogans: map[string]string{"threshold": "+ a spare key, split into {n}"}}.Tell()
}

// opened are the messages that are open on a wall.
func opened(w wall.World) (n, locked int) {
	for _, tile := range append(append([]wall.Tile{}, w.Before...), w.After...) {
		switch tile.State {
		case wall.Opened:
			n += tile.Last - tile.First + 1
		case wall.Locked:
			locked++
		}
	}
	return n, locked
}

// TestWallCounts: the last beat of every attack opens what its cell counts, no beat before the
// third opens anything, tiles stand on the right side of the moment, and sentences are short.
func TestWallCounts(t *testing.T) {
	list := told(t)
	if *demotest.All {
		_, list = play(t, story.Conversation(), func(o *demo.Options) { o.Attacks = nil })
	}
	for _, p := range list {
		beats := tell(p)
		require.Len(t, beats, wall.Beats)
		for i, b := range beats {
			require.LessOrEqual(t, utf8.RuneCountInString(b.Sentence), 90, "two lines on the stage: %s", b.Sentence)
			for d, w := range b.Worlds {
				c := &p.Result.Cells[d]
				name := fmt.Sprintf("%s on %s, beat %d", p.Header.ID, w.ID, i+1)
				if p.Header.ID == "secret-order" { // begins before anybody has written
					require.Empty(t, w.Before, name)
				}
				if slices.Contains([]string{"quorum-theft", "device-theft", "narrow-order"}, p.Header.ID) {
					require.Len(t, w.Before, p.Settings().At, name)
				}
				require.Len(t, append(w.Before, w.After...), len(p.Conversation.Messages), name)
				n, locked := opened(w)
				require.Equal(t, w.Open, n, name)
				if i < 2 {
					require.Zero(t, n, name)
					continue
				}
				require.Equal(t, c.Content.Target.Recovered+c.Content.Others.Recovered, n, name)
				if c.Applicable {
					require.Equal(t, fmt.Sprintf("%d of %d", n, len(p.Conversation.Messages)), w.Number, name)
					require.Equal(t, len(p.Conversation.Messages)-n, locked, name)
				} else {
					require.Zero(t, locked, name)
					require.Contains(t, []string{"nobody to rob", "nobody to ask", "nobody to take over", "order unanswered"}, w.Number, name)
				}
			}
		}
	}
}

// TestBeatsAreShort: what stands on a screen at once, but for the words on tiles, has few words,
// and a sentence fits two lines of the top band.
func TestBeatsAreShort(t *testing.T) {
	const line = 2 * 48 // characters at 64 px on a width of 1,832 px, less the dots
	kit, err := demo.Default()
	require.NoError(t, err)
	for _, a := range kit.Attacks {
		h := a.Header()
		for _, text := range append([]string{h.Title + "."}, h.Beats...) {
			require.LessOrEqual(t, len(text), line, "%s: %s", h.ID, text)
		}
	}
	for _, d := range demo.Designs() {
		i := d.Info()
		require.NotEmpty(t, i.Slogan, i.ID)
		require.LessOrEqual(t, utf8.RuneCountInString(strings.ReplaceAll(i.Slogan, "{n}", "10")), 28, i.ID)
	}
	list := told(t)
	for _, p := range list {
		for i, b := range tell(p) {
			words := len(strings.Fields(b.Sentence)) + len(strings.Fields(b.Note))
			for _, w := range b.Worlds {
				words += len(strings.Fields(w.Name+" "+w.Number)) + 6 // and a slogan
			}
			if b.Reading != nil {
				words += len(strings.Fields(strings.TrimSuffix(b.Reading.Text, "…") + " " + b.Reading.Says + " " + b.Reading.Tag))
			}
			require.LessOrEqual(t, words, wall.MostWords, "%s, beat %d", p.Header.ID, i+1)
		}
	}
}

// TestReading: what is read aloud was opened, and of the messages that the story holds to be
// telling the first of those.
func TestReading(t *testing.T) {
	list := told(t)
	want := map[string][2]int{"quorum-theft": {18, 1}, "narrow-order": {13, 22}, "secret-order": {18, 71}, "device-theft": {22, 58}}
	for _, p := range list {
		b := tell(p)
		require.Nil(t, b[0].Reading)
		require.NotNil(t, b[2].Reading, p.Header.ID)
		require.Equal(t, want[p.Header.ID], [2]int{b[2].Reading.Message, b[3].Reading.Message}, p.Header.ID)
		text := p.Conversation.Messages[b[2].Reading.Message-1].Text
		shown, cut := strings.CutSuffix(b[2].Reading.Text, " …")
		require.True(t, strings.HasPrefix(text, shown))
		require.Equal(t, shown != text, cut, "what is left out is marked: %s", text)
		p.Result.Settings.Threshold, p.Result.Settings.Trustees = 4, 7
		require.Contains(t, tell(p)[2].Worlds[1].Slogan, "split into 7")
	}
}

// TestWhoKnows: the last sentence says who was warned in which worlds, and that a court was answered
// only where it was.
func TestWhoKnows(t *testing.T) {
	list := told(t)
	by := map[string]*replay.Replay{}
	for _, p := range list {
		p.Header.Beats = nil
		by[p.Header.ID] = p
	}
	last := func(id string) string { return tell(by[id])[wall.Beats-1].Sentence }
	require.Contains(t, last("narrow-order"), "One world answers the court; the other cannot.")
	by["narrow-order"].Result.Cells[1].Lawful.Served = 0
	require.NotContains(t, last("narrow-order"), "answers the court")
	require.Equal(t, "Nobody was warned.", last("device-theft"))
	cells := by["device-theft"].Result.Cells
	cells[0].Noticed = []attacks.Evidence{{By: "user:Jo", What: "numbers differ"}}
	require.Equal(t, "Somebody was warned, but not in every world: user:Jo.", last("device-theft"))
	cells[1].Noticed = cells[0].Noticed
	require.Equal(t, "Somebody was warned: user:Jo.", last("device-theft"))
}

// TestOtherPeoplesWords: of a chat that nobody invented, no word is shown.
func TestOtherPeoplesWords(t *testing.T) {
	for _, b := range (wall.Teller{Replay: told(t)[0]}).Tell() {
		require.Nil(t, b.Reading)
		for _, w := range b.Worlds {
			for _, tile := range append(w.Before, w.After...) {
				require.Empty(t, tile.Text)
			}
		}
	}
}

// TestLongChat folds a long chat to as many tiles as a wall has, each of messages on one side of
// the moment, and fills those of which a part is open.
func TestLongChat(t *testing.T) {
	c := &world.Conversation{Title: "long", Target: "Ana", Accounts: []string{"Ana", "Ben", "Cy"}}
	for i := range 500 {
		from, to := c.Accounts[i%3], c.Accounts[(i+1)%3]
		c.Messages = append(c.Messages, world.Message{From: from, To: []string{to},
			Sent: time.Date(2017, 3, 1, 0, i, 0, 0, time.UTC), Text: fmt.Sprint("message ", i)})
	}
	_, list := play(t, c, func(o *demo.Options) {
		o.Attacks = []string{"narrow-order"}
		o.Given = map[string]string{"at": "101"}
	})
	p := list[0]
	beats := tell(p)
	partly := 0
	for _, w := range beats[3].Worlds {
		all := append(append([]wall.Tile{}, w.Before...), w.After...)
		require.LessOrEqual(t, len(all), wall.MostTiles)
		require.Equal(t, 101, w.Before[len(w.Before)-1].Last)
		require.Equal(t, 102, w.After[0].First)
		require.Equal(t, 500, all[len(all)-1].Last)
		for i, tile := range all {
			require.True(t, i == 0 || tile.First == all[i-1].Last+1)
			if tile.State == wall.Partly {
				partly++
				require.Positive(t, tile.Part)
				require.Less(t, tile.Part, 100)
				require.Empty(t, tile.Text)
			}
		}
	}
	require.Positive(t, partly)
}

// TestPosed: false keys stand on the wall of whoever hands some out, from the second beat on, and
// on no other. Rules say which keys are false, and not names of attacks.
func TestPosed(t *testing.T) {
	ids := []string{"prekey-swap-unchecked", "identity-key-impersonation", "quorum-theft", "device-theft"}
	_, list := play(t, demotest.Opening(), func(o *demo.Options) { o.Attacks = ids })
	require.Len(t, list, len(ids))
	for _, p := range list {
		var posed []bool
		for _, b := range tell(p) {
			require.Equal(t, b.Worlds[0].Posed, b.Worlds[1].Posed)
			posed = append(posed, b.Worlds[0].Posed)
		}
		want := map[string][]bool{"prekey-swap-unchecked": {false, true, true, true}, "identity-key-impersonation": {false, false, true, true}}[p.Header.ID]
		if want == nil {
			want = make([]bool, wall.Beats)
		}
		require.Equal(t, want, posed, p.Header.ID)
	}
}

// TestBets: a room bets on worlds one after the other, and each bet is settled by what was measured.
func TestBets(t *testing.T) {
	bets, ok := wall.ParseBets("part,all")
	require.True(t, ok)
	for _, wrong := range []string{"much", "part,", ",", "all,All"} {
		_, ok := wall.ParseBets(wrong)
		require.False(t, ok, wrong)
	}
	settled := map[string][]string{ // part was said of phones alone, all of the spare key
		"quorum-theft": {"You said: all.", "It was: all."}, // phones alone: nobody to rob
		"narrow-order": {"You said: all.", "It was: part."},
		"device-theft": {"You said: part, all.", "It was: part, part."},
		"secret-order": {"You said: part, all.", "It was: part, all."},
	}
	for _, p := range told(t) {
		teller := wall.Teller{Replay: p, Invented: true}
		require.Equal(t, settled[p.Header.ID], teller.Settle(bets), p.Header.ID)
		require.Empty(t, teller.Settle(nil))
	}
}
