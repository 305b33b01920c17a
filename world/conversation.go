package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// A Conversation is the ground truth: who said what to whom, and when.
// Message k is Messages[k-1]; every count in doormat's output is over these.
type Conversation struct {
	Title    string
	Accounts []string // every account, also those that only listen
	Target   string   // the account an attack aims at unless told otherwise
	// Privileged are accounts whose talk the law protects more than others', each with the
	// profession for which it does ("a doctor"). Nothing in a run depends on it; it is counted
	// whose words were read. A chat that was imported marks nobody.
	Privileged map[string]string
	// Application is for the order of a court, nil if the conversation declares none, and
	// Evidence lists the messages, counted from 1, for whose sake it is signed. Nothing in a run
	// depends on them.
	Application *Application
	Evidence    []int
	Groups      []Group   // each with its members before the first message
	Messages    []Message // in the order they are typed
	Calls       []Call    // in the order in which they begin
	Events      []Event   // what users do besides typing
}

// An Application is what a court is asked for: declared with the conversation, before anything
// is run, so that no window is chosen by what it turns out to open.
type Application struct {
	Accounts     []string // whose messages, written and received
	Since, Until int      // the first message of the window, and the last
	By           string   // who applied
	Why          string
	Phones       []Phone // that the police have; none of whoever is not listed
}

// A Phone is in the hands of the police, for reasons that lie in the conversation and not in any
// design. A locked phone is opened, or unlocked by its user, only where there is one: without
// this fact a table would offer ways to serve an order that nobody had.
type Phone struct {
	Account string // whose it is
	Since   int    // how many messages had been typed when the police got it
	Unlocks bool   // its user is there to unlock it; who is dead, or away, is not
}

// Asks reports whether message k is in the scope of the order.
func (a *Application) Asks(k int, m *Message) bool {
	return k >= a.Since && k <= a.Until && slices.ContainsFunc(a.Accounts, m.Concerns)
}

// Window is the first and the last message that a narrow order for an account asks for: those
// of the declared application, if it names the account and its last message has been typed by
// then, otherwise the ten before that moment.
func (c *Conversation) Window(account string, at int) (since, until int) {
	if a := c.Application; a != nil && slices.Contains(a.Accounts, account) && a.Until <= at {
		return a.Since, a.Until
	}
	return max(1, at-9), at
}

// A Group is accounts that write to all of each other. Who is in it changes by
// the events [Join] and [Leave].
type Group struct {
	Name    string
	Members []string // each once
}

// A Message is typed by one account for others. Text is what a user reads;
// what travels is a salt followed by Text, see attacks.Lab.
type Message struct {
	From        string
	To          []string  // at least one account, each once, From not among them
	Group       string    // whose other members To are, "" if it is no group's
	Sent        time.Time // in UTC, later than the message before
	Text        string
	Attachments []Attachment
	// Forwards is the number of the earlier message that this one repeats, 0 for none: its Text
	// ends with that one's, and what stands before is a mark that it was forwarded, or what its
	// author says of it, if anything. It travels as any text, with a salt of its own, and whoever
	// opens it has read the earlier words, though not the earlier message.
	Forwards int
}

// An Attachment is a file that goes with a message, a photo say.
type Attachment struct {
	Name string
	Data []byte
}

// EventKind says what a user does besides typing.
type EventKind string

const (
	// Compare: Account and With compare safety numbers over a channel that no
	// adversary reaches.
	Compare EventKind = "compare"
	// Reinstall: Account sets up its device anew, with a new identity key and
	// nothing of what the old one held.
	Reinstall EventKind = "reinstall"
	// Join: With, a member of Group, takes Account into it.
	Join EventKind = "join"
	// Leave: Account leaves Group.
	Leave EventKind = "leave"
)

// An Event happens once message After has been delivered and before the next
// one is typed. Events stand in the order in which they happen.
type Event struct {
	After   int
	Kind    EventKind
	Account string
	With    string // the other account, for Compare and Join
	Group   string // for Join and Leave
}

// Comparing is c with other comparisons of safety numbers, as the parameter "compare" says.
func (c *Conversation) Comparing(who string) *Conversation {
	if who == CompareStory || who == "" {
		return c
	}
	other := *c
	other.Events = slices.DeleteFunc(slices.Clone(c.Events),
		func(e Event) bool { return e.Kind == Compare })
	if who == CompareAll {
		other.Events = append(other.Events, c.everyPair()...)
		slices.SortStableFunc(other.Events, func(a, b Event) int { return a.After - b.After })
	}
	return &other
}

