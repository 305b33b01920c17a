package threshold

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/simulation"
)

// club is a stage with three accounts, a group that C is taken into, and files.
func club(t *testing.T) *stage {
	t.Helper()
	env := config(2, 3)
	env.Accounts = []string{"A", "B", "C"}
	c := &world.Conversation{Title: "club", Accounts: env.Accounts, Target: "A", Groups: []world.Group{{Name: "club", Members: []string{"A", "B"}}},
		Events: []world.Event{{After: 1, Kind: world.Join, Account: "C", With: "A", Group: "club"}}}
	var said []world.Payload
	for i, m := range []world.Message{
		{From: "A", To: []string{"B"}, Group: "club"}, {From: "B", To: []string{"A", "C"}, Group: "club"},
		{From: "B", To: []string{"C"}}, {From: "A", To: []string{"B", "C"}, Group: "club"}} {
		m.Sent = start.Add(time.Duration(i) * time.Hour)
		m.Attachments = []world.Attachment{{Name: "file", Data: slices.Repeat(fmt.Appendf(nil, "file %d", i+1), wire.ChunkSize/4)}}
		c.Messages = append(c.Messages, m)
		said = append(said, world.Payload{Body: []byte{byte('1' + i)}, Files: m.Attachments})
	}
	require.NoError(t, c.Check())
	s := &stage{t: t}
	setup, err := runSetup(env)
	require.NoError(t, err)
	s.genesis, s.shares = setup.genesis, sharesOf(t, setup)
	nodes, err := deploy(env, setup)
	require.NoError(t, err)
	s.sim, err = simulation.New(context.Background(), c, said, nodes, s.watch)
	require.NoError(t, err)
	require.NoError(t, s.sim.Start())
	return s
}

// What trustees open of a group is what its members read: texts, attachments, and
// the change of membership. What does not concern the account of the order stays
// closed, and its chunks stay with the provider.
func TestOrderOpensGroups(t *testing.T) {
	s := club(t)
	s.advance(4)
	require.Empty(t, s.warned)
	s.comply(everybody...)
	got := saturate(s.order())
	of := func(kind world.Kind) (data []string) {
		for _, f := range got {
			if f.Kind == kind {
				data = append(data, string(f.Data[:min(len(f.Data), 6)]))
			}
		}
		slices.Sort(data)
		return data
	}
	require.Equal(t, []string{"1", "2", "4"}, of(world.Plaintext))
	require.Equal(t, []string{"file 1", "file 2", "file 4"}, of(world.File))
	require.Equal(t, 3*2, countKinds(got)[wire.SealedChunk])
	update := slices.IndexFunc(got, func(f world.Fact) bool { return f.Kind == wire.GroupUpdate })
	require.GreaterOrEqual(t, update, 0)
	c, err := wire.ParseContent(got[update].Data)
	require.NoError(t, err)
	require.Equal(t, &wire.Members{Group: "club", Accounts: []string{"A", "B", "C"}}, c.Update)
}

// Accomplices hide attachments as well as texts: the keys are inside.
func TestUnderneathHidesFiles(t *testing.T) {
	s := club(t)
	for _, name := range []string{"device:A", "device:B"} {
		require.NoError(t, s.sim.Net.Node(name).(world.Reprogrammable).Reprogram(EncryptUnderneath, []byte("A\nB\nphrase")))
	}
	s.advance(1)
	require.Equal(t, []string{"1"}, s.shown)
	require.Len(t, s.of(world.KindFile), 1)
	s.comply(everybody...)
	got := saturate(s.order())
	require.Equal(t, 1, countKinds(got)[world.Plaintext], "it opens, to ciphertext")
	require.Zero(t, countKinds(got)[wire.AttachmentKey])
	require.NotEqual(t, "1", string(got[slices.IndexFunc(got, func(f world.Fact) bool { return f.Kind == world.Plaintext })].Data))
	s.advance(4)
	require.Equal(t, []string{"1", "2", "2", "3", "4", "4"}, s.shown, "with C, who has not agreed to anything, they write as ever")
	require.Empty(t, s.warned)
}
