package e2ee

import (
	"io"
	"slices"
	"time"

	"doormat/e2ee/directory"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/sframe"
	"doormat/e2ee/wire"
	"doormat/world"
)

// A call begins with an invitation: a [wire.Content] that holds a fresh key and nothing else, sent to
// each callee as a message is, through the session and with what the design puts around a content.
// Its message id names the call. What is said then goes as frames under SFrame (package sframe) to
// the provider, which passes them on and keeps none. All parties share the key, and each speaks
// under a KID of its own, its place in the sorted list of parties.
//
// When the user hangs up, the device erases the key. It keeps no frame, no speech, and no
// invitation: not even a copied phone tells what was said before. An invitation is of no use
// later, so it does not wait as a message does: whose safety number has to be compared first is
// not called, and is not answered.

// A liveCall is what a device knows of a call while it lasts.
type liveCall struct {
	id     string
	base   ratchet.Key
	others []string // who takes part besides, sorted
	sender *sframe.Sender
	kids   map[string]uint64 // whose frames have which KID
	next   map[string]uint64 // by speaker: the lowest number that was not heard yet
}

func (c *liveCall) fact() world.Fact { return wire.CallKeyFact(c.id, c.base) }

// startCall gives the device its side of a call.
func (d *Device) startCall(m world.Meta, base ratchet.Key) error {
	parties := slices.Compact(slices.Sorted(slices.Values(append([]string{m.From}, m.To...))))
	c := &liveCall{id: m.ID, base: base, others: others(parties, d.account),
		kids: map[string]uint64{}, next: map[string]uint64{}}
	for i, name := range parties {
		c.kids[name] = uint64(i)
	}
	key, err := wire.FrameKey(c.id, parties, c.kids[d.account], base)
	if err != nil {
		return err
	}
	c.sender = sframe.NewSender(key)
	d.call = c
	return nil
}

// dial invites accounts to a call.
func (d *Device) dial(now time.Time, data []byte) []world.Packet {
	f, err := world.Unpack(data, world.KindDial, 1)
	if err != nil || d.keys == nil || d.call != nil {
		return nil
	}
	to, err := world.ParseStrings(f[0])
	to = others(to, d.account)
	if err != nil || len(to) == 0 {
		return nil
	}
	var base ratchet.Key
	m, err := d.newMeta(now, to, "")
	if err == nil {
		_, err = io.ReadFull(d.random, base[:])
	}
	invitation := &wire.Content{Call: &base}
	var sent []world.Packet
	if err == nil {
		sent, err = d.dispatch(m, invitation)
	}
	if err == nil {
		err = d.startCall(m, base)
	}
	if err != nil {
		return d.warn("nobody was called: %v", err)
	}
	out := call(d.Extensions, func(x DeviceExtension) []world.Packet {
		return x.Sealing(now, m, invitation)
	})
	return append(out, sent...)
}

// takeCall joins the call that somebody invites to, unless it is long over or the user is in
// another.
func (d *Device) takeCall(now time.Time, m world.Meta, base ratchet.Key) []world.Packet {
	if d.call != nil || now.Sub(m.Sent).Abs() > ClockSkew {
		return d.warn("a call from %s was missed", m.From)
	}
	if d.mustHoldBack(d.peers[m.From]) { // what is said in it would go under the changed key
		return d.warn("a call from %s was refused: the safety number has changed, compare it first",
			m.From)
	}
	if err := d.startCall(m, base); err != nil {
		return d.warn("a call from %s could not be taken: %v", m.From, err)
	}
	return nil
}

// speak sends what the user says to all others in the call.
func (d *Device) speak(data []byte) []world.Packet {
	f, err := world.Unpack(data, world.KindSpeak, 1)
	if err != nil || d.call == nil {
		return nil // nobody listens
	}
	frame := &wire.Frame{Call: d.call.id, From: d.account, To: d.call.others}
	if err := frame.Seal(d.call.sender, f[0]); err != nil {
		return d.warn("what you said was not sent: %v", err)
	}
	return []world.Packet{d.toProvider(frame.Encode())}
}

// hear lets the user hear a frame of the call. One that comes a second time, or is not what its
// speaker sent, is dropped without a word, as a crackle on the line would be.
func (d *Device) hear(data []byte) []world.Packet {
	f, err := wire.ParseFrame(data)
	if err != nil || d.call == nil || f.Call != d.call.id ||
		!slices.Contains(d.call.others, f.From) {
		return nil
	}
	said, h, err := f.Open(d.call.base)
	if err != nil || h.KID != d.call.kids[f.From] || h.CTR < d.call.next[f.From] {
		return nil
	}
	d.call.next[f.From] = h.CTR + 1
	return d.toUser(world.KindHeard, []byte(f.From), said)
}

// hangUp ends the call: its key is gone, and an invitation that did not go out never will.
func (d *Device) hangUp() {
	if d.call == nil {
		return
	}
	d.outbox = slices.DeleteFunc(d.outbox, func(o *outgoing) bool {
		return o.content.Call != nil && o.meta.ID == d.call.id
	})
	d.call = nil
}

// relayFrame passes a frame on to those who listen, and to whoever an open order names. It keeps
// nothing.
func (p *Provider) relayFrame(now time.Time, account string, in world.Packet) (out []world.Packet) {
	f, err := wire.ParseFrame(in.Data)
	if err != nil || f.From != account {
		return nil
	}
	for _, to := range f.To {
		if p.directory[to] != nil && to != account {
			out = append(out, world.Packet{From: world.Provider, To: p.accounts.DeviceOf(to),
				Data: in.Data})
		}
	}
	for _, agency := range p.standing.Agencies(now, p.law, f.Meta(now)) {
		out = append(out, directory.Produced(agency, []world.Fact{f.Fact()}))
	}
	return out
}
