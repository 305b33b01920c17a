package world

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Conversation is the ground truth: who said what to whom, and when.
// Message k is Messages[k-1]; every count in doormat's output is over these.
type Conversation struct {
	Title    string
	Accounts []string  // every account, also those that only listen
	Target   string    // the account an attack aims at unless told otherwise
	Messages []Message // in the order they are typed
	Events   []Event   // what users do besides typing
}

// A Message is typed by one account for others. Text is what a user reads;
// what travels is a salt followed by Text, see attacks.Lab.
type Message struct {
	From string
	To   []string  // at least one account, each once, From not among them
	Sent time.Time // in UTC
	Text string
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
)

// An Event happens once message After has been delivered and before the next
// one is typed. Events stand in the order in which they happen.
type Event struct {
	After   int
	Kind    EventKind
	Account string
	With    string // the other account, for Compare
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
	for i, m := range c.Messages {
		if err := m.check(known); err != nil {
			return fmt.Errorf("conversation: message %d: %w", i+1, err)
		}
		if m.Sent.Location() != time.UTC {
			return fmt.Errorf("conversation: message %d: its time is not in UTC, and days would begin at different moments", i+1)
		}
		if i > 0 && m.Sent.Before(c.Messages[i-1].Sent) {
			return fmt.Errorf("conversation: message %d is older than the one before", i+1)
		}
	}
	for i, e := range c.Events {
		if err := e.check(known); err != nil {
			return fmt.Errorf("conversation: event %d: %w", i+1, err)
		}
		if e.After < 0 || e.After > len(c.Messages) || (i > 0 && e.After < c.Events[i-1].After) {
			return fmt.Errorf("conversation: event %d: after message %d: want events in order, after messages 0 to %d", i+1, e.After, len(c.Messages))
		}
	}
	return nil
}

func (e *Event) check(known map[string]bool) error {
	switch {
	case !known[e.Account]:
		return fmt.Errorf("%q is not an account", e.Account)
	case e.Kind == Compare && (!known[e.With] || e.With == e.Account):
		return fmt.Errorf("%s compares with %q: want another account", e.Account, e.With)
	case e.Kind != Compare && e.Kind != Reinstall:
		return fmt.Errorf("kind %q: want %s or %s", e.Kind, Compare, Reinstall)
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
