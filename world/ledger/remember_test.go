package ledger_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world/ledger"
	"doormat/world/memo"
)

// TestRemembered: what is remembered of a note says nothing of one that differs in a signature, in
// its text or in whose key it is under, and what is signed is the same with a memo and without.
func TestRemembered(t *testing.T) {
	m := new(memo.Memo)
	l := newLog(t, 6)
	witnesses, keys := newWitnesses(t, l, 2)
	plain := cosigned(t, l, witnesses[0])
	policy := newPolicy(t, l, 1, keys...)
	policy.Remember(m)
	for range 2 {
		_, err := policy.Check(plain)
		require.NoError(t, err)
		for _, back := range []int{20, len(lastLine(plain)) + 20} { // the witness's signature, the log's
			bad := bytes.Clone(plain)
			bad[len(bad)-back] ^= 1
			refused[ledger.Checkpoint](t, "invalid signature")(policy.Check(bad))
		}
	}
	own := newLog(t, 6)
	own.Remember(m)
	fresh, _ := newWitnesses(t, own, 2)
	for _, w := range fresh {
		w.Remember(m)
	}
	require.Equal(t, plain, cosigned(t, own, fresh[0]))
	require.NotEqual(t, plain, cosigned(t, own, fresh[1]), "another witness has another key")

	grow(l, 7)
	moved := append(l.Checkpoint(), lastLine(plain)...)
	refused[ledger.Checkpoint](t, "invalid signature")(policy.Check(moved))
}
