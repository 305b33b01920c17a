package ceremony

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"testing"

	"doormat/escrow/group"

	"github.com/stretchr/testify/require"
)

// hidden keeps copies of secrets in another form, so that the test's own are not found.
type hidden map[string][]byte

func (h hidden) note(name string, secret []byte) {
	h[fmt.Sprint(name, " ", len(h))] = flip(secret)
	clear(secret)
}

func flip(b []byte) []byte {
	flipped := make([]byte, len(b))
	for i := range b {
		flipped[i] = ^b[i]
	}
	return flipped
}

// noting notes what is drawn.
type noting struct {
	io.Reader
	hidden
	name string
}

func (n noting) Read(b []byte) (int, error) {
	size, err := n.Reader.Read(b)
	if len(b) == 64 { // and not the salt
		n.note(n.name, bytes.Clone(b))
	}
	return size, err
}

// TestNothingIsLeft looks through the heap after a resharing, with no garbage collected in between,
// for encodings of secrets that a trustee had: who computed with them must not have left copies
// behind.
func TestNothingIsLeft(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	c := newCommittee(t, "before", 2, 3).until(PhaseDone).next("nothing is left", nil) // whose randomness no other test draws
	own, secrets := c.trustees[1], hidden{}
	for c.audit.Phase() < PhaseConfirm {
		phase := c.audit.Phase()
		random := io.Reader(c.random)
		if phase == PhaseKey || phase == PhaseCommit {
			random = noting{c.random, secrets, "drawn in the " + phase.String() + " phase"}
		}
		raw, err := own.Next(c.audit, random)
		require.NoError(t, err)
		require.NoError(t, c.post(raw))
		switch phase {
		case PhaseKey:
			secrets.note("one-use key", group.Bytes(own.oneUse))
			secrets.note("old share", group.Bytes(own.old))
		case PhaseComplain:
			secrets.note("received share", group.Bytes(own.received[2].Value))
			secrets.note("Diffie-Hellman value", group.Bytes(suite.Point().Mul(own.oneUse, c.audit.trustees[2].deal[1].ephemeral)))
		}
		for _, other := range c.trustees[2:] {
			raw, err := other.Next(c.audit, c.random)
			require.NoError(t, err)
			require.NoError(t, c.post(raw))
		}
	}
	_, err := own.Confirm(c.audit, checkpoint, c.random)
	require.NoError(t, err)

	f, err := os.CreateTemp(t.TempDir(), "heap")
	require.NoError(t, err)
	debug.WriteHeapDump(f.Fd())
	dump, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.True(t, bytes.Contains(dump, c.board[0]), "the dump holds what is not erased")
	require.Len(t, secrets, 2+2+1+2)
	for name, masked := range secrets {
		require.Zero(t, bytes.Count(dump, flip(masked)), name)
	}
}
