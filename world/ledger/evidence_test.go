package ledger_test

import (
	"bytes"
	"testing"

	"doormat/world/ledger"

	"github.com/stretchr/testify/require"
)

func TestEvidence(t *testing.T) {
	l := newLog(t, 11)
	witnesses, keys := newWitnesses(t, l, 2)
	policy := newPolicy(t, l, 2, keys...)
	msg := cosigned(t, l, witnesses...)
	grow(l, 30) // the log may have grown since
	for i := range 11 {
		e, err := l.Evidence(int64(i), msg)
		require.NoError(t, err)
		b, err := e.Encode()
		require.NoError(t, err)
		again, err := ledger.ParseEvidence(b)
		require.NoError(t, err)
		require.Equal(t, e, again)
		c, err := again.Verify(policy, record(i))
		require.NoError(t, err)
		require.EqualValues(t, 11, c.Size)
		_, err = again.Verify(policy, record(i+1))
		require.ErrorContains(t, err, "invalid")
	}
	refused[ledger.Evidence](t, "no proof of record 11 at size 11")(l.Evidence(11, msg))
	refused[ledger.Evidence](t, "no proof")(l.Evidence(-1, msg))
	fork := mustFork(t, l, 10)
	refused[ledger.Evidence](t, "no root at size 11")(fork.Evidence(1, msg))
	fork.Append([]byte("another"))
	refused[ledger.Evidence](t, "not of this tree")(fork.Evidence(1, msg))
	refused[ledger.Evidence](t, "malformed")(l.Evidence(1, []byte("x")))
}

func TestEvidenceRefuses(t *testing.T) {
	l := newLog(t, 11)
	witnesses, keys := newWitnesses(t, l, 1)
	policy := newPolicy(t, l, 1, keys...)
	five := mustFork(t, l, 5)
	early := cosigned(t, five, witnesses...)
	late := cosigned(t, l, witnesses...)
	get := func(i int64, msg []byte) ledger.Evidence {
		e, err := l.Evidence(i, msg)
		require.NoError(t, err)
		return e
	}
	good := get(3, late)
	consistency, err := l.Consistency(5, 11)
	require.NoError(t, err)
	flipped := bytes.Clone(good.Proof)
	flipped[40] ^= 1
	for name, e := range map[string]ledger.Evidence{
		"another index":        {4, good.Proof, late},
		"index beyond":         {11, good.Proof, late},
		"negative index":       {-1, good.Proof, late},
		"proof of another":     {3, get(4, late).Proof, late},
		"proof for size 5":     {3, get(3, early).Proof, late},
		"earlier checkpoint":   {3, good.Proof, early},
		"proof of consistency": {3, consistency, late},
		"flipped bit":          {3, flipped, late},
		"cut proof":            {3, good.Proof[:len(good.Proof)-32], late},
		"no proof":             {3, nil, late},
		"not cosigned":         {3, good.Proof, l.Checkpoint()},
		"no checkpoint":        {3, good.Proof, nil},
	} {
		_, err := e.Verify(policy, record(3))
		require.Error(t, err, name)
	}
	_, err = good.Verify(policy, record(3))
	require.NoError(t, err)
	// An inner node of the tree is not a record, though its children hash to it.
	nodes := good.Proof[3 : 3+32]
	inner := append(append([]byte{}, nodes...), nodes...)
	_, err = good.Verify(policy, inner)
	require.Error(t, err)
}

func TestEvidenceEncodingIsStrict(t *testing.T) {
	l := newLog(t, 11)
	e, err := l.Evidence(3, l.Checkpoint())
	require.NoError(t, err)
	b, err := e.Encode()
	require.NoError(t, err)
	for n := range b {
		_, err := ledger.ParseEvidence(b[:n])
		require.Error(t, err, "cut to %d bytes", n)
	}
	refused[ledger.Evidence](t, "too long")(ledger.ParseEvidence(append(bytes.Clone(b), 0)))
	other := bytes.Clone(b)
	other[0] = 4
	refused[ledger.Evidence](t, "kind")(ledger.ParseEvidence(other))
	other = bytes.Clone(b)
	other[1] = 0x80
	refused[ledger.Evidence](t, "index")(ledger.ParseEvidence(other))

	odd := encoded(1, make([]byte, 33))
	many := encoded(1, make([]byte, 34*32))
	for name, e := range map[string]ledger.Evidence{
		"index":      {ledger.MaxSize, e.Proof, e.Checkpoint},
		"negative":   {-1, e.Proof, e.Checkpoint},
		"odd proof":  {3, odd, e.Checkpoint},
		"long proof": {3, many, e.Checkpoint},
		"long note":  {3, e.Proof, make([]byte, ledger.MaxNote+1)},
	} {
		_, err := e.Encode()
		require.Error(t, err, name)
	}
	most := ledger.Evidence{Index: ledger.MaxSize - 1, Proof: encoded(1, make([]byte, 33*32)),
		Checkpoint: make([]byte, ledger.MaxNote)}
	b, err = most.Encode()
	require.NoError(t, err)
	_, err = ledger.ParseEvidence(b)
	require.NoError(t, err)
}
