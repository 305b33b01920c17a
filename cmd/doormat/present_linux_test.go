package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"doormat/demo/present"
)

// TestTerminal runs the verb on a real terminal and finds it as it was, whether
// somebody quits or the program is told to end; a slow step would show here as well.
func TestTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a terminal of its own")
	}
	for _, c := range []struct {
		keys   string
		signal os.Signal
		code   int
	}{{"1n q", nil, 0}, {"?\x03", nil, 0}, {"2", syscall.SIGTERM, exitFailed}} {
		screen, terminal := pseudo(t)
		before, err := term.GetState(int(terminal.Fd()))
		require.NoError(t, err)
		var complaint strings.Builder
		program, err := os.Executable()
		require.NoError(t, err)
		c0 := exec.Command(program, "present")
		c0.Args[0] = "doormat" // see TestMain
		c0.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=")
		c0.Stdin, c0.Stdout, c0.Stderr = terminal, terminal, &complaint
		require.NoError(t, c0.Start())
		shown := make(chan string, 1)
		started := make(chan struct{})
		go watch(screen, started, shown)
		<-started
		_, err = screen.WriteString(c.keys)
		require.NoError(t, err)
		if c.signal != nil {
			require.NoError(t, c0.Process.Signal(c.signal))
		}
		_ = c0.Wait()
		require.Equal(t, c.code, c0.ProcessState.ExitCode(), complaint.String())
		after, err := term.GetState(int(terminal.Fd()))
		require.NoError(t, err)
		require.Equal(t, before, after)
		require.NoError(t, terminal.Close())
		text := <-shown
		for _, pair := range [][2]string{
			{"\x1b[?1049h", "\x1b[?1049l"}, // the alternate screen
			{"\x1b[?25l", "\x1b[?25h"},     // no cursor
			{"\x1b[?2004h", "\x1b[?2004l"}, // marks around what is pasted
			{"\x1b[>1u", "\x1b[<1u"},       // more telling keys
			{"\x1b[>4;2m", "\x1b[>4m"},     // the same, of xterm
		} {
			require.Contains(t, text, pair[0])
			require.Greater(t, strings.LastIndex(text, pair[1]), strings.LastIndex(text, pair[0]), "and back: %q", text)
		}
		require.Contains(t, text, "who can read your messages")
	}
}

// TestHandsOnTerminal counts hands with keys on a real terminal, in two sittings: the file has them,
// and nothing else.
func TestHandsOnTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a terminal of its own")
	}
	dir := t.TempDir()
	text := "title: Short\nquestion 1 mind: Which?\n  - This\n  - That\nagain 1: mind\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "short.lesson"), []byte(text), 0o600))
	program, err := os.Executable()
	require.NoError(t, err)
	sit := func(keys string) string {
		screen, terminal := pseudo(t)
		c := exec.Command(program, "lesson", "short.lesson", "--record", "hands.json")
		c.Args[0], c.Dir = "doormat", dir // see TestMain
		c.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=")
		c.Stdin, c.Stdout, c.Stderr = terminal, terminal, terminal
		require.NoError(t, c.Start())
		shown := make(chan string, 1)
		started := make(chan struct{})
		go watch(screen, started, shown)
		<-started
		_, err = screen.WriteString(keys)
		require.NoError(t, err)
		require.NoError(t, c.Wait())
		require.NoError(t, terminal.Close())
		require.Contains(t, <-shown, "wrote hands.json")
		hands, err := os.ReadFile(filepath.Join(dir, "hands.json"))
		require.NoError(t, err)
		return strings.Join(strings.Fields(string(hands)), "")
	}
	const down = "\x1b[B"
	require.Contains(t, sit("n12"+down+"3q"), `"before":true,"after":false,"options":[{"option":"This","before":12,"after":0,"measured":""},`+
		`{"option":"That","before":3,"after":0,"measured":""}]`)
	require.Contains(t, sit("nn5"+down+"10nq"), `"before":true,"after":true,"options":[{"option":"This","before":12,"after":5,"measured":""},`+
		`{"option":"That","before":3,"after":10,"measured":""}]`)
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, list, 2, "and nothing is left beside them")
}

// watch reads what is shown, and says when the first screen is there.
func watch(screen io.Reader, started chan<- struct{}, shown chan<- string) {
	var text []byte
	buf := make([]byte, 4096)
	for {
		n, err := screen.Read(buf)
		if text = append(text, buf[:n]...); started != nil && strings.Contains(string(text), "quit") {
			close(started)
			started = nil
		}
		if err != nil { // the last user of the terminal has closed it
			shown <- string(text)
			return
		}
	}
}

// pseudo opens a terminal of the smallest size, see pty(7).
func pseudo(t *testing.T) (screen, terminal *os.File) {
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo terminals here:", err)
	}
	control := func(request uintptr, argument unsafe.Pointer) {
		_, _, code := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(argument))
		require.Zero(t, code)
	}
	var unlocked, number int32
	control(syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked))
	control(syscall.TIOCGPTN, unsafe.Pointer(&number))
	size := [4]uint16{present.Height, present.Width}
	control(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = screen.Close() })
	time.AfterFunc(time.Minute, func() { _ = screen.Close() }) // never wait for ever
	return screen, terminal
}
