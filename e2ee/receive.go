package e2ee

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// deliver opens what the provider brings, and confirms it unless attachments are
// still to be fetched.
func (d *Device) deliver(now time.Time, data []byte) []world.Packet {
	in, err := wire.ParseDelivery(data)
	if err != nil || in.To != d.account || d.keys == nil ||
		d.Sealed.Reveal(in, d.keys.Identity) != nil {
		return nil
	}
	out := d.openDelivery(now, in)
	if d.downloads[in.Meta.ID] != nil {
		return out
	}
	return append([]world.Packet{d.confirmDelivery(in.Meta.ID)}, out...)
}

// openDelivery decrypts a delivery and shows what is in it, or tells the user why not.
func (d *Device) openDelivery(now time.Time, in *wire.Delivery) []world.Packet {
	if !slices.Contains(in.Meta.To, d.account) {
		return d.warn("a message from %s was refused: it is addressed to others", in.Meta.From)
	}
	open := d.decrypt
	if in.Group != nil {
		open = d.openGroup
	}
	secret, out, err := open(now, in)
	if err != nil && d.wasOpened(in) {
		return out // delivered twice
	}
	if errors.Is(err, ratchet.ErrSpent) {
		return append(out, d.warn("a message from %[1]s could not be opened: it bears the number "+
			"of one that was opened before. One of the two may not be from %[1]s, or somebody "+
			"altered it on the way: ask %[1]s in another way what it said", in.Meta.From)...)
	}
	if errors.Is(err, ratchet.ErrDropped) {
		return append(out, d.warn("a message from %s came too late: its key had been dropped, "+
			"because too many others were missing", in.Meta.From)...)
	}
	if refused := refusal(""); errors.As(err, &refused) {
		return append(out, d.warn("a message from %s was refused: %v", in.Meta.From, refused)...)
	}
	if err != nil {
		return append(out, d.warn("a message from %s could not be opened", in.Meta.From)...)
	}
	d.markOpened(in)
	content, err := d.unwrap(in, secret)
	if err != nil {
		return append(out, d.warn("a message from %s was refused: %v", in.Meta.From, err)...)
	}
	return append(out, d.showContent(now, in, content)...)
}

// unwrap opens the envelope and decodes what is in it.
func (d *Device) unwrap(in *wire.Delivery, secret []byte) (*wire.Content, error) {
	body, err := d.envelope.Open(in.Meta, secret, in.Public)
	if err != nil {
		return nil, err
	}
	if d.downloads[in.Meta.ID] != nil {
		return nil, errors.New("its number was used before")
	}
	return wire.ParseContent(body)
}

// showContent shows a text and begins to fetch its attachments, follows a change of a
// group, or takes a call.
func (d *Device) showContent(now time.Time, in *wire.Delivery, c *wire.Content) []world.Packet {
	m := in.Meta
	if c.Update != nil {
		return d.update(now, m, c.Update)
	}
	if c.Call != nil {
		return d.takeCall(now, m, *c.Call)
	}
	if c.Receipt != "" {
		return nil // a tick on the screen
	}
	if !d.markShown(m, c) {
		return nil // sealed twice: whoever says that keys have changed has it sent again
	}
	out := d.toUser(world.KindShown, []byte(m.From), c.Body)
	out = append(out, d.keep(now, keptMessage{meta: m, body: c.Body})...)
	out = append(out, d.acknowledge(now, m)...)
	if len(c.Files) > 0 {
		f := &download{meta: m, files: c.Files}
		d.downloads[m.ID] = f
		out = append(out, d.requestChunk(f))
	}
	return out
}

// acknowledge tells the author of a message that it has come, if receipts are on (package
// receipts). It starts no session, and sends nothing under a key that the user has to look at.
func (d *Device) acknowledge(now time.Time, m world.Meta) []world.Packet {
	p := d.peers[m.From]
	if !d.Receipts || p == nil || len(p.sessions) == 0 || d.mustHoldBack(p) {
		return nil
	}
	meta, err := d.newMeta(now, []string{m.From}, "")
	if err != nil {
		return nil // nobody misses a receipt
	}
	out, _ := d.dispatch(meta, &wire.Content{Receipt: m.ID})
	return out
}

var errNoSession = errors.New("no session")

// decrypt tries the sessions with the sender, or begins the one that the initial
// message asks for.
func (d *Device) decrypt(now time.Time, in *wire.Delivery) ([]byte, []world.Packet, error) {
	err := errNoSession
	if p := d.peers[in.Meta.From]; p != nil {
		for i, s := range p.sessions {
			if len(in.Initial) > 0 && !s.StartedBy(in.Initial) {
				continue
			}
			var secret []byte
			if secret, err = s.Open(d.random, in); err == nil {
				p.sessions = append([]*store.Session{s}, slices.Delete(p.sessions, i, i+1)...)
				return secret, nil, nil
			}
			if errors.Is(err, ratchet.ErrSpent) || errors.Is(err, ratchet.ErrDropped) ||
				len(in.Initial) > 0 {
				return nil, nil, err
			}
		}
	}
	if len(in.Initial) == 0 {
		return nil, nil, err
	}
	return d.answer(now, in)
}

// answer begins the session that an initial message asks for, once the message
// that came with it proves it genuine.
func (d *Device) answer(now time.Time, in *wire.Delivery) ([]byte, []world.Packet, error) {
	if _, before := d.answered[string(store.SessionID(in.Initial))]; before {
		return nil, nil, errNoSession // replayed after its session was dropped
	}
	s, m, err := d.keys.Respond(d.account, in.Meta.From, in.Initial)
	if err != nil {
		return nil, nil, err
	}
	if len(in.Sender) > 0 && !bytes.Equal(in.Sender, wire.Fingerprint(m.Identity)) {
		return nil, nil, errors.New("the certificate is somebody else's")
	}
	secret, err := s.Open(d.random, in)
	if err != nil {
		return nil, nil, err
	}
	notes := d.recordIdentity(now, in.Meta.From, m.Identity)
	d.addSession(s)
	return secret, append(notes, d.spend(s, m)...), nil
}

// spend erases the one-time keys that a session used, makes new ones, and
// remembers the initial message where a key of last resort could answer it again
// (PQXDH, section 4.2).
func (d *Device) spend(s *store.Session, m *pqxdh.InitialMessage) []world.Packet {
	d.keys.Spend(m)
	if d.keys.Has(m.KEMID) {
		d.answered[string(s.ID)] = m.KEMID
	}
	if err := d.keys.Replenish(d.random); err != nil {
		return d.warn("prekeys could not be replaced: %v", err)
	}
	return []world.Packet{d.register()}
}
