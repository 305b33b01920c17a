package stage

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

// Bounds of what is kept of uploads.
const (
	maxChats      = 4
	maxDeliveries = 20_000 // of one chat: each message goes to all others
	maxPeople     = 60
)

// chats keeps uploaded chats in memory, each under a name that nobody guesses. Nothing
// of them is written to disk, and what was computed from a chat goes with it.
type chats struct {
	store   *jobs.Store
	reading chan struct{} // one upload at a time is in memory

	mu   sync.Mutex
	list []*keptChat // the oldest first
}

// keptChat is an uploaded chat.
type keptChat struct {
	id       string
	conv     *world.Conversation
	summary  chat.Summary // counts, and what was left out
	warnings []string     // what the reader guessed or altered
	computed memo.Memo    // what its runs computed, forgotten with it
}

func newChats(s *jobs.Store) *chats { return &chats{store: s, reading: make(chan struct{}, 1)} }

// keep takes a chat in, called name and aimed at target, "" for its first author. The
// oldest makes room.
func (c *chats) keep(read *chat.Chat, name, target string) (*keptChat, error) {
	conv, err := read.Conversation(name, target)
	if err != nil {
		return nil, err
	}
	if n := len(conv.Accounts); n > maxPeople {
		return nil, demo.Usagef("%s: %d people: the stage takes chats of up to %d, the command "+
			"line larger ones: doormat matrix --conversation FILE", name, n, maxPeople)
	}
	if n := conv.Deliveries(); n > maxDeliveries {
		return nil, demo.Usagef("%s: %d messages, each to all others, make %d deliveries: the "+
			"stage takes chats of up to %d; doormat stage --conversation FILE --last N takes the "+
			"last N messages, and doormat attack run takes longer chats",
			name, len(conv.Messages), n, maxDeliveries)
	}
	k := &keptChat{id: rand.Text(), conv: conv, summary: read.Summary(), warnings: read.Warnings}
	c.mu.Lock()
	c.list = append(c.list, k)
	var gone []*keptChat
	if n := len(c.list) - maxChats; n > 0 {
		gone, c.list = slices.Clone(c.list[:n]), slices.Delete(c.list, 0, n)
	}
	c.mu.Unlock()
	for _, k := range gone {
		c.clear(k.id)
	}
	return k, nil
}

// get finds a chat. Whoever reloads an old page learns what became of it.
func (c *chats) get(id string) (*keptChat, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.list {
		if k.id == id {
			return k, nil
		}
	}
	return nil, demo.Usagef("this chat is not kept: doormat was started again, somebody had it "+
		"forgotten, or %d others came after it; upload it again", maxChats)
}

// drop forgets a chat and all that came of it.
func (c *chats) drop(id string) {
	c.mu.Lock()
	before := len(c.list)
	c.list = slices.DeleteFunc(c.list, func(k *keptChat) bool { return k.id == id })
	found := len(c.list) < before
	c.mu.Unlock()
	if found {
		c.clear(id)
	}
}

// clear drops results whose key names a chat.
func (c *chats) clear(id string) {
	c.store.Forget(func(key string) bool { return strings.Contains(key, id) })
}
