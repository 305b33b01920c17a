package ledger_test

import (
	"bytes"
	"testing"

	"doormat/world/ledger"

	"github.com/stretchr/testify/require"
)

// fork is a log with the same key that differs from the record keep on.
func fork(t testing.TB, l *ledger.Log, keep, size int) *ledger.Log {
	f, err := l.Fork(int64(keep))
	require.NoError(t, err)
	for f.Size() < int64(size) {
		f.Append([]byte("another record"))
	}
	return f
}

func consistency(t testing.TB, l *ledger.Log, old, size int64) []byte {
	proof, err := l.Consistency(old, size)
	require.NoError(t, err)
	return proof
}

func newView(t testing.TB, l *ledger.Log, first []byte) *ledger.View {
	v, err := ledger.NewView(newPolicy(t, l, 0), first)
	require.NoError(t, err)
	return v
}

// TestViewFollows: a checkpoint is proved by consistency with the largest that is, on
// whichever side of it.
func TestViewFollows(t *testing.T) {
	l := newLog(t, 5)
	v := newView(t, l, nil)
	require.Zero(t, v.Size())
	notes := map[int64][]byte{}
	for size := int64(5); size <= 20; size += 5 {
		grow(l, int(size))
		notes[size] = l.Checkpoint()
	}
	for _, size := range []int64{15, 5, 20, 10} {
		fresh, err := v.See(notes[size])
		require.NoError(t, err)
		require.True(t, fresh)
		require.False(t, v.Proved(notes[size]))
		old, larger, err := v.Wanted(notes[size])
		require.NoError(t, err)
		require.Error(t, v.Prove(old, larger, consistency(t, l, 1, 2)), "another proof")
		require.NoError(t, v.Prove(old, larger, consistency(t, l, old, larger)))
		require.True(t, v.Proved(notes[size]))
		fresh, err = v.See(notes[size])
		require.NoError(t, err)
		require.False(t, fresh)
	}
	require.Equal(t, notes[20], v.Latest())
}

// TestViewProvesAFork: one size and two roots is a proof, given once, that anybody can
// check. At other sizes there is none.
func TestViewProvesAFork(t *testing.T) {
	l := newLog(t, 9)
	policy := newPolicy(t, l, 0)
	other := fork(t, l, 6, 9)
	v := newView(t, l, l.Checkpoint())
	_, err := v.See(fork(t, l, 6, 8).Checkpoint())
	require.NoError(t, err, "of another size: no proof, and no accusation")
	_, err = v.See(other.Checkpoint())
	var proof *ledger.ForkError
	require.ErrorAs(t, err, &proof)
	require.ErrorIs(t, err, ledger.ErrFork)
	require.NoError(t, policy.Forked(proof.First, proof.Second))
	require.NoError(t, policy.Forked(proof.Second, proof.First))
	require.False(t, v.Proved(other.Checkpoint()))
	require.True(t, v.Proved(l.Checkpoint()))
	require.True(t, v.Contradicts(other.Checkpoint()))
	require.False(t, v.Contradicts(l.Checkpoint()))
	require.False(t, v.Contradicts(fork(t, l, 6, 8).Checkpoint()))
	require.False(t, v.Contradicts([]byte(logName+"\n9\nAAAA\n\nunsigned\n")))
	fresh, err := v.See(other.Checkpoint())
	require.NoError(t, err, "said once")
	require.False(t, fresh)
	require.Error(t, v.Trust(fork(t, l, 5, 9).Checkpoint()))

	for name, pair := range map[string][2][]byte{
		"twice the same":     {l.Checkpoint(), l.Checkpoint()},
		"another size":       {l.Checkpoint(), fork(t, l, 6, 8).Checkpoint()},
		"nothing":            {l.Checkpoint(), nil},
		"of another log":     {l.Checkpoint(), strangers(t, 9).Checkpoint()},
		"another's, to left": {strangers(t, 9).Checkpoint(), other.Checkpoint()},
	} {
		require.Error(t, policy.Forked(pair[0], pair[1]), name)
	}
}

