package present

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
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

// TestKeys goes through four acts of four beats.
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
		{"nn⌫←", place{0, 0}, false},
		{"2b", place{1, 3}, false},
		{"r", place{1, 0}, false},
		{"1r", place{1, 2}, false},
		{"1rrrr", place{1, 3}, false},
		{"1rrn", place{2, 0}, false},
		{"2nnnR", place{2, 0}, false},
		{"2nnn0", place{2, 0}, false},
		{"4rrn", place{5, 0}, false},
		{"4rrnnn", place{5, 0}, false},
		{"4rrnb", place{4, 3}, false},
		{"4rrnr", place{5, 0}, false},
		{"5", place{0, 0}, false},
		{"2?n", place{2, 0}, false}, // a key closes the help
		{"2?nn", place{2, 1}, false},
		{"2x⇥~", place{2, 0}, false},
		{"1nnp", place{1, 0}, false}, // guesses are made where the question is
		{"1pn", place{1, 0}, false},
		{"1psar", place{1, 2}, false},
		{"1p  n", place{1, 1}, false},
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

// TestGuesses takes the room's answers and compares them with what was counted. Where the attack
// does not apply nothing is asked.
func TestGuesses(t *testing.T) {
	n, p, a := summary.None, summary.Part, summary.All
	show := four(t, false)
	both, one := number(t, show, "device-theft"), number(t, show, "quorum-theft")
	for _, c := range []struct {
		keys      string
		act       int
		want      map[int]summary.State
		right, of int
	}{
		{"p", both, map[int]summary.State{}, 0, 0},
		{"psa", both, map[int]summary.State{0: p, 1: a}, 1, 2},
		{"p n", both, map[int]summary.State{1: n}, 0, 1},
		{"pnbp", both, map[int]summary.State{0: p}, 1, 1},
		{"pb", both, map[int]summary.State{}, 0, 0},
		{"pnap  ", both, map[int]summary.State{}, 0, 0},
		{"pa", one, map[int]summary.State{1: a}, 1, 1},
		{"psRrb", one, map[int]summary.State{1: p}, 0, 1},
	} {
		show := four(t, false)
		press(show, fmt.Sprint(c.act)+c.keys)
		require.Equal(t, c.want, show.acts[c.act-1].guess, c.keys)
		right, of := show.table(&page{width: Width, height: Height})
		require.Equal(t, [2]int{c.right, c.of}, [2]int{right, of}, c.keys)
	}
	show = four(t, false)
	press(show, fmt.Sprint(one)+"ps")
	require.Regexp(t, `^nobody to rob +the room says ◧ part$`, row(lines(show), "nobody"))
	press(show, "r")
	require.Regexp(t, `^nobody to rob +72 of 72  the room said ◧ part$`, row(lines(show), "nobody"))
	press(show, "4rrn")
	require.Contains(t, lines(show), "The room guessed 0 of 1 right.")
	press(show, "0p") // nothing to guess at the closing
	require.Equal(t, -1, show.asking)
}

// number is that of an act.
func number(t *testing.T, s *Show, id string) int {
	i := slices.IndexFunc(s.Acts, func(h technique.Header) bool { return h.ID == id })
	require.NotEqual(t, -1, i)
	return i + 1
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
	require.Contains(t, lines(s)[0], s.Acts[0].Title)
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
	}{{"", true}, {" ", false}, {"  ", true}, {"?", false}, {"? ", true}, {"1p", false}, {"1psa", true}, {"4rrn", false}} {
		s := four(t, true)
		press(s, c.keys)
		require.Equal(t, c.moves, s.moves(), c.keys)
	}
	require.False(t, four(t, false).moves())
}

// TestLength: by itself the whole story takes two minutes at most.
func TestLength(t *testing.T) {
	require.LessOrEqual(t, four(t, true).Length(), 2*time.Minute)
	require.Greater(t, four(t, true).Length(), 100*time.Second)
}
