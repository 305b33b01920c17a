package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"doormat/world/ledger"

	"github.com/stretchr/testify/require"
)

const logName = "log.example/orders"

// at is the virtual time of most tests.
var at = time.Unix(1_700_000_000, 0).UTC()

// random is a generator that repeats.
func random(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func newLog(t testing.TB, records int) *ledger.Log {
	l, err := ledger.New(logName, random(1))
	require.NoError(t, err)
	grow(l, records)
	return l
}

// grow appends records until there are size of them.
func grow(l *ledger.Log, size int) {
	for i := int(l.Size()); i < size; i++ {
		l.Append(record(i))
	}
}

// record is the record at index i: of all lengths, the empty one included.
func record(i int) []byte {
	if i == 0 {
		return nil
	}
	return fmt.Appendf(nil, "record %*d", i%70, i)
}

// newWitnesses returns n witnesses for l and their verifier keys.
func newWitnesses(t testing.TB, l *ledger.Log, n int) ([]*ledger.Witness, []string) {
	var witnesses []*ledger.Witness
	var keys []string
	for i := range n {
		w, err := ledger.NewWitness(fmt.Sprintf("witness.example/w%d", i), l.VerifierKey(), random(byte(10+i)))
		require.NoError(t, err)
		witnesses, keys = append(witnesses, w), append(keys, w.VerifierKey())
	}
	return witnesses, keys
}

func newPolicy(t testing.TB, l *ledger.Log, k int, keys ...string) *ledger.Policy {
	p, err := ledger.NewPolicy(l.VerifierKey(), k, keys...)
	require.NoError(t, err)
	return p
}

// ask has the witness cosign the log's current checkpoint.
func ask(w *ledger.Witness, l *ledger.Log) ([]byte, error) {
	proof, err := l.Consistency(w.Size(), l.Size())
	if err != nil {
		return nil, err
	}
	return w.Cosign(l.Checkpoint(), proof, at)
}

// cosigned returns the log's current checkpoint with the cosignatures of all.
func cosigned(t testing.TB, l *ledger.Log, witnesses ...*ledger.Witness) []byte {
	keys, notes := []string{}, [][]byte{l.Checkpoint()}
	for _, w := range witnesses {
		msg, err := ask(w, l)
		require.NoError(t, err)
		keys, notes = append(keys, w.VerifierKey()), append(notes, msg)
	}
	joined, err := newPolicy(t, l, 0, keys...).Join(notes...)
	require.NoError(t, err)
	return joined
}

// checkpoint opens the log's current checkpoint under its key alone.
func checkpoint(t testing.TB, l *ledger.Log) ledger.Checkpoint {
	c, err := newPolicy(t, l, 0).Check(l.Checkpoint())
	require.NoError(t, err)
	return c
}

// refused takes the two results of a call that must fail with want in its error.
func refused[T any](t *testing.T, want string) func(T, error) {
	return func(_ T, err error) {
		t.Helper()
		require.ErrorContains(t, err, want)
	}
}
