package ledger_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"doormat/world/ledger"

	"github.com/stretchr/testify/require"
)

func TestPolicyCounts(t *testing.T) {
	l := newLog(t, 6)
	witnesses, keys := newWitnesses(t, l, 4)
	two := cosigned(t, l, witnesses[0], witnesses[1])
	for k, ok := range []bool{true, true, true, false, false} {
		_, err := newPolicy(t, l, k, keys...).Check(two)
		require.Equal(t, ok, err == nil, "k = %d", k)
	}
	// The witnesses that signed are not the ones that this policy names.
	_, err := newPolicy(t, l, 1, keys[2:]...).Check(two)
	require.ErrorContains(t, err, "cosigned by 0 named witnesses, the policy demands 1")
	_, err = newPolicy(t, l, 2, keys[1:]...).Check(two)
	require.ErrorContains(t, err, "cosigned by 1")
}

func TestRepeatedWitnessCountsOnce(t *testing.T) {
	l := newLog(t, 6)
	witnesses, keys := newWitnesses(t, l, 2)
	first := cosigned(t, l, witnesses[0])
	none, err := l.Consistency(6, 6)
	require.NoError(t, err)
	later, err := witnesses[0].Cosign(l.Checkpoint(), none, at.Add(time.Hour))
	require.NoError(t, err)
	require.NotEqual(t, lastLine(first), lastLine(later))
	for _, line := range []string{lastLine(first), lastLine(later)} {
		twice := append(bytes.Clone(first), line...)
		_, err = newPolicy(t, l, 2, keys...).Check(twice)
		require.ErrorContains(t, err, "cosigned by 1")
		_, err = newPolicy(t, l, 1, keys...).Check(twice)
		require.NoError(t, err)
	}
}

func TestPolicyRefusesFalseSignatures(t *testing.T) {
	l := newLog(t, 6)
	witnesses, keys := newWitnesses(t, l, 2)
	policy := newPolicy(t, l, 1, keys...)
	msg := cosigned(t, l, witnesses[0])
	bad := bytes.Clone(msg)
	bad[len(bad)-20] ^= 1
	refused[ledger.Checkpoint](t, "invalid signature")(policy.Check(bad))
	// A cosignature on another checkpoint, moved to this one.
	grow(l, 7)
	refused[ledger.Checkpoint](t, "invalid signature")(policy.Check(append(l.Checkpoint(), lastLine(msg)...)))
	// Cosigned, and not signed by the log.
	_, after, _ := strings.Cut(string(msg), "\n\n")
	logLine := strings.SplitAfter(after, "\n")[0]
	refused[ledger.Checkpoint](t, "no log signature")(policy.Check([]byte(strings.Replace(string(msg), logLine, "", 1))))
	// The line of an unknown key changes nothing.
	_, err := policy.Check(append(bytes.Clone(msg), "— somebody AAAAAAAA\n"...))
	require.NoError(t, err)
}

func TestPolicyTime(t *testing.T) {
	l := newLog(t, 3)
	witnesses, keys := newWitnesses(t, l, 3)
	none, err := l.Consistency(3, 3)
	require.NoError(t, err)
	var notes [][]byte
	for i, hours := range []time.Duration{5, 1, 9} {
		first, err := l.Consistency(witnesses[i].Size(), 3)
		require.NoError(t, err)
		require.Equal(t, none, first)
		msg, err := witnesses[i].Cosign(l.Checkpoint(), first, at.Add(hours*time.Hour))
		require.NoError(t, err)
		notes = append(notes, msg)
	}
	joined, err := newPolicy(t, l, 0, keys...).Join(notes...)
	require.NoError(t, err)
	for k, want := range []time.Time{{}, at.Add(9 * time.Hour), at.Add(5 * time.Hour), at.Add(time.Hour)} {
		c, err := newPolicy(t, l, k, keys...).Check(joined)
		require.NoError(t, err)
		require.Equal(t, want, c.Time, "k = %d", k)
	}
}

func TestJoin(t *testing.T) {
	l := newLog(t, 5)
	witnesses, keys := newWitnesses(t, l, 3)
	policy := newPolicy(t, l, 0, keys[:2]...)
	a, b, c := cosigned(t, l, witnesses[0]), cosigned(t, l, witnesses[1]), cosigned(t, l, witnesses[2])
	joined, err := policy.Join(b, a, c, b)
	require.NoError(t, err)
	require.Equal(t, string(l.Checkpoint())+lastLine(a)+lastLine(b), string(joined))

	refused[[]byte](t, "no checkpoints")(policy.Join())
	bad := bytes.Clone(b)
	bad[len(bad)-20] ^= 1
	refused[[]byte](t, "note 1")(policy.Join(a, bad))
	grow(l, 6)
	refused[[]byte](t, "note 2 is of another checkpoint")(policy.Join(a, b, l.Checkpoint()))
}

