package main

import (
	"os"
	"os/exec"
	"strings"
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
