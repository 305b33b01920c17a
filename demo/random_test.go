package demo

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/world"
)

var chats = flag.Int("chats", few, "on how many random chats TestRandomChats runs; beyond the default, every attack on each")

// few is how many chats go test runs; each attack meets one of them.
const few = 6

// surprised are chats of the thousand that once surprised attacks, each for a reason of its
// own: they are run as well, rotating as often as stated or, with "", as the chat draws it.
var surprised = []struct {
	chat    int
	rotate  string
	attacks []string
}{
	{26, "", []string{"linked-device-phished"}},      // a new phone, before the files of the last message are fetched
	{922, "", []string{"device-theft", "t-devices"}}, // who sees a contact's new key ends its sender keys
	{922, "1", []string{"sim-swap"}},                 // two rotations in one day: a moved phone is told of both
	{999, "", []string{"agency-insider"}},            // two changes of a group in one millisecond
}

// TestRandomChats runs the library over random small chats under random settings: no
// attack is surprised. What it does not cover in a few chats, -chats 1000 does, in
// some hours. A chat that surprises is named by its number, and
// -run TestRandomChats/chat_N$ -chats 1000 runs it alone.
func TestRandomChats(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the library on a few chats; runs without -short")
	}
	kit, err := Default()
	require.NoError(t, err)
	run := func(name string, n int, rotate string, attacks []string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(n), 0))
			c := randomChat(r)
			require.NoError(t, c.Check())
			o := randomOptions(r, c)
			o.Attacks = attacks
			if rotate != "" {
				o.Set("rotate", rotate)
			}
			l, err := o.Lab(kit, c)
			require.NoError(t, err)
			res, err := l.Run(context.Background())
			require.NoError(t, err)
			require.Empty(t, surprises(res), "%+v\n%s", l.Settings, outline(c))
		})
	}
	for n := range *chats {
		var some []string // nil for all
		for i, id := range kit.AttackIDs() {
			if *chats <= few && (i+n)%few == 0 {
				some = append(some, id)
			}
		}
		run(fmt.Sprintf("chat_%d", n), n, "", some)
	}
	for _, s := range surprised {
		run(strings.TrimSuffix(fmt.Sprintf("again_%d_rotate_%s", s.chat, s.rotate), "_rotate_"), s.chat, s.rotate, s.attacks)
	}
}

// surprises lists what in a result its attacks did not expect, did not state, or made up.
func surprises(res *attacks.Result) (list []string) {
	for i := range res.Cells {
		c := &res.Cells[i]
		note := func(format string, args ...any) {
			list = append(list, fmt.Sprintf("%s on %s: ", c.Attack, c.Design)+fmt.Sprintf(format, args...))
		}
		switch {
		case c.Error != "":
			note("%s", c.Error)
		case !c.Expected:
			note("%s; noticed %v; forged %d", c.Trace.Surprise, c.Noticed, c.Forged)
		}
		if c.Trace.Unstated != "" {
			note("%s: state files and metadata as well", c.Trace.Unstated)
		}
		if c.FalseClaims+c.Smuggled > 0 {
			note("%d false claims, %d smuggled", c.FalseClaims, c.Smuggled)
		}
	}
	return list
}

// A chatter makes up a conversation as it goes.
type chatter struct {
	*rand.Rand
	*world.Conversation
	writers []string // who are not silent
}

// randomChat is a small chat that people could have: two to eight, some of whom say
// nothing, in pairs and groups that come and go, with messages of the same minute and
// weeks without any, files, phones that are set up anew, and numbers compared.
func randomChat(r *rand.Rand) *world.Conversation {
	c := &chatter{Rand: r, Conversation: &world.Conversation{Title: "random"}}
	for i := range 2 + min(r.IntN(7), r.IntN(7)) {
		c.Accounts = append(c.Accounts, string(rune('A'+i)))
	}
	c.Target = c.one(c.Accounts)
	c.writers = c.some(c.Accounts, 1)
	for i := range min(r.IntN(3), r.IntN(3)) {
		c.Groups = append(c.Groups, world.Group{Name: fmt.Sprintf("group %d", i+1), Members: c.some(c.Accounts, 2)})
	}
	gaps := []time.Duration{0, 0, 0, time.Minute, time.Hour, 30 * time.Hour, 9 * 24 * time.Hour, 40 * 24 * time.Hour}
	gaps = gaps[:1+r.IntN(len(gaps))] // a chat of one minute is one, too
	sent := time.Date(2017, 3, 26, r.IntN(24), r.IntN(60), 0, 0, time.UTC)
	length := 1 + min(r.IntN(12), r.IntN(12))
	if r.IntN(30) == 0 {
		length += 40 // more than a sender key has messages, if they are all of one
	}
	c.event(0)
	for k := range length {
		sent = sent.Add(gaps[r.IntN(len(gaps))])
		m := c.message()
		m.Sent, m.Text = sent, []string{"yes", "no", fmt.Sprintf("message %d", k+1)}[r.IntN(3)]
		for i := range max(0, r.IntN(8)-5) {
			m.Attachments = append(m.Attachments, world.Attachment{Name: fmt.Sprintf("photo %d.jpg", i), Data: fmt.Appendf(nil, "photo %d of message %d", i, k+1)})
		}
		c.Messages = append(c.Messages, m)
		for range r.IntN(3) {
			c.event(k + 1)
		}
	}
	c.Separate()
	c.call(rand.New(rand.NewPCG(uint64(sent.Unix()), uint64(length)))) // draws of its own: chats keep their numbers
	return c.Conversation
}

