package timing

import (
	"fmt"
	"io"
	"time"

	"doormat/world"
)

// accounts is how many take part in a [Talk].
const accounts = 6

// Talk makes up a conversation of n messages, the same each time: six accounts, any
// two of whom may write to each other, in bursts of one direction and in turns, a
// message a minute. said[k-1] is message k, so many random bytes: nothing here
// can be guessed or compressed.
func Talk(n, bytes int) (c *world.Conversation, said []world.Payload) {
	c = &world.Conversation{Title: fmt.Sprintf("%d messages", n)}
	for i := range accounts {
		c.Accounts = append(c.Accounts, fmt.Sprintf("account %d", i+1))
	}
	c.Target = c.Accounts[0]
	random := world.Seed(1).Stream("talk")
	draw := func(n int) []byte {
		b := make([]byte, n)
		_, _ = io.ReadFull(random, b) // a seed's stream never ends
		return b
	}
	from, to := 0, 1
	begin := time.Date(2017, 3, 1, 9, 0, 0, 0, time.UTC)
	for k := range n {
		switch dice := draw(3); {
		case dice[0] < 32: // another two
			from = int(dice[1]) % accounts
			to = (from + 1 + int(dice[2])%(accounts-1)) % accounts
		case dice[0] < 144: // an answer
			from, to = to, from
		}
		c.Messages = append(c.Messages, world.Message{From: c.Accounts[from],
			To:   []string{c.Accounts[to]},
			Sent: begin.Add(time.Duration(k) * time.Minute)})
		said = append(said, world.Payload{Body: draw(bytes)})
	}
	return c, said
}
