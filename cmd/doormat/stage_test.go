package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStage starts the server, opens the page whose address it prints, and ends it as
// Ctrl-C does.
func TestStage(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to other programs")
	}
	program, err := os.Executable() // which is doormat when it is called so, see TestMain
	require.NoError(t, err)
	c := exec.Command(program)
	c.Args = []string{"doormat", "stage", "--no-open", "--addr", "127.0.0.1:0", "--threshold", "2"}
	var complaints strings.Builder
	c.Stderr = &complaints
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	defer func() { _ = c.Process.Kill() }()
	url, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Regexp(t, `^http://127\.0\.0\.1:\d+/\?t=2\n$`, url)

	res, err := http.Get(strings.TrimSpace(url))
	require.NoError(t, err)
	page, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 200, res.StatusCode)
	require.Contains(t, string(page), "The Mill Lane chat")
	require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")

	r, err := http.NewRequest("GET", strings.TrimSpace(url), nil)
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
