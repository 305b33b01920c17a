package e2ee

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"

	"golang.org/x/crypto/chacha20poly1305"
)

// OtherMessenger is the program of phones whose owners write to each other with another
// messenger, and to everybody else with this one. Text has their accounts and a phrase, one a
// line. The other messenger is as small as one can be: it seals a message end to end, under a key
// of its own for each, derived from a phrase that was agreed in person, and its packets go
// from phone to phone. No provider, log or trustee of the design sees them, and whatever the
// design adds to a message (a field, a backup, a copy) it does not add to these. Calls stay
// where they are. TestOtherMessenger shows it.
const OtherMessenger = "use another messenger"

// otherMessenger is what a phone has of it.
type otherMessenger struct {
	accounts []string
	phrase   []byte
}

func newOtherMessenger(text []byte) (*otherMessenger, error) {
	lines := strings.Split(string(text), "\n")
	last := len(lines) - 1
	if last < 2 || lines[last] == "" {
		return nil, errors.New("want two accounts or more and a phrase, one a line")
	}
	return &otherMessenger{lines[:last], []byte(lines[last])}, nil
}

// carries reports whether a message to these goes by the other messenger.
func (o *otherMessenger) carries(to []string) bool {
	return o != nil && !slices.ContainsFunc(to, func(a string) bool {
		return !slices.Contains(o.accounts, a)
	})
}

// cipher is that of one message: message ids do not repeat.
func (o *otherMessenger) cipher(m world.Meta) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, o.phrase, nil, "doormat another messenger v1"+m.ID,
		chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.New(key)
}

func (o *otherMessenger) seal(m world.Meta, plain []byte) ([]byte, error) {
	aead, err := o.cipher(m)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, make([]byte, aead.NonceSize()), plain, m.Encode()), nil
}

func (o *otherMessenger) open(m world.Meta, sealed []byte) ([]byte, error) {
	aead, err := o.cipher(m)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, make([]byte, aead.NonceSize()), sealed, m.Encode())
}

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
	sealed, err := d.elsewhere.seal(m, world.Pack(wire.KindElsewhere, fields...))
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
	plain, err := d.elsewhere.open(m, f[1])
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
