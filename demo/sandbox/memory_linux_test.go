//go:build !race

package sandbox

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// One huge piece of memory is refused each time, not most times.
func TestHugePieceIsRefused(t *testing.T) {
	for range 30 {
		told, err := tell(t, "hoard")
		require.Empty(t, told)
		require.EqualError(t, err, "stopped: the script needs more than 256 MB of memory")
	}
}

// A busy machine has Go start more threads than usual. That alone is no reason to refuse a
// script, although the C library would set 64 MB of addresses aside for each of them.
func TestThreadsAreNoHoard(t *testing.T) {
	for range 5 {
		told, err := tell(t, "crowd")
		require.NoError(t, err)
		require.Equal(t, "all here\n", told)
	}
}
