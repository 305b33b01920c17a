package present

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/stretchr/testify/require"
)

// What a terminal is told before and after a show, whatever happened: the alternate
// screen and the cursor (ECMA-48, xterm).
const (
	enter  = "\x1b[?1049h"
	leave  = "\x1b[?1049l"
	cursor = "\x1b[?25h"
)

// unattended is a terminal that nobody sits at; it says when the first screen is there.
type unattended struct {
	text  bytes.Buffer
	there chan struct{}
	once  sync.Once
}

func (v *unattended) Write(text []byte) (int, error) {
	v.text.Write(text)
	if bytes.Contains(v.text.Bytes(), []byte("real messages")) {
		v.once.Do(func() { close(v.there) })
	}
	return len(text), nil
}

// playing plays a show, types keys once there is something to see, and then does more.
func playing(ctx context.Context, m tea.Model, typed string, then func()) (shown string, err error) {
	out := unattended{there: make(chan struct{})}
	keys, typist := io.Pipe() // never ends
	go func() {
		<-out.there
		_, _ = io.WriteString(typist, typed)
		then()
	}()
	err = play(ctx, m, tea.WithInput(keys), tea.WithOutput(&out), tea.WithWindowSize(Width, Height),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	return out.text.String(), err
}

// restored requires that the terminal is as it was.
func restored(t *testing.T, shown string) {
	require.Contains(t, shown, enter)
	require.Greater(t, strings.LastIndex(shown, leave), strings.LastIndex(shown, enter))
	require.Greater(t, strings.LastIndex(shown, cursor), strings.LastIndex(shown, "\x1b[?25l"))
}

// faulty is a show that breaks on a key.
type faulty struct{ *Show }

func (f faulty) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		panic("no such key")
	}
	_, cmd := f.Show.Update(msg)
	return f, cmd
}

// TestPlay ends by a key, by somebody else, by a fault; each leaves the terminal as it
// was.
func TestPlay(t *testing.T) {
	s := four(t, false)
	shown, err := playing(context.Background(), s, "nq", func() {})
	require.NoError(t, err)
	require.Equal(t, place{1, 0}, s.at)
	restored(t, shown)

	ctx, stop := context.WithCancelCause(context.Background())
	shown, err = playing(ctx, four(t, false), "", func() { stop(errors.New("told to")) })
	require.EqualError(t, err, "told to")
	restored(t, shown)

	shown, err = playing(context.Background(), faulty{four(t, false)}, "n", func() {})
	require.ErrorIs(t, err, tea.ErrProgramPanic)
	restored(t, shown)
}

// TestPlayAlone goes on by itself to the end, where it waits, and shows acts as they
// come in. What it orders from bubbletea is done here at once.
func TestPlayAlone(t *testing.T) {
	ready := four(t, false)
	talk := ready.Talk
	talk.Auto, talk.Pace = true, time.Nanosecond
	s := New(talk)
	visited := map[place]bool{}
	var do func(cmd tea.Cmd)
	do = func(cmd tea.Cmd) {
		if cmd == nil {
			return
		}
		visited[s.at] = true
		msg := cmd()
		if list, ok := msg.(tea.BatchMsg); ok {
			for _, c := range list {
				do(c)
			}
			return
		}
		_, then := s.Update(msg)
		do(then)
	}
	do(s.Init())
	require.True(t, s.ended())
	require.Len(t, visited, 1+4*4)
	require.Nil(t, s.clock(), "it waits for somebody")
}

// TestClock: a turn that was ordered for one screen turns no other, and none while
// somebody reads.
func TestClock(t *testing.T) {
	s := four(t, true)
	require.NotNil(t, s.clock())
	old := s.turn
	press(s, "n")
	s.Update(old)
	require.Equal(t, place{1, 0}, s.at)
	s.Update(s.turn)
	require.Equal(t, place{1, 1}, s.at)
	for _, keys := range []string{"?", " "} {
		now := s.turn
		press(s, keys)
		s.Update(now)
		press(s, keys)
		s.Update(now)
		require.Equal(t, place{1, 1}, s.at, keys)
	}
}

// TestSizes draws for the terminal as it is, and for a usual one if it does not say.
func TestSizes(t *testing.T) {
	s := four(t, false)
	require.Equal(t, 23, strings.Count(s.View().Content, "\n"))
	s.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	require.Equal(t, 29, strings.Count(s.View().Content, "\n"))
	s.Update(tea.WindowSizeMsg{})
	require.Equal(t, 29, strings.Count(s.View().Content, "\n"))
	s.Update(tea.WindowSizeMsg{Width: 60, Height: 15})
	require.Contains(t, s.View().Content, "60 columns and 15 rows")
}

// TestPrint prints for pipes: everything, and nothing that a terminal obeys.
func TestPrint(t *testing.T) {
	var out bytes.Buffer
	s := four(t, false)
	require.NoError(t, s.Print(&out))
	require.NotContains(t, out.String(), "\x1b")
	require.Equal(t, 1+4*4, strings.Count(out.String(), "═\n"))
	require.Contains(t, out.String(), "It protects nobody's real messages")
	require.Contains(t, out.String(), "Rows are not likelihoods")
	require.NotContains(t, out.String(), "q quit")
	require.NotContains(t, out.String(), "Key p")
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

// sequences are what a terminal obeys (ECMA-48), and characters.
var sequences = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]|(?s:.)")

// write draws text, and refuses what is not known or does not fit.
func (v *screen) write(text string) {
	for _, seq := range sequences.FindAllString(text, -1) {
		switch {
		case seq[0] >= ' ':
			v.lines[v.row] = append(v.lines[v.row], []rune(seq)...)
			require.LessOrEqual(v.t, lipgloss.Width(string(v.lines[v.row])), Width)
		case seq == "\x1b[2J":
			v.lines = [Height][]rune{}
		case seq == "\x1b[H":
			v.row = 0
		case seq == "\n":
			v.row++
			require.Less(v.t, v.row, Height)
		case seq == "\r":
		case seq == "\x1b[?25l" || seq == "\x1b[?25h" || strings.HasSuffix(seq, "m"):
		default:
			require.Fail(v.t, "unknown sequence", "%q", seq)
		}
	}
}

// TestRecord reads a recording back, plays it, and finds the screens of the show.
func TestRecord(t *testing.T) {
	var first, second, pale bytes.Buffer
	require.NoError(t, four(t, false).Record(&first, false))
	require.NoError(t, four(t, false).Record(&second, false))
	require.NoError(t, four(t, false).Record(&pale, true))
	require.Equal(t, first.String(), second.String())
	require.Contains(t, first.String(), "38;5;208")
	require.NotContains(t, pale.String(), "38;5")
	require.Equal(t, replayed(t, first.String()), replayed(t, pale.String()))

	s := four(t, false)
	shown := replayed(t, first.String())
	require.NoError(t, s.screens(func(string) error {
		for i, l := range lines(s) {
			require.Equal(t, strings.TrimRight(l, " "), strings.TrimRight(shown[0][i], " "))
		}
		shown = shown[1:]
		return nil
	}))
	require.Empty(t, shown)
}

// replayed decodes a recording strictly and returns the screens that it shows.
func replayed(t *testing.T, cast string) (shown [][]string) {
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
	require.ErrorContains(t, four(t, false).Record(full{}, false), "no room")
	require.ErrorContains(t, four(t, false).Print(full{}), "no room")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }
