package e2ee

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
)

// sealedFile is file(1, 9, 9) under a key of its own.
func sealedFile(t testing.TB) (wire.Pointer, [][]byte) {
	p, chunks, err := wire.SealFile(world.Seed(9).Stream("key"), world.Attachment{Name: "file", Data: file(1, 9, 9)})
	require.NoError(t, err)
	return p, chunks
}

// A recipient with the key and the provider put another file in the place of the
// author's. Nobody is shown it; and whoever has both has the author's.
func TestForgedFile(t *testing.T) {
	for _, size := range []int{20, 1000} {
		s := scene{messages: []string{"Ana>Ben+1000", "Ben>Ana"}}.start(t)
		held := s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindBlob })
		s.advance(1)
		own, err := wire.ParseChunk((*held)[0].Data, wire.KindBlob)
		require.NoError(t, err)
		p := s.device("Ben").downloads[own.Message].files[0]
		_, sealed, err := wire.SealFile(bytes.NewReader(p.Key[:]), world.Attachment{Data: file(9, 9, size)})
		require.NoError(t, err)
		forged := *own
		forged.Data = sealed[0]
		key := wire.AttachmentKeys(own.Message, []wire.Pointer{p})[0]
		for _, chunks := range [][]*wire.Chunk{{own}, {own, &forged}, {&forged, own}} {
			facts := []world.Fact{key}
			for _, c := range chunks {
				facts = append(facts, c.Fact())
			}
			derived, err := conclude(t, "open an attachment", facts...)
			require.NoError(t, err)
			require.Equal(t, "1/1", s.fileNumber(derived[0].Data))
			require.Equal(t, own.Fact(), facts[derived[0].From[1]])
		}
		_, err = conclude(t, "open an attachment", key, forged.Fact())
		require.Error(t, err)
		s.release(world.Packet{From: "provider", To: "device:Ben", Data: forged.Encode(wire.KindBlob)})
		s.end()
		require.Empty(t, s.files)
		require.Equal(t, []string{`Ben: the attachment "file" from Ana could not be opened: chunk 1 is not what was sealed`}, s.warned)
	}
}

func TestAttachments(t *testing.T) {
	for _, mailbox := range []string{world.MailboxAll, world.MailboxDelivered} {
		s := scene{messages: []string{"Ana>Ben,Cem+0,70000", "Ben>Ana+5", "Ana>Ben"}, settings: world.Settings{Mailbox: mailbox}}.start(t).advance(1)
		s.each(1, 1)
		slices.Sort(s.files)
		require.Equal(t, []string{"Ben<Ana 1/1", "Ben<Ana 1/2", "Cem<Ana 1/1", "Cem<Ana 1/2"}, s.files)
		require.Empty(t, s.device("Ben").downloads)
		require.Equal(t, mailbox == world.MailboxDelivered, len(s.provider().blobs) == 0)
		s.end()
		s.quiet()
		require.Contains(t, s.files, "Ana<Ben 2/1")

		// A device keeps what it shows; a tap has it only with the key.
		opened := func(loot ...[]world.Fact) (refs []string) {
			for _, f := range saturate(Design{}.Rules(), slices.Concat(loot...)) {
				if f.Kind == world.File {
					require.NotEqual(t, "0", s.fileNumber(f.Data))
					refs = append(refs, s.fileNumber(f.Data))
				}
			}
			slices.Sort(refs)
			return refs
		}
		require.Equal(t, []string{"1/1", "1/2", "2/1"}, opened(s.device("Ben").Holdings()))
		require.Empty(t, opened(s.wire, s.provider().Holdings(), without(wire.KeptFile, s.copyOf("Ben"))))
	}
}

// Who has the key of a session from the start has the attachments on the wire too.
func TestAttachmentOnTheWire(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben+70000,0"}}.start(t).advance(2)
	stolen := s.copyOf("Ben")
	s.end()
	files := slices.DeleteFunc(saturate(Design{}.Rules(), slices.Concat(stolen, s.wire)), func(f world.Fact) bool { return f.Kind != world.File })
	require.Len(t, files, 2)
	for _, f := range files {
		require.NotEqual(t, "0", s.fileNumber(f.Data))
	}
}

