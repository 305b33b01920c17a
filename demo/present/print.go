package present

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"
)

// screens visits all screens from the opening to the closing; all acts must have
// been handed in.
func (s *Show) screens(visit func() error) error {
	s.bare = true
	defer func() { s.bare = false }()
	for s.at = (place{}); ; s.next() {
		if err := visit(); err != nil || s.ended() {
			return err
		}
	}
}

// Print writes all screens one after the other, without colours and without waiting.
func (s *Show) Print(w io.Writer) error {
	w = &colorprofile.Writer{Forward: w, Profile: colorprofile.NoTTY}
	return s.screens(func() error {
		lines := s.Screen(Width, Height)
		text := strings.TrimRight(strings.Join(lines, "\n"), "\n ") + "\n"
		if !s.ended() {
			text += strings.Repeat("═", Width) + "\n"
		}
		_, err := io.WriteString(w, text)
		return err
	})
}

// Length is how long the show takes at a pace, by itself.
func (s *Show) Length(pace time.Duration) (all time.Duration) {
	at := s.at
	_ = s.screens(func() error {
		all += s.Dwell(pace)
		return nil
	})
	s.at = at
	return all
}

// Record writes the show as an asciicast of version 2, a player's file: a header and
// what appears when. Times come from the pace alone, so a recording repeats to the
// byte. Without colours, it keeps none.
func (s *Show) Record(w io.Writer, pace time.Duration, colours bool) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	header := struct {
		Version  int     `json:"version"`
		Width    int     `json:"width"`
		Height   int     `json:"height"`
		Duration float64 `json:"duration"`
		Title    string  `json:"title"`
	}{2, Width, Height, s.Length(pace).Seconds(), "doormat"}
	if err := out.Encode(header); err != nil {
		return err
	}
	var now time.Duration
	event := func(text string) error { return out.Encode([]any{now.Seconds(), "o", text}) }
	if err := event("\x1b[?25l"); err != nil {
		return err
	}
	profile := colorprofile.ANSI256
	if !colours {
		profile = colorprofile.ASCII
	}
	err := s.screens(func() error {
		var b strings.Builder
		styled := &colorprofile.Writer{Forward: &b, Profile: profile}
		if _, err := io.WriteString(styled, frame(s.Screen(Width, Height))); err != nil {
			return err
		}
		err := event(b.String())
		now += s.Dwell(pace)
		return err
	})
	if err != nil {
		return err
	}
	return event("\x1b[?25h")
}
