package e2ee

import (
	"io"
	"slices"
	"time"

	"doormat/world"
)

// typed takes a message from the user.
func (d *Device) typed(now time.Time, data []byte) []world.Packet {
	f, err := world.Unpack(data, world.KindTyped, 2)
	if err != nil || d.keys == nil {
		return nil
	}
	to, err := world.ParseStrings(f[0])
	if err != nil || len(to) == 0 {
		return nil
	}
	id := make([]byte, 16)
	if _, err := io.ReadFull(d.random, id); err != nil {
		return d.warn("the message was not sent: %v", err)
	}
	slices.Sort(to)
	m := world.Meta{ID: hexOf(id), From: d.account, To: slices.Compact(to), Sent: now}
	secret, public, err := d.envelope.Seal(m, f[1])
	if err != nil {
		return d.warn("the message was not sent: %v", err)
	}
	d.keep(m, f[1])
	o := &outgoing{meta: m, secret: secret, public: public}
	d.outbox = append(d.outbox, o)
	return d.send(o, m.To)
}

// send seals a message for those with whom there is a session, and asks for the
// bundles of the others.
func (d *Device) send(o *outgoing, to []string) []world.Packet {
	u := &Upload{Meta: o.meta, Public: o.public}
	var out []world.Packet
	for _, name := range to {
		p := d.peers[name]
		if p == nil || len(p.sessions) == 0 {
			o.waiting = append(o.waiting, name)
			out = append(out, d.toProvider(world.Pack(KindFetch, []byte(name))))
			continue
		}
		part, err := p.sessions[0].seal(o.meta, o.secret, o.public)
		if err != nil {
			out = append(out, d.warn("the message to %s was not sent: %v", name, err)...)
			continue
		}
		u.Parts = append(u.Parts, part)
	}
	if len(u.Parts) > 0 {
		out = append(out, d.toProvider(u.Encode()))
	}
	return out
}

// bundle starts the session that messages are waiting for.
func (d *Device) bundle(data []byte) []world.Packet {
	f, err := world.Unpack(data, KindBundle, 2)
	if err != nil {
		return nil
	}
	name := string(f[0])
	var waiting []*outgoing
	for _, o := range d.outbox {
		if slices.Contains(o.waiting, name) {
			waiting = append(waiting, o)
		}
	}
	if len(waiting) == 0 {
		return nil // not asked for
	}
	s, err := d.keys.initiate(d.random, d.account, name, f[1])
	if err != nil {
		return d.warn("no session with %s: %v", name, err)
	}
	out := d.meet(name, s.identity)
	d.adopt(s)
	for _, o := range waiting {
		o.waiting = slices.DeleteFunc(o.waiting, func(w string) bool { return w == name })
		out = append(out, d.send(o, []string{name})...)
	}
	return out
}

// receipt forgets a message that the provider has, or sends it again to those
// who have a new identity.
func (d *Device) receipt(data []byte) []world.Packet {
	f, err := world.Unpack(data, KindReceipt, 2)
	if err != nil {
		return nil
	}
	stale, err := world.ParseStrings(f[1])
	if err != nil {
		return nil
	}
	i := slices.IndexFunc(d.outbox, func(o *outgoing) bool { return o.meta.ID == string(f[0]) })
	if i < 0 {
		return nil
	}
	o := d.outbox[i]
	stale = slices.DeleteFunc(stale, func(name string) bool { return !slices.Contains(o.meta.To, name) })
	if len(stale) == 0 && len(o.waiting) == 0 {
		d.outbox = slices.Delete(d.outbox, i, i+1)
		return nil
	}
	for _, name := range stale {
		if p := d.peers[name]; p != nil {
			p.sessions = nil
		}
	}
	return d.send(o, stale)
}
