package e2ee

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"

	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// keptMessage is a message of the history.
type keptMessage struct {
	meta  world.Meta
	body  []byte
	files map[int][]byte // by number, from 0
}

// keep adds a message to the history and deletes what is beyond retention, with
// its files.
func (d *Device) keep(now time.Time, k keptMessage) []world.Packet {
	k.files = map[int][]byte{}
	d.history = append(d.history, k)
	if d.reporting.to != "" {
		d.reporting.news = append(d.reporting.news, k.facts()...)
	}
	if d.retention > 0 {
		d.history = slices.Delete(d.history, 0,
			max(0, len(d.history)-d.retention)) // zeroes what it vacates
	}
	return call(d.Extensions, func(x DeviceExtension) []world.Packet {
		return x.Kept(now, k.meta, k.body)
	})
}

// maxOpened is how many deliveries a device knows again at least, by a hash of 32 bytes; at
// most it is twice as many.
const maxOpened = 512

// markOpened notes a delivery that was opened, whatever was in it.
func (d *Device) markOpened(in *wire.Delivery) {
	if d.opened = append(d.opened, sealedHash(in)); len(d.opened) == 2*maxOpened {
		d.opened = slices.Delete(d.opened, 0, maxOpened)
	}
}

// wasOpened reports whether a delivery was opened before, to the byte. A message that bears the
// same id is not enough: whoever forged it chose the id.
func (d *Device) wasOpened(in *wire.Delivery) bool {
	return slices.Contains(d.opened, sealedHash(in))
}

// markShown notes a message that is shown, and reports whether it is the first time: a message of
// another number, author or text is another one.
func (d *Device) markShown(m world.Meta, c *wire.Content) bool {
	hash := sha256.Sum256(world.Pack('M', m.Encode(), c.Encode()))
	if slices.Contains(d.shown, hash) {
		return false
	}
	if d.shown = append(d.shown, hash); len(d.shown) == 2*maxOpened {
		d.shown = slices.Delete(d.shown, 0, maxOpened)
	}
	return true
}

// A FileKeeper is a [DeviceExtension] that is told of files as well.
type FileKeeper interface {
	// FileKept is called when a file, counted from 0, has been added to its message.
	FileKept(m world.Meta, number int, data []byte) []world.Packet
}

// keepFile adds an attachment to its message, if that is still there. Another
// author's message may bear the same number.
func (d *Device) keepFile(m world.Meta, number int, data []byte) []world.Packet {
	for _, k := range slices.Backward(d.history) {
		if k.meta.ID == m.ID && k.meta.From == m.From {
			k.files[number] = data
			if d.reporting.to != "" {
				d.reporting.news = append(d.reporting.news,
					world.Fact{Kind: wire.KeptFile, Ref: world.FileRef(m.ID, number), Data: data})
			}
			return call(d.Extensions, func(x DeviceExtension) []world.Packet {
				if keeper, ok := x.(FileKeeper); ok {
					return keeper.FileKept(m, number, data)
				}
				return nil
			})
		}
	}
	return nil
}

// Restore puts messages and files, as [Device.History] lists them, before what the device has
// kept since it was set up. It shows none again, and keeps the newest as its retention says.
// What is no such fact, or belongs to no message among them, is left out.
func (d *Device) Restore(facts []world.Fact) {
	var before []keptMessage
	at := map[string]int{}
	for _, f := range facts {
		if m, body, err := store.ParseKept(f.Data); f.Kind == wire.KeptMessage && err == nil {
			at[m.ID] = len(before)
			before = append(before, keptMessage{meta: m, body: body, files: map[int][]byte{}})
		}
	}
	for _, f := range facts {
		id, number := fileOf(f.Ref)
		if i, ok := at[id]; f.Kind == wire.KeptFile && ok && number >= 0 && number < wire.MaxFiles {
			before[i].files[number] = f.Data
		}
	}
	d.history = append(before, d.history...)
	if d.retention > 0 {
		d.history = slices.Delete(d.history, 0, max(0, len(d.history)-d.retention))
	}
}

// fileOf undoes [world.FileRef]: the number is -1 if ref is none.
func fileOf(ref string) (message string, number int) {
	slash := strings.LastIndexByte(ref, '/')
	number, err := strconv.Atoi(ref[slash+1:])
	if err != nil || slash < 0 {
		return "", -1
	}
	return ref[:slash], number - 1
}

func (k *keptMessage) facts() []world.Fact {
	facts := []world.Fact{store.KeptFact(k.meta, k.body)}
	for i := range wire.MaxFiles {
		if data, ok := k.files[i]; ok {
			facts = append(facts, world.Fact{Kind: wire.KeptFile, Ref: world.FileRef(k.meta.ID, i),
				Data: data})
		}
	}
	return facts
}

// sealedHash tells deliveries apart: a hash of the ciphertext that holds the message, with all
// that travels in the open. For a group that is the ciphertext for all, with or without
// the part that brings the sender key.
func sealedHash(d *wire.Delivery) [32]byte {
	open := d.OpenHash()
	if d.Group != nil {
		return open
	}
	return sha256.Sum256(world.Pack('A', open[:], d.Header.Bytes(), d.Ciphertext))
}
