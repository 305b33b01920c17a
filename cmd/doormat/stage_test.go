package main

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// serving starts a verb of doormat that serves pages, in a folder, and gives the line with its
// address, and what it says on stderr.
func serving(t *testing.T, dir string, args ...string) (*exec.Cmd, string, *strings.Builder) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals to other programs")
	}
	program, err := os.Executable() // which is doormat when it is called so, see TestMain
	require.NoError(t, err)
	c, complaints := exec.Command(program), new(strings.Builder)
	c.Dir, c.Stderr = dir, complaints
	c.Args = append(append([]string{"doormat"}, args...), "--no-open", "--addr", "127.0.0.1:0")
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill() })
	address, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return c, address, complaints
}

// TestStage starts the server, opens the page whose address it prints, and ends it as
// Ctrl-C does.
func TestStage(t *testing.T) {
	c, address, complaints := serving(t, "", "stage", "--threshold", "2")
	require.Regexp(t, `^http://127\.0\.0\.1:\d+/wall\?t=2\n$`, address)

	res, err := http.Get(strings.TrimSpace(address))
	require.NoError(t, err)
	page, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 200, res.StatusCode)
	require.Contains(t, string(page), "The story · doormat")
	require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")

	r, err := http.NewRequest("GET", strings.TrimSpace(address), nil)
	require.NoError(t, err)
	r.Host = "evil.example"
	res, err = http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusMisdirectedRequest, res.StatusCode)

	require.NoError(t, c.Process.Signal(os.Interrupt))
	require.NoError(t, c.Wait())
	require.Empty(t, complaints.String())
}

// TestLessonOnStage serves a lesson whose acts run meanwhile, and ends as Ctrl-C does.
func TestLessonOnStage(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "one.lesson"), []byte("title: One\nquestion m: Which?\n  - a\n  - b\nact: quorum-theft\n"), 0o600))
	c, address, complaints := serving(t, dir, "lesson", "one.lesson", "--stage", "--record", "hands.json")
	address = strings.TrimSpace(address)
	res, err := http.PostForm(address+"step/1/hands", url.Values{"hands": {"4", "2"}})
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 200, res.StatusCode)
	for ran := false; !ran; { // or the test runs out of time
		res, err = http.Get(address + "step/2/4")
		require.NoError(t, err)
		page, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		ran = strings.Contains(string(page), "Nobody was warned") || strings.Contains(string(page), "beat 4 of 4")
	}
	require.NoError(t, c.Process.Signal(os.Interrupt))
	require.NoError(t, c.Wait(), complaints.String())
	require.Equal(t, "wrote hands.json\n", complaints.String())
	kept, err := os.ReadFile(filepath.Join(dir, "hands.json"))
	require.NoError(t, err)
	require.Regexp(t, `"before": 4,`, string(kept))
}
