// Package blobs is a provider's blob store: the sealed chunks of attachments, which come before
// the message that claims them. It hands them to those named in the message, and erases what no
// message claims, what a refused message brought and, if the mailbox keeps only what is
// undelivered, what all recipients have fetched. It sees ciphertext, who put it there and who may
// have it.
//
// TestBlobStore, TestTamperedChunks and TestRefusedMessageLeavesNoBlobs of package e2ee show it.
package blobs

import (
	"maps"
	"slices"

	"doormat/e2ee/wire"
	"doormat/world"
)

// Store is all that is stored, by message id.
type Store map[string]*Message

// Message is what is stored of one message's attachments.
type Message struct {
	From   string      // the account that sent the chunks
	Meta   *world.Meta // nil until the message has come
	Chunks []*wire.Chunk

	fetchedBy map[string]bool
	old       bool // a day has begun since, and no message came
}

// Find gives a chunk, nil if it is not there.
func (m *Message) Find(file, number int) *wire.Chunk {
	i := slices.IndexFunc(m.Chunks, func(c *wire.Chunk) bool {
		return c.File == file && c.Number == number
	})
	if i < 0 {
		return nil
	}
	return m.Chunks[i]
}

// Put stores a chunk for a message that is still to come, once, from one account. used tells
// which message ids are taken.
func (s Store) Put(account string, data []byte, used func(id string) bool) {
	c, err := wire.ParseChunk(data, wire.KindPut)
	if err != nil || len(c.Data) == 0 {
		return
	}
	m := s[c.Message]
	if m == nil && !used(c.Message) {
		m = &Message{From: account, fetchedBy: map[string]bool{}}
		s[c.Message] = m
	}
	if m != nil && m.From == account && m.Meta == nil && m.Find(c.File, c.Number) == nil {
		m.Chunks = append(m.Chunks, c)
	}
}

// Answer gives what goes to an account that asks for a chunk: the chunk, if its message names the
// account, or an empty one. It gives nil to what is no such question.
func (s Store) Answer(account string, data []byte) []byte {
	c, err := wire.ParseChunk(data, wire.KindGet)
	if err != nil || len(c.Data) > 0 {
		return nil
	}
	if m := s[c.Message]; m != nil && m.Meta != nil &&
		(account == m.From || slices.Contains(m.Meta.To, account)) {
		if found := m.Find(c.File, c.Number); found != nil {
			c = found
		}
	}
	return c.Encode(wire.KindBlob)
}

// Bind binds the chunks that came before a message to it, or erases them if somebody else sent
// them.
func (s Store) Bind(meta world.Meta) {
	m := s[meta.ID]
	switch {
	case m == nil || m.Meta != nil:
	case m.From == meta.From:
		m.Meta = &meta
	default:
		delete(s, meta.ID)
	}
}

// Refused erases the chunks of a message that was refused.
func (s Store) Refused(meta world.Meta) {
	if m := s[meta.ID]; m != nil && m.Meta == nil && m.From == meta.From {
		delete(s, meta.ID)
	}
}

// Fetched notes that a recipient has what it wants, and erases the chunks when all of them have.
func (s Store) Fetched(account, message string) {
	m := s[message]
	if m == nil || m.Meta == nil || !slices.Contains(m.Meta.To, account) {
		return
	}
	m.fetchedBy[account] = true
	if len(m.fetchedBy) == len(m.Meta.To) {
		delete(s, message)
	}
}

// Midnight erases chunks whose message did not come all day.
func (s Store) Midnight() {
	maps.DeleteFunc(s, func(_ string, m *Message) bool { return m.Meta == nil && m.old })
	for _, m := range s {
		m.old = true
	}
}

// Facts lists the stored chunks of messages that match.
func (s Store) Facts(match func(*Message) bool) (facts []world.Fact) {
	for _, id := range slices.Sorted(maps.Keys(s)) {
		if m := s[id]; match(m) {
			for _, c := range m.Chunks {
				facts = append(facts, c.Fact())
			}
		}
	}
	return facts
}

// Under lists the chunks of messages that have come and that an order covers, say.
func (s Store) Under(covers func(world.Meta) bool) []world.Fact {
	return s.Facts(func(m *Message) bool { return m.Meta != nil && covers(*m.Meta) })
}
