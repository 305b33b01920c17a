package e2ee

import (
	"fmt"

	"doormat/e2ee/wire"
	"doormat/world"
)

// A download fetches the attachments of one message from the provider, chunk by chunk in
// order.
type download struct {
	meta   world.Meta
	files  []wire.Pointer
	at     int      // index of the file that is being fetched
	chunks [][]byte // the chunks of that file that have come
	asked  bool     // whether the next chunk has been requested a second time
}

// attach seals files and gives the packets that store their chunks.
func (d *Device) attach(m world.Meta, files []world.Attachment) ([]wire.Pointer, []world.Packet,
	error) {
	if len(files) > wire.MaxFiles {
		return nil, nil, fmt.Errorf("it has %d files, and %d are allowed", len(files),
			wire.MaxFiles)
	}
	var pointers []wire.Pointer
	var out []world.Packet
	for i, f := range files {
		p, sealed, err := wire.SealFile(d.random, f)
		if err != nil {
			return nil, nil, err
		}
		if pointers = append(pointers, p); wire.TotalSize(pointers) > wire.MaxAllFiles {
			return nil, nil, fmt.Errorf("its files are too large: at most %d MiB together",
				wire.MaxAllFiles>>20)
		}
		for n, data := range sealed {
			c := wire.Chunk{Message: m.ID, File: i, Number: n, Data: data}
			out = append(out, d.toProvider(c.Encode(wire.KindPut)))
		}
	}
	return pointers, out, nil
}

// requestChunk asks for the next chunk, or confirms the message once there is none left.
func (d *Device) requestChunk(f *download) world.Packet {
	if f.at == len(f.files) {
		delete(d.downloads, f.meta.ID)
		return d.confirmDelivery(f.meta.ID)
	}
	c := wire.Chunk{Message: f.meta.ID, File: f.at, Number: len(f.chunks)}
	return d.toProvider(c.Encode(wire.KindGet))
}

func (d *Device) confirmDelivery(id string) world.Packet {
	return d.toProvider(world.Pack(wire.KindGot, []byte(id)))
}

// blob takes in a chunk that was asked for, and shows a file that is complete.
func (d *Device) blob(data []byte) []world.Packet {
	c, err := wire.ParseChunk(data, wire.KindBlob)
	if err != nil {
		return nil
	}
	f := d.downloads[c.Message]
	if f == nil || c.File != f.at || c.Number != len(f.chunks) {
		return nil
	}
	if len(c.Data) == 0 {
		return d.skipFile(f, "a part of it is missing")
	}
	f.chunks = append(f.chunks, c.Data)
	p := &f.files[f.at]
	if len(f.chunks) < len(p.Hashes) {
		return []world.Packet{d.requestChunk(f)}
	}
	file, err := p.OpenFile(f.chunks)
	if err != nil {
		return d.skipFile(f, err.Error())
	}
	out := d.toUser(world.KindFile, []byte(f.meta.From), file)
	out = append(out, d.keepFile(f.meta, f.at, file)...)
	f.at, f.chunks = f.at+1, nil
	return append(out, d.requestChunk(f))
}

// skipFile gives up the file that is being fetched, tells the user why, and goes on.
func (d *Device) skipFile(f *download, why string) []world.Packet {
	out := d.warn("the attachment %q from %s could not be opened: %s", f.files[f.at].Name,
		f.meta.From, why)
	f.at, f.chunks = f.at+1, nil
	return append(out, d.requestChunk(f))
}

// retryDownloads asks, at midnight, once more for a chunk that did not come; at the next
// midnight it skips the file.
func (d *Device) retryDownloads() []world.Packet {
	var out []world.Packet
	for _, id := range sortedKeys(d.downloads) {
		f := d.downloads[id]
		if f.asked {
			f.asked = false
			out = append(out, d.skipFile(f, "it did not come")...)
			continue
		}
		f.asked = true
		out = append(out, d.requestChunk(f))
	}
	return out
}

// facts are the keys of attachments under way, and the chunks that have come.
func (f *download) facts() []world.Fact {
	facts := wire.AttachmentKeys(f.meta.ID, f.files)
	for i, data := range f.chunks {
		facts = append(facts, (&wire.Chunk{Message: f.meta.ID, File: f.at, Number: i,
			Data: data}).Fact())
	}
	return facts
}
