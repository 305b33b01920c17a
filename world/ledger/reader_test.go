package ledger

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReader reads a log bit by bit, and takes nothing else for it.
func TestReader(t *testing.T) {
	l, err := New("test.log", zeros{})
	require.NoError(t, err)
	policy, err := NewPolicy(l.VerifierKey(), 0)
	require.NoError(t, err)
	var r Reader
	for _, size := range []int64{1, 2, 5, 9, 9, 16} {
		for i := l.Size(); i < size; i++ {
			l.Append(fmt.Appendf(nil, "record %d", i))
		}
		c, err := policy.Check(l.Checkpoint())
		require.NoError(t, err)
		records, err := l.Records(r.Size(), size)
		require.NoError(t, err)
		if len(records) > 0 {
			require.Error(t, r.Read(c, records[1:]), "one missing")
			require.Error(t, r.Read(c, append(records[:len(records):len(records)], []byte("more"))))
			other := append([][]byte{[]byte("another")}, records[1:]...)
			require.Error(t, r.Read(c, other))
		}
		require.NoError(t, r.Read(c, records))
		require.Equal(t, size, r.Size())
	}
	fork, err := l.Fork(3)
	require.NoError(t, err)
	for fork.Size() < 20 {
		fork.Append([]byte("another history"))
	}
	c, err := policy.Check(fork.Checkpoint())
	require.NoError(t, err)
	records, err := fork.Records(16, 20)
	require.NoError(t, err)
	require.Error(t, r.Read(c, records), "signed by the log, and not what was read")
	require.EqualValues(t, 16, r.Size())
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
