package memo

import (
	"errors"
	"io"
	"strings"
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

// TestDraw: who draws the same bytes for the same inputs is given what was computed, and goes on
// drawing where it would have; who draws others, or fails to draw, is given its own.
func TestDraw(t *testing.T) {
	m, made := &Memo{}, 0
	draw := func(m *Memo, random io.Reader, input string) (string, error) {
		return Draw(m, "four bytes", random, func(random io.Reader) (string, error) {
			made++
			drawn := make([]byte, 4)
			_, err := io.ReadFull(random, drawn)
			return input + string(drawn), err
		}, []byte(input))
	}
	for _, c := range []struct {
		memo        *Memo
		bytes, want string
		made        int
	}{{m, "abcdef", "xabcd", 1}, {m, "abcdef", "xabcd", 1}, {m, "bcdefg", "xbcde", 2}, {nil, "abcdef", "xabcd", 3}} {
		random := strings.NewReader(c.bytes)
		got, err := draw(c.memo, random, "x")
		require.NoError(t, err)
		require.Equal(t, c.want, got)
		require.Equal(t, c.made, made)
		rest, _ := io.ReadAll(random)
		require.Equal(t, c.bytes[4:], string(rest))
	}
	for _, input := range []string{"x", "y", "y"} { // known, not yet known, and known to fail
		_, err := draw(m, strings.NewReader("abc"), input)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	got, err := draw(m, strings.NewReader("abcd"), "y")
	require.NoError(t, err)
	require.Equal(t, "yabcd", got)
}
