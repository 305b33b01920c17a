package present

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"

	"doormat/demo/summary"
)

// special are keys of tests that are no characters.
var special = map[rune]tea.Key{
	'→': {Code: tea.KeyRight}, '←': {Code: tea.KeyLeft}, '↓': {Code: tea.KeyDown}, '↑': {Code: tea.KeyUp},
	'⇟': {Code: tea.KeyPgDown}, '⇞': {Code: tea.KeyPgUp}, // a clicker
	'⌫': {Code: tea.KeyBackspace}, '⏎': {Code: tea.KeyEnter}, '⇥': {Code: tea.KeyTab}, '⎋': {Code: tea.KeyEscape},
	'\x03': {Code: 'c', Mod: tea.ModCtrl}, '\x04': {Code: 'd', Mod: tea.ModCtrl}, '\x0c': {Code: 'l', Mod: tea.ModCtrl},
	'\b': {Code: 'h', Mod: tea.ModCtrl}, '\n': {Code: 'j', Mod: tea.ModCtrl}, 'ñ': {Code: 'n', Mod: tea.ModAlt},
	'⇒': {Code: tea.KeyRight, Mod: tea.ModCtrl}, ' ': {Code: tea.KeySpace, Text: " "},
}

// press types keys and reports whether one ended the show.
func press(s *Show, keys string) (quit bool) {
	for _, r := range keys {
		k, ok := special[r]
		if !ok {
			k = tea.Key{Code: r, Text: string(r)}
		}
		_, cmd := s.Update(tea.KeyPressMsg(k))
		quit = quit || reflect.ValueOf(cmd).Pointer() == reflect.ValueOf(tea.Quit).Pointer()
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
		{"⏎\n", place{1, 1}, false},
		{"↓⇟", place{1, 1}, false},
		{"ñ⇒", place{1, 1}, false},
		{"nnn⇞\b", place{1, 0}, false},
		{"nnn\x0c⎋é漢↑", place{1, 1}, false},
		{"n→", place{1, 1}, false},
		{"nnb", place{1, 0}, false},
		{"nn⌫←", place{0, 0}, false},
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
		{"2x⇥~", place{2, 0}, false},
		{"1nnp", place{1, 0}, false}, // guesses are made where the question is
		{"1pn", place{1, 0}, false},
		{"1pnsanr", place{1, 7}, false},
		{"1p    n", place{1, 1}, false},
		{"1pq", place{1, 0}, true},
		{"q", place{0, 0}, true},
		{"Q", place{0, 0}, true},
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
	n, s, a := summary.None, summary.Part, summary.All
	for _, c := range []struct {
		keys      string
		act       int
		want      map[int]summary.State
		right, of int
	}{
		{"1p", 1, map[int]summary.State{}, 0, 0},
		{"1psnpa", 1, map[int]summary.State{0: s, 1: n, 2: s, 3: a}, 3, 4},
		{"1p n", 1, map[int]summary.State{1: n}, 1, 1},
		{"1pnba", 1, map[int]summary.State{0: a}, 0, 1},
		{"1pb", 1, map[int]summary.State{}, 0, 0},
		{"1pnnaap    ", 1, map[int]summary.State{}, 0, 0},
		{"2paa", 2, map[int]summary.State{2: a, 3: a}, 2, 2},
		{"2pnaRrb", 2, map[int]summary.State{2: n, 3: a}, 1, 2},
	} {
		show := four(t, false)
		press(show, c.keys)
		require.Equal(t, c.want, show.acts[c.act-1].guess, c.keys)
		right, of := show.table(&page{width: Width, height: Height})
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
	talk := ready.Talk
	talk.Auto = true
	s := New(talk)
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
	require.Equal(t, 150*time.Second, four(t, true).Length())
}
