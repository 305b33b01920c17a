package threshold

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/world"
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
// TestRepeatedQuestion and TestQueuedQuestion that the hour is nobody's to use up or to save,
// TestLinkToHardware, TestReplayedToHardware, TestCredentialEnds and FuzzHardware that nobody else
// gets an answer.
//
// Left: whoever has the credential and sits on the link in the night in which it changes makes
// the new one in the machine's place. The machine is cut off then, and its answers stay out.

// hardware is the node that holds a trustee's keys.
type hardware struct {
	name   string
	inner  *trustee
	checks bool
	told   []byte // what it has told its machine of keys and requests, encoded

	link hardwareEnd
}

// Name implements [world.Node].
func (h *hardware) Name() string { return h.name }

// Holdings implements [world.Node]. No capability reaches them.
func (h *hardware) Holdings() []world.Fact { return h.inner.Holdings() }

// CountsMessages implements [world.Counter].
func (h *hardware) CountsMessages() bool { return h.inner.CountsMessages() }

// SealedUntil is when the last notice is due that the hardware owes.
func (h *hardware) SealedUntil() time.Time { return h.inner.SealedUntil() }

// Wakes implements [world.Waker]: while questions wait, it works through the night.
func (h *hardware) Wakes() time.Time {
	if len(h.inner.guard.queue) > 0 {
		return world.Tonight
	}
	return h.inner.Wakes()
}

// Alarm implements [world.Timer].
func (h *hardware) Alarm() time.Time { return h.inner.Alarm() }

// Handle implements [world.Node]. It has a clock of its own: the machine cannot make an hour pass.
func (h *hardware) Handle(now time.Time, p world.Packet) []world.Packet {
	var out []world.Packet
	switch {
	case p.From == world.Clock || p.From == world.Environment:
		out = h.inner.Handle(now, p)
		if p.Kind() == world.KindTick {
			out = append(out, h.inner.resumeQueue(now)...)
			return h.speak(out, true)
		}
	case p.From != h.inner.name:
		return nil
	case p.Kind() == request.KindRelay:
		out = h.relayed(now, p.Data)
	case p.Kind() == request.KindRenew:
		return h.renew(p.Data)
	case p.Kind() == request.KindAsk && !h.checks:
		if q := h.asked(p.Data); q != nil {
			out = h.inner.open(now, &question{Question: *q})
		}
	}
	return h.speak(out, false)
}

// asked reads a question of the machine's, nil if it is not the machine's.
func (h *hardware) asked(data []byte) (q *request.Question) {
	if h.link.heard(func(l *request.Link) (err error) {
		q, err = request.ParseQuestion(data, l)
		return err
	}) != nil {
		return nil
	}
	return q
}

// relayed takes a packet that the machine passes on. The machine cannot speak for the clock.
func (h *hardware) relayed(now time.Time, data []byte) []world.Packet {
	var f [][]byte
	if h.link.heard(func(l *request.Link) (err error) {
		f, err = l.Unprotect(data, request.KindRelay, 3)
		return err
	}) != nil {
		return nil
	}
	inner := world.Packet{From: string(f[0]), To: h.inner.name, Data: f[1]}
	if inner.Private() || inner.Kind() == request.KindRequest && !h.checks {
		return nil
	}
	h.inner.willing, h.inner.objects = !bytes.Equal(f[2], []byte{0}), bytes.Equal(f[2], []byte{objects})
	return h.inner.Handle(now, inner)
}

// renew takes a new credential, and tells all anew under it.
func (h *hardware) renew(data []byte) []world.Packet {
	if !h.link.renew(data, h.name, h.newestEpoch()) {
		return nil
	}
	h.told = nil
	return h.speak(nil, false)
}

func (h *hardware) newestEpoch() string { return h.inner.live[len(h.inner.live)-1].Epoch }

// speak has the machine send packets in the trustee's name, and tells it what it may keep: the
// keys, which are public, and what was asked. When a share epoch begins it offers a key to which
// the machine is to seal a new credential, and again each night until that comes.
func (h *hardware) speak(packets []world.Packet, night bool) []world.Packet {
	var keep []world.Fact
	for _, k := range h.inner.live {
		keep = append(keep, k.Fact(), k.CertifiedFact())
	}
	told := world.EncodeFacts(append(keep, h.inner.requests...))
	offered := h.link.offered(h.newestEpoch(), night)
	if len(packets) == 0 && offered == nil && bytes.Equal(told, h.told) {
		return nil
	}
	h.told = told
	return []world.Packet{{From: h.name, To: h.inner.name, Data: h.link.Protect(request.KindSpeak,
		request.EncodePackets(packets), told, world.Int(h.link.Heard), offered)}}
}

// newHardware puts a trustee's keys into hardware, and gives the two nodes. desk is the same
// trustee once more, of which only what is public is used.
func newHardware(inner, desk *trustee, first *committee.Key, source world.Source,
	checks bool, rate int) (*machine, *hardware, error) {
	name := request.HardwareOf(inner.name)
	random := source.Stream(name)
	credential := make([]byte, 32)
	if _, err := io.ReadFull(random, credential); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	inner.guard = &guard{rate: rate}
	m := &machine{desk: desk, checks: checks,
		link: machineEnd{Link: &request.Link{Credential: credential}, hardware: name,
			random: source.Stream("link of " + inner.name)},
		kept: []world.Fact{first.Fact(), first.CertifiedFact()}}
	for _, h := range desk.live {
		h.erase()
	}
	clear(desk.identity)
	desk.identity, desk.live, desk.random = nil, nil, nil // the hardware draws for these
	desk.pass = m.ask
	h := &hardware{name: name, inner: inner, checks: checks,
		link: hardwareEnd{Link: &request.Link{Credential: credential}, random: random}}
	h.link.epoch = h.newestEpoch()
	return m, h, nil
}

var (
	_ world.Counter = (*hardware)(nil)
	_ world.Waker   = (*hardware)(nil)
)

// idle is a hardware node that nobody uses.
type idle string

// Name implements [world.Node].
func (n idle) Name() string { return string(n) }

// Holdings implements [world.Node].
func (idle) Holdings() []world.Fact { return nil }

// Handle implements [world.Node].
func (idle) Handle(time.Time, world.Packet) []world.Packet { return nil }
