package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain is the script's process, too: what it does there is its argument.
func TestMain(m *testing.M) {
	switch os.Args[len(os.Args)-1] {
	case "tell-all":
		fmt.Println(strings.Join(os.Environ(), "\n"))
		for fd := range 100 {
			if to, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err == nil && strings.Contains(to, secret) {
				fmt.Println(to)
			}
		}
	case "complain":
		fmt.Fprint(os.Stderr, strings.Repeat("complaint ", 100_000))
		os.Exit(7)
	case "hoard":
		debug.SetGCPercent(-1) // nothing else asks for memory, and dies of it, in the meantime
		if err := limitMemory(MaxMemory); err != nil {
			panic(err)
		}
		fmt.Println(len(strings.Repeat("x", 1_000_000_000)))
	case "crowd":
		if err := limitMemory(MaxMemory); err != nil {
			panic(err)
		}
		var met sync.WaitGroup
		met.Add(12)
		for range 12 {
			go func() {
				runtime.LockOSThread() // a thread for each
				met.Done()
				met.Wait()
			}()
		}
		met.Wait()
		fmt.Println("all here")
	case "never-end":
		_, _ = io.Copy(io.Discard, os.Stdin)
		select {}
	default:
		os.Exit(m.Run())
	}
}

const secret = "doormat-secret"

func child(t *testing.T, does string, timeout time.Duration) Box {
	t.Helper()
	box, err := Program(does, timeout)
	require.NoError(t, err)
	return box
}

// tell is what a process prints, and why it ended if not by itself.
func tell(t *testing.T, does string) (string, error) {
	t.Helper()
	p, err := child(t, does, time.Minute).Dial(context.Background())
	require.NoError(t, err)
	told, err := io.ReadAll(p)
	require.NoError(t, err)
	return string(told), p.Close()
}

// A script's process gets nothing of ours: no variable of the environment, be it a
// password or a path, and no open file.
func TestNothingIsInherited(t *testing.T) {
	t.Setenv("DOORMAT_PASSWORD", secret)
	t.Setenv("HOME", "/"+secret)
	file, err := os.Create(t.TempDir() + "/" + secret)
	require.NoError(t, err)
	defer file.Close()
	told, err := tell(t, "tell-all")
	require.NoError(t, err)
	require.NotContains(t, told, secret)
	allowed := []string{"GOMAXPROCS", "MALLOC_ARENA_MAX"}
	if runtime.GOOS == "windows" {
		allowed = append(allowed, "SYSTEMROOT") // which package os/exec adds there
	}
	for line := range strings.SplitSeq(strings.TrimSpace(told), "\n") {
		name, _, _ := strings.Cut(line, "=")
		require.Contains(t, allowed, strings.TrimSpace(name))
	}
}

// However much a process complains, little of it is kept, and said in one short line.
func TestComplaintsAreShort(t *testing.T) {
	p, err := child(t, "complain", time.Minute).Dial(context.Background())
	require.NoError(t, err)
	_, _ = io.ReadAll(p)
	err = p.Close()
	require.ErrorContains(t, err, "the script's process failed (exit status 7): complaint ")
	require.Less(t, len(err.Error()), 300)
	require.Equal(t, err, p.Close(), "Close may be called twice")

	var h head
	for range 10 {
		n, err := h.Write(bytes.Repeat([]byte("x"), 1000))
		require.NoError(t, err)
		require.Equal(t, 1000, n)
	}
	require.Len(t, h.String(), 4096)
}

// A process that does not end is ended: when its time is up, when the caller's is, and
// when the connection is closed.
func TestProcessesEnd(t *testing.T) {
	ask := func(ctx context.Context, timeout time.Duration) error {
		p, err := child(t, "never-end", timeout).Dial(ctx)
		require.NoError(t, err)
		_, _ = io.ReadAll(p)
		return p.Close()
	}
	require.ErrorContains(t, ask(context.Background(), 100*time.Millisecond), "stopped after 100ms: does the script end?")
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	require.NoError(t, ask(ctx, time.Hour), "the caller knows why")
	p, err := child(t, "never-end", time.Hour).Dial(context.Background())
	require.NoError(t, err)
	require.NoError(t, p.Close())
}
