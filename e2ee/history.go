package e2ee

import (
	"slices"
	"time"

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
		d.history = slices.Delete(d.history, 0, max(0, len(d.history)-d.retention)) // zeroes what it vacates
	}
	return call(d.Extensions, func(x DeviceExtension) []world.Packet { return x.Kept(now, k.meta, k.body) })
}

// maxOpened is how many deliveries a device knows again at least, by a hash of 32 bytes; at
// most it is twice as many.
const maxOpened = 512

// markOpened notes a delivery that was opened, whatever was in it.
func (d *Device) markOpened(in *Delivery) {
	if d.opened = append(d.opened, in.sealed()); len(d.opened) == 2*maxOpened {
		d.opened = slices.Delete(d.opened, 0, maxOpened)
	}
}

// wasOpened reports whether a delivery was opened before, to the byte. A message that bears the
// same id is not enough: whoever forged it chose the id.
func (d *Device) wasOpened(in *Delivery) bool { return slices.Contains(d.opened, in.sealed()) }

// keepFile adds an attachment to its message, if that is still there. Another
// author's message may bear the same number.
func (d *Device) keepFile(m world.Meta, number int, data []byte) {
	for _, k := range slices.Backward(d.history) {
		if k.meta.ID == m.ID && k.meta.From == m.From {
			k.files[number] = data
			if d.reporting.to != "" {
				d.reporting.news = append(d.reporting.news, world.Fact{Kind: KeptFile, Ref: world.FileRef(m.ID, number), Data: data})
			}
			return
		}
	}
}

func (k *keptMessage) facts() []world.Fact {
	facts := []world.Fact{{Kind: KeptMessage, Ref: k.meta.ID, Data: world.Pack(keptTag, k.meta.Encode(), k.body)}}
	for i := range MaxFiles {
		if data, ok := k.files[i]; ok {
			facts = append(facts, world.Fact{Kind: KeptFile, Ref: world.FileRef(k.meta.ID, i), Data: data})
		}
	}
	return facts
}
