package threshold

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/e2ee/wire"
	"doormat/world"
)

// run has programs run on nodes, and then the conversation of four messages.
func (s *stage) run(t *testing.T, programs map[string]string, text string) {
	t.Helper()
	for node, program := range programs {
		require.NoError(t, s.sim.Net.Node(node).(world.Reprogrammable).Reprogram(program, []byte(text)))
	}
	s.advance(4)
}

// What an honest recipient refuses, an accomplice shows, and nobody is warned.
func TestAcceptAnyField(t *testing.T) {
	s := newStage(t)
	s.run(t, map[string]string{"device:A": GarbageFields, "device:B": AcceptEverything}, "B")
	require.Equal(t, []string{"1", "2", "3", "4"}, s.shown)
	require.Empty(t, s.warned)
}

// A cover text passes provider and recipient, and is what an order opens.
func TestCoverText(t *testing.T) {
	const cover = "Running late."
	s := newStage(t)
	require.Error(t, s.sim.Net.Node("device:A").(world.Reprogrammable).Reprogram(CoverText, []byte("A\n"+cover)), "alone")
	s.run(t, map[string]string{"device:A": CoverText, "device:B": CoverText}, "A\nB\n"+cover)
	require.Equal(t, []string{"1", "2", "3", "4"}, s.shown)
	require.Empty(t, s.warned)
	s.comply(everybody...)
	texts := slices.DeleteFunc(saturate(s.order()), func(f world.Fact) bool { return f.Kind != world.Plaintext })
	require.NotEmpty(t, texts)
	for _, f := range texts {
		require.Equal(t, cover, string(f.Data))
	}
}

// A message without a field is refused by an honest provider, and passed on by one that looks away.
func TestLookAway(t *testing.T) {
	both := map[string]string{"device:A": LeaveOutField, "device:B": LeaveOutField}
	s := newStage(t)
	s.run(t, both, "A\nB")
	require.Empty(t, s.shown)
	require.NotEmpty(t, s.warned)

	s = newStage(t)
	both["provider"] = e2ee.LookAway
	s.run(t, both, "A\nB")
	require.Equal(t, []string{"1", "2", "3", "4"}, s.shown)
	require.Empty(t, s.warned)
	for _, f := range s.sim.Net.Node("provider").Holdings() {
		if f.Kind == wire.Envelopes {
			u, err := wire.ParseUpload(f.Data)
			require.NoError(t, err)
			require.Empty(t, u.Public)
		}
	}
}
