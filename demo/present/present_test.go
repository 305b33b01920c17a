package present

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/stretchr/testify/require"

	"doormat/attacks"
	starscript "doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/terminal"
	"doormat/world"
)

var showcases = []string{"device-theft", "quorum-theft", "narrow-order", "secret-order"}

// library is a show with every third attack of the library as an act, all of which ran: with
// -all every attack is one, in a hurry there are four.
var library = sync.OnceValues(func() (*Show, error) {
	if testing.Short() {
		return defaults(demotest.Opening(), showcases)
	}
	kit, err := demo.Default()
	if err != nil {
		return nil, err
	}
	return defaults(demotest.Conversation(), demotest.Turns(kit.Attacks))
})

// demonstration is the show without flags: four attacks over the story.
var demonstration = sync.OnceValues(func() (*Show, error) { return defaults(story.Conversation(), showcases) })

// defaults is a show of some attacks, or of all, under the default settings.
func defaults(c *world.Conversation, ids []string) (*Show, error) {
	kit, err := demo.Default()
	if err != nil {
		return nil, err
	}
	o := demo.Defaults()
	o.Attacks = ids
	lab, err := o.Lab(kit, c)
	if err != nil {
		return nil, err
	}
	return showOf(lab, true)
}

// showOf runs the attacks of a lab and makes acts of them.
func showOf(lab *attacks.Lab, builtIn bool) (*Show, error) {
	r, err := lab.Run(context.Background())
	if err != nil {
		return nil, err
	}
	t := Talk{Conversation: lab.Conversation, Settings: lab.Settings, Seed: 1, Pace: Pace}
	if builtIn {
		t.Story = story.All()[0]
	}
	for _, d := range lab.Designs {
		t.Designs = append(t.Designs, d.Info())
	}
	for _, a := range lab.Attacks {
		t.Acts = append(t.Acts, a.Header())
	}
	s := New(t)
	for i, a := range lab.Attacks {
		s.Take(Ran{Act: i, Replay: replay.New(r, a, lab.Conversation)})
	}
	return s, nil
}

// whole is the show of the library at its opening.
func whole(t *testing.T) *Show {
	s, err := library()
	require.NoError(t, err)
	return fresh(s, false)
}

// fresh is a show of the same acts that nobody has pressed a key in.
func fresh(s *Show, auto bool) *Show {
	talk := s.Talk
	talk.Auto, talk.Pace = auto, Pace
	talk.Run = func(i int) Ran { return Ran{Act: i, Replay: s.acts[i].replay} }
	out := New(talk)
	for i, a := range s.acts {
		out.Take(Ran{Act: i, Replay: a.replay})
	}
	return out
}

// four are the acts that the demo shows, in which tests press keys.
func four(t *testing.T, auto bool) *Show {
	s, err := demonstration()
	require.NoError(t, err)
	out := fresh(s, auto)
	var acts []act
	talk := out.Talk
	talk.Acts = nil
	for _, id := range showcases {
		i := slices.IndexFunc(out.Acts, func(h technique.Header) bool { return h.ID == id })
		talk.Acts, acts = append(talk.Acts, out.Acts[i]), append(acts, out.acts[i])
	}
	talk.Run = func(i int) Ran { return Ran{Act: i, Replay: acts[i].replay} }
	out.Talk, out.acts = talk, acts
	return out
}

func fits(t *testing.T, lines []string, width, height int, what string) {
	require.Len(t, lines, height, what)
	for _, l := range lines {
		require.LessOrEqual(t, lipgloss.Width(l), width, "%s: %q", what, l)
		require.NotContains(t, terminal.Strip(l), "\x1b", what)
		require.NotContains(t, l, "\n", what)
	}
}

// TestScreensFit walks through every attack of the library at the smallest size, and through the
// demo's with the longer numbers of the story, with the guesses of the room, which take place.
// Nothing of the prose is left out either. With -all, as in .ci/run, everything is walked through
// at more sizes up to the largest, and without guesses as well.
func TestScreensFit(t *testing.T) {
	sizes := [][2]int{{Width, Height}}
	if *demotest.All {
		sizes = append(sizes, [2]int{240, 70}, [2]int{80, 24}, [2]int{100, 37})
	}
	for _, size := range sizes {
		for _, guess := range []bool{true, false} {
			if !guess && !*demotest.All {
				continue
			}
			allFit(t, four(t, false), size, guess)
			if size[0] == Width || *demotest.All {
				allFit(t, whole(t), size, guess)
			}
		}
	}
	s := four(t, true)
	for _, keys := range []string{"?", "?", "1p", " ", "rp"} {
		press(s, keys)
		fits(t, s.Screen(Width, Height), Width, Height, keys)
	}
}

