package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const entries = 10_000

func BenchmarkAppend(b *testing.B) {
	l := newLog(b, entries)
	r := record(69)
	b.ReportAllocs()
	for b.Loop() {
		l.Append(r)
	}
}

func BenchmarkCheckpoint(b *testing.B) {
	l := newLog(b, entries)
	for b.Loop() {
		l.Checkpoint()
	}
}

func BenchmarkInclusion(b *testing.B) {
	l := newLog(b, entries)
	c := checkpoint(b, l)
	b.Run("prove", func(b *testing.B) {
		for b.Loop() {
			_, _ = l.Inclusion(entries/3, entries)
		}
	})
	proof, err := l.Inclusion(entries/3, entries)
	require.NoError(b, err)
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, c.CheckInclusion(proof, entries/3, record(entries/3)))
		}
	})
}

func BenchmarkConsistency(b *testing.B) {
	l := newLog(b, entries)
	old, c := checkpoint(b, mustFork(b, l, 7*entries/9)), checkpoint(b, l)
	b.Run("prove", func(b *testing.B) {
		for b.Loop() {
			_, _ = l.Consistency(old.Size, entries)
		}
	})
	proof, err := l.Consistency(old.Size, entries)
	require.NoError(b, err)
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, c.CheckConsistency(proof, old))
		}
	})
}

// BenchmarkEvidence verifies a bundle with three cosignatures.
func BenchmarkEvidence(b *testing.B) {
	l := newLog(b, entries)
	witnesses, keys := newWitnesses(b, l, 3)
	e, err := l.Evidence(entries/3, cosigned(b, l, witnesses...))
	require.NoError(b, err)
	policy := newPolicy(b, l, 3, keys...)
	for b.Loop() {
		_, err := e.Verify(policy, record(entries/3))
		require.NoError(b, err)
	}
}

func BenchmarkCosign(b *testing.B) {
	l := newLog(b, entries)
	witnesses, _ := newWitnesses(b, l, 1)
	for b.Loop() {
		_, err := ask(witnesses[0], l)
		require.NoError(b, err)
	}
}
