package ledger_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"doormat/world/ledger"

	"github.com/stretchr/testify/require"
)

func TestRunsRepeat(t *testing.T) {
	run := func() [][]byte {
		l := newLog(t, 9)
		witnesses, keys := newWitnesses(t, l, 3)
		e, err := l.Evidence(4, cosigned(t, l, witnesses...))
		require.NoError(t, err)
		bundle, err := e.Encode()
		require.NoError(t, err)
		return [][]byte{bundle, l.Encode(), witnesses[2].Encode(), []byte(strings.Join(keys, " "))}
	}
	require.Equal(t, run(), run())
}

func TestNewRefuses(t *testing.T) {
	for _, name := range []string{"", "two words", "a+b", "line\n", "bell\a", "\xff", strings.Repeat("n", 256)} {
		_, err := ledger.New(name, random(1))
		require.Error(t, err, "%q", name)
	}
	refused[*ledger.Log](t, "seed")(ledger.New(logName, bytes.NewReader(make([]byte, 31))))
	refused[*ledger.Log](t, "randomness")(ledger.New(logName, nil))
	_, err := ledger.New(strings.Repeat("n", 255), random(1))
	require.NoError(t, err)
}

func TestRecordsAreCopies(t *testing.T) {
	l := newLog(t, 3)
	mine := []byte("mine")
	l.Append(mine)
	mine[0] = 'M'
	got, err := l.Records(1, 4)
	require.NoError(t, err)
	require.Equal(t, [][]byte{record(1), record(2), []byte("mine")}, got)
	got[2][0] = 'M'
	again, err := l.Records(3, 4)
	require.NoError(t, err)
	require.Equal(t, "mine", string(again[0]))
	require.Equal(t, checkpoint(t, l), checkpoint(t, reopen(t, l)))
}

func reopen(t *testing.T, l *ledger.Log) *ledger.Log {
	again, err := ledger.ParseLog(l.Encode())
	require.NoError(t, err)
	return again
}

func TestOutOfRange(t *testing.T) {
	l := newLog(t, 5)
	for _, x := range [][2]int64{{-1, 5}, {5, 5}, {0, 6}, {0, 0}, {0, -1}, {math.MaxInt64, math.MaxInt64}, {0, math.MaxInt64}} {
		refused[[]byte](t, "the log has 5 records")(l.Inclusion(x[0], x[1]))
	}
	for _, x := range [][2]int64{{-1, 5}, {3, 2}, {0, 6}, {6, 6}, {0, math.MaxInt64}, {math.MinInt64, 0}} {
		refused[[]byte](t, "the log has 5 records")(l.Consistency(x[0], x[1]))
		refused[[][]byte](t, "the log has 5")(l.Records(x[0], x[1]))
	}
	refused[*ledger.Log](t, "the log has 5")(l.Fork(6))

	// Hand-made checkpoints whose size would keep tlog busy for ever.
	proof, err := l.Inclusion(0, 5)
	require.NoError(t, err)
	path, err := l.Consistency(3, 5)
	require.NoError(t, err)
	for _, size := range []int64{-1, 0, ledger.MaxSize + 1, math.MaxInt64} {
		c := ledger.Checkpoint{Origin: logName, Size: size}
		require.ErrorContains(t, c.CheckInclusion(proof, 0, nil), "no record 0")
		require.ErrorContains(t, c.CheckConsistency(path, checkpoint(t, newLog(t, 3))), fmt.Sprintf("size %d", size))
		if size != 0 {
			require.ErrorContains(t, checkpoint(t, l).CheckConsistency(path, c), "cannot follow")
		}
	}
	other, err := ledger.New("log.example/other", random(1))
	require.NoError(t, err)
	grow(other, 3)
	require.ErrorContains(t, checkpoint(t, l).CheckConsistency(path, checkpoint(t, other)), "two logs")
	require.NoError(t, checkpoint(t, l).CheckConsistency(path, checkpoint(t, newLog(t, 3))))
}

func TestEmptyLog(t *testing.T) {
	l := newLog(t, 0)
	empty := checkpoint(t, l)
	require.Zero(t, empty.Size)
	require.NoError(t, empty.CheckRecords(nil))
	none, err := l.Consistency(0, 0)
	require.NoError(t, err)
	require.NoError(t, empty.CheckConsistency(none, empty))

	grow(l, 3)
	full := checkpoint(t, l)
	require.NoError(t, full.CheckConsistency(none, empty))
	path, err := l.Consistency(1, 3)
	require.NoError(t, err)
	require.Error(t, full.CheckConsistency(path, empty), "hashes where none belong")
	wrong := empty
	wrong.Root[0]++
	require.Error(t, full.CheckConsistency(none, wrong), "size 0 with another root")
	require.Error(t, wrong.CheckConsistency(none, empty), "size 0 with another root")
}

func TestLogStateIsStrict(t *testing.T) {
	l := newLog(t, 6)
	state := l.Encode()
	again := reopen(t, l)
	require.Equal(t, state, again.Encode())
	require.Equal(t, l.Checkpoint(), again.Checkpoint())
	require.Equal(t, l.VerifierKey(), again.VerifierKey())
	// A cut between two records leaves a shorter log; any other cut an error.
	ends := map[int]bool{}
	for size := range l.Size() {
		fork, err := l.Fork(size)
		require.NoError(t, err)
		ends[len(fork.Encode())] = true
	}
	for n := range state {
		_, err := ledger.ParseLog(state[:n])
		require.Equal(t, ends[n], err == nil, "cut to %d bytes", n)
	}
	for _, kind := range []byte{0, 1, 5} {
		state[0] = kind
		refused[*ledger.Log](t, "kind")(ledger.ParseLog(state))
	}
}

func TestCheckRecords(t *testing.T) {
	l := newLog(t, 7)
	c := checkpoint(t, l)
	all, err := l.Records(0, 7)
	require.NoError(t, err)
	require.NoError(t, c.CheckRecords(all))
	require.Error(t, c.CheckRecords(all[:6]))
	all[2], all[3] = all[3], all[2]
	require.Error(t, c.CheckRecords(all))
	// The size counts beside the root.
	c = checkpoint(t, newLog(t, 7))
	all, err = l.Records(0, 7)
	require.NoError(t, err)
	c.Size = 6
	require.Error(t, c.CheckRecords(all))
}
