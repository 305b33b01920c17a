package truth_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/attackstest"
	"doormat/attacks/deduce"
	"doormat/attacks/truth"
	"doormat/world"
)

func said(t *testing.T, draw string) *truth.Truth {
	t.Helper()
	said, err := truth.New(attackstest.ToyLab().Conversation, 1, []byte(draw))
	require.NoError(t, err)
	return said
}

// What was typed is known by its exact bytes, salt included, and its salt depends on the draw.
func TestFind(t *testing.T) {
	one, other := said(t, ""), said(t, "draw")
	for k, m := range one.Conversation.Messages {
		body := one.Said[k].Body
		require.Equal(t, m.Text, string(body[truth.SaltSize:]))
		require.Equal(t, k+1, one.Message(body))
		s, ok := one.Find(body)
		require.True(t, ok)
		require.Equal(t, body, one.Bytes(s))
		require.Equal(t, k+1, one.MessageOf(s))
		_, ok = one.Find(body[truth.SaltSize:])
		require.False(t, ok, "the text alone is a guess")
		require.Zero(t, other.Message(body))
	}
}

// A script may hand in what it has read, and not what it has not.
func TestHanded(t *testing.T) {
	one := said(t, "")
	first, second := one.Said[0].Body, one.Said[1].Body
	know := deduce.New(nil, deduce.Budget{})
	h := truth.NewHanded(one, know)
	know.Add(deduce.Entry{Fact: world.Fact{Kind: world.Plaintext, Data: first}, Loot: true})
	require.NoError(t, h.In(first))
	require.NoError(t, h.In(second[:12]), "part of a salt is enough")
	require.False(t, h.Smuggled(truth.Secret{Number: 1}))
	require.True(t, h.Smuggled(truth.Secret{Number: 2}))
	require.Error(t, h.In(make([]byte, 17<<20)))
}
