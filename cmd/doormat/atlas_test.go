package main

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

// The collector begins to work harder below 1 GB for a chat of somebody's own, unless the limit is given.
func TestAtlasSpares(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memory))
	for _, c := range []struct {
		flags    atlasFlags
		messages int
		given    string
		want     int64
	}{
		{atlasFlags{}, 1000, "", spareMemory},
		{atlasFlags{}, 20000, "", memory},
		{atlasFlags{active: true}, 1000, "", memory},
		{atlasFlags{}, 1000, "3GiB", memory},
	} {
		debug.SetMemoryLimit(memory)
		t.Setenv("GOMEMLIMIT", c.given)
		c.flags.spare(c.messages)
		require.EqualValues(t, c.want, debug.SetMemoryLimit(-1), "%+v", c)
	}
	require.Less(t, spareMemory, 1_000_000_000)
}
