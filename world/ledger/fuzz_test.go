package ledger_test

import (
	"bytes"
	"testing"

	"doormat/world/ledger"

	"github.com/stretchr/testify/require"
)

// FuzzEvidence: what parses encodes to the same bytes, and verifies only for
// the record that it was made for.
func FuzzEvidence(f *testing.F) {
	l := newLog(f, 11)
	witnesses, keys := newWitnesses(f, l, 2)
	policy := newPolicy(f, l, 1, keys...)
	msg := cosigned(f, l, witnesses...)
	for _, i := range []int64{0, 3, 10} {
		e, err := l.Evidence(i, msg)
		require.NoError(f, err)
		b, err := e.Encode()
		require.NoError(f, err)
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ledger.ParseEvidence(b)
		if err != nil {
			return
		}
		again, err := e.Encode()
		require.NoError(t, err)
		require.Equal(t, b, again)
		c, err := e.Verify(policy, record(3))
		require.False(t, err == nil && (c.Size != 11 || e.Index != 3))
		_, err = e.Verify(policy, []byte("never appended"))
		require.Error(t, err)
	})
}

// FuzzCosign: whatever a witness cosigns begins with a text that the log
// signed, verifies, and is remembered; a refusal changes nothing.
func FuzzCosign(f *testing.F) {
	l := newLog(f, 8)
	witnesses, keys := newWitnesses(f, l, 1)
	policy := newPolicy(f, l, 1, keys...)
	start, err := ask(witnesses[0], l)
	require.NoError(f, err)
	state := witnesses[0].Encode()
	signed := [][]byte{l.Checkpoint()}
	none, err := l.Consistency(8, 8)
	require.NoError(f, err)
	f.Add(l.Checkpoint(), none)
	f.Add(start, none)
	for _, size := range []int{9, 16, 20} {
		grow(l, size)
		proof, err := l.Consistency(8, int64(size))
		require.NoError(f, err)
		f.Add(l.Checkpoint(), proof)
		signed = append(signed, l.Checkpoint())
	}
	f.Fuzz(func(t *testing.T, msg, proof []byte) {
		w, err := ledger.ParseWitness(state)
		require.NoError(t, err)
		got, err := w.Cosign(msg, proof, at)
		if err != nil {
			require.Equal(t, state, w.Encode())
			return
		}
		_, err = policy.Check(got)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(got, w.Last()))
		require.Contains(t, signed, w.Last())
	})
}

// FuzzState: the states of log and witness, and the verifier keys of a policy.
func FuzzState(f *testing.F) {
	l := newLog(f, 3)
	witnesses, keys := newWitnesses(f, l, 1)
	f.Add(witnesses[0].Encode())
	cosigned(f, l, witnesses...)
	f.Add(witnesses[0].Encode())
	f.Add(l.Encode())
	f.Add([]byte(l.VerifierKey()))
	f.Add([]byte(keys[0]))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := ledger.ParseLog(b); err == nil {
			require.Equal(t, b, got.Encode())
			got.Checkpoint()
		}
		if got, err := ledger.ParseWitness(b); err == nil {
			require.Equal(t, b, got.Encode())
		}
		_, _ = ledger.NewPolicy(string(b), 0)
		_, _ = ledger.NewPolicy(l.VerifierKey(), 0, string(b))
	})
}
