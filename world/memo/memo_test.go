package memo

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

// TestForget: a memo is bounded, and what is asked for again and again stays.
func TestForget(t *testing.T) {
	m, made := &Memo{}, map[int]int{}
	ask := func(n int) {
		got, err := Recall(m, n, func() (int, error) { made[n]++; return n, nil })
		require.NoError(t, err)
		require.Equal(t, n, got)
	}
	for n := range 5 * generation {
		ask(n)
		ask(0)
	}
	require.Equal(t, 1, made[0])
	require.LessOrEqual(t, len(m.new)+len(m.used), 2*generation)
	ask(1)
	require.Equal(t, 2, made[1], "it was forgotten, and is computed again")
}

// TestKeyOf: no two lists of inputs share a key.
func TestKeyOf(t *testing.T) {
	keys := map[key]bool{}
	for _, k := range []key{keyOf("a"), keyOf("b"), keyOf("a", nil), keyOf("a", []byte("xy")), keyOf("a", []byte("x"), []byte("y")),
		keyOf("a", []byte("xy"), nil)} {
		require.False(t, keys[k])
		keys[k] = true
	}
	require.Equal(t, keyOf("a", []byte("xy")), keyOf("a", []byte("xy")))
}
