package present

import (
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"time"

	"doormat/demo/terminal"
)

// screens visits all screens from the opening to the closing; all acts must have
// been handed in.
func (s *Show) screens(visit func(text string) error) error {
	s.bare, s.at = true, place{}
	defer func() { s.bare = false }()
	for ; ; s.next() {
		if err := visit(strings.Join(s.Screen(Width, Height), "\n")); err != nil || s.ended() {
			return err
		}
	}
}

// colours are xterm's 256 in a style.
var colours = regexp.MustCompile(";?38;5;[0-9]+")

// Print writes all screens one after the other, without colours and without waiting.
func (s *Show) Print(w io.Writer) error {
	rule := "\n" + strings.Repeat("═", Width) + "\n"
	return s.screens(func(text string) error {
		text = strings.TrimRight(terminal.Strip(text), "\n ")
		if s.ended() {
			rule = "\n"
		}
		_, err := io.WriteString(w, text+rule)
		return err
	})
}

// Length is how long the show takes by itself.
func (s *Show) Length() (all time.Duration) {
	all = 2 * s.Pace // of the opening and the closing
	for i := range s.acts {
		all += time.Duration(max(1, len(s.acts[i].beats))) * s.Pace
	}
	return all
}

// Record writes the show as an asciicast of version 2, a player's file: a header and
// what appears when. Times come from the pace alone, so a recording repeats to the
// byte. If pale, it keeps no colours.
func (s *Show) Record(w io.Writer, pale bool) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	if err := out.Encode(struct {
		Version  int     `json:"version"`
		Width    int     `json:"width"`
		Height   int     `json:"height"`
		Duration float64 `json:"duration"`
		Title    string  `json:"title"`
	}{2, Width, Height, s.Length().Seconds(), "doormat"}); err != nil {
		return err
	}
	var now time.Duration
	event := func(text string) error { return out.Encode([]any{now.Seconds(), "o", text}) }
	if err := event("\x1b[?25l"); err != nil { // no cursor
		return err
	}
	if err := s.screens(func(text string) error {
		if pale {
			text = colours.ReplaceAllString(text, "")
		}
		err := event("\x1b[H\x1b[2J" + strings.ReplaceAll(text, "\n", "\r\n"))
		now += s.Pace
		return err
	}); err != nil {
		return err
	}
	return event("\x1b[?25h")
}
