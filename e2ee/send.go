package e2ee

import (
	"encoding/hex"
	"io"
	"slices"
	"time"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// typed takes a message from the user.
func (d *Device) typed(now time.Time, data []byte) []world.Packet {
	typed, err := world.ParseTyped(data)
	if err != nil || d.keys == nil {
		return nil
	}
	to := slices.Compact(slices.Sorted(slices.Values(typed.To)))
	if typed.Group != "" {
		g := d.groups[typed.Group]
		if g == nil {
			return d.warn("the message was not sent: you are not in the group %s", typed.Group)
		}
		to = others(g.members, d.account) // the device's own list, not the user's
	}
	if len(to) == 0 {
		return nil
	}
	if d.elsewhere.Carries(to) {
		return d.sendElsewhere(now, typed, to)
	}
	m, err := d.newMeta(now, to, typed.Group)
	if err != nil {
		return d.warn("the message was not sent: %v", err)
	}
	files, out, err := d.attach(m, typed.Files)
	if err != nil {
		return d.warn("the message was not sent: %v", err)
	}
	content := &wire.Content{Body: typed.Body, Files: files}
	sent, err := d.dispatch(m, content)
	if err != nil {
		return d.warn("the message was not sent: %v", err)
	}
	out = append(out, call(d.Extensions, func(x DeviceExtension) []world.Packet {
		return x.Sealing(now, m, content)
	})...)
	out = append(out, sent...)
	out = append(out, d.keep(now, keptMessage{meta: m, body: typed.Body})...)
	for i, f := range typed.Files {
		out = append(out, d.keepFile(m, i, f.Data)...)
	}
	return out
}

// newMeta draws a message id.
func (d *Device) newMeta(now time.Time, to []string, group string) (world.Meta, error) {
	id := make([]byte, 16)
	_, err := io.ReadFull(d.random, id)
	return world.Meta{ID: hex.EncodeToString(id), From: d.account, To: to, Group: group, Sent: now},
		err
}

// dispatch puts an envelope around a content and sends it.
func (d *Device) dispatch(m world.Meta, c *wire.Content) ([]world.Packet, error) {
	secret, public, err := d.envelope.Seal(m, c.Encode())
	if err != nil {
		return nil, err
	}
	o := &outgoing{meta: m, secret: secret, public: public, content: c}
	if m.Group != "" {
		if err := d.sealGroup(o); err != nil {
			return nil, err
		}
	}
	d.outbox = append(d.outbox, o)
	return d.send(o, m.To), nil
}

// send seals a message for those with whom there is a session, and asks for the
// bundles of the others.
func (d *Device) send(o *outgoing, to []string) []world.Packet {
	u := &wire.Upload{Meta: o.meta, Public: o.public, Group: o.group}
	var out []world.Packet
	held := false
	for _, name := range to {
		p := d.peers[name]
		if o.content.Call != nil && d.mustHoldBack(p) {
			out = append(out, d.warn("%s was not called: the safety number has changed, compare "+
				"it first", name)...)
			continue
		}
		if d.mustHoldBack(p) {
			held = true
			out = append(out, d.holdBack(o, name)...)
			continue
		}
		if o.chain != nil && hasSenderKey(o.chain, name, p) {
			u.Parts = append(u.Parts, wire.Part{To: name, Identity: o.chain.Given[name]})
			continue
		}
		if p == nil || len(p.sessions) == 0 {
			out = append(out, d.requestBundle(o, name)...)
			continue
		}
		part, err := o.sealPart(p.sessions[0])
		if err != nil {
			out = append(out, d.warn("the message to %s was not sent: %v", name, err)...)
			continue
		}
		u.Parts = append(u.Parts, part)
	}
	if len(u.Parts) > 0 || held { // so that what is held back keeps the time of its writing
		o.uploads++
		if err := d.Sealed.Hide(u, func(account string) pqxdh.IdentityPublic {
			return *d.peers[account].identity
		}); err != nil {
			out = append(out, d.warn("the message shows who sent it: %v", err)...)
		}
		out = append(out, d.toProvider(u.Encode()))
	}
	d.forgetIfDone(o)
	return out
}

// sealPart makes the part of a recipient who cannot open the message yet.
func (o *outgoing) sealPart(s *store.Session) (wire.Part, error) {
	open := wire.OpenHash(o.meta, o.public, o.group)
	if o.chain == nil {
		return s.Seal(open, o.secret)
	}
	o.chain.Given[s.Peer] = wire.Fingerprint(s.Identity)
	return s.Seal(open, o.key)
}

// requestBundle asks the provider for the bundle that a message waits for.
func (d *Device) requestBundle(o *outgoing, name string) []world.Packet {
	if slices.Contains(o.waiting, name) {
		return nil
	}
	o.waiting = append(o.waiting, name)
	return []world.Packet{d.toProvider(world.Pack(wire.KindFetch, []byte(name)))}
}

// forgetIfDone removes a message from the outbox once nothing is left to do for it.
func (d *Device) forgetIfDone(o *outgoing) {
	if len(o.waiting) == 0 && len(o.held) == 0 && o.uploads == 0 {
		d.outbox = slices.DeleteFunc(d.outbox, func(other *outgoing) bool { return other == o })
	}
}

// bundle starts the session that messages are waiting for. If that fails, they
// are not sent, as the user is told: what waited for ever would be kept for ever.
func (d *Device) bundle(now time.Time, data []byte) []world.Packet {
	f, err := world.Unpack(data, wire.KindBundle, 2)
	if err != nil {
		return nil
	}
	name := string(f[0])
	waiting := d.takeWaiting(name)
	if len(waiting) == 0 {
		return nil // not asked for
	}
	s, err := d.keys.Initiate(d.random, d.account, name, f[1])
	if err != nil {
		for _, o := range waiting {
			d.forgetIfDone(o)
		}
		return d.warn("no message was sent to %s: %v", name, err)
	}
	out := d.recordIdentity(now, name, s.Identity)
	d.addSession(s)
	for _, o := range waiting {
		out = append(out, d.links.sealFor(name, o.meta, o.content)...)
		out = append(out, d.send(o, []string{name})...)
	}
	return out
}

// takeWaiting returns the messages that waited for a bundle, oldest first, and marks them
// as waiting no longer.
func (d *Device) takeWaiting(name string) []*outgoing {
	var waiting []*outgoing
	for _, o := range d.outbox {
		if i := slices.Index(o.waiting, name); i >= 0 {
			o.waiting = slices.Delete(o.waiting, i, i+1)
			waiting = append(waiting, o)
		}
	}
	return waiting
}

// receipt forgets a message that the provider has. For those who have a new
// identity it asks for a bundle, to send it again. The old sessions stay until
// the new identity is seen: a provider's word alone erases nothing.
func (d *Device) receipt(data []byte) []world.Packet {
	f, err := world.Unpack(data, wire.KindReceipt, 2)
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
	o.uploads = max(0, o.uploads-1)
	var out []world.Packet
	for _, name := range stale {
		if slices.Contains(o.meta.To, name) {
			out = append(out, d.requestBundle(o, name)...)
		}
	}
	d.forgetIfDone(o)
	return out
}

// facts are what a device keeps of a message that the provider has not confirmed.
func (o *outgoing) facts() []world.Fact {
	facts := []world.Fact{o.meta.Fact(),
		{Kind: wire.Secret, Ref: o.meta.ID, Data: o.secret},
		{Kind: wire.Public, Ref: o.meta.ID, Data: o.public}}
	if o.chain != nil {
		facts = append(facts, world.Fact{Kind: wire.Secret, Ref: o.meta.ID, Data: o.key},
			world.Fact{Kind: wire.OwnSenderKey, Ref: o.meta.Group,
				Data: o.chain.Encode(o.meta.Group)})
	}
	return facts
}