func TestRetentionOfFiles(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben+10", "Ana>Ben", "Ana>Ben+20"}, settings: world.Settings{Retention: 2}}.start(t).end()
	for _, account := range []string{"Ana", "Ben"} {
		held := s.device(account).Holdings()
		require.False(t, contains(held, s.said[0].Files[0].Data), "deleted with its message")
		require.True(t, contains(held, s.said[2].Files[0].Data))
		require.False(t, contains(without(wire.KeptFile, held), s.said[2].Files[0].Data))
	}
}

// Whatever the provider does to a chunk, the text is shown, the file is not, the
// user is told, and the other file arrives.
func TestTamperedChunks(t *testing.T) {
	for name, change := range map[string]func(c *wire.Chunk, p *Provider){
		"missing":           func(c *wire.Chunk, _ *Provider) { c.Data = nil },
		"changed":           func(c *wire.Chunk, _ *Provider) { c.Data = append([]byte{1}, c.Data[1:]...) },
		"of the other file": func(c *wire.Chunk, p *Provider) { c.Data = p.blobs[c.Message].Find(1, 0).Data },
		"of another place":  func(c *wire.Chunk, p *Provider) { c.Data = p.blobs[c.Message].Find(0, 1-c.Number).Data },
	} {
		t.Run(name, func(t *testing.T) {
			s := scene{messages: []string{"Ana>Ben+70000,80000"}}.start(t)
			s.sim.Intercept = func(p world.Packet) bool {
				c, err := wire.ParseChunk(p.Data, wire.KindBlob)
				if err != nil || c.File != 0 {
					return false
				}
				altered := *c
				change(&altered, s.provider())
				s.sim.Net.Deliver(world.Packet{From: p.From, To: p.To, Data: altered.Encode(wire.KindBlob)})
				return true
			}
			s.end()
			s.each(1, 1)
			require.Equal(t, []string{"Ben<Ana 1/2"}, s.files)
			require.Len(t, s.warned, 1)
			require.Contains(t, s.warned[0], `Ben: the attachment "file" from Ana could not be opened`)
			require.Empty(t, s.device("Ben").downloads)
		})
	}
}

// What does not come is asked for once more, and then given up.
func TestLostChunks(t *testing.T) {
	for days := range 3 {
		s := scene{messages: []string{"Ana>Ben+70000"}}.start(t)
		s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindBlob })
		s.end()
		s.each(1, 1)
		require.NotEmpty(t, s.device("Ben").downloads)
		require.True(t, slices.ContainsFunc(s.copyOf("Ben"), func(f world.Fact) bool { return f.Kind == wire.AttachmentKey }))
		require.NoError(t, s.sim.Rest(days))
		s.sim.Intercept = nil
		require.NoError(t, s.sim.Rest(2))
		require.Equal(t, days == 0, len(s.files) == 1, "after %d days", days)
		require.Equal(t, days == 0, len(s.warned) == 0)
		require.Empty(t, s.device("Ben").downloads)
	}
}

func TestBlobStore(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben+9", "Ana>Ben"}}.start(t).advance(1)
	provider := s.provider()
	id := mustDelivery(t, s.packets(wire.KindDeliver)[0]).Meta.ID
	first := *provider.blobs[id].Chunks[0]
	put := func(from string, c wire.Chunk) {
		s.post(world.Packet{From: "device:" + from, To: "provider", Data: c.Encode(wire.KindPut)})
	}
	get := func(from string) []byte {
		s.post(world.Packet{From: from, To: "provider", Data: (&wire.Chunk{Message: id}).Encode(wire.KindGet)})
		answers := s.packets(wire.KindBlob)
		c, err := wire.ParseChunk(answers[len(answers)-1].Data, wire.KindBlob)
		require.NoError(t, err)
		return c.Data
	}
	held := provider.Holdings()
	for _, from := range []string{"Ana", "Ben", "Cem"} {
		put(from, wire.Chunk{Message: id, File: 0, Number: 0, Data: []byte("another")}) // claimed: nothing is added or replaced
		put(from, wire.Chunk{Message: id, File: 0, Number: 1, Data: []byte("another")})
	}
	require.Equal(t, held, provider.Holdings())
	require.Equal(t, first.Data, get("device:Ana"))
	require.Equal(t, first.Data, get("device:Ben"))
	require.Empty(t, get("device:Cem"))
	answers := len(s.packets(wire.KindBlob))
	s.post(world.Packet{From: world.Outsider, To: "provider", Data: (&wire.Chunk{Message: id}).Encode(wire.KindGet)})
	require.Len(t, s.packets(wire.KindBlob), answers)

	// What no message claims does not stay, and gives nobody a claim on a message.
	fresh := strings.Repeat("a", 32)
	put("Cem", wire.Chunk{Message: fresh, File: 0, Number: 0, Data: []byte("early")})
	put("Ana", wire.Chunk{Message: fresh, File: 0, Number: 0, Data: []byte("late")})
	require.Equal(t, "early", string(provider.blobs[fresh].Chunks[0].Data))
	require.NoError(t, s.sim.Rest(1))
	require.Contains(t, provider.blobs, fresh)
	require.NoError(t, s.sim.Rest(1))
	require.NotContains(t, provider.blobs, fresh)
	require.Contains(t, provider.blobs, id)
	put("Cem", wire.Chunk{Message: fresh, File: 0, Number: 0, Data: []byte("early")})
	u, err := wire.ParseUpload(s.packets(wire.KindUpload)[0].Data)
	require.NoError(t, err)
	u.Meta.ID, u.Meta.Sent = fresh, s.sim.Net.Now()
	s.post(world.Packet{From: "device:Ana", To: "provider", Data: u.Encode()})
	require.NotContains(t, provider.blobs, fresh, "another account's")
}

