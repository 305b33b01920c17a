package e2ee

import (
	"maps"
	"slices"

	"doormat/e2ee/wire"
	"doormat/world"
)

// blobs are the sealed chunks of one message's attachments. They come before the
// message that claims them.
type blobs struct {
	from      string
	meta      *world.Meta // nil until the message has come
	fetchedBy map[string]bool
	chunks    []*wire.Chunk
	old       bool // a day has begun since, and no message came
}

func (b *blobs) find(file, number int) *wire.Chunk {
	i := slices.IndexFunc(b.chunks, func(c *wire.Chunk) bool {
		return c.File == file && c.Number == number
	})
	if i < 0 {
		return nil
	}
	return b.chunks[i]
}

// storeChunk stores a chunk for a message that is still to come, once, from one account.
func (p *Provider) storeChunk(account string, data []byte) {
	c, err := wire.ParseChunk(data, wire.KindPut)
	if err != nil || len(c.Data) == 0 {
		return
	}
	b := p.blobs[c.Message]
	if _, used := p.used[c.Message]; b == nil && !used {
		b = &blobs{from: account, fetchedBy: map[string]bool{}}
		p.blobs[c.Message] = b
	}
	if b != nil && b.from == account && b.meta == nil && b.find(c.File, c.Number) == nil {
		b.chunks = append(b.chunks, c)
	}
}

// sendChunk hands a chunk to those named in the message.
func (p *Provider) sendChunk(account string, in world.Packet) []world.Packet {
	c, err := wire.ParseChunk(in.Data, wire.KindGet)
	if err != nil || len(c.Data) > 0 {
		return nil
	}
	if b := p.blobs[c.Message]; b != nil && b.meta != nil &&
		(account == b.from || slices.Contains(b.meta.To, account)) {
		if found := b.find(c.File, c.Number); found != nil {
			c = found
		}
	}
	return []world.Packet{{From: world.Provider, To: in.From, Data: c.Encode(wire.KindBlob)}}
}

// bindChunks binds the chunks that came before a message to it, or erases them if
// somebody else sent them.
func (p *Provider) bindChunks(m world.Meta) {
	b := p.blobs[m.ID]
	switch {
	case b == nil || b.meta != nil:
	case b.from == m.From:
		b.meta = &m
	default:
		delete(p.blobs, m.ID)
	}
}

// eraseRefused erases the chunks of a message that was refused.
func (p *Provider) eraseRefused(m world.Meta) {
	if b := p.blobs[m.ID]; b != nil && b.meta == nil && b.from == m.From {
		delete(p.blobs, m.ID)
	}
}

// noteFetched notes that a recipient has what it wants, and erases the chunks when all
// of them have.
func (p *Provider) noteFetched(account, message string) {
	b := p.blobs[message]
	if b == nil || b.meta == nil || !slices.Contains(b.meta.To, account) {
		return
	}
	b.fetchedBy[account] = true
	if len(b.fetchedBy) == len(b.meta.To) {
		delete(p.blobs, message)
	}
}

// eraseUnclaimed erases, at midnight, chunks whose message did not come all day.
func (p *Provider) eraseUnclaimed() {
	maps.DeleteFunc(p.blobs, func(_ string, b *blobs) bool { return b.meta == nil && b.old })
	for _, b := range p.blobs {
		b.old = true
	}
}

// chunkFacts lists the stored chunks of messages that match.
func (p *Provider) chunkFacts(match func(*blobs) bool) []world.Fact {
	var facts []world.Fact
	for _, id := range slices.Sorted(maps.Keys(p.blobs)) {
		if b := p.blobs[id]; match(b) {
			for _, c := range b.chunks {
				facts = append(facts, c.Fact())
			}
		}
	}
	return facts
}
