package e2ee

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/sframe"
	"doormat/world"
)

// A call begins with an invitation: a [Content] that holds a fresh key and nothing else, sent to
// each callee as a message is, through the session and with what the design puts around a content.
// Its message id names the call. What is said then goes as frames under SFrame (package sframe) to
// the provider, which passes them on and keeps none. All parties share the key, and each speaks
// under a KID of its own, its place in the sorted list of parties.
//
// When the user hangs up, the device erases the key. It keeps no frame, no speech, and no
// invitation: not even a copied phone tells what was said before. An invitation is of no use
// later, so it does not wait as a message does: whose safety number has to be compared first is
// not called, and is not answered.

// Kinds of facts about calls.
const (
	CallKey   world.Kind = "call key"   // 32 bytes, while a call lasts; Ref the call
	CallFrame world.Kind = "call frame" // a Frame; Ref the call
)

// callSuite is the suite of RFC 9605 that all calls take.
const callSuite = sframe.AES128GCM128

// maxFrame is how many bytes a frame may have: a second of sound without compression.
const maxFrame = 1 << 16

// A Frame is a piece of sound under SFrame on its way. Who speaks with whom is in the open, as
// with a message; so is how long.
type Frame struct {
	Call string // id of the message that brought the key
	From string
	To   []string
	Data []byte
}

// Encode gives the bytes of a KindFrame packet.
func (f *Frame) Encode() []byte {
	return world.Pack(KindFrame, []byte(f.Call), []byte(f.From), world.Strings(f.To), f.Data)
}

// ParseFrame decodes [Frame.Encode].
func ParseFrame(data []byte) (*Frame, error) {
	f, err := world.Unpack(data, KindFrame, 4)
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	to, err := world.ParseStrings(f[2])
	if err != nil {
		return nil, fmt.Errorf("frame: listeners: %w", err)
	}
	if !sortedSet(to) || len(f[3]) > maxFrame {
		return nil, fmt.Errorf("frame: %w: %d bytes for %q, want a sorted set and at most %d bytes",
			world.ErrMalformed, len(f[3]), to, maxFrame)
	}
	return &Frame{string(f[0]), string(f[1]), to, f[3]}, nil
}

func (f *Frame) fact() world.Fact { return world.Fact{Kind: CallFrame, Ref: f.Call, Data: f.Encode()} }

// meta describes a frame as a message, for orders.
func (f *Frame) meta(now time.Time) world.Meta {
	return world.Meta{ID: f.Call, From: f.From, To: f.To, Sent: now}
}

// bound is the metadata that the tag of a frame covers besides its header.
func (f *Frame) bound() []byte { return world.Pack(KindFrame, []byte(f.Call), []byte(f.From)) }

// open decrypts a frame under the key of its call, and gives its KID and number.
func (f *Frame) open(base ratchet.Key) ([]byte, sframe.Header, error) {
	h, _, err := sframe.ParseHeader(f.Data)
	if err != nil {
		return nil, h, err
	}
	key, err := sframe.NewKey(callSuite, h.KID, base[:])
	if err != nil {
		return nil, h, err
	}
	return key.Decrypt(f.bound(), f.Data)
}

func parseInvitation(data []byte) (*Content, error) {
	f, err := world.Unpack(data, callTag, 1)
	if err != nil {
		return nil, fmt.Errorf("content: call: %w", err)
	}
	key, err := ratchet.ParseKey(f[0])
	if err != nil {
		return nil, fmt.Errorf("content: call: %w", err)
	}
	return &Content{Call: &key}, nil
}

func callKey(call string, base ratchet.Key) world.Fact {
	return world.Fact{Kind: CallKey, Ref: call, Data: base[:]}
}

// A liveCall is what a device knows of a call while it lasts.
type liveCall struct {
	id     string
	base   ratchet.Key
	others []string // who takes part besides, sorted
	sender *sframe.Sender
	kids   map[string]uint64 // whose frames have which KID
	next   map[string]uint64 // by speaker: the lowest number that was not heard yet
}

