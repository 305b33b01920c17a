package e2ee

import (
	"errors"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/world"
)

// deliver opens what the provider brings.
func (d *Device) deliver(data []byte) []world.Packet {
	in, err := ParseDelivery(data)
	if err != nil || in.To != d.account || d.keys == nil {
		return nil
	}
	out := []world.Packet{d.toProvider(world.Pack(KindGot, []byte(in.Meta.ID)))}
	if !slices.Contains(in.Meta.To, d.account) {
		return append(out, d.warn("a message from %s was refused: it is addressed to others", in.Meta.From)...)
	}
	secret, notes, err := d.decrypt(in)
	out = append(out, notes...)
	if errors.Is(err, ratchet.ErrSpent) {
		return out // delivered twice
	}
	if err != nil {
		return append(out, d.warn("a message from %s could not be opened", in.Meta.From)...)
	}
	body, err := d.envelope.Open(in.Meta, secret, in.Public)
	if err != nil {
		return append(out, d.warn("a message from %s was refused: %v", in.Meta.From, err)...)
	}
	d.keep(in.Meta, body)
	return append(out, d.toUser(world.KindShown, []byte(in.Meta.From), body)...)
}

var errNoSession = errors.New("no session")

// decrypt tries the sessions with the sender, or begins the one that the initial
// message asks for.
func (d *Device) decrypt(in *Delivery) ([]byte, []world.Packet, error) {
	err := errNoSession
	if p := d.peers[in.Meta.From]; p != nil {
		for i, s := range p.sessions {
			if len(in.Initial) > 0 && !s.startedBy(in.Initial) {
				continue
			}
			var secret []byte
			if secret, err = s.open(d.random, in); err == nil {
				p.sessions = append([]*session{s}, slices.Delete(p.sessions, i, i+1)...)
				return secret, nil, nil
			}
			if errors.Is(err, ratchet.ErrSpent) || len(in.Initial) > 0 {
				return nil, nil, err
			}
		}
	}
	if len(in.Initial) == 0 {
		return nil, nil, err
	}
	return d.answer(in)
}

// answer begins the session that an initial message asks for, once the message
// that came with it proves it genuine.
func (d *Device) answer(in *Delivery) ([]byte, []world.Packet, error) {
	if _, before := d.answered[string(sessionID(in.Initial))]; before {
		return nil, nil, errNoSession // replayed after its session was dropped
	}
	s, m, err := d.keys.respond(d.account, in.Meta.From, in.Initial)
	if err != nil {
		return nil, nil, err
	}
	secret, err := s.open(d.random, in)
	if err != nil {
		return nil, nil, err
	}
	notes := d.meet(in.Meta.From, m.Identity)
	d.adopt(s)
	return secret, append(notes, d.spend(s, m)...), nil
}

// spend erases the one-time keys that a session used, makes new ones, and
// remembers the initial message where a key of last resort could answer it again
// (PQXDH, section 4.2).
func (d *Device) spend(s *session, m *pqxdh.InitialMessage) []world.Packet {
	d.keys.spend(m)
	if d.keys.has(m.KEMID) {
		d.answered[string(s.id)] = m.KEMID
	}
	if err := d.keys.replenish(d.random); err != nil {
		return d.warn("prekeys could not be replaced: %v", err)
	}
	return []world.Packet{d.register()}
}