// allFit walks through a show at one size.
func allFit(t *testing.T, s *Show, size [2]int, guess bool) {
	for i := range s.acts {
		for _, q := range questions(&s.acts[i]) {
			if guess {
				s.acts[i].guess[q] = summary.All
			}
		}
	}
	require.NoError(t, s.screens(func(string) error {
		what := fmt.Sprintf("%v %v", size, s.at)
		lines := s.Screen(size[0], size[1])
		fits(t, lines, size[0], size[1], what)
		if a := s.current(); a != nil {
			prose := terminal.Strip(strings.Join(lines[1:], "\n"))
			if a.beats[s.at.beat].Reading != nil { // a long message is read in part
				prose = strings.ReplaceAll(prose, "…”", "”")
			}
			if size[0] <= 80 { // on tiles, words are texture
				require.NotContains(t, prose, "…", what+" "+s.id())
			}
		}
		return nil
	}))
}

// id names the act on stage.
func (s *Show) id() string {
	if s.current() == nil {
		return ""
	}
	return s.Acts[s.at.act-1].ID
}

// TestSmall asks for a larger terminal, whatever there is.
func TestSmall(t *testing.T) {
	s := four(t, false)
	for width := range Width + 1 {
		for height := 1; height < 4; height++ {
			fits(t, s.Screen(max(width, 1), height), max(width, 10), height, "small")
		}
	}
	require.Contains(t, strings.Join(s.Screen(60, 15), " "), "60 columns and 15 rows")
}

// TestNumbers holds what each beat shows to what was counted: a sign for each message, a number
// and a verdict for each design, and nothing open before the third beat.
func TestNumbers(t *testing.T) {
	s := whole(t)
	for i := range s.acts {
		r := s.acts[i].replay
		for beat := range s.acts[i].beats {
			s.at = place{i + 1, beat}
			screen := lines(s)
			text := strings.Join(screen, "\n")
			want, locked, calm := 0, 0, 0
			for d := range r.Result.Cells {
				c, all := &r.Result.Cells[d], len(r.Conversation.Messages)
				got := c.Content.Target.Recovered + c.Content.Others.Recovered
				switch {
				case !c.Applicable:
					calm += all
				case beat < 2:
					locked += all
				default:
					want, locked = want+got, locked+all-got
					require.Contains(t, text, summary.OutOf(got, all), s.id())
				}
			}
			require.Equal(t, want, signsOn(screen, "■"), "%s, beat %d", s.id(), beat+1)
			require.Equal(t, locked, signsOn(screen, "□"), "%s, beat %d", s.id(), beat+1)
			require.Equal(t, calm, signsOn(screen, "·"), "%s, beat %d", s.id(), beat+1)
		}
	}
}

// signsOn counts a sign in the rows of the walls.
func signsOn(screen []string, sign string) (n int) {
	for _, l := range screen {
		if wallRow.MatchString(l) {
			n += strings.Count(l, sign)
		}
	}
	return n
}

// wallRow is a line of tiles in two columns: signs, marks and spaces only.
var wallRow = regexp.MustCompile(`^[■◧□·][■◧□·* ]+$`)

// lines is the screen without styles.
func lines(s *Show) []string {
	var out []string
	for _, l := range s.Screen(Width, Height) {
		out = append(out, terminal.Strip(l))
	}
	return out
}

// row is the first line that begins with a label.
func row(text []string, label string) string {
	for _, l := range text {
		if strings.HasPrefix(l, label+" ") {
			return l
		}
	}
	return ""
}

// TestOneCellForOneMessage: at every size the wall of the built-in chat has 72 cells for 72
// messages, open ones as many as were counted, and the words that opened stand in quotation marks.
func TestOneCellForOneMessage(t *testing.T) {
	s := four(t, false)
	for i := range s.acts {
		for _, size := range [][2]int{{Width, Height}, {80, 24}, {160, 45}} {
			s.at = place{i + 1, 2}
			for _, w := range s.acts[i].beats[2].Worlds {
				g := lay(len(w.Before), len(w.After), size[0]/2-1, size[1]-12)
				text := terminal.Strip(strings.Join(append(g.draw(w.Before), g.draw(w.After)...), "\n"))
				require.Equal(t, w.Open, strings.Count(text, "■"), s.id())
				require.Equal(t, 72, strings.Count(text, "■")+strings.Count(text, "□")+strings.Count(text, "·"), s.id())
			}
			screen := plain.Prose(terminal.Strip(strings.Join(s.Screen(size[0], size[1]), "\n")))
			require.Contains(t, screen, "“"+plain.Prose(s.acts[i].beats[2].Reading.Text)+"”")
		}
	}
	require.Equal(t, grid{12, 6, 4}, lay(36, 36, 79, 30))
	require.Equal(t, grid{12, 2, 1}, lay(36, 36, 34, 8))
	require.Equal(t, 1, lay(72, 72, 22, 9).wide)
}