// Comparisons lists who compares safety numbers with whom, at some time: each pair once, and
// by name, so that the list tells nothing of when, or of who writes first.
func (c *Conversation) Comparisons() [][2]string {
	pairs := map[[2]string]bool{}
	for _, e := range c.Events {
		if e.Kind == Compare {
			pairs[[2]string{min(e.Account, e.With), max(e.Account, e.With)}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(pairs),
		func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
}

// everyPair lets any two compare once the first of them has written to the other, and again
// once either has set up a phone anew and they write again.
func (c *Conversation) everyPair() (events []Event) {
	done, next := map[[2]string]bool{}, 0
	for i, m := range c.Messages {
		for ; next < len(c.Events) && c.Events[next].After <= i; next++ {
			if e := c.Events[next]; e.Kind == Reinstall {
				maps.DeleteFunc(done, func(pair [2]string, _ bool) bool {
					return slices.Contains(pair[:], e.Account)
				})
			}
		}
		for _, to := range m.To {
			pair := [2]string{min(m.From, to), max(m.From, to)}
			if !done[pair] {
				done[pair] = true
				events = append(events, Event{After: i + 1, Kind: Compare,
					Account: m.From, With: to})
			}
		}
	}
	return events
}

// Instant is how finely times travel in packets.
const Instant = time.Millisecond

// Separate makes each message later than the one before it, by an [Instant] where
// a clock that shows minutes gave both the same time. So the order of times is
// the order of numbers, and an order of a court whose window ends with a message
// ends there.
func (c *Conversation) Separate() {
	for i := range c.Messages {
		m := &c.Messages[i]
		m.Sent = m.Sent.Truncate(Instant)
		if i > 0 && !m.Sent.After(c.Messages[i-1].Sent) {
			m.Sent = c.Messages[i-1].Sent.Add(Instant)
		}
	}
}

// Check reports the first thing that makes c unusable as a ground truth.
func (c *Conversation) Check() error {
	if len(c.Messages) == 0 {
		return errors.New("conversation: no messages")
	}
	known := map[string]bool{}
	for _, a := range c.Accounts {
		if a == "" || known[a] {
			return fmt.Errorf("conversation: account %q is empty or listed twice", a)
		}
		known[a] = true
	}
	if !known[c.Target] {
		return fmt.Errorf("conversation: target %q is not an account", c.Target)
	}
	for _, a := range slices.Sorted(maps.Keys(c.Privileged)) {
		if !known[a] || c.Privileged[a] == "" {
			return fmt.Errorf("conversation: privileged %q is not an account, or has no profession", a)
		}
	}
	if a := c.Application; a != nil {
		for _, account := range a.Accounts {
			if !known[account] {
				return fmt.Errorf("conversation: the order names %q, who is not an account",
					account)
			}
		}
		for _, p := range a.Phones {
			if !known[p.Account] || p.Since < 0 || p.Since > len(c.Messages) {
				return fmt.Errorf("conversation: the police have the phone of %q since message %d: "+
					"want an account, and 0 to %d", p.Account, p.Since, len(c.Messages))
			}
		}
	}
	groups := Membership{}
	for _, g := range c.Groups {
		if err := groups.found(g, known); err != nil {
			return fmt.Errorf("conversation: %w", err)
		}
	}
	if err := c.checkCalls(known); err != nil {
		return fmt.Errorf("conversation: %w", err)
	}
	return c.checkTimeline(known, groups)
}

// checkTimeline follows messages and events in the order in which they happen.
func (c *Conversation) checkTimeline(known map[string]bool, groups Membership) error {
	events := c.Events
	for k := 0; ; k++ { // messages typed
		for ; len(events) > 0 && events[0].After <= k; events = events[1:] {
			if events[0].After < k {
				return c.disordered(events)
			}
			if err := events[0].check(known, groups); err != nil {
				return fmt.Errorf("conversation: event %d: %w", len(c.Events)-len(events)+1, err)
			}
			groups.Apply(events[0])
		}
		if k == len(c.Messages) {
			break
		}
		if err := c.checkMessage(k, known, groups); err != nil {
			return fmt.Errorf("conversation: message %d: %w", k+1, err)
		}
	}
	if len(events) > 0 {
		return c.disordered(events)
	}
	return nil
}

// disordered says that the first of the events that are left stands where it cannot happen.
func (c *Conversation) disordered(left []Event) error {
	return fmt.Errorf("conversation: event %d: after message %d: want events in order, after "+
		"messages 0 to %d", len(c.Events)-len(left)+1, left[0].After, len(c.Messages))
}

func (c *Conversation) checkMessage(i int, known map[string]bool, groups Membership) error {
	m := &c.Messages[i]
	if m.Sent.Location() != time.UTC {
		return errors.New("its time is not in UTC, and days would begin at different moments")
	}
	if i > 0 && !m.Sent.After(c.Messages[i-1].Sent) {
		return errors.New("it is not later than the one before; see Conversation.Separate")
	}
	if !m.Sent.Equal(m.Sent.Truncate(Instant)) {
		return fmt.Errorf("its time %s is finer than %s, which is what travels", m.Sent, Instant)
	}
	if m.Group != "" && !sameSet(append([]string{m.From}, m.To...), groups[m.Group]) {
		return fmt.Errorf("from %q to %q: want all members of the group %q, who are %q", m.From,
			m.To, m.Group, groups[m.Group])
	}
	if err := c.checkForward(i); err != nil {
		return err
	}
	return m.check(known)
}

func (e *Event) check(known map[string]bool, groups Membership) error {
	members, isGroup := groups[e.Group]
	in := slices.Contains(members, e.Account)
	switch {
	case !known[e.Account]:
		return fmt.Errorf("%q is not an account", e.Account)
	case e.Kind == Reinstall:
		return nil
	case e.Kind == Compare:
		if !known[e.With] || e.With == e.Account {
			return fmt.Errorf("%s compares with %q: want another account", e.Account, e.With)
		}
		return nil
	case e.Kind != Join && e.Kind != Leave:
		return fmt.Errorf("kind %q: want %s, %s, %s or %s", e.Kind, Compare, Reinstall, Join, Leave)
	case !isGroup:
		return fmt.Errorf("%q is not a group", e.Group)
	case e.Kind == Join && (in || !slices.Contains(members, e.With)):
		return fmt.Errorf("%q takes %q into the group %q: want a member and somebody who is none",
			e.With, e.Account, e.Group)
	case e.Kind == Leave && !in:
		return fmt.Errorf("%q leaves the group %q without being in it", e.Account, e.Group)
	}
	return nil
}

func (m *Message) check(known map[string]bool) error {
	if !known[m.From] {
		return fmt.Errorf("sender %q is not an account", m.From)
	}
	if len(m.To) == 0 || slices.Contains(m.To, m.From) {
		return fmt.Errorf("recipients %q: want others than the sender", m.To)
	}
	for i, to := range m.To {
		if !known[to] || slices.Contains(m.To[:i], to) {
			return fmt.Errorf("recipient %q is not an account, or listed twice", to)
		}
	}
	return nil
}

// Deliveries counts the recipients of all messages: what a run costs follows from it.
func (c *Conversation) Deliveries() int {
	n := 0
	for _, m := range c.Messages {
		n += len(m.To)
	}
	return n
}

// Attachments counts the files that go with messages.
func (c *Conversation) Attachments() int {
	n := 0
	for _, m := range c.Messages {
		n += len(m.Attachments)
	}
	return n
}

// Concerns reports whether account sent or received m.
func (m *Message) Concerns(account string) bool {
	return m.From == account || slices.Contains(m.To, account)
}

// Partner is the account with which the given one exchanges the most messages,
// the first in Accounts among equals: who matters most to it.
func (c *Conversation) Partner(account string) string {
	count := map[string]int{}
	for _, m := range c.Messages {
		if !m.Concerns(account) {
			continue
		}
		count[m.From]++
		for _, to := range m.To {
			count[to]++
		}
	}
	best := ""
	for _, a := range c.Accounts {
		if a != account && (best == "" || count[a] > count[best]) {
			best = a
		}
	}
	return best
}

// People lists the accounts in the order of what they mean to the given one: it
// comes first, then its [Conversation.Partner], then everybody else in the order
// of Accounts.
func (c *Conversation) People(account string) []string {
	people := []string{account}
	if partner := c.Partner(account); partner != "" {
		people = append(people, partner)
	}
	for _, a := range c.Accounts {
		if !slices.Contains(people, a) {
			people = append(people, a)
		}
	}
	return people
}

// A Payload is what travels for a message: its text and files, each after a salt.
type Payload struct {
	Body  []byte
	Files []Attachment
}

// Start is when everything is switched on, an hour before the first message.
func (c *Conversation) Start() time.Time { return c.Messages[0].Sent.Add(-time.Hour) }

// Day is the number of midnights, and so of ticks, before message k is typed.
func (c *Conversation) Day(k int) int { return c.DayOf(c.Messages[k-1].Sent) }

// DayOf is the same before some time.
func (c *Conversation) DayOf(t time.Time) int {
	return int(t.Sub(Midnight(c.Start())).Hours()+24) / 24
}

// Midnight is the first one after t.
func Midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())
}