func (c *liveCall) fact() world.Fact { return callKey(c.id, c.base) }

// startCall gives the device its side of a call.
func (d *Device) startCall(m world.Meta, base ratchet.Key) error {
	parties := slices.Sorted(slices.Values(append([]string{m.From}, m.To...)))
	c := &liveCall{id: m.ID, base: base, others: others(parties, d.account),
		kids: map[string]uint64{}, next: map[string]uint64{}}
	for i, name := range parties {
		c.kids[name] = uint64(i)
	}
	key, err := sframe.NewKey(callSuite, c.kids[d.account], base[:])
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
	invitation := &Content{Call: &base}
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
	out := call(d.Extensions, func(x DeviceExtension) []world.Packet { return x.Sealing(now, m, invitation) })
	return append(out, sent...)
}

// takeCall joins the call that somebody invites to, unless it is long over or the user is in
// another.
func (d *Device) takeCall(now time.Time, m world.Meta, base ratchet.Key) []world.Packet {
	if d.call != nil || now.Sub(m.Sent).Abs() > ClockSkew {
		return d.warn("a call from %s was missed", m.From)
	}
	if d.mustHoldBack(d.peers[m.From]) { // what is said in it would go under the changed key
		return d.warn("a call from %s was refused: the safety number has changed, compare it first", m.From)
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
	frame := &Frame{Call: d.call.id, From: d.account, To: d.call.others}
	if frame.Data, err = d.call.sender.Encrypt(frame.bound(), f[0]); err != nil {
		return d.warn("what you said was not sent: %v", err)
	}
	return []world.Packet{d.toProvider(frame.Encode())}
}

// hear lets the user hear a frame of the call. One that comes a second time, or is not what its
// speaker sent, is dropped without a word, as a crackle on the line would be.
func (d *Device) hear(data []byte) []world.Packet {
	f, err := ParseFrame(data)
	if err != nil || d.call == nil || f.Call != d.call.id || !slices.Contains(d.call.others, f.From) {
		return nil
	}
	said, h, err := f.open(d.call.base)
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
	d.outbox = slices.DeleteFunc(d.outbox, func(o *outgoing) bool { return o.call && o.meta.ID == d.call.id })
	d.call = nil
}

// relayFrame passes a frame on to those who listen, and to whoever an open order names. It keeps
// nothing.
func (p *Provider) relayFrame(now time.Time, account string, in world.Packet) (out []world.Packet) {
	f, err := ParseFrame(in.Data)
	if err != nil || f.From != account {
		return nil
	}
	for _, to := range f.To {
		if p.directory[to] != nil && to != account {
			out = append(out, world.Packet{From: world.Provider, To: world.DeviceOf(to), Data: in.Data})
		}
	}
	if p.underOrder(now, f.meta(now)) {
		out = append(out, produced([]world.Fact{f.fact()}))
	}
	return out
}

// callRules publishes how the bytes of calls are read. A key comes by the rules for contents.
func callRules() []world.Rule {
	return []world.Rule{
		{Name: "open a frame",
			Doc: "The key of a call opens every frame of it, whoever speaks (SFrame, RFC 9605): nothing " +
				"in a call is a ratchet.",
			Takes: []world.Kind{CallKey, CallFrame}, Gives: []world.Kind{world.Speech}, Apply: openFrame},
	}
}

func openFrame(in world.Input) ([]world.Derived, error) {
	base, err := ratchet.ParseKey(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	f, err := ParseFrame(in.Facts[1].Data)
	if err != nil || f.Call != in.Facts[1].Ref {
		return nil, errors.New("not a frame of this call")
	}
	said, h, err := f.open(base)
	if err != nil {
		return nil, err
	}
	ref := fmt.Sprintf("%s/%d/%d", f.Call, h.KID, h.CTR)
	return world.Conclude(world.Fact{Kind: world.Speech, Ref: ref, Data: said}), nil
}
