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
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/terminal"
	"doormat/world"
)

var showcases = []string{"device-theft", "quorum-theft", "narrow-order", "secret-order"}

// library is a show with every attack of the library as an act, all of which ran; in
// a hurry, with four.
var library = sync.OnceValues(func() (*Show, error) {
	if testing.Short() {
		return defaults(demotest.Opening(), showcases)
	}
	return defaults(demotest.Conversation(), nil)
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

// whole is the library at its opening.
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

// TestScreensFit walks through every attack of the library, and the demo's with the
// longer numbers of the story, at several sizes, with and without the guesses of the room. At the
// smallest nothing of the prose is left out either. Guesses take room, so that the larger sizes
// are walked through with them; with -all also without.
func TestScreensFit(t *testing.T) {
	for _, size := range [][2]int{{Width, Height}, {80, 24}, {100, 37}, {240, 70}} {
		for _, guess := range []bool{true, false} {
			if !guess && size[0] > Width && !*demotest.All {
				continue
			}
			for _, s := range []*Show{whole(t), four(t, false)} {
				allFit(t, s, size, guess)
			}
		}
	}
	s := four(t, true)
	for _, keys := range []string{"?", "?", "1p", "  ", "rp"} {
		press(s, keys)
		fits(t, s.Screen(Width, Height), Width, Height, keys)
	}
}

// allFit walks through a show at one size.
func allFit(t *testing.T, s *Show, size [2]int, guess bool) {
	for i := range s.acts {
		for _, q := range questions(s.acts[i].replay) {
			if guess {
				s.acts[i].guess[q] = summary.All
			}
		}
	}
	require.NoError(t, s.screens(func(string) error {
		what := fmt.Sprintf("%v %v", size, s.at)
		lines := s.Screen(size[0], size[1])
		fits(t, lines, size[0], size[1], what)
		if a := s.current(); a != nil && a.views[s.at.view].kind != script {
			prose := terminal.Strip(strings.Join(lines[1:], "\n"))
			require.NotContains(t, prose, "…", what+" "+s.id())
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

var numbers = regexp.MustCompile(`(\d+) of (\d+)`)

// TestNumbers holds what the outcome says to what was counted, and the last step to
// the outcome.
func TestNumbers(t *testing.T) {
	s := whole(t)
	for i := range s.acts {
		s.at = place{i + 1, 0}
		press(s, "r")
		r := s.acts[i].replay
		text := lines(s)
		for part, label := range []string{"target", "others"} {
			got := numbers.FindAllString(row(text, label), -1)
			var want []string
			for d := range r.Result.Cells {
				c := &r.Result.Cells[d]
				e := [2]attacks.Exposure{c.Content.Target, c.Content.Others}[part]
				if !c.Applicable {
					require.Contains(t, row(text, label), "– n/a", s.id())
					continue
				}
				want = append(want, fmt.Sprintf("%d of %d", e.Recovered, e.Total))
				require.Equal(t, e.Total, exposure(r, d, part).Total)
				require.Contains(t, row(text, "target's"), split(c.Content.Target), s.id())
			}
			require.Equal(t, want, got, "%s: %q", s.id(), row(text, label))
		}
		for d := range r.Result.Cells {
			if c := &r.Result.Cells[d]; c.Lawful.Asked > 0 {
				require.Contains(t, row(text, "orders"), fmt.Sprintf("served %d/%d", c.Lawful.Served, c.Lawful.Asked))
			}
			if len(r.Result.Cells[d].Noticed) > 0 {
				require.Contains(t, row(text, "noticed"), "! ")
			}
		}
		if !slices.ContainsFunc(r.Result.Cells, func(c attacks.Cell) bool { return c.Applicable }) {
			continue // nothing ran, and there is no last step
		}
		press(s, "b")
		before := lines(s)
		for _, label := range []string{"target", "others", "target's"} {
			require.Equal(t, row(text, label), row(before, label), s.id())
		}
	}
}

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

// TestTimeline draws who can be read: everybody once a quorum is robbed.
func TestTimeline(t *testing.T) {
	s := four(t, false)
	press(s, "2rb") // the last step of quorum-theft
	text := lines(s)
	for _, name := range []string{"*Marco", "Ruth", "Sam", "Jo", "Ines", "Dr Okoye"} {
		l := []rune(row(text, name))
		require.NotContains(t, string(l[:labels+30]), "■", name)
		require.Contains(t, string(l[labels+30:]), "■", name)
		require.NotContains(t, string(l[labels+30:]), "□", name)
	}
	require.Contains(t, row(text, "messages"), "▼")
	press(s, "2nn")
	require.Contains(t, row(lines(s), "*Marco"), "·", "not yet written")
	require.Regexp(t, `> \d+ +adv\.take\("trustee:1\.\.t\.store"\)`, lines(s)[4], "the line that runs")
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
	press(s, "1n")
	require.Contains(t, strings.Join(lines(s), "\n"), "36 more")
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
		talk := Talk{Conversation: story.Conversation(), Story: story.All()[0], Settings: whole(t).Settings}
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
