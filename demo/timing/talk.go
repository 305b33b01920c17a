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

// Gathering makes up a conversation of some number of deliveries: everybody in turn
// writes to all others, at equal distances over so many days. Somebody alone
// writes to a silent account.
func Gathering(people, days, deliveries int) (c *world.Conversation, said []world.Payload) {
	c = &world.Conversation{Title: fmt.Sprintf("%d people, %d days", people, days)}
	for i := range max(2, people) {
		c.Accounts = append(c.Accounts, fmt.Sprintf("account %d", i+1))
	}
	c.Target = c.Accounts[0]
	group := ""
	if people > 2 {
		group = "all"
		c.Groups = []world.Group{{Name: group, Members: c.Accounts}}
	}
	n := max(people+2, deliveries/(len(c.Accounts)-1))
	random := world.Seed(1).Stream("gathering")
	begin := time.Date(2012, 3, 1, 9, 0, 0, 0, time.UTC)
	pause := (time.Duration(days) * 24 * time.Hour / time.Duration(n)).Truncate(time.Second)
	for k := range n {
		from := k % people
		var to []string
		for i, a := range c.Accounts {
			if i != from {
				to = append(to, a)
			}
		}
		body := make([]byte, BodyBytes)
		_, _ = io.ReadFull(random, body) // a seed's stream never ends
		c.Messages = append(c.Messages, world.Message{From: c.Accounts[from], To: to, Group: group,
			Sent: begin.Add(time.Duration(k) * pause)})
		said = append(said, world.Payload{Body: body})
	}
	return c, said
}
