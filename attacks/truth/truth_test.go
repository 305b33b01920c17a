package truth_test

import (
	"testing"
	"time"

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
		require.Equal(t, truth.Secret{Part: truth.Text, Number: k + 1}, s)
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
	require.False(t, h.Smuggled(truth.Secret{Part: truth.Text, Number: 1}))
	require.True(t, h.Smuggled(truth.Secret{Part: truth.Text, Number: 2}))
	require.Error(t, h.In(make([]byte, 17<<20)))
}

// What is said in a call is known like what is typed, from when it is said; a call is heard
// when all of it is.
func TestSpeech(t *testing.T) {
	c := attackstest.ToyLab().Conversation
	plain, err := truth.New(c, 1, nil)
	require.NoError(t, err)
	c.Calls = []world.Call{
		{From: "A", To: []string{"B"}, Begun: c.Messages[0].Sent.Add(time.Minute), Said: []world.Utterance{{By: "B", Text: "hm"}, {By: "A", Text: "hm"}}},
		{From: "B", To: []string{"C"}, Begun: c.Messages[1].Sent.Add(time.Minute), Said: []world.Utterance{{By: "B", Text: "hm"}}},
	}
	said, err := truth.New(c, 1, nil)
	require.NoError(t, err)
	require.Equal(t, plain.Said, said.Said, "messages have the salts that they have without calls")
	number := 0
	for _, call := range said.Spoken {
		for _, u := range call {
			number++
			s, ok := said.Find(u)
			require.True(t, ok)
			require.Equal(t, truth.Secret{Part: truth.Speech, Number: number}, s)
			require.Equal(t, u, said.Bytes(s))
			require.False(t, said.Happened(s, 4, number-1))
			require.True(t, said.Happened(s, 0, number))
		}
	}
	second := truth.Secret{Part: truth.Speech, Number: 2}
	require.Equal(t, "A", said.Author(second))
	require.True(t, said.Meant(second, "B"))
	require.False(t, said.Meant(second, "A"))
	require.False(t, said.Meant(second, "C"))
	require.Equal(t, 2, said.CallOf(3))
	require.Equal(t, []int{2}, said.Calls(map[int]bool{1: true, 3: true}))
	require.Equal(t, []int{1, 2}, said.Calls(map[int]bool{1: true, 2: true, 3: true}))

	h := truth.NewHanded(said, deduce.New(nil, deduce.Budget{}))
	require.NoError(t, h.In(said.Spoken[0][1]))
	require.True(t, h.Smuggled(second))
	require.False(t, h.Smuggled(truth.Secret{Part: truth.Speech, Number: 1}))
}
