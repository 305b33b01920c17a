package present

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"
)

// terminal is one that nobody sits at: typed keys, a clock that never waits.
func terminal(out *bytes.Buffer, typed string) Terminal {
	keys := make(chan Key)
	go Read(strings.NewReader(typed), keys, nil)
	return Terminal{Out: out, Keys: keys, Pace: time.Second, After: time.After,
		Size: func() (int, int) { return Width, Height }}
}

// left requires that the terminal is as it was.
func left(t *testing.T, out *bytes.Buffer) {
	require.True(t, strings.HasPrefix(out.String(), enter))
	require.True(t, strings.HasSuffix(out.String(), leave))
}

// TestPlay ends by a key, by the end of the input, by somebody else, by a broken
// terminal; each leaves the terminal as it was.
func TestPlay(t *testing.T) {
	var out bytes.Buffer
	s := four(t, false)
	require.NoError(t, s.Play(context.Background(), terminal(&out, "nnq2")))
	require.Equal(t, place{1, 1}, s.at)
	left(t, &out)

	out.Reset()
	s = four(t, false)
	require.NoError(t, s.Play(context.Background(), terminal(&out, "2")))
	require.Equal(t, place{2, 0}, s.at)
	left(t, &out)

	out.Reset()
	ctx, stop := context.WithCancelCause(context.Background())
	stop(errors.New("told to"))
	quiet := terminal(&out, "")
	quiet.Keys = make(chan Key)
	require.EqualError(t, four(t, false).Play(ctx, quiet), "told to")
	left(t, &out)
	ended := make(chan Key)
	close(ended)
	quiet.Keys = ended
	for range 20 { // whichever is seen first
		require.EqualError(t, four(t, false).Play(ctx, quiet), "told to")
	}

	out.Reset()
	broken := terminal(&out, "")
	broken.Size = func() (int, int) { panic("no size") }
	require.Panics(t, func() { _ = four(t, false).Play(context.Background(), broken) })
	left(t, &out)
}

// TestPlayAlone goes on by itself to the end, where it waits, and shows acts as they
// come in.
func TestPlayAlone(t *testing.T) {
	var out bytes.Buffer
	ready := four(t, true)
	s := New(ready.talk, true)
	term := terminal(&out, "")
	keys, ran := make(chan Key), make(chan Ran)
	term.Keys, term.Ran = keys, ran
	var slept time.Duration
	term.After = func(d time.Duration) <-chan time.Time {
		slept += d
		now := make(chan time.Time, 1)
		now <- time.Time{}
		return now
	}
	go func() {
		for i, a := range ready.acts {
			ran <- Ran{Act: i, Replay: a.replay}
		}
	}()
	term.Size = func() (int, int) {
		if s.ended() {
			close(keys) // here it would wait for somebody
		}
		return Width, Height
	}
	require.NoError(t, s.Play(context.Background(), term))
	left(t, &out)
	require.True(t, s.ended())
	require.Equal(t, s.Length(term.Pace)-s.Dwell(term.Pace), slept)
}

// TestPrint prints for pipes: everything, and nothing that a terminal obeys.
func TestPrint(t *testing.T) {
	var out bytes.Buffer
	s := four(t, false)
	require.NoError(t, s.Print(&out))
	require.NotContains(t, out.String(), "\x1b")
	require.Equal(t, 1+10+10+9+10, strings.Count(out.String(), "═\n"))
	require.Contains(t, out.String(), "It protects nobody's real messages")
	require.Contains(t, out.String(), "Rows are not likelihoods")
	require.NotContains(t, out.String(), "press")
	require.NotContains(t, out.String(), "key p")
	require.NotRegexp(t, `(?i)\bsecure\b`, out.String())
	for l := range strings.Lines(out.String()) {
		require.LessOrEqual(t, lipgloss.Width(strings.TrimSuffix(l, "\n")), Width)
	}
}

// screen is a terminal that knows as much as a recording needs.
type screen struct {
	t     *testing.T
	lines [Height][]rune
	row   int
}

// write draws text, and refuses what is not known or does not fit.
func (v *screen) write(text string) {
	for text != "" {
		seq, width, n, _ := ansi.DecodeSequence(text, 0, nil)
		text = text[n:]
		switch {
		case width > 0:
			v.lines[v.row] = append(v.lines[v.row], []rune(seq)...)
			require.LessOrEqual(v.t, lipgloss.Width(string(v.lines[v.row])), Width)
		case strings.HasSuffix(seq, ";1H"):
			to, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(seq, "\x1b["), ";1H"))
			require.NoError(v.t, err)
			require.LessOrEqual(v.t, to, Height)
			v.row = to - 1
		case seq == "\x1b[2K":
			v.lines[v.row] = nil
		case seq == "\x1b[?25l" || seq == "\x1b[?25h" || strings.HasSuffix(seq, "m"):
		default:
			require.Fail(v.t, "unknown sequence", "%q", seq)
		}
	}
}

// TestRecord reads a recording back, plays it, and finds the screens of the show.
func TestRecord(t *testing.T) {
	var first, second, pale bytes.Buffer
	require.NoError(t, four(t, false).Record(&first, Pace, true))
	require.NoError(t, four(t, false).Record(&second, Pace, true))
	require.NoError(t, four(t, false).Record(&pale, Pace, false))
	require.Equal(t, first.String(), second.String())
	require.Contains(t, first.String(), "38;5;208")
	require.NotContains(t, pale.String(), "38;5")
	require.Equal(t, play(t, first.String()), play(t, pale.String()))

	s := four(t, false)
	shown := play(t, first.String())
	require.NoError(t, s.screens(func() error {
		for i, l := range lines(s) {
			require.Equal(t, strings.TrimRight(l, " "), strings.TrimRight(shown[0][i], " "))
		}
		shown = shown[1:]
		return nil
	}))
	require.Empty(t, shown)
}

// play decodes a recording strictly and returns the screens that it shows.
func play(t *testing.T, cast string) (shown [][]string) {
	decode := json.NewDecoder(strings.NewReader(cast))
	decode.DisallowUnknownFields()
	var header struct {
		Version, Width, Height int
		Duration               float64
		Title                  string
	}
	require.NoError(t, decode.Decode(&header))
	require.Equal(t, [3]int{2, Width, Height}, [3]int{header.Version, header.Width, header.Height})
	v := &screen{t: t}
	now := 0.0
	for decode.More() {
		var event [3]any
		require.NoError(t, decode.Decode(&event))
		at, ok := event[0].(float64)
		require.True(t, ok)
		require.GreaterOrEqual(t, at, now)
		require.Equal(t, "o", event[1])
		now = at
		v.write(event[2].(string))
		if !strings.HasPrefix(event[2].(string), "\x1b[?25") {
			var text []string
			for _, l := range v.lines {
				text = append(text, string(l))
			}
			shown = append(shown, text)
		}
	}
	require.Equal(t, header.Duration, now)
	return shown
}

// TestRecordFails passes on that a file cannot be written.
func TestRecordFails(t *testing.T) {
	require.ErrorContains(t, four(t, false).Record(full{}, Pace, true), "no room")
	require.ErrorContains(t, four(t, false).Print(full{}), "no room")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }
