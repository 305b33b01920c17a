// Package chats keeps chats that somebody uploaded to the stage: in memory, a few, each under a
// name that nobody guesses, until somebody has it forgotten or others take its place.
// What was computed from a chat goes with it (TestForgotten in demo/stage).
package chats

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"

	"doormat/demo"
	"doormat/demo/chat"
	"doormat/demo/stage/jobs"
	"doormat/world"
	"doormat/world/memo"
)

// Bounds of what is kept.
const (
	Max           = 4
	MaxDeliveries = 20_000 // of one chat: each message goes to all others
	MaxPeople     = 60
)

// A Store keeps uploaded chats. Nothing of them is written to disk.
type Store struct {
	results *jobs.Store

	mu   sync.Mutex
	list []*Chat // the oldest first
}

// A Chat is an uploaded chat.
type Chat struct {
	ID           string
	Conversation *world.Conversation
	Summary      chat.Summary // counts, and what was left out
	Warnings     []string     // what the reader guessed or altered
	Computed     memo.Memo    // what its runs computed, forgotten with it
}

// New is a place for chats, whose results are kept there.
func New(s *jobs.Store) *Store { return &Store{results: s} }

// Len is how many chats are kept.
func (c *Store) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.list)
}

// Keep takes a chat in, called name and aimed at target, "" for its first author. The
// oldest makes room.
func (c *Store) Keep(read *chat.Chat, name, target string) (*Chat, error) {
	conv, err := read.Conversation(name, target)
	if err != nil {
		return nil, err
	}
	if n := len(conv.Accounts); n > MaxPeople {
		return nil, demo.Usagef("%s: %d people: the stage takes chats of up to %d, the command "+
			"line larger ones: doormat matrix --conversation FILE", name, n, MaxPeople)
	}
	if n := conv.Deliveries(); n > MaxDeliveries {
		return nil, demo.Usagef("%s: %d messages, each to all others, make %d deliveries: the "+
			"stage takes chats of up to %d; doormat stage --conversation FILE --last N takes the "+
			"last N messages, and doormat attack run takes longer chats",
			name, len(conv.Messages), n, MaxDeliveries)
	}
	k := &Chat{ID: rand.Text(), Conversation: conv, Summary: read.Summary(), Warnings: read.Warnings}
	c.mu.Lock()
	c.list = append(c.list, k)
	var gone []*Chat
	if n := len(c.list) - Max; n > 0 {
		gone, c.list = slices.Clone(c.list[:n]), slices.Delete(c.list, 0, n)
	}
	c.mu.Unlock()
	for _, k := range gone {
		c.clear(k.ID)
	}
	return k, nil
}

// Get finds a chat. Whoever reloads an old page learns what became of it.
func (c *Store) Get(id string) (*Chat, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.list {
		if k.ID == id {
			return k, nil
		}
	}
	return nil, demo.Usagef("this chat is not kept: doormat was started again, somebody had it "+
		"forgotten, or %d others came after it; upload it again", Max)
}

// Drop forgets a chat and all that came of it.
func (c *Store) Drop(id string) {
	c.mu.Lock()
	before := len(c.list)
	c.list = slices.DeleteFunc(c.list, func(k *Chat) bool { return k.ID == id })
	found := len(c.list) < before
	c.mu.Unlock()
	if found {
		c.clear(id)
	}
}

// clear drops results whose key names a chat.
func (c *Store) clear(id string) {
	c.results.Forget(func(key string) bool { return strings.Contains(key, id) })
}
