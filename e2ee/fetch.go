package e2ee

import (
	"fmt"

	"doormat/world"
)

// fetch is the attachments of a message on their way from the provider, chunk by
// chunk in order.
type fetch struct {
	meta   world.Meta
	files  []Pointer
	at     int      // the file that is being fetched
	chunks [][]byte // those of it that have come
	asked  bool     // for the second time
}

// attach seals files and gives the packets that store their chunks.
func (d *Device) attach(m world.Meta, files []world.Attachment) ([]Pointer, []world.Packet, error) {
	if len(files) > MaxFiles {
		return nil, nil, fmt.Errorf("it has %d files, and %d are allowed", len(files), MaxFiles)
	}
	var pointers []Pointer
	var out []world.Packet
	for i, f := range files {
		p, sealed, err := sealFile(d.random, f)
		if err != nil {
			return nil, nil, err
		}
		if pointers = append(pointers, p); total(pointers) > MaxAllFiles {
			return nil, nil, fmt.Errorf("its files are too large: at most %d MiB together", MaxAllFiles>>20)
		}
		for n, data := range sealed {
			c := Chunk{m.ID, i, n, data}
			out = append(out, d.toProvider(c.Encode(KindPut)))
		}
	}
	return pointers, out, nil
}

// next asks for the next chunk, or confirms the message once there is none left.
func (d *Device) next(f *fetch) world.Packet {
	if f.at == len(f.files) {
		delete(d.fetching, f.meta.ID)
		return d.got(f.meta.ID)
	}
	c := Chunk{Message: f.meta.ID, File: f.at, Number: len(f.chunks)}
	return d.toProvider(c.Encode(KindGet))
}

func (d *Device) got(id string) world.Packet {
	return d.toProvider(world.Pack(KindGot, []byte(id)))
}

// blob takes in a chunk that was asked for, and shows a file that is complete.
func (d *Device) blob(data []byte) []world.Packet {
	c, err := parseChunk(data, KindBlob)
	if err != nil {
		return nil
	}
	f := d.fetching[c.Message]
	if f == nil || c.File != f.at || c.Number != len(f.chunks) {
		return nil
	}
	if len(c.Data) == 0 {
		return d.giveUp(f, "a part of it is missing")
	}
	f.chunks = append(f.chunks, c.Data)
	p := &f.files[f.at]
	if len(f.chunks) < chunks(p.Size) {
		return []world.Packet{d.next(f)}
	}
	file, err := p.openFile(f.chunks)
	if err != nil {
		return d.giveUp(f, err.Error())
	}
	d.keepFile(f.meta, f.at, file)
	out := d.toUser(world.KindFile, []byte(f.meta.From), file)
	f.at, f.chunks = f.at+1, nil
	return append(out, d.next(f))
}

// giveUp leaves out a file.
func (d *Device) giveUp(f *fetch, why string) []world.Packet {
	out := d.warn("the attachment %q from %s could not be opened: %s", f.files[f.at].Name, f.meta.From, why)
	f.at, f.chunks = f.at+1, nil
	return append(out, d.next(f))
}

// remind asks, at midnight, once more for what did not come, and then gives up.
func (d *Device) remind() []world.Packet {
	var out []world.Packet
	for _, id := range sortedKeys(d.fetching) {
		f := d.fetching[id]
		if f.asked {
			f.asked = false
			out = append(out, d.giveUp(f, "it did not come")...)
			continue
		}
		f.asked = true
		out = append(out, d.next(f))
	}
	return out
}
