package present

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"
)

// A Terminal is what a show is played on. It is in raw mode, or nothing that needs
// one; whoever put it there takes it back.
type Terminal struct {
	Out   io.Writer
	Size  func() (width, height int)
	Keys  <-chan Key // ends with the input
	Ran   <-chan Ran // acts, as they are ready; never closed
	Pace  time.Duration
	After func(time.Duration) <-chan time.Time // time.After, or a clock of one's own
}

// What a terminal is told (ECMA-48; the alternate screen is xterm's): before the
// show, and after it whatever happened.
const (
	enter = "\x1b[?1049h\x1b[?25l"
	leave = "\x1b[0m\x1b[?25h\x1b[?1049l"
)

// Play shows until somebody quits, the input ends or ctx does, whose cause it
// returns. The terminal is left as it was found, also by a panic.
func (s *Show) Play(ctx context.Context, t Terminal) error {
	defer func() { _, _ = io.WriteString(t.Out, leave) }()
	if _, err := io.WriteString(t.Out, enter); err != nil {
		return err
	}
	var timer <-chan time.Time
	armed := place{act: -1}
	for {
		width, height := t.Size()
		if _, err := io.WriteString(t.Out, frame(s.Screen(width, height))); err != nil {
			return err
		}
		switch {
		case !s.moves():
			timer, armed = nil, place{act: -1}
		case armed != s.at:
			timer, armed = t.After(s.Dwell(t.Pace)), s.at
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case k, more := <-t.Keys:
			if !more {
				return context.Cause(ctx) // nil, unless that is why it ended
			}
			if s.Press(k) {
				return nil
			}
		case r := <-t.Ran:
			s.Take(r)
		case <-timer:
			s.next()
		}
	}
}

// frame is what draws a screen over the one before: all lines of the terminal. Each is
// cleared first, since after a full one the cursor stands on its last character.
func frame(lines []string) string {
	var b strings.Builder
	for i, l := range lines {
		b.WriteString("\x1b[" + strconv.Itoa(i+1) + ";1H\x1b[2K" + l)
	}
	return b.String()
}
