package present

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
)

// press types keys as a terminal sends them and reports whether one ended the show.
func press(s *Show, keys string) (quit bool) {
	var d Decoder
	for _, k := range d.Feed([]byte(keys)) {
		quit = quit || s.Press(k)
	}
	return quit
}

// TestKeys goes through the four acts, which have 10, 10, 9 and 10 screens.
func TestKeys(t *testing.T) {
	for _, c := range []struct {
		keys string
		want place
		quit bool
	}{
		{"", place{0, 0}, false},
		{"b", place{0, 0}, false},
		{" ", place{1, 0}, false},
		{"\r\n", place{1, 1}, false},
		{"n\x1b[C", place{1, 1}, false},
		{"nnb", place{1, 0}, false},
		{"nn\x7f\x1b[D", place{0, 0}, false},
		{"2b", place{1, 9}, false},
		{"r", place{1, 0}, false},
		{"1r", place{1, 7}, false},
		{"1rr", place{1, 9}, false},
		{"1rrrr", place{1, 9}, false},
		{"1rrn", place{2, 0}, false},
		{"2nnnR", place{2, 0}, false},
		{"2nnn0", place{2, 0}, false},
		{"3rrn", place{4, 0}, false},
		{"4rrn", place{5, 0}, false},
		{"4rrnnn", place{5, 0}, false},
		{"4rrnb", place{4, 9}, false},
		{"4rrnr", place{5, 0}, false},
		{"5", place{0, 0}, false},
		{"2?n", place{2, 0}, false}, // a key closes the help
		{"2?nn", place{2, 1}, false},
		{"2x\x1b[Z~", place{2, 0}, false},
		{"1nnp", place{1, 0}, false}, // guesses are made where the question is
		{"1pn", place{1, 0}, false},
		{"1pnsanr", place{1, 7}, false},
		{"1p    n", place{1, 1}, false},
		{"1pq", place{1, 0}, true},
		{"q", place{0, 0}, true},
		{"\x03", place{0, 0}, true},
		{"?\x04", place{0, 0}, true},
	} {
		s := four(t, false)
		require.Equal(t, c.quit, press(s, c.keys), "%q", c.keys)
		require.Equal(t, c.want, s.at, "%q", c.keys)
	}
}

// TestGuesses takes the room's answers and compares them with what was counted. In
// act 2 nothing is asked of end-to-end encryption, where the attack does not apply.
func TestGuesses(t *testing.T) {
	n, s, a := attacks.None, attacks.Some, attacks.All
	for _, c := range []struct {
		keys      string
		act       int
		want      map[int]attacks.Level
		right, of int
	}{
		{"1p", 1, map[int]attacks.Level{}, 0, 0},
		{"1psnpa", 1, map[int]attacks.Level{0: s, 1: n, 2: s, 3: a}, 3, 4},
		{"1p n", 1, map[int]attacks.Level{1: n}, 1, 1},
		{"1pnba", 1, map[int]attacks.Level{0: a}, 0, 1},
		{"1pb", 1, map[int]attacks.Level{}, 0, 0},
		{"1pnnaap    ", 1, map[int]attacks.Level{}, 0, 0},
		{"2paa", 2, map[int]attacks.Level{2: a, 3: a}, 2, 2},
		{"2pnaRrb", 2, map[int]attacks.Level{2: n, 3: a}, 1, 2},
	} {
		show := four(t, false)
		press(show, c.keys)
		require.Equal(t, c.want, show.acts[c.act-1].guess, c.keys)
		right, of := show.score()
		require.Equal(t, [2]int{c.right, c.of}, [2]int{right, of}, c.keys)
	}
	show := four(t, false)
	press(show, "2psa")
	require.Regexp(t, `^target +– n/a +◧ part of \d+$`, row(lines(show), "target"))
	press(show, "r")
	text := lines(show)
	require.Regexp(t, `^room said +◧ part: wrong$`, row(text, "room"))
	require.Regexp(t, `^target +– n/a +■ all `, row(text, "target"))
	require.NotContains(t, strings.Join(text, ""), "□")
	require.Contains(t, row(text, "because"), "– not applicable: ")
	press(show, "4rrn")
	require.Contains(t, lines(show), "The room guessed 1 of 2 right.")
	press(show, "0p") // nothing to guess at the closing
	require.Equal(t, -1, show.asking)
}