func TestRefusedMessageLeavesNoBlobs(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben+9"}}.start(t)
	s.provider().Extensions = []ProviderExtension{&escrowing{refusal: fmt.Errorf("no")}}
	s.end()
	require.Empty(t, s.provider().blobs)
	require.Len(t, s.packets(wire.KindPut), 1)
}

func TestTooMuchToAttach(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben+1", "Ana>Ben" + strings.Replace(strings.Repeat(",1", wire.MaxFiles+1), ",", "+", 1), "Ana>Ben+1,1,1,1,1", "Ana>Ben"}}.start(t)
	large := make([]byte, wire.MaxFileSize)
	for i := range 4 {
		s.said[2].Files[i].Data = large
	}
	s.said[0].Files[0].Data = make([]byte, wire.MaxFileSize+1)
	s.end()
	require.Equal(t, []string{"Ben<Ana 4"}, s.shown)
	require.Equal(t, []string{
		`Ana: the message was not sent: the file "file" is too large: at most 16 MiB`,
		"Ana: the message was not sent: it has 33 files, and 32 are allowed",
		"Ana: the message was not sent: its files are too large: at most 64 MiB together"}, s.warned)
	require.Empty(t, s.packets(wire.KindPut))
}

// A number that is used twice while the attachments of its first message are on their
// way changes nothing about them, whoever uses it again and for whatever: the second
// message is refused and said to be.
func TestNumberUsedTwiceWhileFetching(t *testing.T) {
	p, _ := sealedFile(t)
	for name, c := range map[string]struct {
		from    string
		content *wire.Content
	}{
		"another's, with a file":     {"Cem", &wire.Content{Body: []byte("hi"), Files: []wire.Pointer{p}}},
		"another's, without one":     {"Cem", &wire.Content{Body: []byte("hi")}},
		"the same, with other files": {"Ana", &wire.Content{Body: []byte("hi"), Files: []wire.Pointer{p, p}}},
	} {
		s := scene{messages: []string{"Cem>Ben", "Ana>Ben", "Ana>Ben+1000,70000"}}.start(t)
		held := s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindBlob })
		s.end()
		s.each(1, 3)
		first := mustDelivery(t, s.packets(wire.KindDeliver)[2]).Meta
		before := s.device("Ben").Holdings()
		s.inject("Ben", world.Meta{ID: first.ID, From: c.from, To: []string{"Ben"}, Sent: first.Sent}, c.content.Encode(), nil)
		s.each(1, 3)
		require.Equal(t, []string{"Ben: a message from " + c.from + " was refused: its number was used before"}, s.warned, name)
		require.Equal(t, kindsHeld(before, wire.AttachmentKey), kindsHeld(s.device("Ben").Holdings(), wire.AttachmentKey), name)
		s.release(*held...)
		require.Equal(t, []string{"Ben<Ana 3/1", "Ben<Ana 3/2"}, s.files, name)
		require.Empty(t, s.device("Ben").downloads, name)
	}
}

func kindsHeld(facts []world.Fact, kind world.Kind) []world.Fact {
	return slices.DeleteFunc(slices.Clone(facts), func(f world.Fact) bool { return f.Kind != kind })
}
