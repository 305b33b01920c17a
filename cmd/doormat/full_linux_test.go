package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFull writes to a disk that is full: whatever is asked for, a page that is not there is no
// success.
func TestFull(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	for _, asked := range []string{"help", "matrix --help", "--version", "design list", "completion bash"} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		require.NoError(t, err)
		var complaint strings.Builder
		c := exec.Command(program, strings.Fields(asked)...)
		c.Args[0] = "doormat" // see TestMain
		c.Stdout, c.Stderr = full, &complaint
		_ = c.Run()
		require.NoError(t, full.Close())
		require.Equal(t, exitFailed, c.ProcessState.ExitCode(), asked)
		require.Contains(t, complaint.String(), "no space left on device", asked)
	}
}

// TestDeaf reads a pipe into which nobody writes, which no signal ends: after the first the program
// says what the second does, and the second does it.
func TestDeaf(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	c := exec.Command(program, "verify", pipe)
	c.Args[0] = "doormat" // see TestMain
	complaint, err := c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	silent, err := os.OpenFile(pipe, os.O_WRONLY, 0) // as soon as it is read
	require.NoError(t, err)
	defer silent.Close()
	require.NoError(t, c.Process.Signal(os.Interrupt))
	line, err := bufio.NewReader(complaint).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "doormat: ending; another Ctrl-C ends it at once\n", line)
	require.NoError(t, c.Process.Signal(os.Interrupt))
	_ = c.Wait()
	require.Equal(t, syscall.SIGINT, c.ProcessState.Sys().(syscall.WaitStatus).Signal())
}