// call adds calls between messages, by whoever there is.
func (c *chatter) call(r *rand.Rand) {
	others := chatter{Rand: r, Conversation: c.Conversation}
	for k := 1; k < len(c.Messages); k++ {
		from, gap := c.Messages[k-1].Sent, int64(c.Messages[k].Sent.Sub(c.Messages[k-1].Sent)/world.Instant)
		if gap < 2 || r.IntN(4) > 0 {
			continue
		}
		call := world.Call{From: others.one(c.writers), Begun: from.Add(time.Duration(1+r.Int64N(gap-1)) * world.Instant)}
		call.To = []string{others.one(others.without([]string{call.From}))}
		if r.IntN(6) == 0 {
			call.To = others.some(others.without([]string{call.From}), 1)
			call.To = call.To[:min(2, len(call.To))]
		}
		for range 1 + r.IntN(3) {
			call.Said = append(call.Said, world.Utterance{By: others.one(call.Parties()), Text: "hello"})
		}
		c.Calls = append(c.Calls, call)
	}
}

// one picks an element.
func (c *chatter) one(list []string) string { return list[c.IntN(len(list))] }

// some picks at least so many elements, in any order.
func (c *chatter) some(list []string, least int) []string {
	var picked []string
	for _, i := range c.Perm(len(list))[:least+c.IntN(len(list)-least+1)] {
		picked = append(picked, list[i])
	}
	return picked
}

// without lists the accounts that are not in a list.
func (c *chatter) without(list []string) []string {
	return slices.DeleteFunc(slices.Clone(c.Accounts), func(a string) bool { return slices.Contains(list, a) })
}

// message is the next one, to a group that its author is in or to others.
func (c *chatter) message() world.Message {
	m := world.Message{From: c.one(c.writers)}
	groups := c.MembersAt(len(c.Messages) + 1)
	for _, g := range c.Groups {
		if in := groups[g.Name]; len(in) > 1 && slices.Contains(in, m.From) && c.IntN(2) == 0 {
			m.Group, m.To = g.Name, slices.DeleteFunc(slices.Clone(in), func(a string) bool { return a == m.From })
			return m
		}
	}
	others := c.without([]string{m.From})
	m.To = []string{c.one(others)}
	if c.IntN(6) == 0 {
		m.To = c.some(others, 1)
	}
	return m
}

// event may happen after so many messages.
func (c *chatter) event(after int) {
	e := world.Event{After: after, Account: c.one(c.Accounts)}
	switch c.IntN(8) {
	case 0:
		e.Kind = world.Reinstall
	case 1, 2:
		e.Kind, e.With = world.Compare, c.one(c.without([]string{e.Account}))
	case 3:
		if len(c.Groups) == 0 {
			return
		}
		e.Group = c.Groups[c.IntN(len(c.Groups))].Name
		in := c.MembersAt(after + 1)[e.Group]
		switch {
		case slices.Contains(in, e.Account):
			e.Kind = world.Leave
		case len(in) > 0:
			e.Kind, e.With = world.Join, c.one(in)
		default:
			return
		}
	default:
		return
	}
	c.Events = append(c.Events, e)
}

// randomOptions are settings that a person might try on it.
func randomOptions(r *rand.Rand, c *world.Conversation) Options {
	o := Defaults()
	n := 1 + min(r.IntN(5), r.IntN(5))
	o.Set("trustees", fmt.Sprint(n))
	o.Set("threshold", fmt.Sprint(1+r.IntN(n)))
	o.Set("at", []string{"half", "1", fmt.Sprint(len(c.Messages)), fmt.Sprint(1 + r.IntN(len(c.Messages)))}[r.IntN(4)])
	o.Seed = r.Uint64N(1 << 50)
	o.Set("retention", []string{"all", "all", "1", "3"}[r.IntN(4)])
	o.Designs = [][]string{{"e2ee-kept", "threshold"}, {"e2ee", "threshold-delivered"}, {"cloud", "cloud-apart"}}[r.IntN(3)]
	o.Set("resend", []string{world.ResendAsked, world.ResendAtOnce}[r.IntN(2)])
	switch r.IntN(8) { // ceremonies cost most
	case 0:
		o.Set("refresh", fmt.Sprint([]int{2, 5}[r.IntN(2)]))
	case 1:
		o.Set("rotate", fmt.Sprint([]int{1, 3}[r.IntN(2)]))
	case 2:
		o.Set("refresh", "4")
		o.Set("rotate", "6")
	}
	if r.IntN(3) == 0 {
		o.Set("jurisdictions", fmt.Sprintf("A:%d,B:%d", n-n/2, n/2))
	}
	// Not drawn: all. Where everybody compares, and waits, changes of groups wait as well, and
	// a few expectations do not follow who then believes whom to be where.
	o.Set("lock", []string{world.LockOff, world.LockOff, world.LockOn}[r.IntN(3)])
	o.Set("compare", []string{world.CompareStory, world.CompareNone}[r.IntN(2)])
	return o
}

// outline tells a chat by its numbers: who wrote to whom, and what happened in between.
func outline(c *world.Conversation) string {
	text := ""
	events := c.Events
	for k := 0; ; k++ {
		for ; len(events) > 0 && events[0].After == k; events = events[1:] {
			e := events[0]
			text += fmt.Sprintf("   %s %s %s %s\n", e.Kind, e.Account, e.With, e.Group)
		}
		for i := range c.Calls {
			if call := &c.Calls[i]; c.After(call) == k {
				text += fmt.Sprintf("   call %s %s>%v, %v\n", call.Begun.Format(time.DateTime), call.From, call.To, call.Said)
			}
		}
		if k == len(c.Messages) {
			return fmt.Sprintf("%v\n%s", c.Groups, text)
		}
		m := c.Messages[k]
		text += fmt.Sprintf("%2d %s %s>%v %s %d\n", k+1, m.Sent.Format(time.DateTime), m.From, m.To, m.Group, len(m.Attachments))
	}
}
