package threshold

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/publiclog"
)

// # Hardware
//
// In the design "threshold-hardened" what is secret of a trustee lives in a hardware node: its
// identity, shares, one-use keys and polynomials. The node runs the ceremonies, and answers at
// most so many partial decryptions an hour. It has no surface: nobody copies it, and it runs no
// program but its own. The trustee's machine, which has surfaces, passes packets on to it and
// sends what it says. So control of a trustee is worth what the node answers, an oracle, and
// never the share. Two forms:
//
//   - "counts": the machine checks orders, as a trustee does without hardware, and the node opens
//     what the machine asks for. It counts, and does nothing else.
//   - "checks": the node checks orders itself: signatures, log, scope. The machine can only bring
//     or keep back what others have said.
//
// TestHardware, TestHardwareInCeremonies, TestOracle and TestHardwareRate show what each is worth,
// TestLinkToHardware and FuzzHardware that nobody else gets an answer.

// hardware is the node that holds a trustee's keys.
type hardware struct {
	name       string
	inner      *trustee
	credential []byte
	checks     bool
	told       []byte // what it has told its machine of keys and requests, encoded
}

// guard bounds how much a hardware node opens in an hour. A nil guard bounds nothing.
type guard struct {
	rate  int
	since time.Time // when the hour began
	left  int       // of this hour
	queue []*question
}

// ready reports whether one more message may be opened now.
func (g *guard) ready(now time.Time) bool {
	if g == nil {
		return true
	}
	if hours := int(now.Sub(g.since) / time.Hour); hours > 0 || g.since.IsZero() {
		g.left = g.rate
		if len(g.queue) > 0 && !g.since.IsZero() {
			g.left = g.rate * min(hours, 24) // it has worked through these hours; its answers leave together
		}
		g.since = now
	}
	return g.left > 0
}

func (g *guard) count() {
	if g != nil {
		g.left--
	}
}

// maxQueue bounds the questions that wait for their hour.
const maxQueue = 256

// postpone keeps what is too much for this hour until the next midnight.
func (g *guard) postpone(q *question, rest []*request.Item) {
	if len(g.queue) < maxQueue {
		later := *q
		later.Items = rest
		g.queue = append(g.queue, &later)
	}
}

// resume opens what has waited, as far as its hours allow, and nothing under an order that has
// expired meanwhile.
func (t *trustee) resumeQueue(now time.Time) (out []world.Packet) {
	if t.guard == nil || len(t.guard.queue) == 0 || !t.guard.ready(now) {
		return nil
	}
	queue := t.guard.queue
	t.guard.queue = nil
	for _, q := range queue {
		if q.signed == nil || !now.After(q.order.Expiry) {
			out = append(out, t.open(now, q)...)
		}
	}
	return out
}

// Name implements [world.Node].
func (h *hardware) Name() string { return h.name }

// Holdings implements [world.Node]. No capability reaches them.
func (h *hardware) Holdings() []world.Fact { return h.inner.Holdings() }

// CountsMessages implements [world.Counter].
func (h *hardware) CountsMessages() bool { return h.inner.CountsMessages() }

// Handle implements [world.Node]. It has a clock of its own: the machine cannot make an hour pass.
func (h *hardware) Handle(now time.Time, p world.Packet) []world.Packet {
	var out []world.Packet
	switch {
	case p.From == world.Clock || p.From == world.Environment:
		out = h.inner.Handle(now, p)
		if p.Kind() == world.KindTick {
			out = append(out, h.inner.resumeQueue(now)...)
		}
	case p.From != h.inner.name:
		return nil
	case p.Kind() == request.KindRelay:
		out = h.relayed(now, p.Data)
	case p.Kind() == request.KindAsk && !h.checks:
		q, err := request.ParseQuestion(p.Data, h.credential)
		if err != nil {
			return nil
		}
		out = h.inner.open(now, &question{Question: *q})
	}
	return h.speak(out)
}

// relayed takes a packet that the machine passes on. The machine cannot speak for the clock.
func (h *hardware) relayed(now time.Time, data []byte) []world.Packet {
	f, err := request.Unprotect(data, request.KindRelay, h.credential, 3)
	if err != nil {
		return nil
	}
	inner := world.Packet{From: string(f[0]), To: h.inner.name, Data: f[1]}
	if inner.Private() || inner.Kind() == request.KindRequest && !h.checks {
		return nil
	}
	h.inner.willing = bytes.Equal(f[2], []byte{1})
	return h.inner.Handle(now, inner)
}

// speak has the machine send packets in the trustee's name, and tells it what it may keep: the
// keys, which are public, and what was asked.
func (h *hardware) speak(packets []world.Packet) []world.Packet {
	var keep []world.Fact
	for _, k := range h.inner.live {
		keep = append(keep, k.Fact(), k.CertifiedFact())
	}
	told := world.EncodeFacts(append(keep, h.inner.requests...))
	if len(packets) == 0 && bytes.Equal(told, h.told) {
		return nil
	}
	h.told = told
	return []world.Packet{{From: h.name, To: h.inner.name,
		Data: request.Protect(request.KindSpeak, h.credential, request.EncodePackets(packets), told)}}
}

