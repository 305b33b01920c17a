package world

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Call is accounts that speak with each other instead of typing. It is no message and has no
// number: it happens between two messages, and devices keep nothing of it. What a microphone
// records every twenty milliseconds is a sentence here.
type Call struct {
	From  string      // who calls
	To    []string    // whom, each once, From not among them
	Begun time.Time   // in UTC; later than some message and earlier than the next
	Said  []Utterance // in order
}

// An Utterance is what one account says in a call at a time. What travels is a salt followed
// by Text, as of a [Message].
type Utterance struct {
	By   string
	Text string
}

// Parties lists who takes part, sorted.
func (c *Call) Parties() []string {
	return slices.Sorted(slices.Values(append([]string{c.From}, c.To...)))
}

// Speakers lists who says something, sorted.
func (c *Call) Speakers() (list []string) {
	for _, u := range c.Said {
		list = append(list, u.By)
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// After is the number of the last message before a call.
func (c *Conversation) After(call *Call) int {
	n, _ := slices.BinarySearchFunc(c.Messages, call.Begun,
		func(m Message, t time.Time) int { return m.Sent.Compare(t) })
	return n
}

// Utterances counts what is said in all calls.
func (c *Conversation) Utterances() (n int) {
	for i := range c.Calls {
		n += len(c.Calls[i].Said)
	}
	return n
}

func (c *Conversation) checkCalls(known map[string]bool) error {
	for i := range c.Calls {
		call := &c.Calls[i]
		if i > 0 && !call.Begun.After(c.Calls[i-1].Begun) {
			return fmt.Errorf("call %d: it does not begin later than the one before", i+1)
		}
		if err := call.check(known); err != nil {
			return fmt.Errorf("call %d: %w", i+1, err)
		}
		n := c.After(call)
		if n == 0 || n == len(c.Messages) || c.Messages[n].Sent.Equal(call.Begun) {
			return fmt.Errorf("call %d: it begins at %s: want a time between two messages", i+1,
				call.Begun)
		}
	}
	return nil
}

func (c *Call) check(known map[string]bool) error {
	if c.Begun.Location() != time.UTC || !c.Begun.Equal(c.Begun.Truncate(Instant)) {
		return fmt.Errorf("its time %s is not in UTC, or finer than %s, which is what travels",
			c.Begun, Instant)
	}
	like := Message{From: c.From, To: c.To}
	if err := like.check(known); err != nil {
		return err
	}
	if len(c.Said) == 0 {
		return errors.New("nobody says anything")
	}
	for _, u := range c.Said {
		if !slices.Contains(c.Parties(), u.By) {
			return fmt.Errorf("%q speaks and does not take part", u.By)
		}
	}
	return nil
}
