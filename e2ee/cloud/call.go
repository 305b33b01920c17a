package cloud

import (
	"fmt"
	"io"
	"slices"
	"time"

	"doormat/e2ee/wire"
	"doormat/world"
)

// In a call, too, the provider is one of those who hear: devices send it what is said, and it
// sends that to the devices that have answered. Nobody keeps any of it, unless an order is open.

// Kinds of facts about calls. The Ref of each is the call.
const (
	Spoken  world.Kind = "spoken"         // something said, in the clear
	CallNow world.Kind = "call under way" // who takes part
)

// What goes through a channel about calls.
const (
	inviteTag = 'C' // both ways: call, parties
	answerTag = 'A' // device to provider: call
	speechTag = 'V' // both ways: call, speaker, number, what is said
	hangUpTag = 'X' // device to provider: call
)

// call is a call as a device or the provider knows it.
type call struct {
	id       string
	parties  []string // sorted
	number   int64    // of the last thing that the device said
	last     *speech  // what its loudspeaker or microphone has
	sessions []*session
}

func (c *call) encode() []byte {
	return world.Pack(inviteTag, []byte(c.id), world.Strings(c.parties))
}

func (c *call) facts() []world.Fact {
	if c == nil {
		return nil
	}
	facts := []world.Fact{{Kind: CallNow, Ref: c.id, Data: c.encode()}}
	if c.last != nil {
		facts = append(facts, c.last.fact())
	}
	return facts
}

func parseCall(data []byte) (*call, error) {
	f, err := world.Unpack(data, inviteTag, 2)
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	c := &call{id: string(f[0])}
	if c.parties, err = world.ParseStrings(f[1]); err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	if !wire.SortedSet(c.parties) {
		return nil, fmt.Errorf("call: %w: parties are not a sorted set", world.ErrMalformed)
	}
	return c, nil
}

// speech is something said.
type speech struct {
	call, speaker string
	number        int64
	said          []byte
}

func (s *speech) encode() []byte {
	return world.Pack(speechTag, []byte(s.call), []byte(s.speaker), world.Int(s.number), s.said)
}

func (s *speech) fact() world.Fact {
	return world.Fact{Kind: Spoken, Ref: s.call, Data: s.encode()}
}

func parseSpeech(data []byte) (*speech, error) {
	f, err := world.Unpack(data, speechTag, 4)
	if err != nil {
		return nil, fmt.Errorf("speech: %w", err)
	}
	n, err := world.ParseInt(f[2])
	return &speech{string(f[0]), string(f[1]), n, f[3]}, err
}

// fromUserCalling takes what the user does about calls.
func (d *Device) fromUserCalling(p world.Packet) []world.Packet {
	switch p.Kind() {
	case world.KindDial:
		return d.dialUp(p.Data)
	case world.KindSpeak:
		f, err := world.Unpack(p.Data, world.KindSpeak, 1)
		if err != nil || d.call == nil {
			return nil
		}
		d.call.number++
		d.call.last = &speech{d.call.id, d.account, d.call.number, f[0]}
		return d.send(d.call.encode(), d.call.last.encode())
	case world.KindHangUp:
		if c := d.call; c != nil {
			d.call = nil
			return d.send(nil, world.Pack(hangUpTag, []byte(c.id)))
		}
	}
	return nil
}

func (d *Device) dialUp(data []byte) []world.Packet {
	f, err := world.Unpack(data, world.KindDial, 1)
	if err != nil || d.identity == nil {
		return nil
	}
	to, err := world.ParseStrings(f[0])
	if err != nil {
		return nil
	}
	id := make([]byte, 16)
	if _, err := io.ReadFull(d.random, id); err != nil {
		return nil
	}
	parties := slices.Compact(slices.Sorted(slices.Values(append(to, d.account))))
	d.call = &call{id: fmt.Sprintf("%x", id), parties: parties}
	return d.send(d.call.encode(), d.call.encode())
}

// rung answers a call, or lets the user hear what is said in it.
func (d *Device) rung(plain []byte) []world.Packet {
	if c, err := parseCall(plain); err == nil && slices.Contains(c.parties, d.account) {
		d.call = c
		return d.send(nil, world.Pack(answerTag, []byte(c.id)))
	}
	s, err := parseSpeech(plain)
	if err != nil || d.call == nil || s.call != d.call.id || s.speaker == d.account {
		return nil
	}
	d.call.last = s
	return d.tell(world.KindHeard, []byte(s.speaker), s.said)
}

// calling takes what a device sends about calls.
func (p *Provider) calling(now time.Time, s *session, plain []byte) []world.Packet {
	switch plain[0] {
	case inviteTag:
		c, err := parseCall(plain)
		if err != nil || p.calls[c.id] != nil || !slices.Contains(c.parties, s.account) {
			return nil
		}
		c.sessions = []*session{s}
		p.calls[c.id] = c
		return p.ring(c, s)
	case answerTag, hangUpTag:
		f, err := world.Unpack(plain, plain[0], 1)
		if err != nil {
			return nil
		}
		c := p.calls[string(f[0])]
		if c == nil || !slices.Contains(c.parties, s.account) {
			return nil
		}
		if plain[0] == hangUpTag {
			delete(p.calls, c.id)
		} else if !slices.Contains(c.sessions, s) {
			c.sessions = append(c.sessions, s)
		}
	case speechTag:
		return p.pass(now, s, plain)
	}
	return nil
}

// ring tells all devices of the other parties.
func (p *Provider) ring(c *call, from *session) (out []world.Packet) {
	for _, name := range c.parties {
		if a := p.accounts[name]; a != nil && name != from.account {
			for _, s := range a.sessions {
				out = append(out, p.send(s, c.encode(), c.encode())...)
			}
		}
	}
	return out
}

// pass sends what is said to the devices that have answered, and to an order that is open.
func (p *Provider) pass(now time.Time, from *session, plain []byte) (out []world.Packet) {
	said, err := parseSpeech(plain)
	if err != nil || said.speaker != from.account {
		return nil
	}
	c := p.calls[said.call]
	if c == nil || !slices.Contains(c.sessions, from) {
		return nil
	}
	for _, s := range c.sessions {
		if s != from && p.sessions[s.channel.id] == s {
			out = append(out, p.send(s, c.encode(), plain)...)
		}
	}
	if p.copying {
		p.copies = append(p.copies, said.fact())
	}
	to := slices.DeleteFunc(slices.Clone(c.parties), func(a string) bool {
		return a == said.speaker
	})
	like := world.Meta{ID: c.id, From: said.speaker, To: to, Sent: now}
	return append(out, p.intercept(now, like, plain)...)
}

// overheard states what an agency or a thief reads: a message or something said.
func overheard(plain []byte) (world.Fact, error) {
	if s, err := parseSpeech(plain); err == nil {
		return s.fact(), nil
	}
	c, err := ParseContent(plain)
	if err != nil {
		return world.Fact{}, err
	}
	return c.fact(), nil
}

func readSpoken(in world.Input) ([]world.Derived, error) {
	s, err := parseSpeech(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	ref := fmt.Sprintf("%s/%s/%d", s.call, s.speaker, s.number)
	return world.Conclude(world.Fact{Kind: world.Speech, Ref: ref, Data: s.said}), nil
}