// machine is a trustee's machine beside its hardware. It implements [world.Node].
type machine struct {
	desk       *trustee // what checks orders, without any secret
	credential []byte
	checks     bool // the hardware checks orders, and the machine does not
	kept       []world.Fact
	program    string
}

// Name implements [world.Node].
func (m *machine) Name() string { return m.desk.name }

// Holdings implements [world.Node]: what the hardware has told it, and the credential.
func (m *machine) Holdings() []world.Fact {
	facts := []world.Fact{{Kind: request.Credential, Ref: m.desk.name, Data: m.credential}}
	return append(append(facts, m.kept...), m.desk.requests...)
}

// Handle implements [world.Node].
func (m *machine) Handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.From == request.HardwareOf(m.desk.name):
		return m.say(p.Data)
	case p.From == world.Law && p.Kind() == world.KindComply:
		m.desk.willing = true
		return nil
	case m.checks && (p.Private() || p.Kind() < 32): // what is nobody's to say on the network
		return nil
	case m.checks:
		return m.relay(p)
	case p.From == world.Log && p.Kind() == publiclog.KindUpdate,
		p.From == world.Provider && p.Kind() == committee.KindHaveKey:
		return m.relay(p)
	}
	out := m.desk.gossip.Handle(p)
	if p.Kind() == request.KindRequest {
		out = append(out, m.desk.answer(now, p)...)
	}
	return append(out, m.desk.resume(now)...)
}

// relay passes a packet on to the hardware.
func (m *machine) relay(p world.Packet) []world.Packet {
	if m.program == StayAway && p.From == world.Log {
		return nil
	}
	willing := []byte{0}
	if m.desk.willing {
		willing[0] = 1
	}
	return m.toHardware(request.Protect(request.KindRelay, m.credential,
		[]byte(p.From), p.Data, willing))
}

func (m *machine) toHardware(data []byte) []world.Packet {
	return []world.Packet{{From: m.desk.name, To: request.HardwareOf(m.desk.name), Data: data}}
}

// say sends what the hardware says. A modified program cannot deal a bad share or choose a key:
// what it changes of a post has no good signature any more.
func (m *machine) say(data []byte) []world.Packet {
	f, err := request.Unprotect(data, request.KindSpeak, m.credential, 2)
	if err != nil {
		return nil
	}
	packets, err := request.ParsePackets(f[0])
	if err != nil {
		return nil
	}
	if m.kept, err = world.ParseFacts(f[1]); err != nil {
		return nil
	}
	var out []world.Packet
	for _, p := range packets {
		p.From = m.desk.name
		if m.program != "" && p.Kind() == publiclog.KindPost {
			if m.program == StayAway {
				continue
			}
			p.Data = bytes.Clone(p.Data)
			p.Data[len(p.Data)-1] ^= 1
		}
		out = append(out, p)
	}
	return out
}

// Reprogram implements [world.Reprogrammable].
func (m *machine) Reprogram(program string, _ []byte) error {
	switch program {
	case BadShare, StayAway, ChooseKey:
		m.program = program
		return nil
	}
	return fmt.Errorf("%s: no program %q", m.desk.name, program)
}

// newHardware puts a trustee's keys into hardware, and gives the two nodes. desk is the same
// trustee once more, of which only what is public is used.
func newHardware(inner, desk *trustee, first *committee.Key, random io.Reader,
	checks bool, rate int) (*machine, *hardware, error) {
	credential := make([]byte, 32)
	if _, err := io.ReadFull(random, credential); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", request.HardwareOf(inner.name), err)
	}
	inner.guard = &guard{rate: rate}
	m := &machine{desk: desk, credential: credential, checks: checks,
		kept: []world.Fact{first.Fact(), first.CertifiedFact()}}
	for _, h := range desk.live {
		h.erase()
	}
	clear(desk.identity)
	desk.identity, desk.live, desk.random = nil, nil, nil // the hardware draws, nobody else
	desk.pass = m.ask
	return m, &hardware{name: request.HardwareOf(inner.name), inner: inner,
		credential: credential, checks: checks}, nil
}

// ask has the hardware open what the machine found to be in order.
func (m *machine) ask(q *question) []world.Packet {
	asked := q.Question
	asked.Items = nil
	outside := false
	for _, i := range q.Items {
		if q.covers(i) {
			asked.Items = append(asked.Items, i)
		} else {
			outside = true
		}
	}
	var out []world.Packet
	if outside {
		out = append(out, world.Warn(m.desk.name, "refused a message: it is outside the order's scope"))
	}
	if len(asked.Items) == 0 {
		return out
	}
	return append(out, m.toHardware(asked.Encode(m.credential))...)
}

var (
	_ world.Reprogrammable = (*machine)(nil)
	_ world.Counter        = (*hardware)(nil)
)

// idle is a hardware node that nobody uses.
type idle string

// Name implements [world.Node].
func (n idle) Name() string { return string(n) }

// Holdings implements [world.Node].
func (idle) Holdings() []world.Fact { return nil }

// Handle implements [world.Node].
func (idle) Handle(time.Time, world.Packet) []world.Packet { return nil }