func strangers(t testing.TB, size int) *ledger.Log {
	l, err := ledger.New(logName, random(77))
	require.NoError(t, err)
	grow(l, size)
	return l
}

// TestViewIsNotLedAstray: a proof from an older checkpoint than the latest says
// nothing of what came in between, and unsigned notes are nothing.
func TestViewIsNotLedAstray(t *testing.T) {
	l := newLog(t, 10)
	v := newView(t, l, l.Checkpoint())
	grow(l, 15)
	require.NoError(t, v.Trust(l.Checkpoint()))
	other := fork(t, l, 12, 20)
	_, err := v.See(other.Checkpoint())
	require.NoError(t, err)
	require.Error(t, v.Prove(10, 20, consistency(t, other, 10, 20)))
	require.Error(t, v.Prove(15, 20, consistency(t, other, 15, 20)))
	require.False(t, v.Proved(other.Checkpoint()))
	require.Equal(t, int64(15), v.Size())

	for _, msg := range [][]byte{nil, []byte("x\n\n"), strangers(t, 16).Checkpoint(), bytes.ToUpper(l.Checkpoint())} {
		_, err := v.See(msg)
		require.Error(t, err)
		require.False(t, v.Proved(msg))
		_, _, err = v.Wanted(msg)
		require.Error(t, err)
	}
}

// TestViewIsBounded: whoever holds the log's key fills no memory.
func TestViewIsBounded(t *testing.T) {
	l := newLog(t, 1)
	v := newView(t, l, l.Checkpoint())
	seen := 0
	for range 1000 {
		grow(l, int(l.Size())+1)
		if _, err := v.See(l.Checkpoint()); err == nil {
			seen++
		}
	}
	require.Equal(t, 256, seen)
	require.NoError(t, v.Prove(1, 100, consistency(t, l, 1, 100)))
}

// TestCombine collects cosignatures without the witnesses' keys.
func TestCombine(t *testing.T) {
	l := newLog(t, 4)
	witnesses, keys := newWitnesses(t, l, 3)
	notes := [][]byte{l.Checkpoint()}
	for _, w := range witnesses {
		n, err := ask(w, l)
		require.NoError(t, err)
		notes = append(notes, n, n)
	}
	all, err := ledger.Combine(notes...)
	require.NoError(t, err)
	_, err = newPolicy(t, l, 3, keys...).Check(all)
	require.NoError(t, err)
	require.Equal(t, 4, bytes.Count(all, []byte("— ")))
	refused[[]byte](t, "another checkpoint")(ledger.Combine(all, newLog(t, 5).Checkpoint()))
	refused[[]byte](t, "malformed")(ledger.Combine(all, []byte("x")))
	refused[[]byte](t, "malformed")(ledger.Combine())
}

// FuzzView: whatever it is shown, a view follows the one log that signed, and what it
// calls a proof of a fork is one.
func FuzzView(f *testing.F) {
	l := newLog(f, 8)
	policy := newPolicy(f, l, 0)
	first := l.Checkpoint()
	grow(l, 12)
	f.Add(l.Checkpoint(), int64(8), int64(12), consistency(f, l, 8, 12))
	other := fork(f, l, 3, 12)
	f.Add(other.Checkpoint(), int64(3), int64(12), consistency(f, other, 3, 12))
	f.Add(first, int64(-1), int64(1<<40), []byte{})
	f.Fuzz(func(t *testing.T, msg []byte, old, size int64, proof []byte) {
		v, err := ledger.NewView(policy, first)
		require.NoError(t, err)
		_, err = v.See(msg)
		if err == nil {
			_ = v.Prove(old, size, proof)
			if v.Proved(msg) {
				c, err := policy.Signed(v.Latest())
				require.NoError(t, err)
				require.Contains(t, []int64{8, 12}, c.Size)
			}
		}
		require.True(t, v.Proved(first))
		require.NotEqual(t, other.Checkpoint(), v.Latest())
	})
}
