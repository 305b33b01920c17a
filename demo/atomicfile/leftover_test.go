package atomicfile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A process that was killed leaves files behind. The next one clears them, and
// touches neither those of a living process, nor those of another machine, nor what
// users call alike.
func TestLeftovers(t *testing.T) {
	dead := exec.Command(os.Args[0], "-test.run=^$")
	require.NoError(t, dead.Run())
	folder := t.TempDir()
	name := func(machine uint32, pid int) string { return fmt.Sprintf(".doormat-%08x-%d-ABC", machine, pid) }
	write := func(parts ...string) {
		path := filepath.Join(append([]string{folder}, parts...)...)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(parts[0]), 0o666))
	}
	gone := name(machine(), dead.Process.Pid)
	kept := []string{name(machine(), os.Getppid()), name(machine()+1, dead.Process.Pid), ".doormat-notes", ".doormat-1-2"}
	write(gone)
	for _, k := range kept {
		write(k)
	}
	aside := fmt.Sprintf(".doormat-%08x-%d-DEF", machine(), dead.Process.Pid)
	write(aside, "report.html") // moved aside, and nothing took its place
	write(aside, "slides.md")   // moved aside, and replaced
	write("slides.md")
	write(aside, "new", "report.md") // new, and not yet in its place

	f, err := createTemp(folder)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, os.Remove(f.Name()))

	require.NoFileExists(t, filepath.Join(folder, gone))
	require.NoDirExists(t, filepath.Join(folder, aside))
	require.NoFileExists(t, filepath.Join(folder, "report.md"))
	require.NoDirExists(t, filepath.Join(folder, "new"))
	for _, k := range kept {
		require.FileExists(t, filepath.Join(folder, k))
	}
	back, err := os.ReadFile(filepath.Join(folder, "report.html"))
	require.NoError(t, err, "the user's file is back")
	require.Equal(t, aside, string(back))
	newer, err := os.ReadFile(filepath.Join(folder, "slides.md"))
	require.NoError(t, err)
	require.Equal(t, "slides.md", string(newer), "what was put in its place stays")
}