// TestActsToCome shows an act that has not run yet, and one that cannot.
func TestActsToCome(t *testing.T) {
	ready := four(t, false)
	s := New(ready.talk, true)
	require.True(t, s.moves())
	press(s, "n")
	require.Contains(t, lines(s)[2], "runs now")
	press(s, "nprRb")
	require.Equal(t, place{0, 0}, s.at)
	press(s, "1")
	require.False(t, s.moves())
	s.Take(Ran{Act: 0, Replay: ready.acts[0].replay})
	require.Contains(t, lines(s)[1], "A phone is copied")
	require.True(t, s.moves())
	s.Take(Ran{Act: 1, Err: errors.New("no luck\x1b")})
	press(s, "2")
	require.Contains(t, lines(s)[3], `no luck\x1b`)
	press(s, "rnp")
	require.Equal(t, place{3, 0}, s.at)
	_, err := s.Cells()
	require.ErrorContains(t, err, "no luck")
	s.at = place{5, 0}
	require.Contains(t, row(lines(s), "2"), "did not run")
	require.Contains(t, row(lines(s), "3"), "… runs")
}

// TestPauses: what goes on by itself waits for the help, the room and the space bar.
func TestPauses(t *testing.T) {
	for _, c := range []struct {
		keys  string
		moves bool
	}{{"", true}, {" ", false}, {"  ", true}, {"?", false}, {"? ", true}, {"1p", false}, {"1pnsan", true}, {"4rrn", false}} {
		s := four(t, true)
		press(s, c.keys)
		require.Equal(t, c.moves, s.moves(), c.keys)
	}
	require.False(t, four(t, false).moves())
}

// TestLength: by itself the whole story takes two and a half minutes.
func TestLength(t *testing.T) {
	require.Equal(t, 150*time.Second, four(t, true).Length(Pace))
}

func TestDecoder(t *testing.T) {
	for _, c := range []struct {
		bytes string
		want  []Key
	}{
		{"a B", []Key{'a', ' ', 'B'}},
		{"\r\n\b\x7f", []Key{Enter, Enter, Left, Left}},
		{"\x1b[C\x1b[D\x1bOC\x1bOD", []Key{Right, Left, Right, Left}},
		{"\x1b[6~\x1b[5~", []Key{Right, Left}}, // a clicker
		{"\x1b[1;5C", []Key{Right}},
		{"\x1b[15~\x1b[200~\x1b[65~\x1b[5;6~", nil},
		{"\x1b\x1b[C", []Key{Right}},
		{"\x1bn\x1b", []Key{'n'}},
		{"\x1b[99999999999999999999C", []Key{Right}},
		{"\x1b[\x03", []Key{Quit}},
		{"q\x04Q", []Key{Quit, Quit, Quit}},
		{"é漢\x00\xff", nil},
		{"\x0c", []Key{Redraw}},
	} {
		var d Decoder
		require.Equal(t, c.want, d.Feed([]byte(c.bytes)), "%q", c.bytes)
	}
}

// FuzzDecoder: no bytes break it, it does not matter how they are cut, and control-C
// ends the show whatever came before.
func FuzzDecoder(f *testing.F) {
	for _, seed := range []string{"", "n\x1b[C", "\x1b[1;5D\x1bOC", "\x1b[5~q", "\x1b[\x1b[[[;;;99~", "\x9b5~é"} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, bytes []byte, at int) {
		var d, e Decoder
		whole := d.Feed(bytes)
		at = min(max(at, 0), len(bytes))
		require.Equal(t, whole, append(e.Feed(bytes[:at]), e.Feed(bytes[at:])...))
		require.Equal(t, []Key{Quit}, d.Feed([]byte{3}))
		for _, k := range whole {
			require.True(t, k >= ' ' && k < 0x7f || k == Enter || k <= Left && k >= Quit, "%d", k)
		}
	})
}