// TestNothingMoves: from beat to beat of an act, walls stay where they are.
func TestNothingMoves(t *testing.T) {
	s := whole(t)
	for i := range s.acts {
		at := map[int]bool{}
		for beat := range s.acts[i].beats {
			s.at = place{i + 1, beat}
			at[slices.IndexFunc(lines(s), func(l string) bool { return strings.Contains(l, "─ the attack ─") })] = true
		}
		require.Len(t, at, 1, s.id())
	}
}

// TestHostile shows names and scripts of strangers as what they are: letters.
func TestHostile(t *testing.T) {
	const evil = "\x1b]0;boo\x07\u202eMallory\u200f\t漢字漢字漢字漢字"
	c := &world.Conversation{Title: evil, Target: evil, Accounts: []string{evil}}
	for i := range 40 {
		name := fmt.Sprintf("%d %s", i, evil)
		c.Accounts = append(c.Accounts, name)
		for k := range 2 {
			c.Messages = append(c.Messages, world.Message{From: evil, To: []string{name}, Text: evil,
				Sent: time.Unix(int64(1000*(2*i+k)), 0).UTC()})
		}
	}
	kit, err := demo.Default()
	require.NoError(t, err)
	a, err := starscript.Load("evil.star", []byte(strings.ReplaceAll(hostile, "EVIL", evil+strings.Repeat(" long", 3000))))
	require.NoError(t, err)
	o := demo.Defaults()
	o.Attacks = []string{"device-theft"}
	lab, err := o.Lab(kit, c)
	require.NoError(t, err)
	lab.Attacks = append(lab.Attacks, a)
	s, err := showOf(lab, false)
	require.NoError(t, err)
	for _, size := range [][2]int{{Width, Height}, {120, 50}} {
		require.NoError(t, s.screens(func(string) error {
			text := s.Screen(size[0], size[1])
			fits(t, text, size[0], size[1], fmt.Sprint(s.at))
			for _, bad := range []string{"\x07", "\u202e", "\u200f", "\x1b]"} {
				require.NotContains(t, strings.Join(text, ""), bad)
			}
			return nil
		}))
	}
}

const hostile = `technique(id = "evil", title = "EVIL", family = "theft", kind = "attack", needs = ["provider.store"], showcase = "e2ee",
    happens = "EVIL", why = "EVIL", really = "EVIL", source = "EVIL", exercise = "e",
    expects = {"e2ee": opens(target = "none", others = "none", why = "EVIL"), "escrow": not_applicable("EVIL")})

def run(adv):
	adv.take("provider.store")  # EVIL
`

// TestRightToLeft isolates names in Hebrew, and the screen still fits.
func TestRightToLeft(t *testing.T) {
	const name = "עומר (עבודה)"
	c := &world.Conversation{Title: "t", Target: name, Accounts: []string{name, "דנה"}}
	for k := range 6 {
		c.Messages = append(c.Messages, world.Message{From: name, To: []string{"דנה"}, Text: "x", Sent: time.Unix(int64(1000*k), 0).UTC()})
	}
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Attacks = []string{"device-theft"}
	lab, err := o.Lab(kit, c)
	require.NoError(t, err)
	s, err := showOf(lab, false)
	require.NoError(t, err)
	all := ""
	require.NoError(t, s.screens(func(string) error {
		text := s.Screen(Width, Height)
		fits(t, text, Width, Height, fmt.Sprint(s.at))
		all += strings.Join(text, "\n")
		return nil
	}))
	require.Contains(t, all, "\u2068"+name+"\u2069")
	require.Equal(t, strings.Count(all, "\u2068"), strings.Count(all, "\u2069"))
}

// TestOpeningFits: whatever is shown beside each other, the first screen ends with what
// doormat is not.
func TestOpeningFits(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	for n := 1; n <= 3; n++ {
		talk := Talk{Conversation: story.Conversation(), Story: story.All()[0], Settings: four(t, false).Settings}
		for _, d := range kit.Designs[:n] {
			talk.Designs = append(talk.Designs, d.Info())
		}
		s := New(talk)
		for _, size := range [][2]int{{Width, Height}, {100, 37}} {
			lines := s.Screen(size[0], size[1])
			fits(t, lines, size[0], size[1], "opening")
			text := strings.Join(lines, "\n")
			require.Contains(t, text, summary.Demonstration, "%d designs", n)
			require.Contains(t, text, "■ open")
			require.Contains(t, text, strings.ToUpper(talk.Designs[n-1].Name))
		}
	}
}

// A title stands whole on a terminal of 80 columns.
func TestTitles(t *testing.T) {
	s := four(t, false)
	for act := range s.acts {
		s.at = place{act + 1, 0}
		require.Contains(t, s.Screen(80, 24)[0], s.Acts[act].Title)
	}
}
