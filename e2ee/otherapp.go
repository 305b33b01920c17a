package e2ee

import (
	"slices"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
)

// OtherMessenger is the program of phones whose owners write to each other with another
// messenger (package othermessenger), and to everybody else with this one. Text has their accounts
// and a phrase, one a line. Calls stay where they are. TestOtherMessenger shows it.
const OtherMessenger = "use another messenger"

// sendElsewhere seals what the user typed for the other messenger, and keeps it.
func (d *Device) sendElsewhere(now time.Time, typed *world.Typed, to []string) []world.Packet {
	m, err := d.newMeta(now, to, typed.Group)
	if err != nil {
		return d.warn("the message was not sent: %v", err)
	}
	fields := [][]byte{typed.Body}
	for _, f := range typed.Files {
		fields = append(fields, f.Data)
	}
	sealed, err := d.elsewhere.Seal(m, world.Pack(wire.KindElsewhere, fields...))
	if err != nil {
		return d.warn("the message was not sent: %v", err)
	}
	var out []world.Packet
	for _, name := range to {
		out = append(out, world.Packet{From: d.Name(), To: world.DeviceOf(name),
			Data: world.Pack(wire.KindElsewhere, m.Encode(), sealed)})
	}
	d.keepElsewhere(m, fields)
	return out
}

// fromElsewhere shows what came by the other messenger, once.
func (d *Device) fromElsewhere(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, wire.KindElsewhere, 2)
	if err != nil || d.elsewhere == nil {
		return nil
	}
	m, err := world.ParseMeta(f[0])
	if err != nil || !slices.Contains(m.To, d.account) ||
		slices.ContainsFunc(d.history, func(k keptMessage) bool {
			return k.meta.ID == m.ID && k.meta.From == m.From
		}) {
		return nil
	}
	plain, err := d.elsewhere.Open(m, f[1])
	if err != nil {
		return nil
	}
	fields, err := world.UnpackList(plain, wire.KindElsewhere)
	if err != nil || len(fields) == 0 {
		return nil
	}
	out := d.toUser(world.KindShown, []byte(m.From), fields[0])
	for _, file := range fields[1:] {
		out = append(out, d.toUser(world.KindFile, []byte(m.From), file)...)
	}
	d.keepElsewhere(m, fields)
	return out
}

// keepElsewhere adds a message to the history of the phone, which whoever searches it finds. The
// design's extensions are not told: it is not their message.
func (d *Device) keepElsewhere(m world.Meta, fields [][]byte) {
	k := keptMessage{meta: m, body: fields[0], files: map[int][]byte{}}
	for i, file := range fields[1:] {
		k.files[i] = file
	}
	d.history = append(d.history, k)
	if d.retention > 0 {
		d.history = slices.Delete(d.history, 0, max(0, len(d.history)-d.retention))
	}
}
