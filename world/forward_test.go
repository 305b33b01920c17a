package world

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// forwarding is the sample in which the third message forwards the second, which forwards the
// first.
func forwarding() *Conversation {
	c := sample()
	c.Messages[1].Text, c.Messages[1].Forwards = "look: one", 1
	c.Messages[2].Text, c.Messages[2].Forwards = "look: one", 2
	return c
}

// TestForwarded counts a message by its words only where it is not read itself.
func TestForwarded(t *testing.T) {
	c := forwarding()
	require.NoError(t, c.Check())
	require.Empty(t, c.Repeated(1))
	require.Equal(t, []int{2, 1}, c.Repeated(3))
	for _, test := range []struct {
		opened []int
		read   int
	}{{nil, 0}, {[]int{1}, 0}, {[]int{2}, 1}, {[]int{3}, 2}, {[]int{1, 3}, 1}, {[]int{1, 2, 3}, 0}} {
		opened := map[int]bool{}
		for _, k := range test.opened {
			opened[k] = true
		}
		read, of := c.Forwarded(opened)
		require.Equal(t, []int{test.read, 2}, []int{read, of}, "opened %v", test.opened)
	}
	read, of := sample().Forwarded(map[int]bool{1: true})
	require.Equal(t, []int{0, 0}, []int{read, of})
}

func TestForwardsCheck(t *testing.T) {
	for want, change := range map[string]func(*Conversation){
		"message 2: it forwards message 2: want an earlier one": func(c *Conversation) {
			c.Messages[1].Forwards = 2
		},
		"message 2: it forwards message -1: want": func(c *Conversation) { c.Messages[1].Forwards = -1 },
		`message 3: it forwards message 1, which "Cleo" neither wrote nor was sent`: func(c *Conversation) {
			c.Messages[2].Forwards = 1
		},
		"message 2: it forwards message 1: want its text at the end": func(c *Conversation) {
			c.Messages[1].Text = "one, he says"
		},
	} {
		c := forwarding()
		change(c)
		require.ErrorContains(t, c.Check(), want)
	}
}
