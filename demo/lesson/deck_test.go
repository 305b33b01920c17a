package lesson

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
)

// deck is the small lesson under way; its first act reads two of five.
func deck(t *testing.T) *Deck {
	l, err := Parse("small", []byte(small))
	require.NoError(t, err)
	d := l.NewDeck(l.NewRecord("1.0"))
	d.Measured = func(place int, design string) *attacks.Cell {
		if design != "toy" || d.Places[place].Step.Attack != "odd" {
			return nil
		}
		c := &attacks.Cell{Applicable: true}
		c.Content.Others.Recovered, c.Content.Others.Total = 2, 5
		return c
	}
	return d
}

// press gives keys to the card at a place.
func press(t *testing.T, d *Deck, place int, keys ...string) {
	for _, k := range keys {
		require.True(t, d.Places[place].Card.Press(k), "%s at place %d", k, place)
	}
}

// TestHands counts before and after, and shows both beside what was measured.
func TestHands(t *testing.T) {
	d := deck(t)
	saved := 0
	d.Save = func(*Record) error { saved++; return nil }
	require.Equal(t, "minute 1 of 12", d.Places[1].Card.Corner())
	require.Equal(t, "minute 3 of 12", d.Places[2].Card.Corner())
	require.Contains(t, strings.Join(d.Places[2].Card.Lines(70), "\n"), "3 minutes")
	press(t, d, 1, "1", "9", "down", "5", "up", "7", "8", "backspace", "down", "down", "down", "4")
	ballot := strings.Join(d.Places[1].Card.Lines(70), "\n")
	require.Regexp(t, `  a  What is read +7\n› b  None of them +4\n`, ballot)
	for _, key := range []string{"space", "right", "q", "x", "left", "enter"} {
		require.False(t, d.Places[1].Card.Press(key), key)
	}
	require.False(t, d.Places[0].Card.Press("5"))
	compared := d.Places[6].Card
	require.False(t, compared.Press("5"))
	require.Regexp(t, `What is read +7 +– +2 of 5\nNone of them +4 +–$`, strings.Join(compared.Lines(70), "\n"))
	require.NotContains(t, strings.Join(d.Places[5].Card.Lines(70), "\n"), "7", "what the class said before stands beside the second ballot")
	press(t, d, 5, "3", "down", "8", "9", "9", "9", "9", "9")
	require.Regexp(t, `What is read +7 +3 +2 of 5\nNone of them +4 +8999$`, strings.Join(compared.Lines(70), "\n"))
	require.Equal(t, 14, saved, "keys that count")
	require.Equal(t, Asked{"mind", "Which number?", true, true, []Hands{{"What is read", 7, 3, "2 of 5"}, {"None of them", 4, 8999, ""}}},
		d.Record.Questions[0])
	d.Save = func(*Record) error { return errors.New("disk is full") }
	press(t, d, 1, "1")
	require.EqualError(t, d.Unsaved, "disk is full")
}

// TestResume goes on with a record, and refuses that of another lesson.
func TestResume(t *testing.T) {
	d := deck(t)
	press(t, d, 1, "7")
	text, err := json.Marshal(d.Record)
	require.NoError(t, err)
	require.NotRegexp(t, `(?i)name of|time|date`, string(text))
	again := deck(t)
	require.NoError(t, again.Record.Resume(text))
	require.Contains(t, strings.Join(again.Places[6].Card.Lines(70), "\n"), "7")
	for old, now := range map[string]string{
		`"lesson":"Two questions"`: `"lesson":"x"`, `"question":"Which number?"`: `"question":"x"`, `"option":"None of them"`: `"option":"x"`,
		`"before":7`: `"before":-7`, `"after":0`: `"after":10000`, `"name":"mind"`: `"name":"x"`, `"questions"`: `"question"`, `{"doormat"`: `[{"doormat"`,
	} {
		require.Contains(t, string(text), old)
		require.Error(t, deck(t).Record.Resume([]byte(strings.Replace(string(text), old, now, 1))), now)
	}
	require.Error(t, deck(t).Record.Resume(append(text, '{')))
	require.Error(t, deck(t).Record.Resume(nil))
}
