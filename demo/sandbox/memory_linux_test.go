//go:build !race

package sandbox

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// One huge piece of memory is refused each time, not most times.
func TestHugePieceIsRefused(t *testing.T) {
	for range 30 {
		p, err := child(t, "hoard", time.Minute).Dial(context.Background())
		require.NoError(t, err)
		told, err := io.ReadAll(p)
		require.NoError(t, err)
		require.Empty(t, string(told))
		require.EqualError(t, p.Close(), "stopped: the script needs more than 256 MB of memory")
	}
}

// A busy machine has Go start more threads than usual. That alone is no reason to refuse a
// script, although the C library would set 64 MB of addresses aside for each of them.
func TestThreadsAreNoHoard(t *testing.T) {
	for range 5 {
		p, err := child(t, "crowd", time.Minute).Dial(context.Background())
		require.NoError(t, err)
		told, err := io.ReadAll(p)
		require.NoError(t, err)
		require.NoError(t, p.Close())
		require.Equal(t, "all here\n", string(told))
	}
}
