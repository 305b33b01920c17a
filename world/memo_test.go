package world

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMemo(t *testing.T) {
	type key struct{ n int }
	type other struct{ n int }
	m, made := &Memo{}, 0
	next := func() (int, error) { made++; return made, nil }
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { _, _ = Recall(m, key{1}, next) })
	}
	wait.Wait()
	require.Equal(t, 1, made)
	for _, c := range []struct {
		memo *Memo
		key  any
		want int
	}{{m, key{1}, 1}, {m, key{2}, 2}, {m, other{1}, 3}, {m, key{2}, 2}, {nil, key{1}, 4}, {nil, key{1}, 5}} {
		got, err := Recall(c.memo, c.key, next)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	failed := errors.New("no")
	_, err := Recall(m, key{3}, func() (int, error) { return 0, failed })
	require.ErrorIs(t, err, failed)
	_, err = Recall(m, key{3}, next)
	require.ErrorIs(t, err, failed)
}
