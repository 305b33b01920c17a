package demo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/library"
	"doormat/attacks/script"
	"doormat/demo/story"
)

// Results made ahead are those of the default run only. That they are true of the
// story's pair, TestInvariants says, and of all columns TestDocs of demo/pages with -all.
func TestAhead(t *testing.T) {
	r := lab(t, "", func(*Options) {}).Made()
	require.NotNil(t, r)
	require.Len(t, r.Designs, 2)
	require.Len(t, r.Cells, 2*len(r.Attacks))
	for i, c := range r.Cells {
		require.Equal(t, r.Attacks[i/2].ID, c.Attack)
		require.Equal(t, r.Designs[i%2].ID, c.Design)
	}
	for _, change := range []func(*Options){
		func(o *Options) { o.Seed = 2 },
		func(o *Options) { o.Set("at", "35") },
		func(o *Options) { o.Set("mailbox", "delivered") },
	} {
		l := lab(t, "", change)
		require.Nil(t, l.Ahead)
		require.Nil(t, l.Made())
	}
	require.Nil(t, lab(t, "testdata/two.txt", func(*Options) {}).Made(), "another conversation")

	like := story.Conversation() // its title and length, and another word
	like.Messages[4].Text += "!"
	require.Nil(t, labOf(t, like, func(*Options) {}).Ahead)
	kit, err := Default()
	require.NoError(t, err)
	impostor, err := script.Load("quorum-theft.star", []byte(kit.Attacks[0].Source()+"\n"), library.Files)
	require.NoError(t, err)
	kit.Attacks[0] = impostor
	l, err := Defaults().Lab(kit, story.Conversation())
	require.NoError(t, err)
	require.Nil(t, l.Ahead, "another script under an id of the library")
	outside := lab(t, "", func(*Options) {})
	Outside(outside)
	require.Nil(t, outside.Ahead)
}