func TestNewPolicyRefuses(t *testing.T) {
	l := newLog(t, 0)
	_, many := newWitnesses(t, l, ledger.MaxWitnesses+1)
	keys := many[:2]
	w, v := keys[0], l.VerifierKey()
	seed := bytes.Repeat([]byte{7}, 32)
	alias := func(name string) string {
		w, err := ledger.NewWitness(name, v, bytes.NewReader(seed))
		require.NoError(t, err)
		return w.VerifierKey()
	}
	twin, err := ledger.NewWitness("log", v, random(1)) // the log's own seed
	require.NoError(t, err)
	hash, logHash := strings.SplitN(w, "+", 3)[1], strings.SplitN(v, "+", 3)[1]
	require.NotEqual(t, strings.ToUpper(logHash), logHash, "choose another seed")
	require.NotEqual(t, strings.ToUpper(hash), hash, "choose another seed")
	for name, c := range map[string]struct {
		log  string
		k    int
		keys []string
	}{
		"k below 0":           {v, -1, keys},
		"k above n":           {v, 3, keys},
		"too many":            {v, 0, many},
		"no log key":          {"", 0, keys},
		"witness key for log": {w, 0, nil},
		"log key for witness": {v, 0, []string{v}},
		"twice":               {v, 1, []string{w, w}},
		"one key, two names":  {v, 1, []string{alias("a"), alias("b")}},
		"one name, two keys":  {v, 1, []string{w, alias("witness.example/w0")}},
		"log's name":          {v, 1, []string{alias(logName)}},
		"log's key":           {v, 1, []string{twin.VerifierKey()}},
		"wrong hash":          {v, 1, []string{strings.Replace(w, hash, "00000000", 1)}},
		"hash in capitals":    {v, 1, []string{strings.Replace(w, hash, strings.ToUpper(hash), 1)}},
		"key with a tail":     {v, 1, []string{w + "AAAA"}},
		"two parts":           {v, 1, []string{"a+b"}},
		"log's in capitals":   {strings.Replace(v, logHash, strings.ToUpper(logHash), 1), 0, nil},
		"log's hash wrong":    {strings.Replace(v, logHash, "00000000", 1), 0, nil},
	} {
		_, err := ledger.NewPolicy(c.log, c.k, c.keys...)
		require.Error(t, err, name)
	}
}

// TestSplitViewWithoutWitnesses shows the limit of a log's signature: the
// holder of the key shows two readers two histories, and each verifies.
func TestSplitViewWithoutWitnesses(t *testing.T) {
	l := newLog(t, 10)
	stolen, err := ledger.ParseLog(l.Encode())
	require.NoError(t, err)
	mine, yours := mustFork(t, stolen, 9), l
	mine.Append([]byte("an order that only you shall see"))
	grow(mine, 20)
	grow(yours, 20)
	policy := newPolicy(t, l, 0)
	for _, side := range []*ledger.Log{mine, yours} {
		records, err := side.Records(9, 10)
		require.NoError(t, err)
		e, err := side.Evidence(9, side.Checkpoint())
		require.NoError(t, err)
		_, err = e.Verify(policy, records[0])
		require.NoError(t, err)
	}
	require.NotEqual(t, checkpoint(t, mine).Root, checkpoint(t, yours).Root)
}

// TestWitnessCatchesSplitView is the same attack on readers who demand one
// witness: whichever side comes first is the only one that is ever cosigned.
func TestWitnessCatchesSplitView(t *testing.T) {
	l := newLog(t, 10)
	witnesses, keys := newWitnesses(t, l, 1)
	w := witnesses[0]
	fork := mustFork(t, l, 9)
	fork.Append([]byte("an order that only you shall see"))
	grow(fork, 20)
	grow(l, 20)
	_, err := ask(w, l)
	require.NoError(t, err)
	_, err = ask(w, fork)
	require.ErrorIs(t, err, ledger.ErrFork)
	refused[ledger.Checkpoint](t, "cosigned by 0")(newPolicy(t, l, 1, keys...).Check(fork.Checkpoint()))
	// Both notes carry the log's signature on the same size: proof of the fork.
	a, err := newPolicy(t, l, 0).Check(w.Last())
	require.NoError(t, err)
	b := checkpoint(t, fork)
	require.Equal(t, a.Size, b.Size)
	require.NotEqual(t, a.Root, b.Root)
	grow(fork, 21)
	_, err = ask(w, fork)
	require.ErrorIs(t, err, ledger.ErrInconsistent)
	// A stolen witness key brings the second view back.
	_, err = newPolicy(t, l, 1, keys...).Check(cosigned(t, fork, w.Fresh()))
	require.NoError(t, err)
}

// TestQuorumsMustIntersect: with k of 4 honest witnesses, a log with k = 2 shows
// each fork to its own half of them; with k = 3 one fork stays short.
func TestQuorumsMustIntersect(t *testing.T) {
	for k, want := range map[int]int{2: 2, 3: 1} {
		l := newLog(t, 10)
		fork := mustFork(t, l, 9)
		fork.Append([]byte("another"))
		witnesses, keys := newWitnesses(t, l, 4)
		mine, yours := witnesses[:k], witnesses[k:]
		if len(yours) < k {
			_, err := ask(mine[0], l)
			require.NoError(t, err)
			_, err = ask(mine[0], fork)
			require.ErrorIs(t, err, ledger.ErrFork)
		}
		accepted := 0
		policy := newPolicy(t, l, k, keys...)
		for _, msg := range [][]byte{cosigned(t, l, mine...), cosigned(t, fork, yours...)} {
			if _, err := policy.Check(msg); err == nil {
				accepted++
			}
		}
		require.Equal(t, want, accepted, "k = %d", k)
	}
}

// The policy reads notes made by others: 64 witnesses fit, and the note
// format's own limit of 100 lines is an error.
func TestManySignatures(t *testing.T) {
	l := newLog(t, 5)
	witnesses, keys := newWitnesses(t, l, ledger.MaxWitnesses)
	policy := newPolicy(t, l, ledger.MaxWitnesses, keys...)
	msg := cosigned(t, l, witnesses...)
	_, err := policy.Check(msg)
	require.NoError(t, err)
	msg = append(msg, strings.Repeat("— somebody AAAAAAAA\n", 36)...)
	refused[ledger.Checkpoint](t, "malformed note")(policy.Check(msg))
}
