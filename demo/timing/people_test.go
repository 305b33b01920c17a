//go:build unix

package timing

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/escrow/threshold"
	"doormat/world"
	"doormat/world/simulation"
)

// BenchmarkPeople lives through one conversation of about as many deliveries each time,
// among 1 to 60 people, in 30 days to 13 years, and reports the processor time of
//
//	cpu-µs/delivery   from user to user, set-up and first contacts left out
//	cpu-µs/contact    the first contacts: everybody has written once, for each two people
//
// The first contacts are the part that follows pairs of people: each two devices agree
// on keys once.
//
//	go test ./demo/timing -run '^$' -bench People -benchtime 1x -timeout 20m
func BenchmarkPeople(b *testing.B) {
	for _, d := range []world.Design{e2ee.Design{}, threshold.Design{}} {
		for _, people := range []int{1, 2, 6, 20, 60} {
			for _, days := range []int{30, 365, 13 * 365} {
				b.Run(fmt.Sprintf("%s/%d-people/%d-days", d.Info().ID, people, days), func(b *testing.B) {
					for b.Loop() {
						gathering(b, d, people, days)
					}
				})
			}
		}
	}
}

func gathering(b *testing.B, d world.Design, people, days int) {
	conv, said := talkOf(people, days, 6000)
	s := settings
	s.Target = conv.Target
	deploy, err := d.Setup(world.Config{Settings: s, Accounts: conv.Accounts, Seed: 1})
	require.NoError(b, err)
	play, err := simulation.New(context.Background(), conv, said, deploy(), nil)
	require.NoError(b, err)
	_, first := spent(b, func() error { return play.Advance(people) })
	rest := 0
	for _, m := range conv.Messages[people:] {
		rest += len(m.To)
	}
	_, used := spent(b, func() error { return play.Advance(len(conv.Messages)) })
	n := len(conv.Accounts)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(first.Seconds()*1e6/float64(n*(n-1)/2), "cpu-µs/contact")
	b.ReportMetric(used.Seconds()*1e6/float64(rest), "cpu-µs/delivery")
}

// talkOf makes up a conversation of some number of deliveries: everybody in turn
// writes to all others, at equal distances over so many days. Somebody alone
// writes to a silent account.
func talkOf(people, days, deliveries int) (c *world.Conversation, said []world.Payload) {
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
